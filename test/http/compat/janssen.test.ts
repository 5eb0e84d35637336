import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { grantable, janssenScopes } from "../../../src/access/scope.ts";
import { bulkRequestUrn, errorUrn, searchRequestUrn } from "../../../src/scim/urn.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  group,
  invalidSyntax,
  invalidValue,
  unknownId,
  user,
} from "../../support/scim.ts";
import { type Answer, type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";

const base = "/jans-scim/restv1/v2";
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const bulk = (Operations: unknown, more: Body = {}, headers = {}): Promise<Answer> =>
  server.request("POST", `${base}/Bulk`, { schemas: [bulkRequestUrn], ...more, Operations } as Body, headers);
const post = (data: Body, more: Body = {}): Body => ({ method: "POST", path: "/Users", data, ...more });

describe("Bulk as Janssen has it", () => {
  test("takes POST without a bulkId, and tells a refusal as an object", async () => {
    const name = unique();
    const answer = await bulk([post(user(name)), post(user(name)), post(user(unique()), { bulkId: "c" })]);
    const [made, refused, named] = objects(answer.json.Operations);
    expect(made?.status).toBe("201");
    expect(made).not.toHaveProperty("bulkId");
    expect(text(made?.location)).toStartWith(`${server.url}${base}/Users/`);
    expect(named).toMatchObject({ bulkId: "c", status: "201" });
    expect(refused).toEqual({
      method: "POST",
      status: "409",
      response: { schemas: [errorUrn], status: "409", scimType: "uniqueness", detail: `User '${name}' already exists` },
    });
  });

  test("has no location of what failed", async () => {
    const answer = await bulk([{ method: "PUT", path: `/Users/${unknownId}`, data: user("x") }]);
    const [result] = objects(answer.json.Operations);
    expect(result).toMatchObject({
      method: "PUT",
      status: "404",
      response: { detail: `Resource ${unknownId} not found` },
    });
    expect(result).not.toHaveProperty("location");
  });

  test("of 30 operations is carried out, and of 31 refused in Janssen's sentence", async () => {
    const operations = Array.from({ length: 31 }, () => post(user(unique())));
    expect((await bulk(operations.slice(0, 30))).status).toBe(200);
    const answer = await bulk(operations);
    expectRefusal(answer, { status: 413, scimType: "" });
    expect(answer.json.detail).toBe("The number of operations exceed the maxOperations value (30). ");
  });

  test("of 3072000 bytes is carried out, and of one more refused in Janssen's sentence", async () => {
    const text = JSON.stringify({ schemas: [bulkRequestUrn], Operations: [post(user(unique()))] });
    const headers = { "Content-Type": "application/json" };
    const most = await server.request("POST", `${base}/Bulk`, text.padEnd(3_072_000), headers);
    expect(most.status, most.text).toBe(200);
    const answer = await server.request("POST", `${base}/Bulk`, text.padEnd(3_072_001), headers);
    expectRefusal(answer, { status: 413, scimType: "" });
    expect(answer.json.detail).toBe("The size of the bulk operation exceeds the maxPayloadSize (3072000 bytes). ");
  });

  test("of too many operations and too many bytes is told both", async () => {
    const data = user(unique(), { title: "x".repeat(100_000) });
    const answer = await bulk(Array.from({ length: 31 }, () => post(data)));
    expectRefusal(answer, { status: 413, scimType: "" });
    expect(answer.json.detail).toBe(
      "The size of the bulk operation exceeds the maxPayloadSize (3072000 bytes). " +
        "The number of operations exceed the maxOperations value (30). ",
    );
  });

  test("has limits that are settings, and tells them", async () => {
    const small = await startServer({ janssenBulkMaxOperations: "2", janssenBulkMaxPayloadSize: "5000" });
    try {
      const config = await small.request("GET", `${base}/ServiceProviderConfig`);
      expect(config.json.bulk).toEqual({ supported: true, maxOperations: 2, maxPayloadSize: 5000 });
      const body = { schemas: [bulkRequestUrn], Operations: [1, 2, 3].map(() => post(user(unique()))) };
      expect((await small.request("POST", `${base}/Bulk`, body)).json.detail).toBe(
        "The number of operations exceed the maxOperations value (2). ",
      );
      expect(
        (
          await small.request("POST", "/scim/v2/Bulk", {
            ...body,
            Operations: body.Operations.map((each, index) => ({ ...each, bulkId: `${index}` })),
          })
        ).status,
      ).toBe(200);
    } finally {
      await small.stop();
    }
  });

  const malformed: readonly (readonly [Body, string])[] = [
    [{ method: "POST", data: {} }, "path parameter is required"],
    [{ method: "POST", path: "", data: {} }, "path parameter is required"],
    [{ method: "POST", path: "/Users/1", data: {} }, "path parameter is not consistent with method POST"],
    [{ method: "put", path: "/Users", data: {} }, "path parameter is not consistent with method PUT"],
    [{ method: "DELETE", path: "/Users/1/2" }, "path parameter is not consistent with method DELETE"],
    [{ method: "GET", path: "/Users" }, "method not recognized: GET"],
    [{ path: "/Users" }, "method not recognized: null"],
    [{ method: "PATCH", path: "/Users/1" }, "data parameter is required for method PATCH"],
    [{ method: "POST", path: "/Users", data: "x" }, "data parameter is required for method POST"],
  ];
  test.each(malformed)("%j is refused before anything is carried out", async (operation, detail) => {
    const name = unique();
    const answer = await bulk([post(user(name)), operation]);
    expectRefusal(answer, invalidSyntax);
    expect(answer.json.detail).toBe(detail);
    const found = await server.request("GET", `${base}/Users?filter=userName+eq+"${name}"`);
    expect(found.json.totalResults).toBe(0);
  });

  test("without operations is refused", async () => {
    for (const operations of [[], undefined, {}]) {
      const answer = await bulk(operations);
      expectRefusal(answer, invalidValue);
      expect(answer.json.detail).toBe("No operations supplied");
    }
  });
});

describe("a scope of Janssen's", () => {
  const bearer = async (...scopes: string[]) => {
    const id = Bun.randomUUIDv7();
    const { headers, token } = await grant(scopes);
    return { id, headers, token };
  };
  async function grant(scopes: readonly string[]) {
    const made = await server.request("POST", "/api/tokens", JSON.stringify({ name: unique(), scopes }), {
      "Content-Type": "application/json",
    });
    expect(made.status, made.text).toBe(201);
    const token = text(made.json.token);
    server.keepSecret(token);
    return { token, headers: { Authorization: `Bearer ${token}` } };
  }
  const scope = (name: string): string => `https://jans.io/scim/${name}`;

  test("can be granted to tokens and clients, and be asked for", async () => {
    expect(grantable).toContain(scope("bulk"));
    expect(Object.keys(janssenScopes).length).toBe(6);
    const body = JSON.stringify({ name: unique(), scopes: [scope("bulk")] });
    const client = await server.request("POST", "/api/oauth-clients", body, { "Content-Type": "application/json" });
    const { clientId, clientSecret } = client.json;
    server.keepSecret(text(clientSecret));
    const form = new URLSearchParams({ grant_type: "client_credentials", scope: scope("bulk") });
    const Authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
    const answer = await fetch(`${server.url}/oauth/token`, { method: "POST", body: form, headers: { Authorization } });
    const granted = (await answer.json()) as Body;
    expect([answer.status, granted.scope]).toEqual([200, scope("bulk")]);
    const token = { Authorization: `Bearer ${granted.access_token}` };
    expect(objects((await bulk([post(user(unique()))], {}, token)).json.Operations)[0]?.status).toBe("201");
  });

  test("for Bulk is enough for it, and for nothing else", async () => {
    const { headers } = await bearer(scope("bulk"));
    const answer = await bulk([post(user(unique())), { ...post(group(unique())), path: "/Groups" }], {}, headers);
    expect(objects(answer.json.Operations).map(({ status }) => status)).toEqual(["201", "201"]);
    for (const path of ["Users", "Groups", "", "Schemas"]) {
      expectRefusal(await server.request("GET", `${base}/${path}`, undefined, headers), { status: 403 });
    }
    expectRefusal(await server.request("POST", `${base}/Users`, user(unique()), headers), { status: 403 });
    // Its own scopes are not those of this server's own addresses.
    const own = { schemas: [bulkRequestUrn], Operations: [{ ...post(user(unique())), bulkId: "a" }] };
    expectRefusal(await server.request("POST", "/scim/v2/Bulk", own, headers), { status: 403 });
  });

  test("is for one kind of resource, to read or to write", async () => {
    const [someone, some] = [await createUser(server), await createGroup(server)];
    const get = async (path: string, headers: Readonly<Record<string, string>>) =>
      (await server.request("GET", base + path, undefined, headers)).status;
    const users = (await bearer(scope("users.read"))).headers;
    expect([
      await get("/Users", users),
      await get(`/Users/${someone.id}`, users),
      await get("/Schemas", users),
    ]).toEqual([200, 200, 200]);
    expect([await get("/Groups", users), await get(`/Groups/${some.id}`, users), await get("", users)]).toEqual([
      403, 403, 403,
    ]);
    const groups = (await bearer(scope("groups.read"), scope("groups.write"))).headers;
    expect([await get("/Groups", groups), await get("/Users", groups)]).toEqual([200, 403]);
    expect((await server.request("POST", `${base}/Groups`, group(unique()), groups)).status).toBe(201);
    expect((await server.request("POST", `${base}/Users`, user(unique()), groups)).status).toBe(403);
    expect((await server.request("DELETE", `${base}/Users/${someone.id}`, undefined, users)).status).toBe(403);
    const all = (await bearer(scope("all-resources.search"))).headers;
    const search = { schemas: [searchRequestUrn], count: 1 };
    expect((await server.request("POST", `${base}/.search`, search, all)).status).toBe(200);
    expect(await get("/Users", all)).toBe(403);
  });
});
