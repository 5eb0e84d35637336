import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Body, basic, objects, readAnswer, startServer, type TestServer, text } from "../support/server.ts";
import { readCurl } from "./curl.ts";
import { janssenBulk, simpleIdServerKey, simpleIdServerUser, wso2Bulk } from "./other-systems.ts";
import { type Replay, replay } from "./replay.ts";
import { scenario, wso2Scim1, wso2Scim1Bulk } from "./wso2-scim1.ts";

/* Each request of the documents, as it is printed, sent to this server; host, port and ids aside. */

const json = { "Content-Type": "application/json" };
let server: TestServer;
let run: Replay;

/** Starts a server whose administrator is that of WSO2's pages. */
async function begin(settings: Parameters<typeof startServer>[0] = {}): Promise<void> {
  server = await startServer({ adminUsername: "admin", adminPassword: "admin", ...settings });
  run = { server, ids: new Map() };
}

const send = async (method: string, path: string, body: Body, authorization = `Bearer ${server.token}`) =>
  readAnswer(
    await fetch(server.url + path, {
      method,
      headers: { ...json, Authorization: authorization },
      body: JSON.stringify(body),
    }),
  );

describe("WSO2's page on SCIM 1.1", () => {
  beforeAll(() => begin());
  afterAll(() => server.stop());

  for (const step of wso2Scim1) test(step.title, async () => void (await replay(run, step)));
});

describe.each(["admin:admin", "gayashan@amrsnghe.org:adming"])("WSO2's sample scenario for %s", (login) => {
  beforeAll(async () => {
    await begin();
    const [name = "", password = ""] = login.split(":");
    const admin = { userName: "gayashan", password: "adming" };
    expect((await send("POST", "/api/tenants", { domain: "amrsnghe.org", admin })).status).toBe(201);
    expect((await send("POST", "/api/user-stores", { name: "AMRSNGHE" }, basic(name, password))).status).toBe(201);
  });
  afterAll(() => server.stop());

  for (const step of scenario(login)) test(step.title, async () => void (await replay(run, step)));
});

describe("WSO2's Bulk requests of SCIM 1.1", () => {
  beforeAll(() => begin());
  afterAll(() => server.stop());

  /** What is printed of an answer, for results at these places. */
  const printed = (bulkIds: readonly string[], locations: readonly unknown[]) => ({
    schemas: ["urn:scim:schemas:core:1.0"],
    Operations: bulkIds.map((bulkId, index) => {
      return { status: { code: "201" }, location: locations[index], method: "POST", bulkId };
    }),
  });
  const locationsIn = (body: Body, endpoint: string): readonly string[] =>
    objects(body.Operations).map(({ location }) => {
      expect(text(location)).toMatch(new RegExp(`^${server.url}/wso2/scim/${endpoint}/[0-9a-f-]{36}$`));
      return text(location);
    });

  test("create users, then groups of them", async () => {
    const users = await replay(run, { title: "users", curl: wso2Scim1Bulk.users, status: 200 });
    const locations = locationsIn(users.json, "Users");
    expect(users.json).toEqual(printed(["bulkIDUser1", "bulkIDUser2"], locations));
    for (const [index, printedId] of wso2Scim1Bulk.members.entries()) {
      run.ids.set(printedId, locations[index]?.split("/").at(-1) ?? "");
    }
    const groups = await replay(run, { title: "groups", curl: wso2Scim1Bulk.groups, status: 200 });
    expect(groups.json).toEqual(printed(["bulkGroup1", "bulkGroup2"], locationsIn(groups.json, "Groups")));
    const login = { Authorization: basic("hasini", "dummyPW1") };
    expect((await fetch(`${server.url}/scim2/Me`, { headers: login })).status).toBe(200);
  });
});

describe("WSO2's page on importing users", () => {
  beforeAll(() => begin());
  afterAll(() => server.stop());

  test("its Bulk request makes two users, and one manages the other", async () => {
    const answer = await replay(run, { title: "bulk", curl: wso2Bulk, status: 200 });
    const [kris, jesse] = objects(answer.json.Operations);
    expect(Object.keys(answer.json)).toEqual(["schemas", "Operations"]);
    for (const [result, bulkId] of [
      [kris, "qwerty"],
      [jesse, "ytrewq"],
    ] as const) {
      const { version, location, ...rest } = result ?? {};
      expect(version).toBe('W/"1"');
      expect(rest).toEqual({ bulkId, method: "POST", status: { code: 201 } });
      expect(text(location)).toMatch(new RegExp(`^${server.url}/scim2/Users/[0-9a-f-]{36}$`));
    }
    const headers = { Authorization: basic("admin", "admin") };
    const user = await readAnswer(await fetch(text(jesse?.location), { headers }));
    expect(user.json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]).toMatchObject({
      employeeNumber: "11250",
      manager: { value: text(kris?.location).split("/").at(-1) },
    });
  });
});

describe("SimpleIdServer's page on SCIM", () => {
  beforeAll(() => begin({ adminToken: simpleIdServerKey }));
  afterAll(() => server.stop());

  test.each(["firstUser", "secondUser"])("%s is created with the API key", async (userName) => {
    const answer = await send("POST", "/Users", simpleIdServerUser(userName), `Bearer ${simpleIdServerKey}`);
    expect(answer.status, answer.text).toBe(201);
    const { department, schemas, ...printed } = simpleIdServerUser(userName);
    expect(answer.json).toMatchObject({
      ...printed,
      schemas,
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department },
      meta: { location: `${server.url}/Users/${answer.json.id}` },
    });
    expect(answer.json).not.toHaveProperty("department");
  });

  test("both are listed, though they share their externalId and their addresses", async () => {
    const headers = { Authorization: `Bearer ${simpleIdServerKey}` };
    const listed = await readAnswer(await fetch(`${server.url}/Users`, { headers }));
    expect(objects(listed.json.Resources).map(({ userName }) => userName)).toEqual(["firstUser", "secondUser"]);
  });
});

describe("Janssen's page on adding users in bulk", () => {
  beforeAll(() => begin());
  afterAll(() => server.stop());

  test("its payload makes two users, and is told that the third is there", async () => {
    const data = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "becca" };
    expect((await send("POST", "/jans-scim/restv1/v2/Users", data)).status).toBe(201);
    const grant = await send("POST", "/api/tokens", { name: "jans", scopes: ["https://jans.io/scim/bulk"] });
    const answer = await send("POST", "/jans-scim/restv1/v2/Bulk", janssenBulk, `Bearer ${grant.json.token}`);
    expect(answer.status, answer.text).toBe(200);
    const location = expect.stringMatching(new RegExp(`^${server.url}/jans-scim/restv1/v2/Users/[0-9a-f-]{36}$`));
    const made = { method: "POST", location, status: "201", version: 'W/"1"' };
    expect(answer.json).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
      Operations: [
        made,
        made,
        {
          method: "POST",
          status: "409",
          response: {
            schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
            scimType: "uniqueness",
            detail: "User 'becca' already exists",
            // The page leaves it out; RFC 7644 §3.12 asks for it.
            status: "409",
          },
        },
      ],
    });
  });
});

test("a line of curl is read as a shell reads it", () => {
  expect(readCurl('curl -v -k --user a:b -X PUT -d \'{"a": "b c"}\' -H "Accept: x/y" https://h/p?q=1')).toEqual({
    method: "PUT",
    url: "https://h/p?q=1",
    headers: { Authorization: `Basic ${btoa("a:b")}`, Accept: "x/y" },
    body: '{"a": "b c"}',
  });
  expect(readCurl('curl --data "{\\"a\\":1}" h').body).toBe('{"a":1}');
});
