import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { linkIn, type MailServer, startMailServer } from "../support/mail-server.ts";
import { createGroup, createUser, expectRefusal, invalidValue, usersPath } from "../support/scim.ts";
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
} from "../support/server.ts";

/*
 * What SAP Cloud Identity Services' page "Import or Update Users for a Specific Application" has an administrator do:
 * choose an application, import a CSV for it, send e-mails; then the users activate their accounts and go on to the
 * application, which lets in who is imported for it where its access is private.
 */

let mails: MailServer;
let server: TestServer;
beforeAll(async () => {
  mails = await startMailServer();
  const smtpUrl = `smtp://127.0.0.1:${mails.port}`;
  server = await startServer({ smtpUrl, mailFrom: "Muster <muster@example.org>", baseUrl: "https://muster.example" });
});
afterAll(async () => {
  await server.stop();
  await mails.stop();
});

const json = { "Content-Type": "application/json" };
const post = (path: string, body: Body = {}): Promise<Answer> =>
  server.request("POST", path, JSON.stringify(body), json);

async function importFor(applicationId: string, csv: string, more: Readonly<Record<string, string>> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ applicationId, ...more })) form.set(name, value);
  form.set("file", new Blob([csv]), "users.csv");
  const headers = { Authorization: `Bearer ${server.token}`, Prefer: "wait=30" };
  return (await readAnswer(await fetch(`${server.url}/api/imports`, { method: "POST", headers, body: form }))).json;
}

const userNamed = async (userName: string): Promise<Body> => {
  const filter = encodeURIComponent(`userName eq "${userName}"`);
  return objects((await server.request("GET", `${usersPath}?filter=${filter}`)).json.Resources)[0] ?? {};
};
const accessOf = async (applicationId: string, user: unknown): Promise<Body> =>
  (await server.request("GET", `/api/applications/${applicationId}/access?user=${String(user)}`)).json;

/** Where the test server listens, in the place of the address that its mails name. */
const hereOf = (link: string): string => link.replace("https://muster.example", server.url);

const header =
  "status,loginName,mail,firstName,lastName,language,validTo,validFrom,spCustomAttribute1,spCustomAttribute2," +
  "spCustomAttribute3,spCustomAttribute4,spCustomAttribute5,groups";

describe("the import of users for an application", () => {
  test("takes them in without passwords, tells what it did in the words of SAP, and mails nobody", async () => {
    const group = await createGroup(server);
    const app = (await post("/api/applications", { name: unique("Shop"), access: "private" })).json;
    const known = await createUser(server, {
      userName: "dana",
      emails: [{ value: "dana.moore@example.org", primary: true }],
      name: { familyName: "More" },
    });
    const rows = [
      header,
      `active,jdoe,john.doe@example.org,John,Doe,fr,20271231235959Z,20260101000000Z,EMEA,,,,42,${text(group.displayName)}`,
      "active,,jane@example.org,Jane,Roe,de_DE,,,,,,,,",
      "inactive,gone,gone@example.org,,Gone,zz-nonsense,,,,,,,,",
      "active,,dana.moore@example.org,Dana,Moore,EN,,,APJ,,,,,",
    ].join("\n");
    const preview = await importFor(text(app.id), rows, { dryRun: "true" });
    expect([preview.state, preview.message]).toEqual([
      "planned",
      "3 users will be created. 1 users will be updated because they already exist. Do you want to continue?",
    ]);
    const job = await importFor(text(app.id), rows);
    expect(job).toMatchObject({
      state: "completed",
      dialect: "sap-ias",
      message: "Users imported or updated",
      counts: { created: 3, updated: 1, failed: 0 },
    });
    expect(mails.received).toEqual([]);

    const users = (await server.request("GET", `/api/applications/${text(app.id)}/users`)).json;
    expect(users.total).toBe(4);
    expect(objects(users.users)).toMatchObject([
      {
        userName: "dana",
        userId: known.id,
        status: "new",
        activation: "none",
        attributes: { spCustomAttribute1: "APJ" },
      },
      {
        userName: "jdoe",
        status: "new",
        activation: "none",
        validFrom: "2026-01-01T00:00:00Z",
        validTo: "2027-12-31T23:59:59Z",
        attributes: { spCustomAttribute1: "EMEA", spCustomAttribute5: "42" },
      },
      { userName: "jane@example.org", status: "new", attributes: {} },
      { userName: "gone", status: "inactive" },
    ]);
    const valid = encodeURIComponent(
      'urn:ietf:params:scim:schemas:extension:sap:2.0:User:validTo gt "2027-06-01T00:00:00Z"',
    );
    const found = objects((await server.request("GET", `${usersPath}?filter=${valid}`)).json.Resources);
    expect(found.map(({ userName }) => userName)).toEqual(["jdoe"]);
    expect((await importFor(text(app.id), rows)).counts).toMatchObject({ unchanged: 4 });
  });

  test("is private for whoever was not imported, and tells why", async () => {
    const app = text((await post("/api/applications", { name: unique("Private"), access: "private" })).json.id);
    const outside = await createUser(server, {});
    const mail = `${unique()}@example.org`;
    await importFor(app, `status,mail,lastName\nactive,${mail},In\n`);
    const inside = await userNamed(mail);
    expect(await accessOf(app, outside.id)).toMatchObject({ allowed: false, reason: "notAssigned" });
    expect(await accessOf(app, inside.id)).toMatchObject({ allowed: true, reason: "assigned", status: "new" });
    await importFor(app, `status,mail,lastName\ninactive,${mail},In\n`);
    expect(await accessOf(app, inside.id)).toMatchObject({ allowed: false, reason: "inactive", status: "inactive" });
    for (const [access, reason] of [
      ["internal", "active"],
      ["public", "public"],
    ] as const) {
      await server.request("PUT", `/api/applications/${app}`, JSON.stringify({ name: unique("Open"), access }), json);
      expect(await accessOf(app, outside.id)).toMatchObject({ allowed: true, reason });
    }
    const refused = await server.request("GET", `/api/applications/${app}/access?user=${app}`);
    expectRefusal(refused, { status: 404 });
  });

  test("is undone with its assignments", async () => {
    const app = text((await post("/api/applications", { name: unique("Undone") })).json.id);
    const mail = `${unique()}@example.org`;
    const known = await createUser(server, { emails: [{ value: mail, primary: true }], name: { familyName: "In" } });
    const job = await importFor(app, `status,mail,lastName,spCustomAttribute2\nactive,${mail},In,two\n`);
    expect(await accessOf(app, known.id)).toMatchObject({ allowed: true });
    const assigned = async () => (await server.request("GET", `/api/applications/${app}/users`)).json.total;
    expect(await assigned()).toBe(1);
    expect((await server.request("POST", `/api/imports/${text(job.id)}/undo`)).status).toBe(202);
    for (let tries = 0; tries < 200 && (await assigned()) !== 0; tries++) await Bun.sleep(20);
    expect(await assigned()).toBe(0);
  });

  test("for an application that is not there takes nobody in", async () => {
    const mail = `${unique()}@example.org`;
    const job = await importFor("nowhere", `status,mail,lastName\nactive,${mail},In\n`);
    expect(job).toMatchObject({ state: "failed", message: 'there is no application "nowhere"; nothing was imported' });
    expect(await userNamed(mail)).toEqual({});
  });
});

describe("sending the mails of an application", () => {
  test("is refused in SAP's words while it has no home", async () => {
    const app = text((await post("/api/applications", { name: unique("Homeless") })).json.id);
    const answer = await post(`/api/applications/${app}/send-emails`);
    expectRefusal(answer, { status: 409 });
    expect(answer.json.detail).toBe(
      "Home URL or SAML 2.0 configuration of the application missing. You can only import users, " +
        "but you cannot send activation emails.",
    );
  });

  test("goes to whoever has no password and no mail yet; the link sets a password, once, and leads on", async () => {
    const homeUrl = "https://shop.example/start";
    const app = text((await post("/api/applications", { name: "Shöp & Sons", homeUrl, access: "private" })).json.id);
    const [first, second, third] = [unique(), unique(), unique()].map((name) => `${name}@example.org`);
    const rows = [`active,${first},One,fr`, `active,${second},Two,de`, `inactive,${third},Three,en`];
    await importFor(app, ["status,mail,lastName,language", ...rows].join("\n"));
    const before = mails.received.length;
    expect((await post(`/api/applications/${app}/send-emails`)).json).toMatchObject({
      sent: 2,
      failed: 0,
      message: "2 emails sent",
    });
    expect((await post(`/api/applications/${app}/send-emails`)).json).toMatchObject({
      sent: 0,
      message: "0 emails sent",
    });
    const came = (await mails.untilReceived(before + 2)).slice(before);
    expect(came.map(({ recipients }) => recipients[0]).sort()).toEqual([first, second].sort());
    const french = came.find(({ recipients }) => recipients[0] === first);
    expect(french?.subject).toBe("Activez votre compte pour Shöp & Sons");
    expect(french?.html).toContain("Shöp &#38; Sons");
    expect(came.find(({ recipients }) => recipients[0] === second)?.subject).toStartWith("Aktivieren Sie");

    if (french === undefined) throw new Error("no mail");
    const link = hereOf(linkIn(french));
    const page = await fetch(link);
    expect([page.status, page.headers.get("Referrer-Policy"), page.headers.get("Cache-Control")]).toEqual([
      200,
      "no-referrer",
      "no-store",
    ]);
    expect(await page.text()).toContain("Choisir votre mot de passe");
    const send = (password: string, again = password) =>
      fetch(link, { method: "POST", body: new URLSearchParams({ password, again }) });
    expect((await send("short")).status).toBe(422);
    expect((await send("a whole new password", "another new password")).status).toBe(422);
    const wanted = "correct horse battery";
    const [one, other] = await Promise.all([send(wanted), send(wanted)]);
    expect([one.status, other.status].sort()).toEqual([200, 410]);
    const done = one.status === 200 ? one : other;
    expect(done.headers.get("Refresh")).toContain(homeUrl);
    expect(await done.text()).toContain(`href="${homeUrl}"`);
    expect((await send("yet another password")).status).toBe(410);

    const me = await server.request("GET", "/scim/v2/Me", undefined, { Authorization: basic(text(first), wanted) });
    expect([me.status, me.json.userName]).toEqual([200, first]);
    const users = objects((await server.request("GET", `/api/applications/${app}/users`)).json.users);
    const told = users.map(({ status, activation }) => [status, activation]);
    expect(told).toEqual([
      ["active", "activated"],
      ["pending", "sent"],
      ["inactive", "none"],
    ]);
    // The link is gone from the outbox, and the hash of its code is all that is left.
    const listed = objects((await server.request("GET", "/api/mail?limit=1000")).json.mails);
    const sent = listed.find(({ to }) => to === first);
    expect(sent?.state).toBe("sent");
    const mail = await server.request("GET", `/api/mail/${text(sent?.id)}`);
    expect(mail.text).not.toContain("/activate/");
  });

  test("tells who has no address that mail can be sent to, and sends the others theirs", async () => {
    const homeUrl = "https://shop.example/";
    const app = text((await post("/api/applications", { name: unique("Mixed"), homeUrl })).json.id);
    const mail = `${unique()}@example.org`;
    const wrong = "no address";
    await importFor(app, `status,mail,lastName\nactive,${mail},Good\nactive,${wrong},Wrong\n`);
    const result = (await post(`/api/applications/${app}/send-emails`)).json;
    expect(result).toMatchObject({ sent: 1, failed: 1, failures: [{ userName: wrong }] });
    expect(result.message).toBe(
      "First 1 mails are sent. Mailing has been interrupted because sending e-mail to user with e-mail address " +
        "no address is not possible. Please update the user e-mail and trigger e-mail sending again.",
    );
  });
});

describe("a link", () => {
  async function invited(): Promise<{ readonly id: string; readonly mail: string; readonly link: string }> {
    const mail = `${unique()}@example.org`;
    const user = await createUser(server, { emails: [{ value: mail, primary: true }] });
    expect((await post(`/api/users/${user.id}/activation`)).status).toBe(201);
    return { id: user.id, mail, link: hereOf(linkIn(await mails.mailTo(mail))) };
  }

  test("is ended by the next one, and by being revoked", async () => {
    const { id, link, mail } = await invited();
    expect((await post(`/api/users/${id}/activation`)).status).toBe(201);
    await mails.mailTo(mail, 2);
    expect((await fetch(link)).status).toBe(404);
    const access = (await server.request("GET", `/api/users/${id}/access`)).json;
    expect(access).toMatchObject({ roles: ["Everyone"], status: "pending", hasPassword: false });
    const [activation = {}] = objects(access.activations);
    const path = `/api/activations/${text(activation.id)}`;
    expect((await server.request("DELETE", path)).status).toBe(204);
    expectRefusal(await server.request("DELETE", path), { status: 409 });
    expect((await server.request("GET", path)).json).toMatchObject({ state: "revoked", userId: id });
  });

  test("that is too old offers another, which is sent once in five minutes", async () => {
    const { id, link, mail } = await invited();
    const code = link.split("/").at(-1) ?? "";
    const { hashToken } = await import("../../src/access/token.ts");
    const { Database } = await import("bun:sqlite");
    const db = new Database(`${server.dataDir}/muster.db`);
    const age = (sent: number) =>
      db.run("UPDATE activation SET expires_at = 1, sent = ? WHERE code_hash = ?", [sent, hashToken(code)]);
    age(Date.now());
    const page = await fetch(link);
    expect(page.status).toBe(410);
    expect(await page.text()).toContain('name="renew"');
    const send = (body: Readonly<Record<string, string>>) =>
      fetch(link, { method: "POST", body: new URLSearchParams(body) });
    expect((await send({ password: "correct horse battery", again: "correct horse battery" })).status).toBe(410);
    expect((await send({ renew: "yes" })).status).toBe(429);
    age(1);
    expect((await send({ renew: "yes" })).status).toBe(200);
    expect(linkIn(await mails.mailTo(mail, 2))).not.toBe(link);
    db.close();
    expect((await server.request("GET", `/api/users/${id}/access`)).json.hasPassword).toBe(false);
  });

  test("of somebody who is not active sets nothing", async () => {
    const { id, link } = await invited();
    const patch = { Operations: [{ op: "replace", path: "active", value: false }] };
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    expect((await server.request("PATCH", `${usersPath}/${id}`, { schemas, ...patch })).status).toBe(200);
    const body = new URLSearchParams({ password: "correct horse battery", again: "correct horse battery" });
    const answer = await fetch(link, { method: "POST", body });
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain("not active");
    expect((await server.request("GET", `/api/users/${id}/access`)).json.hasPassword).toBe(false);
  });

  test("that nobody made opens nothing, whatever it looks like", async () => {
    for (const code of ["x", "%00", "A".repeat(5000), "' OR 1=1"]) {
      expect((await fetch(`${server.url}/activate/${encodeURIComponent(code)}`)).status).toBeOneOf([404, 414, 431]);
    }
  });

  test("does not let a name begin a header or a second recipient", async () => {
    const mail = `${unique()}@example.org`;
    const displayName = "Kim\r\nBcc: all@example.org";
    const user = await createUser(server, { displayName, emails: [{ value: mail, primary: true }] });
    const two = await createUser(server, { emails: [{ value: `${mail},other@example.org`, primary: true }] });
    expect((await post(`/api/users/${user.id}/activation`)).status).toBe(201);
    expectRefusal(await post(`/api/users/${two.id}/activation`), invalidValue);
    const came = await mails.mailTo(mail);
    expect([came.recipients, came.bcc]).toEqual([[mail], undefined]);
    expect(came.raw.split("\r\n\r\n")[0]).not.toMatch(/^Bcc:/m);
  });
});
