import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { wso2AskPasswordCsv } from "../import/support/wso2.ts";
import { linkIn } from "../support/mail-server.ts";
import { expectRefusal, usersPath } from "../support/scim.ts";
import {
  type Answer,
  type Body,
  basic,
  objects,
  readAnswer,
  startServer,
  type TestServer,
  text,
} from "../support/server.ts";

/*
 * What WSO2 Identity Server's page "Import Users" promises of the users of a CSV: those with askPassword choose a password
 * by mail, those of the others are valid for 24 hours until an administrator sets another, and everybody has the role
 * Everyone.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const json = { "Content-Type": "application/json" };

async function upload(csv: string): Promise<Body> {
  const form = new FormData();
  form.set("file", new Blob([csv]), "users.csv");
  const headers = { Authorization: `Bearer ${server.token}`, Prefer: "wait=20" };
  return (await readAnswer(await fetch(`${server.url}/api/imports`, { method: "POST", headers, body: form }))).json;
}

const login = (userName: string, password: string): Promise<Answer> =>
  server.request("GET", "/scim/v2/Me", undefined, { Authorization: basic(userName, password) });
const idOf = async (userName: string): Promise<string> => {
  const filter = encodeURIComponent(`userName eq "${userName}"`);
  const [found = {}] = objects((await server.request("GET", `${usersPath}?filter=${filter}`)).json.Resources);
  return text(found.id);
};

describe("the CSV of the page, with askPassword", () => {
  test("is three users, and again three duplicates in the words of the source", async () => {
    expect(await upload(wso2AskPasswordCsv)).toMatchObject({ state: "completed", counts: { created: 3 } });
    expect(await upload(wso2AskPasswordCsv)).toMatchObject({
      message: "Bulk User Import was completed with Errors. Success count : 0,  Failed Count : 0, Duplicate Count : 3.",
    });
  });

  test("lets in by the password of the file for 24 hours, and then by one that an administrator sets", async () => {
    expect((await login("name1", "Password1")).json.userName).toBe("name1");
    const db = new Database(`${server.dataDir}/muster.db`);
    const [{ hours } = { hours: 0 }] = db
      .query<{ hours: number }, []>(
        "SELECT (valid_until - changed) / 3600000.0 AS hours FROM credential WHERE valid_until > 0",
      )
      .all();
    expect(hours).toBeCloseTo(24, 1);
    db.run("UPDATE credential SET valid_until = 1 WHERE valid_until IS NOT NULL");
    db.close();
    for (const [name, password] of [
      ["name1", "Password1"],
      ["name2", "Password2"],
    ] as const) {
      const refused = await login(name, password);
      expectRefusal(refused, { status: 401 });
      expect(refused.json.detail).toBe("Password change required.");
    }
    const put = { password: "adming" };
    const path = `/api/users/${await idOf("name1")}/password`;
    expect((await server.request("PUT", path, JSON.stringify(put), json)).status).toBe(204);
    expect((await login("name1", "adming")).status).toBe(200);
  });

  test("has the third choose a password by mail; that of the file lets nobody in", async () => {
    expectRefusal(await login("name3", "Password3"), { status: 401 });
    const id = await idOf("name3");
    const access = (await server.request("GET", `/api/users/${id}/access`)).json;
    expect(access).toMatchObject({ status: "pending", hasPassword: false, roles: ["Everyone"] });
    const [link = {}] = objects(access.activations);
    const lives = Date.parse(text(link.expiresAt)) - Date.parse(text(link.sent));
    expect(lives / 60_000).toBe(1440);
    const mail = (await server.request("GET", `/api/mail/${text(link.mailId)}`)).json;
    expect(mail).toMatchObject({ to: "name3@gmail.com", state: "queued" });
    const password = "this is name3, really";
    const body = new URLSearchParams({ password, again: password });
    expect((await fetch(linkIn({ text: text(mail.text) }), { method: "POST", body })).status).toBe(422);
    const better = new URLSearchParams({ password: "correct horse battery", again: "correct horse battery" });
    expect((await fetch(linkIn({ text: text(mail.text) }), { method: "POST", body: better })).status).toBe(200);
    expect((await login("name3", "correct horse battery")).status).toBe(200);
    expect((await server.request("GET", `/api/users/${id}/access`)).json).toMatchObject({ status: "active" });
  });

  test("shows the role Everyone to administrators, and to nobody as a group", async () => {
    for (const name of ["name1", "name2", "name3"]) {
      const id = await idOf(name);
      expect((await server.request("GET", `/api/users/${id}/access`)).json.roles).toEqual(["Everyone"]);
      expect((await server.request("GET", `${usersPath}/${id}`)).json.groups).toBeUndefined();
    }
    expect((await server.request("GET", "/scim/v2/Groups")).json.totalResults).toBe(0);
  });

  test("sends nobody a second mail when it is imported again, nor when the import is undone", async () => {
    const csv = wso2AskPasswordCsv.replaceAll("name", "other");
    const job = await upload(csv);
    await upload(csv);
    const mails = async () =>
      objects((await server.request("GET", "/api/mail")).json.mails).filter(({ to }) => to === "other3@gmail.com");
    expect(await mails()).toMatchObject([{ state: "queued" }]);
    expect((await server.request("POST", `/api/imports/${text(job.id)}/undo`)).status).toBe(202);
    for (let tries = 0; tries < 200 && (await mails())[0]?.state === "queued"; tries++) await Bun.sleep(20);
    expect(await mails()).toMatchObject([{ state: "withdrawn" }]);
  });

  test("refuses a row that asks for a mail and has no address", async () => {
    const csv = "UserName,Password,Claims\nnomail,x,http://wso2.org/claims/identity/askPassword=true\n";
    const job = await upload(csv);
    expect(job).toMatchObject({ counts: { failed: 1, created: 0 } });
    const report = await server.request("GET", `/api/imports/${text(job.id)}/report.csv`);
    expect(report.text).toContain("mail_missing");
  });
});
