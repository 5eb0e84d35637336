import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { routeOf } from "../../src/http/request-counts.ts";
import { group, unknownId, user, usersPath } from "../support/scim.ts";
import { startServer, type TestServer, text, unique } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** The samples as Prometheus reads them: `name{labels}` → value. */
async function samples(): Promise<ReadonlyMap<string, number>> {
  const { text: body } = await server.request("GET", "/metrics", undefined, { Authorization: null });
  const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const split = line.lastIndexOf(" ");
      return [line.slice(0, split), Number(line.slice(split + 1))];
    }),
  );
}

/** By how much a sample grows while something is done. */
async function growth(work: () => Promise<unknown>): Promise<(name: string) => number> {
  const before = await samples();
  await work();
  const after = await samples();
  return (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

describe("/metrics", () => {
  test("counts requests by method, kind of address and status, and how long they took", async () => {
    const by = await growth(async () => {
      const { json } = await server.request("POST", usersPath, user(unique()));
      for (let times = 0; times < 3; times++) await server.request("GET", `${usersPath}/${json.id}`);
      await server.request("GET", `${usersPath}/${unknownId}`);
      await server.request("GET", `${usersPath}?count=1`);
    });
    expect(by('muster_http_requests_total{method="POST",route="scim_many",status="201"}')).toBe(1);
    expect(by('muster_http_requests_total{method="GET",route="scim_one",status="200"}')).toBe(3);
    expect(by('muster_http_requests_total{method="GET",route="scim_one",status="404"}')).toBe(1);
    expect(by('muster_http_requests_total{method="GET",route="scim_many",status="200"}')).toBe(1);
    expect(by('muster_http_request_seconds_count{method="GET",route="scim_one"}')).toBe(4);
    expect(by('muster_http_request_seconds_bucket{le="+Inf",method="GET",route="scim_one"}')).toBe(4);
    expect(by('muster_http_request_seconds_sum{method="GET",route="scim_one"}')).toBeGreaterThan(0);
  });

  test("counts transactions, the sets that shared them, and the sets that were refused", async () => {
    const name = unique();
    const by = await growth(() =>
      Promise.all(
        [...Array.from({ length: 40 }, () => unique()), name, name].map((one) =>
          server.request("POST", usersPath, user(one)),
        ),
      ),
    );
    expect(by('muster_commit_sets_sum{lane="requests"}')).toBe(42);
    const transactions = by('muster_commit_sets_count{lane="requests"}');
    expect(transactions).toBeGreaterThan(0);
    expect(transactions).toBeLessThanOrEqual(42);
    expect(by('muster_commit_seconds_count{lane="requests"}')).toBe(transactions);
    expect(by('muster_refused_sets_total{lane="requests"}')).toBe(1);
    expect(by('muster_store_failures_total{lane="requests",use="commit"}')).toBe(0);
  });

  test("counts resources by type, those of an administrator's own together and without their names", async () => {
    const schema = { id: "urn:example:2.0:Gadget", name: "Gadget", attributes: [{ name: "label", type: "string" }] };
    const type = { name: "SecretGadget", endpoint: "/SecretGadgets", schema: schema.id };
    expect((await server.request("POST", "/api/schemas", schema)).status).toBe(201);
    expect((await server.request("POST", "/api/resource-types", type)).status).toBe(201);
    const by = await growth(async () => {
      const { json } = await server.request("POST", usersPath, user(unique()));
      await server.request("POST", "/scim/v2/Groups", group(unique(), [text(json.id)]));
      const gadget = { schemas: [schema.id], label: "one" };
      expect((await server.request("POST", "/scim/v2/SecretGadgets", gadget)).status).toBe(201);
      await server.request("GET", "/scim/v2/SecretGadgets?count=1");
    });
    for (const name of ["User", "Group", "custom"]) expect(by(`muster_resources{type="${name}"}`)).toBe(1);
    const { text: body } = await server.request("GET", "/metrics");
    expect(body).not.toContain("Gadget");
  });

  test("counts imports by state and their rows by outcome", async () => {
    const name = unique();
    const by = await growth(() => importOf(`userName,active\n${name},\n${name.toUpperCase()},\n${unique()},perhaps\n`));
    expect(by('muster_import_jobs{state="completed_with_errors"}')).toBe(1);
    expect(by('muster_import_rows{outcome="created"}')).toBe(1);
    expect(by('muster_import_rows{outcome="duplicate"}')).toBe(1);
    expect(by('muster_import_rows{outcome="failed"}')).toBe(1);
    expect(by('muster_commit_sets_sum{lane="import"}')).toBeGreaterThan(2);
  });

  test("tells the size of the database, and how each connection waits for the disk", async () => {
    await importOf(`userName\n${unique()}\n`);
    const now = await samples();
    expect(now.get("muster_database_bytes")).toBeGreaterThan(8191);
    expect(now.get("muster_database_log_bytes")).toBeGreaterThanOrEqual(0);
    for (const lane of ["requests", "import"]) expect(now.get(`muster_store_synchronous{lane="${lane}"}`)).toBe(2);
  });

  test("is well formed: each name has its help and type once, before its samples, and no sample comes twice", async () => {
    const { text: body } = await server.request("GET", "/metrics");
    const seen = new Set<string>();
    const declared = new Set<string>();
    for (const line of body.split("\n")) {
      const [, kind, name = ""] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (kind === "TYPE") {
        expect([line, declared.has(name)]).toEqual([line, false]);
        declared.add(name);
      }
      if (line === "" || line.startsWith("#")) continue;
      const [, sample = "", base = ""] = /^((\w+)(?:\{[^{}]*\})?) (?:[\d.e+-]+|Nan)$/i.exec(line) ?? [];
      expect([line, sample]).not.toEqual([line, ""]);
      expect([line, seen.has(sample)]).toEqual([line, false]);
      seen.add(sample);
      expect([line, declared.has(base) || declared.has(base.replace(/_(bucket|sum|count)$/, ""))]).toEqual([
        line,
        true,
      ]);
    }
    expect(seen.size).toBeGreaterThan(100);
  });
});

async function importOf(csv: string): Promise<void> {
  const body = new FormData();
  body.set("file", new File([csv], "people.csv"));
  const headers = { Authorization: `Bearer ${server.token}`, Prefer: "wait=30" };
  const response = await fetch(new URL("/api/imports", server.url), { method: "POST", headers, body });
  expect(await response.json()).toMatchObject({ progress: expect.anything() });
  expect(response.status).toBe(200);
}

describe("the kind of an address", () => {
  test.each([
    ["http://h/scim/v2/Users/1", "scim_one"],
    ["http://h/scim/v2/Users/1/", "scim_one"],
    ["http://h/scim/v2/Users/", "scim_many"],
    ["http://h/scim/v2/Users?filter=a/b", "scim_many"],
    ["http://h/scim/v2/Users/.search", "scim_search"],
    ["http://h/scim/v2/.search", "scim_search"],
    ["http://h/scim/v2", "scim_many"],
    ["http://h/scim/v2/?count=1", "scim_many"],
    ["http://h/scim/v2?count=1", "scim_many"],
    ["http://h/scim/v2/Bulk", "scim_bulk"],
    ["http://h/scim/v2/Me", "scim_me"],
    ["http://h/scim/v2/Schemas/urn:a", "scim_discovery"],
    ["http://h/scim/v2x/Users/1", "other"],
    ["http://h/api/imports/1/rows", "imports"],
    ["http://h/api/schemas", "definitions"],
    ["http://h/api/resource-types/User", "definitions"],
    ["http://h/api/groups/1/members", "api"],
    ["http://h/openapi.json", "docs"],
    ["http://h/docs", "docs"],
    ["http://h/readyz?x=1", "probe"],
    ["http://h/", "other"],
    ["http://h", "other"],
  ])("of %s is %s", (url, route) => {
    expect(routeOf(url)).toBe(route as ReturnType<typeof routeOf>);
  });

  test("a method that nobody knows is counted with the others", async () => {
    const by = await growth(async () => {
      const headers = { Authorization: `Bearer ${server.token}` };
      await (await fetch(new URL(usersPath, server.url), { method: "PROPFIND", headers })).arrayBuffer();
    });
    expect(by('muster_http_requests_total{method="other",route="scim_many",status="405"}')).toBe(1);
  });
});
