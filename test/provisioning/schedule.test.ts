import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createSealer } from "../../src/access/seal.ts";
import { sealSecret } from "../../src/provisioning/connector.ts";
import { simpleIdServerRules } from "../../src/provisioning/mapping-rule.ts";
import { createProvisioner, type Provisioner } from "../../src/provisioning/provisioner.ts";
import { dueAt, nextRun, requireSchedule, type Schedule } from "../../src/provisioning/schedule.ts";
import { type Scheduler, startScheduler } from "../../src/provisioning/scheduler.ts";
import { coreTypes } from "../../src/scim/resource/type.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { type Folder, temporaryFolder } from "../storage/sqlite/folder.ts";

const at = (text: string): number => Date.parse(text);
const daily: Schedule = { cron: "0 3 * * *", timezone: "Europe/Oslo", import: true };
const hourly: Schedule = { cron: "0 * * * *", timezone: "UTC", import: true };

describe("a schedule", () => {
  test("comes at its time of the day where it is, in summer and in winter", () => {
    expect(nextRun(daily, at("2026-01-10T00:00:00Z"))).toBe(at("2026-01-10T02:00:00Z"));
    expect(nextRun(daily, at("2026-07-10T00:00:00Z"))).toBe(at("2026-07-10T01:00:00Z"));
  });

  test("is due when its time has come, and not before", () => {
    const [since, up] = [at("2026-01-10T10:30:00Z"), at("2026-01-10T10:00:00Z")];
    expect(dueAt(hourly, since, up, at("2026-01-10T10:59:59Z"))).toEqual({ kind: "wait" });
    expect(dueAt(hourly, since, up, at("2026-01-10T11:00:01Z"))).toEqual({ kind: "run" });
  });

  test("that came while the server was not up is told to be missed", () => {
    const since = at("2026-01-10T10:30:00Z");
    const up = at("2026-01-10T13:30:00Z");
    expect(dueAt(hourly, since, up, up)).toEqual({ kind: "missed", times: 3, first: at("2026-01-10T11:00:00Z") });
  });

  const wrong: readonly (readonly [string, string])[] = [
    ["every hour", "expected 5"],
    ["61 * * * *", "out of range"],
    ["* * * * * *", "too many fields"],
    ["0 0 30 2 *", "never comes"],
  ];
  test.each(wrong)("%p is refused", (cron, why) => {
    expect(() => requireSchedule({ ...hourly, cron }, 0)).toThrow(why);
  });

  test("in a time zone that is none is refused", () => {
    expect(() => requireSchedule({ ...hourly, timezone: "Nowhere/There" }, 0)).toThrow("unknown time zone");
  });
});

describe("the scheduler", () => {
  let folder: Folder;
  let store: Store;
  let time = at("2026-01-10T10:30:00Z");
  let provisioner: Provisioner;
  let scheduler: Scheduler | undefined;
  const now = () => time;
  const newId = () => Bun.randomUUIDv7();
  const sealer = createSealer(new Uint8Array(32));
  let answers = 0;
  let source: ReturnType<typeof Bun.serve>;
  let hold: Promise<void> | undefined;

  beforeEach(async () => {
    time = at("2026-01-10T10:30:00Z");
    answers = 0;
    hold = undefined;
    source = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch() {
        answers++;
        await hold;
        return Response.json({ totalResults: 0 });
      },
    });
    folder = temporaryFolder();
    store = openSqliteStore({ file: folder.file });
    provisioner = createProvisioner({
      store,
      now,
      newId,
      sealer: () => sealer,
      outbound: { allowsPrivate: true, requestMsMax: 5000 },
      typesOf: () => coreTypes,
      wakeImports: () => undefined,
      stopping: new AbortController().signal,
      log: () => undefined,
    });
    const id = newId();
    const settings = {
      kind: "scim",
      url: `http://127.0.0.1:${source.port}`,
      authentication: { type: "APIKEY" },
      count: 10,
      filter: "",
      rules: simpleIdServerRules,
      missing: "keep",
      missingPercentMax: 10,
      adopt: false,
      createGroups: false,
      userStore: "",
      enabled: true,
      schedule: hourly,
    };
    const sealed = sealSecret(sealer, { tenantId: defaultTenantId, id }, "key");
    const change = {
      kind: "putConnector",
      id,
      name: "staff",
      doc: JSON.stringify(settings),
      sealed,
      isNew: true,
      at: time,
    } as const;
    await store.commit([{ tenantId: defaultTenantId, changes: [change] }]);
  });
  afterEach(async () => {
    scheduler?.stop();
    await source.stop(true);
    await store.close();
    folder.remove();
  });

  const begin = (): Scheduler => {
    scheduler = startScheduler({ store, now, newId, log: () => undefined }, provisioner);
    return scheduler;
  };
  const history = () => store.provisioning.extractions({ tenantId: defaultTenantId, offset: 0, limit: 10 });
  /** Waits until no extraction is under way. */
  async function settled(): Promise<readonly string[]> {
    for (;;) {
      const all = await history();
      if (all.every(({ state }) => state !== "started" && state !== "exported")) return all.map(({ state }) => state);
      await Bun.sleep(5);
    }
  }

  test("launches a connector when its time has come, once, and imports what came", async () => {
    const { look } = begin();
    await look();
    expect(await history()).toEqual([]);
    time = at("2026-01-10T11:00:05Z");
    await look();
    await look();
    expect(await settled()).toEqual(["imported"]);
    time = at("2026-01-10T12:00:05Z");
    await look();
    expect(await settled()).toEqual(["imported", "imported"]);
    expect(answers).toBeGreaterThan(1);
  });

  test("tells of what was missed while the server was not up, and goes on at the next time", async () => {
    time = at("2026-01-10T13:30:00Z");
    const { look } = begin();
    await look();
    await look();
    const [missed, ...more] = await history();
    expect(more).toEqual([]);
    expect(missed).toMatchObject({
      state: "failed",
      error: "missed 3 runs, the first at 2026-01-10T11:00:00.000Z: the server was not up",
    });
    time = at("2026-01-10T14:00:05Z");
    await look();
    expect(await settled()).toEqual(["imported", "failed"]);
  });

  test("does not run twice at once: the second time is told to be missed", async () => {
    const { look } = begin();
    const open = Promise.withResolvers<void>();
    hold = open.promise;
    time = at("2026-01-10T11:00:05Z");
    await look();
    time = at("2026-01-10T12:00:05Z");
    await look();
    const [second, first] = await history();
    expect(first?.state).toBe("started");
    expect(second).toMatchObject({ state: "failed", error: expect.stringContaining("is under way") });
    open.resolve();
    expect(await settled()).toEqual(["failed", "imported"]);
  });
});
