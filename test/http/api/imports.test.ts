import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectRefusal, invalidValue, uniqueness, usersPath } from "../../support/scim.ts";
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

interface Sent {
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

async function upload(
  file: string | Uint8Array<ArrayBuffer>,
  { fields = {}, headers = {} }: Sent = {},
): Promise<Answer> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set("file", new Blob([file]), "people");
  const about = { Authorization: `Bearer ${server.token}`, Prefer: "wait=20", ...headers };
  return readAnswer(await fetch(`${server.url}/api/imports`, { method: "POST", headers: about, body }));
}

const linkOf = (job: Body, name: string): string => new URL(text(object(job.links)[name])).pathname;
const wait = { Prefer: "wait=20" };

async function userNamed(userName: string): Promise<Body | undefined> {
  const filter = encodeURIComponent(`userName eq "${userName}"`);
  const [user] = objects((await server.request("GET", `${usersPath}?filter=${filter}`)).json.Resources);
  return user;
}

describe("an import, from the plan to its undo", () => {
  test("goes by the links that each answer has", async () => {
    const [ana, bo] = [unique("ana"), unique("bo")];
    const planned = await upload(`userName,title,active\n${ana},Boss,\n${bo},Clerk,perhaps\n`, {
      fields: { dryRun: "true" },
    });
    expect(planned.status).toBe(200);
    expect(planned.json).toMatchObject({ state: "planned", plan: { created: 1, failed: 1, total: 2 } });
    expect(Object.keys(object(planned.json.links))).toContain("failed");

    const applied = await server.request("POST", linkOf(planned.json, "apply"), undefined, wait);
    expect(applied.json).toMatchObject({ state: "completed_with_errors", counts: { created: 1, failed: 1, total: 2 } });
    expect(await userNamed(ana)).toMatchObject({ title: "Boss" });

    const failed = await server.request("GET", linkOf(applied.json, "failed"));
    expect(failed.header("Content-Type")).toStartWith("text/csv");
    expect(failed.text).toContain(`,${bo},Clerk,perhaps`);
    expectRefusal(await server.request("GET", linkOf(applied.json, "failed").replace(".csv", ".ndjson")), {
      status: 404,
    });

    const report = await server.request("GET", linkOf(applied.json, "reportJson"));
    expect(objects(report.json.rows).map(({ outcome }) => outcome)).toEqual(["created", "failed"]);
    const wso2 = await server.request("GET", `${linkOf(applied.json, "reportJson")}?format=wso2`);
    expect(wso2.json).toMatchObject({ successCount: 1, failedCount: 1, duplicateCount: 0 });

    const retried = await server.request("POST", linkOf(applied.json, "retry"), undefined, wait);
    expect(retried.json).toMatchObject({ retryOf: applied.json.id, counts: { failed: 1, total: 1 } });

    const undone = await server.request("POST", linkOf(applied.json, "undo"), undefined, wait);
    expect(undone.json).toMatchObject({ state: "undone", undone: { undone: 1, conflict: 0 } });
    expect(await userNamed(ana)).toBeUndefined();
    expectRefusal(await server.request("POST", `/api/imports/${text(applied.json.id)}/undo`), { status: 409 });
  });

  test("tells its progress as events, the last of which is its end", async () => {
    const names = Array.from({ length: 200 }, () => unique("event"));
    const job = await upload(`userName\n${names.join("\n")}\n`, { headers: { Prefer: "wait=0" } });
    const events = await server.request("GET", linkOf(job.json, "events"));
    expect(events.header("Content-Type")).toBe("text/event-stream");
    const blocks = events.text.trim().split("\n\n");
    expect(blocks.at(-1)).toStartWith("event: end\ndata: {");
    const end: unknown = JSON.parse((blocks.at(-1) ?? "").split("data: ")[1] ?? "");
    expect(end).toMatchObject({ state: "completed", counts: { created: 200 } });
    for (const block of blocks.slice(0, -1)) expect(block).toStartWith("event: progress\ndata: {");
  });

  test("is cancelled while its plan waits, and then no more", async () => {
    const planned = await upload(`userName\n${unique()}\n`, { fields: { dryRun: "true" } });
    const cancelled = await server.request("POST", linkOf(planned.json, "cancel"), undefined, wait);
    expect(cancelled.json).toMatchObject({ state: "cancelled" });
    expectRefusal(await server.request("POST", `/api/imports/${text(planned.json.id)}/cancel`), { status: 409 });
    expectRefusal(await server.request("POST", `/api/imports/${text(planned.json.id)}/apply`), { status: 409 });
  });
});

describe("an upload", () => {
  test("with an Idempotency-Key is one job, however often it is sent, and also at the same time", async () => {
    const headers = { "Idempotency-Key": unique("key"), Prefer: "wait=0" };
    const file = `userName\n${unique()}\n`;
    const answers = await Promise.all([
      upload(file, { headers }),
      upload(file, { headers }),
      upload(file, { headers }),
    ]);
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 202]);
    expectRefusal(await upload(`userName\n${unique()}\n`, { headers }), { status: 409 });
  });

  test("of the same file twice at once makes nobody twice, and loses nobody", async () => {
    const names = Array.from({ length: 50 }, () => unique("twice"));
    const file = `userName\n${names.join("\n")}\n`;
    const jobs = await Promise.all([upload(file), upload(file)]);
    const created = jobs.map(({ json }) => Number(object(json.counts).created));
    const duplicate = jobs.map(({ json }) => Number(object(json.counts).duplicate));
    expect(created.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(duplicate.reduce((sum, count) => sum + count, 0)).toBe(50);
  });

  test.each([
    [{ mode: "swap" }, "mode must be"],
    [{ mapping: "nobody-saved-it" }, "There is no import mapping"],
    [{ charset: "klingon" }, "charset must be"],
    [{ "dry-run": "true" }, "There is no field"],
  ] as const)("with %j is refused in words", async (fields, words) => {
    const answer = await upload("userName\nx\n", { fields });
    expectRefusal(answer, invalidValue);
    expect(text(answer.json.detail)).toContain(words);
  });

  test.each([
    [
      "a PNG that is called a table",
      Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
      "unsupported|not a table|image|PNG",
    ],
    ["half a ZIP", Buffer.from("504b0304140000000800", "hex"), "damaged or cut off"],
    ["one record of JSON that is cut off", Buffer.from('[{"userName":"a'), "cut off|stops"],
  ] as const)("of %s ends as failed, in words, and changes nothing", async (_, bytes, words) => {
    const answer = await upload(new Uint8Array(bytes));
    expect(answer.json).toMatchObject({ state: "failed", counts: { total: 0 } });
    expect(text(answer.json.message)).toMatch(new RegExp(words, "i"));
  });
});

describe("mappings", () => {
  const columns = [{ column: "Login", path: "userName" }];

  test("are saved, shown, replaced, used and forgotten", async () => {
    const name = unique("map");
    const made = await server.request("POST", "/api/import-mappings", { name, columns });
    expect([made.status, made.json]).toEqual([201, { name, columns }]);
    expectRefusal(await server.request("POST", "/api/import-mappings", { name, columns }), uniqueness);
    const path = `/api/import-mappings/${name}`;
    expect(new URL(made.header("Location")).pathname).toBe(path);
    const more = [...columns, { column: "Titel", path: "title" }];
    expect((await server.request("PUT", path, { columns: more })).json).toEqual({ name, columns: more });
    expect((await server.request("GET", path)).json).toEqual({ name, columns: more });
    expect(objects((await server.request("GET", "/api/import-mappings")).json.mappings)).toContainEqual({
      name,
      columns: more,
    });
    const user = unique();
    const job = await upload(`Login;Titel\n${user};Chef\n`, { fields: { mapping: name } });
    expect(job.json).toMatchObject({ dialect: "custom", counts: { created: 1 } });
    expect(await userNamed(user)).toMatchObject({ title: "Chef" });
    expect((await server.request("DELETE", path)).status).toBe(204);
    expectRefusal(await server.request("GET", path), { status: 404 });
    expectRefusal(await server.request("DELETE", path), { status: 404 });
  });

  test("that are not valid are refused", async () => {
    expectRefusal(await server.request("POST", "/api/import-mappings", { name: "x", columns: [] }), invalidValue);
    const wrong = { name: "x", columns: [{ column: "a", path: "shoeSize" }] };
    expectRefusal(await server.request("POST", "/api/import-mappings", wrong), invalidValue);
  });
});

describe("an export", () => {
  test("is a file in the dialect that is asked for, which changes nothing when it comes back", async () => {
    await upload(`userName,title\n${unique()},=x\n`);
    for (const dialect of ["scim-path", "wso2-claims", "okta", "google", "ndjson"]) {
      const file = await server.request("GET", `/api/exports/users?dialect=${dialect}`);
      expect(file.header("Content-Disposition")).toContain(`users-${dialect}.`);
      const job = await upload(file.text, { fields: { mode: "upsert", dryRun: "true" } });
      const { total, unchanged } = object(job.json.plan);
      expect([dialect, unchanged]).toEqual([dialect, total]);
    }
  });

  test("has hashes for administrators alone, and a mark when Excel is to read it", async () => {
    const reader = await server.makeToken({ scopes: ["scim:read"] });
    const headers = { Authorization: `Bearer ${reader}` };
    expect((await server.request("GET", "/api/exports/users", undefined, headers)).status).toBe(200);
    expectRefusal(await server.request("GET", "/api/exports/users?hashes=true", undefined, headers), { status: 403 });
    const marked = await fetch(`${server.url}/api/exports/users?bom=true`, { headers });
    expect([...new Uint8Array(await marked.arrayBuffer()).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expectRefusal(await server.request("GET", "/api/exports/users?dialect=klingon"), invalidValue);
    expectRefusal(await server.request("GET", "/api/exports/users?ids=perhaps"), invalidValue);
  });
});
