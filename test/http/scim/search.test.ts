import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { patchOpUrn, searchRequestUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  invalidSyntax,
  pageOf,
  usersPath,
} from "../../support/scim.ts";
import { type Body, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const search = (path: string, body: Body) => server.request("POST", `${path}/.search`, body);

describe("POST of a search", () => {
  test("SEC-3 X-1 finds users and groups by what stands in its body alone", async () => {
    const displayName = unique("Secret Name ");
    const found = [await createUser(server, { displayName }), await createGroup(server, [], displayName)];
    for (const [index, path] of [usersPath, groupsPath].entries()) {
      const body = { schemas: [searchRequestUrn], filter: `displayName eq "${displayName}"` };
      const page = pageOf(await search(path, body));
      expect([page.total, page.resources]).toEqual([1, found.slice(index, index + 1)]);
    }
    expect(server.log.join("\n")).not.toContain(displayName);
  });

  test.each([[undefined], [[]], [[userUrn]], [[patchOpUrn]], [searchRequestUrn], [null]])(
    "X-2 with the schemas %p is 400 invalidSyntax",
    async (schemas) => {
      expectRefusal(await search(usersPath, { schemas, filter: "userName pr" }), invalidSyntax);
    },
  );

  test("X-2 S-5 with its schema among others is done", async () => {
    const body = { schemas: ["urn:example:Thing", searchRequestUrn], count: 0 };
    expect((await search(usersPath, body)).status).toBe(200);
  });
});
