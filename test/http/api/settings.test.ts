import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  createUser,
  expectRefusal,
  group,
  groupsPath,
  invalidValue,
  uniqueness,
  user,
  usersPath,
} from "../../support/scim.ts";
import {
  type Answer,
  type Body,
  basic,
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
const settle = (body: Body): Promise<Answer> => server.request("PATCH", "/api/settings", JSON.stringify(body), json);
const post = (path: string, body: Body): Promise<Answer> => server.request("POST", path, JSON.stringify(body), json);

async function upload(csv: string, fields: Readonly<Record<string, string>> = {}): Promise<Body> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new Blob([csv]), "users.csv");
  const headers = { Authorization: `Bearer ${server.token}`, Prefer: "wait=20" };
  return (await readAnswer(await fetch(`${server.url}/api/imports`, { method: "POST", headers, body: form }))).json;
}

describe("the settings of a tenant", () => {
  test("are those that hold when nobody says otherwise; what a change leaves out stays", async () => {
    const initial = (await server.request("GET", "/api/settings")).json;
    expect(initial).toMatchObject({ passwordCharsMin: 12, scimPasswords: "notFromIdentityProviders" });
    const changed = await settle({ passwordCharsMin: 16 });
    expect([changed.status, changed.json]).toEqual([200, { ...initial, passwordCharsMin: 16 }]);
    expect((await settle({ passwordLinkMinutes: 60 })).json).toMatchObject({
      passwordCharsMin: 16,
      passwordLinkMinutes: 60,
    });
    for (const wrong of [{ passwordCharsMin: 3 }, { shoeSize: 1 }, { excludeLists: { shoeSize: [] } }]) {
      expectRefusal(await settle(wrong), invalidValue);
    }
    await settle({ passwordCharsMin: 12, passwordLinkMinutes: 1440 });
  });

  test("say how long a password must be that a person chooses", async () => {
    const userName = unique();
    const password = "a first password of kim";
    await createUser(server, { userName, password });
    await settle({ passwordCharsMin: 30 });
    const change = { userName, password, newPassword: "another one of some length" };
    const short = await server.request("POST", "/api/password-change", JSON.stringify(change), json);
    expectRefusal(short, invalidValue);
    expect(short.json.detail).toBe("newPassword has fewer than 30 characters.");
    await settle({ passwordCharsMin: 12 });
    const { status } = await server.request("POST", "/api/password-change", JSON.stringify(change), json);
    expect(status).toBe(204);
  });

  test("say how long links work, of applications and of others, whoever sends them", async () => {
    await settle({ applicationLinkMinutes: 30, passwordLinkMinutes: 0 });
    const homeUrl = "https://shop.example/";
    const application = text((await post("/api/applications", { name: unique("Shop"), homeUrl })).json.id);
    const emails = [{ value: "kim@example.org", primary: true }];
    const assigned = await createUser(server, { emails });
    await post(`/api/applications/${application}/users`, { userId: assigned.id });
    expect((await post(`/api/applications/${application}/send-emails`, {})).json.sent).toBe(1);
    const minutesOf = async (id: string): Promise<number | null> => {
      const [link = {}] = objects((await server.request("GET", `/api/users/${id}/access`)).json.activations);
      if (link.expiresAt === null) return null;
      return (Date.parse(text(link.expiresAt)) - Date.parse(text(link.sent))) / 60_000;
    };
    expect(await minutesOf(assigned.id)).toBe(30);
    const invited = await createUser(server, { emails });
    expect((await post(`/api/users/${invited.id}/activation`, {})).status).toBe(201);
    expect(await minutesOf(invited.id)).toBeNull();
    await settle({ applicationLinkMinutes: 20_160, passwordLinkMinutes: 1440 });
  });

  const choices: readonly (readonly [choice: string, compatible: number, okta: number])[] = [
    ["notFromIdentityProviders", 200, 401],
    ["all", 200, 200],
    ["none", 401, 401],
  ];
  test.each(choices)("say whose SCIM password sets a login: %s", async (scimPasswords, compatible, okta) => {
    await settle({ scimPasswords });
    const loginAfter = async (profile: string): Promise<number> => {
      const token = await server.makeToken({ scopes: ["scim:write"], profile });
      const [userName, password] = [unique(), "a password that came by SCIM"];
      const headers = { Authorization: `Bearer ${token}` };
      expect((await server.request("POST", usersPath, user(userName, { password }), headers)).status).toBe(201);
      const own = { Authorization: basic(userName, password) };
      return (await server.request("GET", "/scim/v2/Me", undefined, own)).status;
    };
    expect([await loginAfter("compatible"), await loginAfter("okta")]).toEqual([compatible, okta]);
    await settle({ scimPasswords: "notFromIdentityProviders" });
  });
});

describe("an exclude list", () => {
  test("refuses what it has, by import and by SCIM, and leaves who has it already", async () => {
    const kept = await createUser(server, { name: { familyName: "Excluded" } });
    expect((await settle({ excludeLists: { lastName: ["Excluded"], mail: ["no@example.org"] } })).status).toBe(200);
    expect((await server.request("GET", "/api/settings")).json.excludeLists).toEqual({
      mail: ["no@example.org"],
      firstName: [],
      lastName: ["Excluded"],
    });
    const row = `userName,name.familyName\n${unique()},EXCLUDED\n`;
    expect(await upload(row)).toMatchObject({ counts: { failed: 1 } });
    const posted = await server.request("POST", usersPath, user(unique(), { name: { familyName: "excluded" } }));
    expectRefusal(posted, invalidValue);
    expect(posted.json.detail).toBe('name.familyName "excluded" is in the exclude list for lastName.');
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    const patch = (Operations: readonly Body[]) =>
      server.request("PATCH", `${usersPath}/${kept.id}`, { schemas, Operations });
    expect((await patch([{ op: "replace", path: "active", value: false }])).status).toBe(200);
    const mail = [{ op: "add", path: "emails", value: [{ value: "NO@example.org" }] }];
    expectRefusal(await patch(mail), invalidValue);
    await settle({ excludeLists: { lastName: [], mail: [] } });
    expect(await upload(row)).toMatchObject({ counts: { created: 1 } });
    expect((await patch(mail)).status).toBe(200);
  });
});

describe("a user store", () => {
  test("parts names: what is in it is another user, whatever the case of its prefix", async () => {
    expect((await post("/api/user-stores", { name: "sales" })).json).toEqual({ name: "SALES" });
    expectRefusal(await post("/api/user-stores", { name: "Sales" }), uniqueness);
    expectRefusal(await post("/api/user-stores", { name: "primary" }), uniqueness);
    expectRefusal(await post("/api/user-stores", { name: "a/b" }), invalidValue);
    const name = unique();
    expect((await createUser(server, { userName: name })).userName).toBe(name);
    const password = "a password of somebody in sales";
    expect((await createUser(server, { userName: `sales/${name}`, password })).userName).toBe(`SALES/${name}`);
    expectRefusal(await server.request("POST", usersPath, user(`SALES/${name}`)), uniqueness);
    expectRefusal(await server.request("POST", usersPath, user(`PRIMARY/${name}`)), uniqueness);
    expect((await createUser(server, { userName: `OTHER/${name}` })).userName).toBe(`OTHER/${name}`);
    const made = await server.request("POST", groupsPath, group(`Sales/${name}`));
    expect(made.json.displayName).toBe(`SALES/${name}`);
    const me = await server.request("GET", "/scim/v2/Me", undefined, {
      Authorization: basic(`Sales/${name}`, password),
    });
    expect([me.status, me.json.userName]).toEqual([200, `SALES/${name}`]);
  });

  test("is chosen for an import, whatever the names of the file say", async () => {
    await post("/api/user-stores", { name: "IMPORTED" });
    const name = unique();
    const csv = `UserName,Password,Claims\nFOO/${name},pw,http://wso2.org/claims/country=France\n`;
    expect(await upload(csv, { userStore: "imported" })).toMatchObject({ state: "completed", counts: { created: 1 } });
    expect(await upload(csv, { userStore: "imported" })).toMatchObject({ counts: { created: 0, duplicate: 1 } });
    expect(await upload(csv)).toMatchObject({ counts: { created: 1 } });
    const filter = encodeURIComponent(`userName eq "IMPORTED/${name}"`);
    expect((await server.request("GET", `${usersPath}?filter=${filter}`)).json.totalResults).toBe(1);
    expect(await upload(csv, { userStore: "nowhere" })).toMatchObject({
      state: "failed",
      message: 'there is no user store "nowhere"; nothing was imported',
    });
  });

  test("goes when nobody is in it", async () => {
    await post("/api/user-stores", { name: "GONE" });
    const { id } = await createUser(server, { userName: `GONE/${unique()}` });
    expectRefusal(await server.request("DELETE", "/api/user-stores/gone"), { status: 409 });
    expect((await server.request("DELETE", `${usersPath}/${text(id)}`)).status).toBe(204);
    expect((await server.request("DELETE", "/api/user-stores/gone")).status).toBe(204);
    expectRefusal(await server.request("DELETE", "/api/user-stores/gone"), { status: 404 });
    expectRefusal(await server.request("DELETE", "/api/user-stores/PRIMARY"), { status: 409 });
  });
});
