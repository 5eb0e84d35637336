import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectRefusal, invalidValue, unknownId, usersPath } from "../../support/scim.ts";
import {
  type Answer,
  type Body,
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

/** Sends JSON whose answer may tell a secret, once. */
async function make(path: string, body: Body): Promise<Answer> {
  const headers = { ...json, Authorization: `Bearer ${server.token}` };
  return readAnswer(await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) }));
}

const ask = (token: string, path = `${usersPath}?count=0`): Promise<Answer> =>
  server.request("GET", path, undefined, { Authorization: `Bearer ${token}` });

describe("a token", () => {
  test("is told once, and works until it is ended", async () => {
    const name = unique("ci");
    const made = await make("/api/tokens", { name, scopes: ["scim:read"] });
    expect(made.status).toBe(201);
    expect(made.header("Cache-Control")).toBe("no-store");
    const token = text(made.json.token);
    expect(token).toMatch(/^mst_[\w-]{43}$/);
    server.keepSecret(token);
    expect(made.json).toMatchObject({
      name,
      scopes: ["scim:read"],
      profile: "compatible",
      expiresAt: null,
      lastUsed: null,
    });

    expect((await ask(token)).status).toBe(200);
    expectRefusal(await ask(token, "/api/tokens"), { status: 403 });
    const place = new URL(made.header("Location")).pathname;
    const shown = (await server.request("GET", place)).json;
    expect(shown).toMatchObject({ id: made.json.id, name });
    expect(Date.parse(text(shown.lastUsed))).toBeGreaterThan(Date.now() - 60_000);
    const listed = objects((await server.request("GET", "/api/tokens")).json.tokens);
    expect(listed.filter(({ id }) => id === made.json.id)).toEqual([shown]);

    expect((await server.request("DELETE", place)).status).toBe(204);
    await Bun.sleep(1100);
    expectRefusal(await ask(token), { status: 401 });
    expectRefusal(await server.request("DELETE", place), { status: 404 });
  });

  test("ends by itself at its time", async () => {
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const made = await make("/api/tokens", { name: "short", scopes: ["scim:read"], expiresAt });
    expect(made.json.expiresAt).toBe(expiresAt);
    const token = text(made.json.token);
    expect((await ask(token)).status).toBe(200);
    await Bun.sleep(500);
    expectRefusal(await ask(token), { status: 401 });
  });

  test("is rotated: both work for a while, then the new one alone", async () => {
    const before = await make("/api/tokens", { name: "turning", scopes: ["scim:read"], profile: "entra" });
    const path = `/api/tokens/${text(before.json.id)}/rotate`;
    const after = await make(path, { graceSeconds: 2 });
    expect(after.status).toBe(201);
    expect(after.json).toMatchObject({ name: "turning", scopes: ["scim:read"], profile: "entra" });
    const [old, fresh] = [text(before.json.token), text(after.json.token)];
    for (const token of [old, fresh]) expect((await ask(token)).status).toBe(200);
    await Bun.sleep(2100);
    expectRefusal(await ask(old), { status: 401 });
    expect((await ask(fresh)).status).toBe(200);
    expectRefusal(await make(`/api/tokens/${unknownId}/rotate`, {}), { status: 404 });
  });

  const wrong: readonly (readonly [what: string, body: Body])[] = [
    ["no name", { scopes: ["scim:read"] }],
    ["no scope", { name: "x", scopes: [] }],
    ["a scope that there is not", { name: "x", scopes: ["scim:everything"] }],
    ["a profile that there is not", { name: "x", scopes: ["scim:read"], profile: "lenient" }],
    ["a time that has passed", { name: "x", scopes: ["scim:read"], expiresAt: "2020-01-01T00:00:00Z" }],
    ["a time that is none", { name: "x", scopes: ["scim:read"], expiresAt: "tomorrow" }],
    ["a long name", { name: "x".repeat(201), scopes: ["scim:read"] }],
  ];
  test.each(wrong)("is refused with %s", async (_, body) => {
    expectRefusal(await make("/api/tokens", body), invalidValue);
  });
});

describe("an OAuth client", () => {
  interface Client {
    readonly id: string;
    readonly secret: string;
  }

  async function register(scopes: readonly string[] = ["scim:read", "scim:write"]): Promise<Client> {
    const made = await make("/api/oauth-clients", { name: unique("sync"), scopes });
    expect(made.status).toBe(201);
    const secret = text(made.json.clientSecret);
    expect(secret).toMatch(/^mcs_[\w-]{43}$/);
    server.keepSecret(secret);
    return { id: text(made.json.clientId), secret };
  }

  async function issue(form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
    const body = new URLSearchParams({ grant_type: "client_credentials", ...form });
    return readAnswer(await fetch(`${server.url}/oauth/token`, { method: "POST", headers, body }));
  }

  const inBody = ({ id, secret }: Client) => ({ client_id: id, client_secret: secret });
  const inHeader = ({ id, secret }: Client) => ({
    Authorization: `Basic ${btoa(`${id}:${encodeURIComponent(secret)}`)}`,
  });

  test("gets a token by its secret, in the body or by Basic", async () => {
    const client = await register();
    for (const answer of [await issue(inBody(client)), await issue({}, inHeader(client))]) {
      expect(answer.status).toBe(200);
      expect(answer.header("Cache-Control")).toBe("no-store");
      expect(answer.json).toMatchObject({ token_type: "Bearer", expires_in: 3600, scope: "scim:read scim:write" });
      expect((await ask(text(answer.json.access_token))).status).toBe(200);
    }
  });

  test("may ask for fewer scopes, not for more", async () => {
    const client = await register();
    const fewer = await issue({ ...inBody(client), scope: "scim:read" });
    expect(fewer.json.scope).toBe("scim:read");
    const headers = { ...json, Authorization: `Bearer ${text(fewer.json.access_token)}` };
    expectRefusal(await server.request("POST", usersPath, "{}", headers), { status: 403 });
    const more = await issue({ ...inBody(client), scope: "scim:read admin" });
    expect([more.status, more.json.error]).toEqual([400, "invalid_scope"]);
  });

  test("has two secrets while it turns from one to the next", async () => {
    const client = await register();
    const turn = async (): Promise<Client> => {
      const headers = { Authorization: `Bearer ${server.token}` };
      const path = `${server.url}/api/oauth-clients/${client.id}/rotate`;
      const { json: body } = await readAnswer(await fetch(path, { method: "POST", headers }));
      return { id: client.id, secret: text(body.clientSecret) };
    };
    const second = await turn();
    for (const each of [client, second]) expect((await issue(inBody(each))).status).toBe(200);
    const third = await turn();
    expect((await issue(inBody(client))).status).toBe(401);
    for (const each of [second, third]) expect((await issue(inBody(each))).status).toBe(200);
  });

  test("ends with the tokens that it was given", async () => {
    const client = await register();
    const token = text((await issue(inBody(client))).json.access_token);
    const place = `/api/oauth-clients/${client.id}`;
    expect((await server.request("GET", place)).json).toMatchObject({ clientId: client.id });
    expect((await server.request("DELETE", place)).status).toBe(204);
    await Bun.sleep(1100);
    expectRefusal(await ask(token), { status: 401 });
    expect((await issue(inBody(client))).json.error).toBe("invalid_client");
    expectRefusal(await server.request("DELETE", place), { status: 404 });
  });

  test("is refused in the words of OAuth", async () => {
    const client = await register();
    const refusals: readonly (readonly [Answer, number, string])[] = [
      [await issue({ ...inBody(client), client_secret: "wrong" }), 401, "invalid_client"],
      [await issue({ client_id: unknownId, client_secret: client.secret }), 401, "invalid_client"],
      [await issue({ client_id: client.id }), 401, "invalid_client"],
      [await issue({ ...inBody(client), grant_type: "password" }), 400, "unsupported_grant_type"],
      [await issue(inBody(client), inHeader(client)), 400, "invalid_request"],
    ];
    for (const [answer, status, error] of refusals) {
      expect([answer.status, answer.json.error]).toEqual([status, error]);
      expect(answer.text).not.toContain(client.secret);
      expect(answer.header("WWW-Authenticate")).toBe(status === 401 ? 'Basic realm="muster"' : "");
    }
    const twice = `grant_type=client_credentials&client_id=${client.id}&client_id=${client.id}&client_secret=x`;
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    const sent = { method: "POST", headers: form, body: twice };
    expect((await readAnswer(await fetch(`${server.url}/oauth/token`, sent))).json.error).toBe("invalid_request");
  });

  test("that guesses has to wait, and the right secret too", async () => {
    const client = await register();
    const guess = () => issue({ client_id: client.id, client_secret: "guess" });
    const answers: Answer[] = [];
    for (let times = 0; times < 6; times++) answers.push(await guess());
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
    expect(Number(answers.at(-1)?.header("Retry-After"))).toBeGreaterThan(0);
    expectRefusal(await issue(inBody(client)), { status: 429 });
    await Bun.sleep(1100);
    expect((await issue(inBody(client))).status).toBe(200);
  });
});

describe("wrong passwords", () => {
  const login = (name: string, password: string): Promise<Answer> =>
    server.request("GET", `${usersPath}?count=0`, undefined, { Authorization: `Basic ${btoa(`${name}:${password}`)}` });

  test("make the next login wait, of the account that they were for and no other", async () => {
    const [ana, bo] = [unique("ana"), unique("bo")];
    for (const userName of [ana, bo]) {
      await server.request("POST", usersPath, { userName, password: "the right one", schemas: [userSchema] });
    }
    const statuses: number[] = [];
    for (let times = 0; times < 5; times++) statuses.push((await login(ana, "wrong")).status);
    const refused = await login(ana, "the right one");
    expect([...statuses, refused.status]).toEqual([401, 401, 401, 401, 401, 429]);
    expect(refused.header("Retry-After")).toBe("1");
    expect((await login(bo, "the right one")).status).toBe(403);
    await Bun.sleep(1100);
    expect((await login(ana, "the right one")).status).toBe(403);
  });

  test("a thousand of them at once are refused and recorded, and the service goes on", async () => {
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => login(`nobody${index % 7}`, "x")));
    for (const { status } of answers) expect(status).toBeOneOf([401, 429]);
    expect((await server.request("GET", `${usersPath}?count=0`)).status).toBe(200);
    const recorded = async (): Promise<number> => {
      const lines = objects((await server.request("GET", "/api/audit?action=refuseLogin&limit=1000")).json.lines);
      const own = lines.filter(({ actor }) => text(object(actor).name).startsWith("nobody"));
      return own.reduce((sum, { details }) => sum + Number(object(details).count), 0);
    };
    for (let tries = 0; tries < 300 && (await recorded()) < answers.length; tries++) await Bun.sleep(100);
    expect(await recorded()).toBe(answers.length);
  }, 60_000);
});

const userSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
