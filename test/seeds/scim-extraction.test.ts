import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Body, basic, objects, readAnswer, startServer, type TestServer, text } from "../support/server.ts";
import { simpleIdServerKey, simpleIdServerUser } from "./other-systems.ts";

/*
 * SimpleIdServer's tutorial, from the first POST to the users in the list: a SCIM service holds two users, who are
 * extracted from it and imported. The SCIM service and the identity server are two servers, as there.
 */

let scim: TestServer;
let server: TestServer;
let connector: string;
beforeAll(async () => {
  scim = await startServer({ adminToken: simpleIdServerKey });
  server = await startServer({ provisioningTargets: "any" });
});
afterAll(async () => {
  await server.stop();
  await scim.stop();
});

const json = { "Content-Type": "application/json" };
const post = (path: string, body?: Body, headers: Readonly<Record<string, string>> = {}) =>
  server.request("POST", path, body === undefined ? undefined : JSON.stringify(body), {
    ...(body !== undefined && json),
    ...headers,
  });

/** Launches the extraction and waits for its end. */
async function launch(): Promise<Body> {
  const answer = await post(`/api/provisioning/connectors/${connector}/launch`, undefined, { Prefer: "wait=30" });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

/** Has everything imported that was extracted, and waits for the end of the imports. */
async function importAll(): Promise<readonly Body[]> {
  const answer = await post("/api/provisioning/import");
  expect(answer.status, answer.text).toBe(202);
  const extractions = objects(answer.json.imported).map(({ extraction }) => text((extraction as Body).id));
  const ended: Body[] = [];
  for (const id of extractions) {
    for (;;) {
      const { json: extraction } = await server.request("GET", `/api/provisioning/extractions/${id}`);
      if (extraction.status === "Imported") ended.push(extraction);
      if (extraction.status === "Imported") break;
      await Bun.sleep(20);
    }
  }
  return ended;
}

describe("SimpleIdServer's tutorial", () => {
  test.each(["firstUser", "secondUser"])("%s is created at the SCIM service", async (userName) => {
    const headers = { ...json, Authorization: `Bearer ${simpleIdServerKey}` };
    const body = JSON.stringify(simpleIdServerUser(userName));
    const answer = await readAnswer(await fetch(`${scim.url}/Users`, { method: "POST", headers, body }));
    expect(answer.status, answer.text).toBe(201);
  });

  test("the extraction job is set up with the API key, and the rules that come with it", async () => {
    const authentication = { type: "APIKEY", apiKey: simpleIdServerKey };
    const answer = await post("/api/provisioning/connectors", {
      name: "SCIM",
      url: scim.url,
      authentication,
      count: 1,
    });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.text).not.toContain(simpleIdServerKey);
    expect(answer.json).toMatchObject({ name: "SCIM", hasSecret: true, authentication: { type: "APIKEY" } });
    expect(objects(answer.json.rules).map(({ from, type }) => [from, type])).toEqual([
      ["$.userName", "SUBJECT"],
      ["$.name.familyName", "ATTRIBUTE"],
      ["$.name.givenName", "ATTRIBUTE"],
    ]);
    connector = text(answer.json.id);
  });

  test("launched, it exports two records", async () => {
    expect(await launch()).toMatchObject({ status: "Exported", nbRepresentations: 2, errorMessage: null });
  });

  test("imported, both are in the list of users", async () => {
    expect(await importAll()).toMatchObject([
      { status: "Imported", nbRepresentations: 2, import: { state: "completed" } },
    ]);
    const users = objects((await server.request("GET", "/scim/v2/Users")).json.Resources);
    expect(users.map(({ userName, name }) => [userName, name])).toEqual([
      ["firstUser", { familyName: "Ryan", givenName: "Andrew" }],
      ["secondUser", { familyName: "Ryan", givenName: "Andrew" }],
    ]);
  });

  test("launched again, it exports none", async () => {
    expect(await launch()).toMatchObject({
      status: "Exported",
      nbRepresentations: 0,
      nbFilteredRepresentations: 2,
      import: null,
    });
    expect(await importAll()).toMatchObject([{ status: "Imported", nbRepresentations: 0 }]);
    expect((await server.request("GET", "/scim/v2/Users?count=0")).json.totalResults).toBe(2);
  });

  test("neither can log in: the source has no passwords", async () => {
    for (const userName of ["firstUser", "secondUser"]) {
      const headers = { Authorization: basic(userName, "password") };
      expect((await fetch(`${server.url}/scim/v2/Me`, { headers })).status).toBe(401);
    }
  });

  test("the history has both runs, newest first", async () => {
    const { json: history } = await server.request("GET", `/api/provisioning/extractions?connectorId=${connector}`);
    expect(objects(history.extractions).map(({ status, nbRepresentations }) => [status, nbRepresentations])).toEqual([
      ["Imported", 0],
      ["Imported", 2],
    ]);
  });

  test("of one that changes at the source, one record is exported and changed here", async () => {
    const headers = { ...json, Authorization: `Bearer ${simpleIdServerKey}` };
    const found = await readAnswer(await fetch(`${scim.url}/Users?filter=userName+eq+"firstUser"`, { headers }));
    const [user] = objects(found.json.Resources);
    const change = { op: "replace", path: "name.familyName", value: "Rand" };
    const body = JSON.stringify({ schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [change] });
    expect((await fetch(`${scim.url}/Users/${user?.id}`, { method: "PATCH", headers, body })).status).toBe(200);
    expect(await launch()).toMatchObject({ nbRepresentations: 1, nbFilteredRepresentations: 1 });
    await importAll();
    const users = objects((await server.request("GET", "/scim/v2/Users")).json.Resources);
    expect(users.map(({ name }) => (name as Body).familyName)).toEqual(["Rand", "Ryan"]);
  });
});
