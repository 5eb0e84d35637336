import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KeyFileError, readKeyFile } from "../../src/provisioning/key-file.ts";
import { temporaryFolder } from "../storage/sqlite/folder.ts";
import { createUser, expectRefusal, invalidValue, uniqueness } from "../support/scim.ts";
import { type Answer, type Body, objects, startServer, type TestServer, text, unique } from "../support/server.ts";

const connectors = "/api/provisioning/connectors";
const json = { "Content-Type": "application/json" };

let source: TestServer;
let server: TestServer;
beforeAll(async () => {
  source = await startServer();
  server = await startServer({ provisioningTargets: "any" });
});
afterAll(async () => {
  await server.stop();
  await source.stop();
});

const send = (
  method: string,
  path: string,
  body?: Body,
  headers: Readonly<Record<string, string>> = {},
  to = server,
): Promise<Answer> =>
  to.request(method, path, body === undefined ? undefined : JSON.stringify(body), {
    ...(body !== undefined && json),
    ...headers,
  });

const rules = [
  { from: "$.userName", type: "SUBJECT" },
  { from: "$.title", type: "ATTRIBUTE", target: "title" },
  { from: "$.emails[*].value", type: "ATTRIBUTE", target: "emails", multiple: true },
  { from: "$.groups[*].display", type: "GROUPNAME" },
];

/** Registers the other server as a place that users are taken from, those whose title is this one. */
async function connect(title: string, more: Body = {}): Promise<string> {
  const authentication = { type: "APIKEY", apiKey: source.token };
  const filter = `title eq "${title}"`;
  const body = { name: unique("connector"), url: `${source.url}/scim/v2`, authentication, filter, rules, ...more };
  const answer = await send("POST", connectors, body);
  expect(answer.status, answer.text).toBe(201);
  return text(answer.json.id);
}

async function launch(id: string): Promise<Body> {
  const answer = await send("POST", `${connectors}/${id}/launch`, undefined, { Prefer: "wait=30" });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

/** Imports everything, and waits for the import of this extraction. */
async function imported({ id }: Body): Promise<Body> {
  await send("POST", "/api/provisioning/import");
  return ended(id);
}

async function ended(id: unknown): Promise<Body> {
  for (;;) {
    const { json: extraction } = await server.request("GET", `/api/provisioning/extractions/${id}`);
    if (extraction.status === "Imported" || extraction.parked === true) return extraction;
    await Bun.sleep(20);
  }
}

const there = (title: string, userName = unique()) =>
  createUser(source, { userName, title, emails: [{ value: `${userName}@example.org` }] });
const here = async (title: string): Promise<readonly Body[]> => {
  const filter = encodeURIComponent(`title eq "${title}"`);
  return objects((await server.request("GET", `/scim/v2/Users?filter=${filter}&sortBy=userName`)).json.Resources);
};
const importOf = async (extraction: Body): Promise<Body> => {
  const { id } = extraction.import as Body;
  return (await server.request("GET", `/api/imports/${id}`)).json;
};

describe("a connector", () => {
  test("is shown without its secret, which is encrypted with a key that is a file of its own", async () => {
    const id = await connect("nobody");
    for (const path of [connectors, `${connectors}/${id}`]) {
      const answer = await server.request("GET", path);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(source.token);
      expect(answer.text).not.toContain("sealed");
    }
    const key = join(server.dataDir, "muster.key");
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const stored = readFileSync(join(server.dataDir, "muster.db")).toString("latin1");
    expect(stored.includes(source.token)).toBe(false);
    const trail = await server.request("GET", `/api/audit?targetId=${id}`);
    expect(trail.text).toContain('"secret":"set"');
    expect(trail.text).not.toContain(source.token);
  });

  test("changes what is named; another address forgets the secret", async () => {
    const id = await connect("nobody");
    const path = `${connectors}/${id}`;
    const renamed = await send("PATCH", path, { name: unique("renamed"), count: 7 });
    expect(renamed.json).toMatchObject({ count: 7, hasSecret: true, missing: "keep" });
    expect((await send("PATCH", path, { url: `${source.url}/scim2` })).json.hasSecret).toBe(true);
    expect((await send("PATCH", path, { url: "https://elsewhere.example.org" })).json.hasSecret).toBe(false);
    expectRefusal(await send("POST", `${path}/launch`), { status: 409, names: "has no secret" });
    const authentication = { type: "APIKEY", apiKey: source.token };
    expect((await send("PATCH", path, { url: `${source.url}/scim/v2`, authentication })).json.hasSecret).toBe(true);
    expect((await launch(id)).status).toBe("Exported");
  });

  test("is refused with rules that can not be followed, or a name that is taken", async () => {
    const authentication = { type: "APIKEY", apiKey: "x" };
    const asked = { name: unique(), url: "https://scim.example.org", authentication };
    expectRefusal(await send("POST", connectors, { ...asked, rules: [{ from: "$.", type: "SUBJECT" }] }), {
      ...invalidValue,
      names: "rules[0].from",
    });
    for (const url of ["ftp://scim.example.org", "https://user:secret@scim.example.org", "nowhere"]) {
      expectRefusal(await send("POST", connectors, { ...asked, url }), { ...invalidValue, names: "url" });
    }
    expect((await send("POST", connectors, asked)).status).toBe(201);
    expectRefusal(await send("POST", connectors, asked), uniqueness);
    expectRefusal(await send("POST", connectors, { ...asked, shoeSize: 43 }), invalidValue);
  });

  test("has a schedule that can be kept, or none", async () => {
    const path = `${connectors}/${await connect("nobody")}`;
    const kept = await send("PATCH", path, { schedule: { cron: "0 3 * * 1-5", timezone: "Europe/Oslo" } });
    expect(kept.json.schedule).toEqual({ cron: "0 3 * * 1-5", timezone: "Europe/Oslo", import: true });
    for (const schedule of [
      { cron: "now and then" },
      { cron: "0 3 * * *", timezone: "Nowhere" },
      { cron: "0 0 31 2 *" },
    ]) {
      expectRefusal(await send("PATCH", path, { schedule }), { ...invalidValue, names: "schedule" });
    }
    expect((await send("PATCH", path, { schedule: null })).json.schedule).toBeNull();
  });

  test("that is switched off is not launched", async () => {
    const id = await connect("nobody", { enabled: false });
    expectRefusal(await send("POST", `${connectors}/${id}/launch`), { status: 409, names: "switched off" });
  });

  test("reaches no private address unless the server allows it", async () => {
    const authentication = { type: "APIKEY", apiKey: "x" };
    const made = await send("POST", connectors, { name: unique(), url: source.url, authentication }, {}, source);
    const test = await send("POST", `${connectors}/${made.json.id}/test`, undefined, {}, source);
    expectRefusal(test, { status: 409, names: "MUSTER_PROVISIONING_TARGETS=any" });
  });

  test("shows what is to be seen of its source, and what the rules make of it", async () => {
    const title = unique("title");
    const user = await there(title);
    const id = await connect(title, { rules: [...rules, { from: "$.emails", type: "ATTRIBUTE", target: "nickName" }] });
    const { json: seen } = await send("POST", `${connectors}/${id}/test`);
    expect(seen.total).toBe(1);
    const [sample] = objects(seen.samples);
    expect(sample).toMatchObject({
      id: user.id,
      mapped: { userName: user.userName, title, emails: [`${user.userName}@example.org`] },
      problems: ["mapping rule '$.emails' tried to fetch a complex element"],
    });
    expect(sample?.entry).toMatchObject({ userName: user.userName });
  });

  test("of a source that refuses says what it says", async () => {
    const authentication = { type: "APIKEY", apiKey: "a-wrong-key" };
    const id = await connect("nobody", { authentication });
    expectRefusal(await send("POST", `${connectors}/${id}/test`), { status: 409, names: "401" });
    expect(await launch(id)).toMatchObject({
      status: "Failed to extract",
      errorMessage: expect.stringContaining("401"),
      import: null,
    });
  });
});

describe("an extraction", () => {
  test("is imported with its groups, changed when the source changes, and cleared where that has nothing any more", async () => {
    const title = unique("title");
    const user = await there(title);
    const group = unique("group");
    const body = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: group,
      members: [{ value: user.id }],
    };
    await source.request("POST", "/scim/v2/Groups", body);
    const id = await connect(title, { createGroups: true });
    expect(await importOf(await imported(await launch(id)))).toMatchObject({
      counts: { created: 1 },
      dialect: "extraction",
    });
    const [first] = await here(title);
    expect(first).toMatchObject({ userName: user.userName, emails: [{ value: `${user.userName}@example.org` }] });
    expect(objects(first?.groups).map(({ display }) => display)).toEqual([group]);
    const changed = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: `${user.userName}2`, title };
    await source.request("PUT", `/scim/v2/Users/${user.id}`, changed);
    expect(await importOf(await imported(await launch(id)))).toMatchObject({ counts: { updated: 1, created: 0 } });
    const [second, ...more] = await here(title);
    expect(more).toEqual([]);
    expect(second).toMatchObject({ id: first?.id, userName: `${user.userName}2` });
    expect(second).not.toHaveProperty("emails");
    expect(await launch(id)).toMatchObject({ nbRepresentations: 0, nbFilteredRepresentations: 1 });
  });

  test("takes everybody again when the rules have changed", async () => {
    const title = unique("title");
    await there(title);
    const id = await connect(title);
    await imported(await launch(id));
    await send("PATCH", `${connectors}/${id}`, { rules: rules.slice(0, 2) });
    expect(await launch(id)).toMatchObject({ nbRepresentations: 1 });
  });

  test("leaves somebody of the same name alone, unless the connector adopts them", async () => {
    const title = unique("title");
    const user = await there(title);
    const local = await createUser(server, { userName: text(user.userName), title: "local" });
    const id = await connect(title);
    const job = await importOf(await imported(await launch(id)));
    expect(job).toMatchObject({ state: "completed_with_errors", counts: { conflict: 1, created: 0 } });
    expect((await server.request("GET", `/scim/v2/Users/${local.id}`)).json.title).toBe("local");
    await send("PATCH", `${connectors}/${id}`, { adopt: true });
    expect(await importOf(await imported(await launch(id)))).toMatchObject({ counts: { updated: 1 } });
    expect((await server.request("GET", `/scim/v2/Users/${local.id}`)).json.title).toBe(title);
  });

  test("that was undone is taken again", async () => {
    const title = unique("title");
    await there(title);
    const id = await connect(title);
    const extraction = await imported(await launch(id));
    await send("POST", `/api/imports/${(extraction.import as Body).id}/undo`, undefined, { Prefer: "wait=30" });
    expect(await here(title)).toEqual([]);
    expect(await launch(id)).toMatchObject({ nbRepresentations: 1 });
  });

  test("makes whoever was deleted here anew", async () => {
    const title = unique("title");
    await there(title);
    const id = await connect(title);
    await imported(await launch(id));
    const [user] = await here(title);
    await server.request("DELETE", `/scim/v2/Users/${user?.id}`);
    await imported(await launch(id));
    expect(await here(title)).toHaveLength(1);
  });

  test("refuses one record without the others, and takes it again when it is tried anew", async () => {
    const title = unique("title");
    await there(title);
    await createUser(source, { userName: unique(), title, timezone: "Europe/Oslo", active: true });
    const wrong = { from: "$.timezone", type: "ATTRIBUTE", target: "active" };
    const id = await connect(title, { rules: [...rules, wrong] });
    const extraction = await imported(await launch(id));
    expect(await importOf(extraction)).toMatchObject({ counts: { created: 1, failed: 1 } });
    const rows = await server.request("GET", `/api/imports/${(extraction.import as Body).id}/rows?outcome=failed`);
    expect(rows.text).toContain("active");
    const retried = await send("POST", `/api/imports/${(extraction.import as Body).id}/retry`, undefined, {
      Prefer: "wait=30",
    });
    expect(retried.json).toMatchObject({ dialect: "extraction", counts: { failed: 1 } });
    expect(await launch(id)).toMatchObject({ nbRepresentations: 1, nbFilteredRepresentations: 1 });
  });

  test("of one connector is under way only once", async () => {
    const id = await connect("nobody");
    const [first, second] = await Promise.all([
      send("POST", `${connectors}/${id}/launch`, undefined, { Prefer: "wait=30" }),
      send("POST", `${connectors}/${id}/launch`, undefined, { Prefer: "wait=30" }),
    ]);
    expect([first.status, second.status].sort()).toEqual([200, 409]);
  });

  test("that a restart cut off is told so", async () => {
    const folder = await startServer();
    const authentication = { type: "APIKEY", apiKey: "x" };
    const made = await send(
      "POST",
      connectors,
      { name: "cut", url: "https://scim.example.org", authentication },
      {},
      folder,
    );
    await folder.commit({ kind: "startExtraction", id: "cut-off", connectorId: text(made.json.id), at: 1 });
    await folder.server.stop();
    const again = await startServer({}, folder.dataDir);
    try {
      const { json: extraction } = await again.request("GET", "/api/provisioning/extractions/cut-off", undefined, {
        Authorization: `Bearer ${folder.token}`,
      });
      expect(extraction).toMatchObject({
        status: "Failed to extract",
        errorMessage: "The extraction was cut off by a restart.",
      });
    } finally {
      await again.stop();
    }
  });
});

describe("whoever is no longer at the source", () => {
  const remove = (ids: readonly string[]) =>
    Promise.all(ids.map((id) => source.request("DELETE", `/scim/v2/Users/${id}`)));
  const activeOf = async (title: string) => (await here(title)).map(({ active }) => active);

  test("stays as they are unless the connector says otherwise", async () => {
    const title = unique("title");
    const { id: goes } = await there(title);
    const id = await connect(title);
    await imported(await launch(id));
    await remove([goes]);
    expect(await launch(id)).toMatchObject({ nbRepresentations: 0 });
    expect(await activeOf(title)).toEqual([true]);
  });

  test("is deactivated once, and active again when they come back", async () => {
    const title = unique("title");
    const gone = await there(title, "zoe");
    await there(title, "anna");
    const id = await connect(title, { missing: "deactivate" });
    await imported(await launch(id));
    await source.request("PUT", `/scim/v2/Users/${gone.id}`, {
      schemas: gone.schemas,
      userName: "zoe",
      title: "elsewhere",
    } as Body);
    expect(await importOf(await imported(await launch(id)))).toMatchObject({ counts: { deactivated: 1 } });
    expect(await activeOf(title)).toEqual([true, false]);
    expect(await launch(id)).toMatchObject({ nbRepresentations: 0 });
    await source.request("PUT", `/scim/v2/Users/${gone.id}`, { schemas: gone.schemas, userName: "zoe", title } as Body);
    await imported(await launch(id));
    expect(await activeOf(title)).toEqual([true, true]);
  });

  test("when they are many, waits for somebody to say that it is meant", async () => {
    const title = unique("title");
    const all = await Promise.all(Array.from({ length: 12 }, () => there(title)));
    const id = await connect(title, { missing: "deactivate", missingPercentMax: 20 });
    await imported(await launch(id));
    await remove(all.slice(0, 7).map((user) => user.id));
    const extraction = await launch(id);
    expect(extraction).toMatchObject({ parked: true, nbRepresentations: 7 });
    expect(await imported(extraction)).toMatchObject({ status: "Exported", parked: true });
    expect((await activeOf(title)).filter((active) => active === false)).toEqual([]);
    expect((await send("POST", `/api/provisioning/extractions/${extraction.id}/approve`)).status).toBe(202);
    expect(await ended(extraction.id)).toMatchObject({ status: "Imported", parked: false });
    expect((await activeOf(title)).filter((active) => active === false)).toHaveLength(7);
    expectRefusal(await send("POST", `/api/provisioning/extractions/${extraction.id}/approve`), { status: 409 });
  });
});

describe("the key file", () => {
  test("is made once, for its owner alone, and read from then on", () => {
    const folder = temporaryFolder();
    const path = join(folder.path, "muster.key");
    const key = readKeyFile(path);
    expect([key.byteLength, statSync(path).mode & 0o777]).toEqual([32, 0o600]);
    expect([...readKeyFile(path)]).toEqual([...key]);
    writeFileSync(path, "short");
    expect(() => readKeyFile(path)).toThrow(KeyFileError);
    rmSync(path);
    expect(existsSync(path)).toBe(false);
    folder.remove();
  });
});
