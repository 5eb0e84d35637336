import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { databaseFile } from "../../../src/config.ts";
import { bulk, postUser, remove, statuses, statusesOf } from "../../scim/bulk/client.ts";
import { createUser, unknownId } from "../../support/scim.ts";
import { object, objects, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  // A table that can not be written: no user named so comes in.
  const db = new Database(databaseFile(server.dataDir));
  db.run(`CREATE TRIGGER broken BEFORE INSERT ON resource WHEN NEW.unique_key LIKE 'broken%'
    BEGIN SELECT RAISE(ABORT, 'the disk of the operator'); END`);
  db.close();
});
afterAll(() => server.stop());

/** What the operator was told since the last time. */
let seen = 0;
function newLines() {
  const lines = server.log.slice(seen).map((line) => object(JSON.parse(line)));
  seen = server.log.length;
  return lines;
}

test("B-8 B-22 an operation for which the store can not answer is 503, the others are done, and the whole is 200", async () => {
  newLines();
  const [first, last] = [await createUser(server), await createUser(server)];
  const results = await bulk(server, [remove(`/Users/${first.id}`), postUser("broken"), remove(`/Users/${last.id}`)]);
  expect(statusesOf(results)).toEqual(["204", "503", "204"]);
  expect(JSON.stringify(results)).not.toMatch(/disk|operator|SQLite/i);
});

test("what failed for one reason is told to the operator once, with its cause and the places", async () => {
  newLines();
  const operations = [remove(`/Users/${unknownId}`), postUser("broken-1"), postUser("broken-2"), postUser(unique())];
  expect(await statuses(server, operations)).toEqual(["404", "503", "503", "503"]);
  const lines = newLines();
  expect(lines).toMatchObject([{ level: "error", path: "/scim/v2/Bulk", operations: [1, 2, 3] }]);
  expect(lines[0]?.cause).toContain("the disk of the operator");
  expect(objects(lines).length).toBe(1);
});

test("B-13 what fails so counts as an error", async () => {
  const results = await statuses(server, [postUser("broken-3"), postUser(unique())], { failOnErrors: 1 });
  expect(results).toEqual(["503"]);
});
