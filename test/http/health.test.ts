import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashPassword } from "../../src/access/password.ts";
import { createPolicy } from "../../src/access/policy.ts";
import { createAuthenticator } from "../../src/access/principal.ts";
import { createSealer } from "../../src/access/seal.ts";
import { version } from "../../src/assets.ts";
import { createAttributeIndexAdmin } from "../../src/directory/attribute-indexes.ts";
import { createCatalog } from "../../src/directory/catalog.ts";
import { createDefinitionAdmin } from "../../src/directory/definitions.ts";
import { createDirectory } from "../../src/directory/resources.ts";
import { createRuleBook } from "../../src/directory/tenant-rules.ts";
import { createWalks } from "../../src/directory/walks.ts";
import { createApp } from "../../src/http/app.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { expectRefusal } from "../support/scim.ts";
import { readAnswer, startServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a running server", () => {
  test("is alive, and says its version, to anybody", async () => {
    const answer = await server.request("GET", "/healthz", undefined, { Authorization: null });
    expect([answer.status, answer.json]).toEqual([200, { status: "ok", version }]);
  });

  test("is ready, to anybody", async () => {
    const answer = await server.request("GET", "/readyz", undefined, { Authorization: null });
    expect([answer.status, answer.json]).toEqual([200, { status: "ready" }]);
  });

  test.each(["/healthz", "/readyz"])("%s takes GET and HEAD alone", async (path) => {
    expect((await server.request("HEAD", path)).status).toBe(200);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expectRefusal(await server.request(method, path), { status: 405 });
    }
  });

  test("serves its description to anybody", async () => {
    const answer = await server.request("GET", "/openapi.json", undefined, { Authorization: null });
    expect([answer.status, answer.header("Content-Type"), answer.json.openapi]).toEqual([
      200,
      "application/json",
      "3.1.0",
    ]);
  });
});

describe("a server whose store is gone", () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-health-"));
  const store = openSqliteStore({ file: join(folder, "muster.db") });
  const lines: string[] = [];
  const now = Date.now;
  const newId = () => Bun.randomUUIDv7();
  const catalog = createCatalog(store);
  const app = createApp({
    version,
    store,
    directory: createDirectory({
      store,
      now,
      newId,
      hashPassword,
      cursors: { ...createSealer(new Uint8Array(32)), now },
      walks: createWalks(now),
      rules: createRuleBook(store, now),
      invitationFor: async () => undefined,
    }),
    catalog,
    definitions: createDefinitionAdmin(store, catalog),
    attributeIndexes: createAttributeIndexAdmin(store, catalog, () => undefined),
    publicDiscovery: false,
    metrics: createMetrics(),
    rules: createRuleBook(store, now),
    policy: createPolicy(async () => 12),
    outbox: { wake: () => undefined, render: () => ({ subject: "", text: "", html: "" }) },
    refused: { note: () => undefined },
    authenticator: createAuthenticator(store, now),
    wakeImports: () => undefined,
    provisioner: {
      sealer: () => createSealer(new Uint8Array(32)),
      preview: () => Promise.reject(new Error("there is none")),
      launch: () => Promise.reject(new Error("there is none")),
      importAll: async () => [],
      importOne: async () => undefined,
      approve: async () => undefined,
      failCut: async () => undefined,
    },
    now,
    newId,
    bulk: { own: { maxOperations: 1, maxPayloadSize: 1 }, janssen: { maxOperations: 1, maxPayloadSize: 1 } },
    compat: [],
    stopping: new AbortController().signal,
    log: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
  });
  beforeAll(() => store.close());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is alive", async () => {
    expect((await app.request("/healthz")).status).toBe(200);
  });

  test("is not ready: 503 with Retry-After, and the cause in the log alone", async () => {
    const answer = await readAnswer(await app.request("/readyz"));
    expectRefusal(answer, { status: 503, names: "The store does not answer." });
    expect(Number(answer.header("Retry-After"))).toBeGreaterThan(0);
    expect(answer.text).not.toMatch(/sqlite|\.ts|at /i);
    expect(lines.join("\n")).toMatch(/^error .*"path":"\/readyz".*"cause":".*closed/m);
  });

  test("ER-3 answers 500 or 503 without telling why, and writes the cause to its log", async () => {
    const request = app.request("http://127.0.0.1/scim/v2/Users", { headers: { Authorization: "Bearer mst_any" } });
    const answer = await readAnswer(await request);
    expect(answer.status).toBeOneOf([500, 503]);
    expect(answer.text).not.toMatch(/sqlite|\.ts|at /i);
    expect(lines.join("\n")).toMatch(/\/scim\/v2\/Users/);
  });
});
