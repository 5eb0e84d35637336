import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { compatNames } from "../../../src/config.ts";
import { compatMounts, ownMount, scim1Mount } from "../../../src/http/mounts.ts";
import { groupUrn, userUrn } from "../../../src/scim/urn.ts";
import { detailOf } from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

const mounts = [ownMount, ...compatMounts, scim1Mount];
const named = mounts.map((mount) => [mount.path === "" ? "the root" : mount.path, mount] as const);
const json = { "Content-Type": "application/json" };

describe("a user that is made at one way in", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  const create = async (path: string, body: Body): Promise<string> => {
    const answer = await server.request("POST", path, JSON.stringify(body), json);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.header("Location")).toBe(`${server.url}${path}/${answer.json.id}`);
    return text(answer.json.id);
  };

  test.each(named)("%s is at all the others, in their shape", async (_, from) => {
    const is1 = from === scim1Mount;
    const userName = unique();
    const emails = [{ value: `${userName}@example.org`, type: "work", primary: true }];
    const id = await create(`${from.path}/Users`, { ...(!is1 && { schemas: [userUrn] }), userName, emails });
    const displayName = unique("group");
    const group = { ...(!is1 && { schemas: [groupUrn] }), displayName, members: [{ value: id }] };
    const groupId = await create(`${from.path}/Groups`, group);
    for (const { path, name } of mounts) {
      const { json: user } = await server.request("GET", `${path}/Users/${id}`);
      expect(user).toMatchObject({ id, userName, emails: [{ value: `${userName}@example.org`, type: "work" }] });
      const location = `${server.url}${path}/Users/${id}`;
      expect(user.meta).toMatchObject({ location });
      const { json: shown } = await server.request("GET", `${path}/Groups/${groupId}`);
      const isWso2 = name === "wso2" || name === "wso2-scim1";
      expect(shown.displayName).toBe(isWso2 ? `PRIMARY/${displayName}` : displayName);
      const [member] = objects(shown.members);
      expect(member).toMatchObject({ value: id, display: userName });
      if (name === "wso2-scim1") {
        expect(user.schemas).toEqual(["urn:scim:schemas:core:1.0"]);
        expect(Object.keys(member ?? {})).toEqual(["value", "display"]);
      } else {
        expect(user.schemas).toEqual([userUrn]);
        expect(member?.$ref).toBe(location);
      }
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      const listed = await server.request("GET", `${path}/Users?filter=${filter}`);
      expect(objects(listed.json.Resources).map((each) => each.id)).toEqual([id]);
    }
    // What one deletes is gone at all the others.
    const gone = await server.request("DELETE", `${from.path}/Users/${id}`);
    expect(gone.status).toBe(is1 ? 200 : 204);
    for (const { path } of mounts) expect((await server.request("GET", `${path}/Users/${id}`)).status).toBe(404);
  });
});

/** The status itself where a bad body may have it, else the one that it should have had. */
const refusalStatus = (status: number): number => (status === 409 || status === 413 ? status : 400);

describe("a hostile body", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  const deep = `${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`;
  const bodies: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["half of JSON", '{"schemas":['],
    ["null", "null"],
    ["an array", "[]"],
    ["a number", "1e999"],
    ["objects in each other", `{"userName":"x","deep":${deep}}`],
    ["a userName that is an object", '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":{"a":1}}'],
    [
      "emails that are numbers",
      '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"x","emails":[1,{"value":2}]}',
    ],
    [
      "Operations that are none",
      '{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest","urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[null,1,"x",[],{}]}',
    ],
    ["meta that is a list", '{"meta":[1],"schemas":5,"Operations":{}}'],
  ];
  const cases = bodies.flatMap(([what, body]) => mounts.map(({ path }) => [what, path, body] as const));

  test.each(cases)("%s at %p is refused, and leaves nobody", async (_, base, body) => {
    const someone = await server.request("POST", "/scim/v2/Users", { schemas: [userUrn], userName: unique() });
    const one = `${base}/Users/${someone.json.id}`;
    for (const [method, path] of [
      ["POST", `${base}/Users`],
      ["POST", `${base}/Groups`],
      ["PUT", one],
      ["PATCH", one],
      ["POST", `${base}/Bulk`],
    ] as const) {
      const answer = await server.request(method, path, body, json);
      // A Bulk request may be answered with what came of each operation, and one of 1.1 with nothing to do.
      const results = answer.status === 200 && path.endsWith("/Bulk") ? objects(answer.json.Operations) : undefined;
      if (results !== undefined) for (const { status } of results) expect(JSON.stringify(status)).toMatch(/4\d\d/);
      else expect([method, path, answer.status], answer.text).toEqual([method, path, refusalStatus(answer.status)]);
      if (results === undefined) expect(detailOf(answer).length).toBeGreaterThan(0);
    }
    const { json: after } = await server.request("GET", `/scim/v2/Users/${someone.json.id}`);
    expect(after).toEqual(someone.json);
    await server.request("DELETE", `/scim/v2/Users/${someone.json.id}`);
    expect((await server.request("GET", "/scim/v2/Users?count=0")).json.totalResults).toBe(0);
  });

  const addresses = ["%00", "..%2f..%2fetc%2fpasswd", "%ff%fe", "a".repeat(5000), "' OR 1=1 --", "<script>"];
  test.each(named)("an address that is none is 404 at %s", async (_, { path }) => {
    for (const address of addresses) {
      const answer = await server.request("GET", `${path}/Users/${address}`);
      expect([address, answer.status]).toEqual([address, 404]);
    }
  });
});

describe("MUSTER_COMPAT", () => {
  const paths: Readonly<Record<(typeof compatNames)[number], string>> = {
    wso2: "/scim2/Users",
    "wso2-scim1": "/wso2/scim/ServiceProviderConfigs",
    "wso2-soap": "/services/UserAdmin?wsdl",
    janssen: "/jans-scim/restv1/v2/Users",
    simpleidserver: "/Users",
  };
  const openOnes = async (server: TestServer): Promise<readonly string[]> => {
    const answers = await Promise.all(
      compatNames.map(async (name) => [name, (await server.request("GET", paths[name])).status] as const),
    );
    expect((await server.request("GET", "/scim/v2/Users")).status).toBe(200);
    for (const [, status] of answers) expect(status).toBeOneOf([200, 404]);
    return answers.flatMap(([name, status]) => (status === 200 ? [name] : []));
  };

  test.each([
    ["all", compatNames],
    ["none", []],
    ["janssen,wso2-scim1", ["wso2-scim1", "janssen"]],
    ["simpleidserver", ["simpleidserver"]],
    ["wso2, wso2-soap", ["wso2", "wso2-soap"]],
  ] as const)("%s opens those ways in, and describes them", async (compat, expected) => {
    const server = await startServer({ compat });
    try {
      expect(await openOnes(server)).toEqual([...expected]);
      const { json: document } = await server.request("GET", "/openapi.json", undefined, { Authorization: null });
      const described = Object.keys(document.paths as Body);
      for (const name of compatNames.filter((each) => each !== "wso2-soap")) {
        expect(described.includes(paths[name]), name).toBe(expected.some((each) => each === name));
      }
    } finally {
      await server.stop();
    }
  });
});
