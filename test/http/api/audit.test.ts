import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { examine } from "../../../src/storage/sqlite/doctor/examine.ts";
import { createGroup, createUser, expectRefusal, invalidValue, usersPath } from "../../support/scim.ts";
import {
  admin,
  type Body,
  basic,
  object,
  objects,
  readAnswer,
  startServer,
  type TestServer,
  text,
  unique,
} from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const json = { "Content-Type": "application/json" };
const linesOf = async (query: Readonly<Record<string, string>>): Promise<readonly Body[]> => {
  const answer = await server.request("GET", `/api/audit?${new URLSearchParams(query)}`);
  expect(answer.status, answer.text).toBe(200);
  return objects(answer.json.lines);
};
const patchSchemas = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] };

describe("a line of the trail", () => {
  test("tells who did what, from where, with the document before and after", async () => {
    const user = await createUser(server, { title: "Guide" });
    const patch = { ...patchSchemas, Operations: [{ op: "replace", path: "title", value: "Chief" }] };
    const headers = { Authorization: basic(admin.userName, admin.password) };
    expect((await server.request("PATCH", `${usersPath}/${user.id}`, patch, headers)).status).toBe(200);
    expect((await server.request("DELETE", `${usersPath}/${user.id}`)).status).toBe(204);
    const [removed = {}, replaced = {}, created = {}, ...others] = await linesOf({ targetId: user.id });
    expect(others).toEqual([]);
    expect(created).toMatchObject({
      action: "create",
      actor: { kind: "token", name: "MUSTER_ADMIN_TOKEN", address: "127.0.0.1" },
      target: { type: "User", id: user.id },
      before: null,
      after: { title: "Guide" },
    });
    expect(replaced).toMatchObject({
      action: "replace",
      actor: { kind: "builtIn", name: "admin" },
      before: { title: "Guide" },
      after: { title: "Chief" },
    });
    expect(removed).toMatchObject({ action: "delete", before: { title: "Chief" }, after: null });
  });

  test("is left by every kind of write, under the name of who asked", async () => {
    const user = await createUser(server, {});
    const group = await createGroup(server);
    const members = { op: "add", path: "members", value: [{ value: user.id }] };
    await server.request("PATCH", `/scim/v2/Groups/${group.id}`, { ...patchSchemas, Operations: [members] });
    const put = (path: string, body: Body) => server.request("PUT", path, JSON.stringify(body), json);
    const post = (path: string, body: Body) => server.request("POST", path, JSON.stringify(body), json);
    await put(`/api/users/${user.id}/password`, { password: "a password that an administrator set" });
    const token = await post("/api/tokens", { name: "audited", scopes: ["scim:read"] });
    server.keepSecret(text(token.json.token));
    const application = text((await post("/api/applications", { name: unique("App") })).json.id);
    await post(`/api/applications/${application}/users`, { userId: user.id, spCustomAttribute1: "one" });
    await server.request("PATCH", "/api/settings", JSON.stringify({ passwordCharsMin: 13 }), json);
    const told = (await linesOf({ limit: "6" })).map(({ action, target, actor, details }) => {
      expect(actor).toMatchObject({ kind: "token", name: "MUSTER_ADMIN_TOKEN" });
      return [action, object(target).type, details];
    });
    expect(told).toEqual([
      ["put", "settings", { value: expect.objectContaining({ passwordCharsMin: 13 }) }],
      ["assign", "User", { applicationId: application, spCustomAttribute1: "one" }],
      ["create", "Application", { name: expect.any(String), homeUrl: null, access: "internal" }],
      ["create", "Token", { name: "audited", scopes: ["scim:read"], profile: "compatible", expiresAt: null }],
      ["setPassword", "User", null],
      ["changeMembers", "Group", { added: [user.id], addedCount: 1 }],
    ]);
  });

  test("of an import names it and who uploaded it", async () => {
    const form = new FormData();
    const userName = unique();
    form.set("file", new Blob([`userName,title\n${userName},Guide\n`]), "users.csv");
    const headers = { Authorization: `Bearer ${server.token}`, Prefer: "wait=20" };
    const job = await readAnswer(await fetch(`${server.url}/api/imports`, { method: "POST", headers, body: form }));
    const [line = {}] = await linesOf({ actor: text(job.json.id) });
    expect(line).toMatchObject({
      action: "create",
      actor: { kind: "import", id: job.json.id, name: "MUSTER_ADMIN_TOKEN" },
      after: { userName, title: "Guide" },
    });
    const { id } = job.json;
    expect((await server.request("POST", `/api/imports/${text(id)}/undo`)).status).toBe(202);
    const deeds = (await linesOf({ targetId: text(id) })).map(({ action, actor }) => [action, object(actor).kind]);
    expect(deeds).toEqual([
      ["undo", "token"],
      ["create", "token"],
    ]);
  });

  test("is left by refused logins, of which many are told together, and none with its password", async () => {
    const name = unique("mallory");
    const guess = { Authorization: basic(name, "a-guess-that-is-wrong") };
    server.keepSecret("a-guess-that-is-wrong");
    const answers = Array.from({ length: 30 }, () => server.request("GET", "/scim/v2/Me", undefined, guess));
    for (const { status } of await Promise.all(answers)) expect(status).toBeOneOf([401, 429]);
    const [line = {}, ...others] = await linesOf({ action: "refuseLogin", actor: name });
    expect(others.length).toBeLessThan(3);
    expect(line).toMatchObject({ actor: { name, address: "127.0.0.1" }, target: { type: "Login" } });
    expect(object(line.details).reason).toBeOneOf(["password", "throttled"]);
  });

  test("is found by who, what and when", async () => {
    const before = new Date(Date.now() - 1).toISOString();
    const user = await createUser(server, {});
    const after = new Date(Date.now() + 1000).toISOString();
    expect((await linesOf({ from: before, to: after, targetType: "User" })).length).toBeGreaterThan(0);
    expect(await linesOf({ to: before, targetId: user.id })).toEqual([]);
    expect(await linesOf({ from: after })).toEqual([]);
    expect(await linesOf({ actor: "nobody" })).toEqual([]);
    const first = await server.request("GET", "/api/audit?limit=2");
    const second = await server.request("GET", `/api/audit?limit=2&before=${String(first.json.next)}`);
    const sequences = [first, second].flatMap(({ json: page }) => objects(page.lines).map(({ sequence }) => sequence));
    expect(sequences).toEqual([...new Set(sequences)].sort((one, other) => Number(other) - Number(one)));
    expectRefusal(await server.request("GET", "/api/audit?from=yesterday"), invalidValue);
    expectRefusal(await server.request("GET", "/api/audit?limit=0"), invalidValue);
  });
});

describe("the chain", () => {
  const damages: readonly (readonly [what: string, sql: string, check: string])[] = [
    ["a line that is changed", "UPDATE audit SET actor_name = 'x' WHERE sequence = 2", "audit trail"],
    ["a line that is left out", "DELETE FROM audit WHERE sequence = 2", "audit trail"],
    ["what was before", "UPDATE audit SET before = '{}' WHERE before IS NOT NULL", "audit trail"],
    [
      "a document that is changed",
      "UPDATE resource SET doc = replace(doc, 'Guide', 'Chief') WHERE resource_type = 'User'",
      "documents of the audit trail",
    ],
    ["a user who is removed", "DELETE FROM resource WHERE resource_type = 'User'", "documents of the audit trail"],
  ];
  test.each(damages)("tells %s", async (_, sql, name) => {
    const small = await startServer();
    try {
      const user = await createUser(small, { title: "Guide" });
      const patch = { ...patchSchemas, Operations: [{ op: "replace", path: "nickName", value: "Kim" }] };
      await small.request("PATCH", `${usersPath}/${user.id}`, patch);
      const file = `${small.dataDir}/muster.db`;
      const findings = () => {
        const reports = examine({ file, keyFile: `${small.dataDir}/muster.key`, now: Date.now() });
        return reports.filter(({ check, state }) => check.name.includes("audit") && state === "finding");
      };
      expect(findings()).toEqual([]);
      const head = (await small.request("GET", "/api/audit/head")).json;
      const [last = {}] = objects((await small.request("GET", "/api/audit")).json.lines);
      expect(head).toEqual({ sequence: last.sequence, hash: last.hash });
      const db = new Database(file);
      db.run(sql);
      db.close(true);
      expect(findings().map(({ check }) => check.name)).toEqual([name]);
    } finally {
      await small.stop();
    }
  });
});
