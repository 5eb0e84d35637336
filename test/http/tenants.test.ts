import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { compatMounts, ownMount, scim1Mount } from "../../src/http/mounts.ts";
import {
  createGroup,
  createUser,
  expectRefusal,
  invalidValue,
  notFound,
  uniqueness,
  user,
  usersPath,
} from "../support/scim.ts";
import {
  type Answer,
  type Body,
  objects,
  readAnswer,
  startServer,
  type TestServer,
  text,
  unique,
} from "../support/server.ts";
import { administer } from "./administered.ts";
import { named, type Route, routes } from "./routes.ts";

const json = { "Content-Type": "application/json" };
const other = { domain: "amrsnghe.org", admin: { userName: "gayashan", password: "the-password-of-the-other-tenant" } };

let server: TestServer;
/** Bearer of every scope in the other tenant. */
let foreign: Readonly<Record<string, string>>;
/** Ids of the first tenant, by the path they stand in. */
const ids = new Map<string, string>();
/** What nobody of the other tenant may be told. */
const names: string[] = [];

const basic = (name: string, password: string) => ({ Authorization: `Basic ${btoa(`${name}:${password}`)}` });
const post = (path: string, body: Body, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  server.request("POST", path, JSON.stringify(body), { ...json, ...headers });

beforeAll(async () => {
  server = await startServer();
  expect((await post("/api/tenants", other)).status).toBe(201);
  const scopes = ["scim:read", "scim:write", "scim:bulk", "import:write", "provisioning:write", "audit:read", "admin"];
  const login = basic("gayashan@Amrsnghe.ORG", other.admin.password);
  const made = await readAnswer(
    await fetch(`${server.url}/api/tokens`, {
      method: "POST",
      headers: { ...json, ...login },
      body: JSON.stringify({ name: "all of it", scopes }),
    }),
  );
  expect(made.status).toBe(201);
  server.keepSecret(text(made.json.token));
  foreign = { Authorization: `Bearer ${text(made.json.token)}` };
  await fill();
});
afterAll(() => server.stop());

/** Puts something of each kind into the first tenant. */
async function fill(): Promise<void> {
  const name = (what: string): string => {
    const made = unique(what);
    names.push(made);
    return made;
  };
  const userId = (await createUser(server, { userName: name("ours") })).id;
  const mounts = [ownMount, ...compatMounts, scim1Mount];
  for (const { path } of mounts) ids.set(`${path}/Users/{id}`, userId);
  ids.set("/api/users/{id}", userId);
  const groupId = (await createGroup(server, [], name("staff"))).id;
  for (const { path } of mounts) ids.set(`${path}/Groups/{id}`, groupId);
  ids.set("/api/groups/{id}", groupId);
  for (const [path, id] of await administer(server, name)) ids.set(path, id);
  const mapping = name("mapping");
  await post("/api/import-mappings", { name: mapping, columns: [{ column: "login", path: "userName" }] });
  ids.set("/api/import-mappings/{id}", mapping);
  const grant = { name: name("grant"), scopes: ["scim:read"] };
  const token = await post("/api/tokens", grant);
  const client = await post("/api/oauth-clients", grant);
  for (const secret of [token.json.token, client.json.clientSecret]) server.keepSecret(text(secret));
  ids.set("/api/tokens/{id}", text(token.json.id));
  ids.set("/api/oauth-clients/{id}", text(client.json.clientId));
  const schema = `urn:example:${name("schema")}:2.0:Thing`;
  const attributes = [{ name: "size", type: "string" }];
  const registered = await post("/api/schemas", { id: schema, name: "Thing", description: "", attributes });
  expect(registered.status).toBe(201);
  ids.set("/api/schemas/{id}", schema);
  for (const { path } of [ownMount, ...compatMounts]) ids.set(`${path}/Schemas/{id}`, schema);
  const form = new FormData();
  form.set("file", new Blob([`userName\n${name("row")}\n`]), `${name("people")}.csv`);
  const headers = { Authorization: `Bearer ${server.token}`, Prefer: "wait=20" };
  const sent = await fetch(`${server.url}/api/imports?dryRun=true`, { method: "POST", headers, body: form });
  ids.set("/api/imports/{id}", text((await readAnswer(sent)).json.id));
}

/** What every tenant has, by the same name. */
const shared =
  /(?:^|\/)ResourceTypes\/\{id\}|^\/wso2\/scim\/Schemas\/\{id\}|^\/api\/(?:resource-types|tenants)\/\{id\}/;
const withId = named(
  routes.filter(({ path, isProtected }) => isProtected && /\{id\}/.test(path) && !shared.test(path)),
);
const lists = named(routes.filter(({ method, path }) => method === "GET" && !path.includes("{")));

function ask({ method, path, mediaTypes: [type] }: Route, id: string): Promise<Answer> {
  const body = type === undefined ? undefined : "{}";
  const headers: Record<string, string> = type === undefined ? { ...foreign } : { ...foreign, "Content-Type": type };
  return server.request(method, path.replace("{id}", id), body, headers);
}

describe("another tenant", () => {
  test.each(withId)("SEC-4 SEC-7 %s: an id of the first one is no id at all", async (_, route) => {
    const id = ids.get(/^.*?\{id\}/.exec(route.path)?.[0] ?? "");
    if (id === undefined) throw new Error(`this test knows no id for ${route.path}`);
    const [theirs, nobodys] = [await ask(route, id), await ask(route, "ffffffff-ffff-7fff-8fff-ffffffffffff")];
    expectRefusal(theirs, notFound);
    expect(theirs.text.replaceAll(id, "…")).toBe(nobodys.text.replaceAll("ffffffff-ffff-7fff-8fff-ffffffffffff", "…"));
  });

  test.each(lists)("SEC-4 %s tells nothing of the first one", async (_, { path }) => {
    const answer = await server.request("GET", path, undefined, foreign);
    for (const name of names) expect(answer.text).not.toContain(name);
  });

  test("the ids of the first one are there for the first one", async () => {
    for (const [path, id] of ids) {
      // Of these there is only a part to be read.
      if (path === "/api/groups/{id}" || path === "/api/users/{id}") continue;
      expect((await server.request("GET", path.replace("{id}", id))).status, path).toBe(200);
    }
  });

  test("SEC-5 SEC-7 may have a user of the same name", async () => {
    const userName = unique("twin");
    await createUser(server, { userName });
    expect((await post(usersPath, user(userName), foreign)).status).toBe(201);
    expectRefusal(await post(usersPath, user(userName), foreign), uniqueness);
  });

  test("imports into itself", async () => {
    const userName = unique("theirs");
    const form = new FormData();
    form.set("file", new Blob([`userName\n${userName}\n`]), "people.csv");
    const headers = { ...foreign, Prefer: "wait=20" };
    const job = await readAnswer(await fetch(`${server.url}/api/imports`, { method: "POST", headers, body: form }));
    expect(job.json).toMatchObject({ state: "completed", counts: { created: 1 } });
    const filter = `${usersPath}?filter=${encodeURIComponent(`userName eq "${userName}"`)}`;
    expect((await server.request("GET", filter)).json.totalResults).toBe(0);
    expect((await server.request("GET", filter, undefined, foreign)).json.totalResults).toBe(1);
  });

  test("sees no tenants and makes none", async () => {
    expectRefusal(await server.request("GET", "/api/tenants", undefined, foreign), { status: 403 });
    expectRefusal(await post("/api/tenants", { ...other, domain: "third.org" }, foreign), { status: 403 });
  });
});

describe("a login name", () => {
  const me = (name: string, password: string): Promise<Answer> =>
    server.request("GET", "/api/tenants", undefined, basic(name, password));

  test("names its tenant behind the last @, the first tenant as well", async () => {
    expect((await me("admin", "the-admin-password-of-the-tests")).status).toBe(200);
    expect((await me("admin@carbon.super", "the-admin-password-of-the-tests")).status).toBe(200);
    expect((await me("gayashan@amrsnghe.org", other.admin.password)).status).toBe(403);
    expect((await me("gayashan", other.admin.password)).status).toBe(401);
    expect((await me("gayashan@carbon.super", other.admin.password)).status).toBe(401);
  });

  test("is an address where no tenant has the domain", async () => {
    const userName = `${unique("ana")}@example.org`;
    await createUser(server, { userName, password: "a-password-of-her-own" });
    const answer = await server.request("GET", "/scim/v2/Me", undefined, basic(userName, "a-password-of-her-own"));
    expect(answer.json.userName).toBe(userName);
  });

  test("of a user of a tenant is its own, with all of its attributes", async () => {
    await post(usersPath, user("hasinitg", { password: "hasinitg" }), foreign);
    const answer = await server.request("GET", "/scim/v2/Me", undefined, basic("hasinitg@amrsnghe.org", "hasinitg"));
    expect(answer.json.userName).toBe("hasinitg");
  });
});

describe("a tenant", () => {
  test("is listed and found by its domain, in any case", async () => {
    const { json: body } = await server.request("GET", "/api/tenants");
    expect(objects(body.tenants).map(({ domain }) => domain)).toEqual(["carbon.super", "amrsnghe.org"]);
    const one = await server.request("GET", "/api/tenants/AMRSNGHE.org");
    expect(one.json).toMatchObject({ domain: "amrsnghe.org" });
  });

  const wrong: readonly (readonly [what: string, body: Body])[] = [
    ["no domain", { admin: other.admin }],
    ["a domain with blanks", { ...other, domain: "two words" }],
    ["a domain that ends in a dot", { ...other, domain: "example." }],
    ["a long domain", { ...other, domain: `${"a.".repeat(130)}org` }],
    ["no administrator", { domain: "x.org" }],
    ["an empty password", { domain: "x.org", admin: { userName: "a", password: "" } }],
    ["what nobody asked for", { ...other, domain: "x.org", colour: "red" }],
  ];
  test.each(wrong)("is refused with %s", async (_, body) => {
    expectRefusal(await post("/api/tenants", body), invalidValue);
  });

  test("is founded once, also by many at once", async () => {
    expectRefusal(await post("/api/tenants", { ...other, domain: "AMRSNGHE.org" }), uniqueness);
    const domains = ["a.example", "b.example", "c.example", "a.example"];
    const made = await Promise.all(domains.map((domain) => post("/api/tenants", { ...other, domain })));
    expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409]);
  });
});
