import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hasStatus } from "../../src/bench/check.ts";
import type { Script } from "../../src/bench/load.ts";
import { containing, indexed } from "./scale/filter-cases.ts";
import { totalsOf, variants } from "./scale/filters.ts";
import { compare, contestant, type Figure, figureOf, inProcess, orderOf, type Round, ratio } from "./scale/measure.ts";
import { readOptions } from "./scale/options.ts";
import { performancePage } from "./scale/page.ts";
import { csvOf, personAt, personJson } from "./scale/person.ts";
import { type Results, resultsShape } from "./scale/results.ts";
import { verdicts } from "./scale/targets.ts";
import { memberNames } from "./scale/writes.ts";

const round = (perSecond: number, times: readonly number[] = [1], cpu = 10): Round => ({
  ...{ connections: 16, operations: 100, perSecond, cpuMicros: cpu },
  ...{ times: new Map([["", times]]), unanswered: 0 },
});
const figure = (name: string, ...rates: readonly number[]): Figure =>
  figureOf(
    name,
    rates.map((rate) => round(rate)),
  );

describe("a figure", () => {
  test("is the median of its rounds, and of the longest times the longest", () => {
    const { perSecond, medianMs, p99Ms, maxMs, cpuMicros, operations } = figureOf("x", [
      round(100, [1, 2, 3], 30),
      round(300, [4, 5, 60], 10),
      round(200, [7, 8, 9], 20),
    ]);
    expect(perSecond).toEqual({ middle: 200, least: 100, most: 300 });
    expect([medianMs, p99Ms, maxMs, cpuMicros, operations]).toEqual([5, 9, 60, 20, 300]);
  });

  test("tells kinds of requests apart", () => {
    const times = new Map([
      ["add", [1, 2, 3]],
      ["remove", [10]],
    ]);
    const { kinds, medianMs } = figureOf("x", [{ ...round(1), times }]);
    expect(kinds).toEqual({ add: { medianMs: 2, p99Ms: 3 }, remove: { medianMs: 10, p99Ms: 10 } });
    expect(medianMs).toBe(2);
  });

  test("is compared round by round, so that a slow minute weighs on both sides", () => {
    expect(ratio(figure("a", 50, 500, 5), figure("b", 100, 1000, 10))).toBe(0.5);
    expect(ratio(figure("a", 50), figure("b", 100, 300))).toBe(0.25);
  });
});

describe("a comparison", () => {
  test("takes its contestants in turn, another one first in each round", async () => {
    const order: string[] = [];
    const of = (name: string) =>
      inProcess(name, () => {
        order.push(name);
        return { operations: 10, seconds: 1 };
      });
    const figures = await compare([of("a"), of("b"), of("c")], { rounds: 3, seconds: 0 });
    expect(order.join("")).toBe("abcbaccab");
    expect(figures.map(({ name, rates }) => [name, rates])).toEqual(
      ["a", "b", "c"].map((name) => [name, [10, 10, 10]]),
    );
  });

  test("lets each come behind others from round to round", () => {
    for (const count of [1, 2, 8, 11, 13]) {
      const orders = Array.from({ length: 5 }, (_, round) => orderOf(count, round));
      for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
      if (count < 8) continue;
      const before = orders.flatMap((order) =>
        order.flatMap((one, at) => (one === 4 && at > 0 ? [order[at - 1]] : [])),
      );
      expect(new Set(before).size).toBeGreaterThan(2);
    }
  });

  test("ends with the first wrong answer of a server", async () => {
    let asked = 0;
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response("", { status: ++asked > 40 ? 500 : 200 }),
    });
    const target = { origin: server.url, token: "x", pid: process.pid };
    const script: Script = () => ({ method: "GET", path: "/", check: hasStatus(200) });
    const error = await compare([contestant({ name: "liar", target, script })], { rounds: 1, seconds: 0.05 }).catch(
      String,
    );
    await server.stop(true);
    expect(error).toMatch(/^Error: liar: \d+ wrong answers, the first: answered 500$/);
  });
});

describe("the people", () => {
  test("are the same in CSV and JSON, and no two have one name, address or number", async () => {
    let csv = "";
    for await (const piece of csvOf(500, (place) => 499 - place)) csv += new TextDecoder().decode(piece);
    const lines = csv.trimEnd().split("\n");
    expect([lines.length, lines[500]?.split(",")[0]]).toEqual([501, personAt(0).userName]);
    const people = Array.from({ length: 500 }, (_, number) => personAt(number));
    for (const key of ["userName", "externalId", "workEmail", "homeEmail", "phone", "employeeNumber"] as const) {
      expect(new Set(people.map((person) => person[key])).size).toBe(500);
    }
    const { userName, emails } = JSON.parse(personJson(personAt(7)));
    expect([userName, emails[0].value]).toEqual([personAt(7).userName, personAt(7).workEmail]);
    expect(lines.some((line) => line.startsWith(`${userName},`) && line.includes(emails[0].value))).toBe(true);
  });

  test("are found by every filter, and by none of them who is made meanwhile", () => {
    const users = 20_000;
    const all = [...indexed, ...containing];
    expect(indexed).toHaveLength(20);
    const searches = all.flatMap(({ search }) =>
      Array.from({ length: variants }, (_, variant) => search(variant, users)),
    );
    const totals = totalsOf(users, searches);
    all.forEach(({ name }, index) => {
      const found = totals.slice(index * variants, (index + 1) * variants);
      expect([name, Math.max(...found) > 0]).toEqual([name, true]);
    });
    const made = Array.from({ length: 1000 }, (_, index) => personAt(users + index, "made"));
    const hit = made.flatMap((person) =>
      indexed.flatMap(({ name, search }) => (search(0, users).matches(person) ? [name] : [])),
    );
    expect(hit).toEqual([]);
  });
});

const bulk = "Bulk of 500 creates";
const kinds = (p99Ms: number) => ({ add: { medianMs: 1, p99Ms }, remove: { medianMs: 1, p99Ms } });
const results: Results = {
  date: "2026-01-02",
  machine: { cpu: "A|B", cores: 2, memoryBytes: 24 * 2 ** 30, system: "linux x64" },
  versions: { muster: "abc", bun: "1.4.5", sqlite: "3" },
  ...{ rounds: 5, seconds: 1.5, minutes: 9, users: 1_000_000, groups: [10, 10_000, 1_000_000], fewUsers: 2000 },
  ...{ importSeconds: 40, databaseBytes: 2e9, memory: { own: 301e6, mapped: 9e8 } },
  figures: [
    figure("bare handler", 1000, 2000),
    figure("GET by id", 400, 800),
    figure("userName eq", 300, 600),
    { ...figure("POST", 300), cpuMicros: 90 },
    figure("a transaction each", 100),
    { ...figure(bulk, 900), cpuMicros: 30 },
    ...memberNames.map((name, index) => ({ ...figure(name, 300), kinds: kinds(10 + index) })),
    { ...figure("first page", 900), medianMs: 10 },
    { ...figure("page in a walk by startIndex", 100), medianMs: 51 },
  ],
  filters: {
    indexed: [
      {
        filter: 'a eq "1"',
        least: 1,
        most: 1,
        together: { ...figure("a", 10), p99Ms: 31 },
        alone: { ...figure("a, alone", 10), p99Ms: 3 },
      },
    ],
    containing: [],
  },
  starts: { full: { middle: 60, least: 50, most: 70 }, empty: { middle: 61, least: 50, most: 70 } },
};

describe("the table of targets", () => {
  const found = new Map(verdicts(results).map((verdict) => [verdict.key, verdict]));

  test("says of each target whether it is met, at its very edge", () => {
    const met = Object.fromEntries([...found].map(([key, verdict]) => [key, verdict.met]));
    expect(met).toEqual({
      ...{ get: true, userName: false, post: true, bulk: true },
      ...{ "member-add": true, "member-remove": true },
      ...{ "member-rate-0": true, "member-rate-1": true, "member-rate-2": true },
      ...{ "first-page": true, walk: false },
      ...{ "filter-indexed": false, "filter-indexed-alone": true },
      ...{ memory: false, "start-full": true, "start-empty": false },
    });
  });

  test("shows the figures that it compares", () => {
    expect(found.get("get")?.measured).toBe("40.0 % (600/s of 1,500/s)");
    expect(found.get("post")).toMatchObject({
      target: "≥ 3 × one transaction per request",
      measured: "3.00 × (300/s of 100/s)",
    });
    expect(found.get("member-add")?.measured).toBe("1.20 × (10.0 ms, 11.0 ms, 12.0 ms)");
    expect(found.get("walk")?.measured).toBe("5.10 × (51.0 ms, 10.0 ms)");
    expect(found.get("filter-indexed")?.measured).toBe("0 of 1; the slowest 31.0 ms: a");
  });

  test("leaves out what was not measured", () => {
    const less = { ...results, figures: [figure("GET by id", 1)], memory: null, starts: null };
    expect(verdicts({ ...less, filters: { indexed: [], containing: [] } })).toEqual([]);
  });
});

describe("the page", () => {
  test("tells what was measured, on what, and each target with its figure", () => {
    const page = performancePage(results);
    expect(page).toContain("| machine | A\\|B, 2 cores for server and client together, 24 GiB, linux x64 |");
    expect(page).toContain("1,000,000 users and groups of 10, 10,000, 1,000,000 members");
    expect(page).toContain("| GET by id | ≥ 40 % of a bare hono handler | 40.0 % (600/s of 1,500/s) | yes |  |");
    expect(page).toContain("| userName eq | ≥ 80 % of GET by id | 75.0 % (450/s of 600/s) | **no** |");
    expect(page).toContain('| `a eq "1"` | 1 | 10.0 (10.0–10.0) |');
    expect(page).toContain("| GET by id | 16 | 600 (400–800) | 1.00 | 1.00 | 1.00 | 10.0 |");
  });

  test("is the same when its figures were kept in a file meanwhile", () => {
    const kept = resultsShape.parse(JSON.parse(JSON.stringify(results)));
    expect(performancePage(kept)).toBe(performancePage(results));
  });
});

const kept = join(import.meta.dir, "../../docs/performance.json");
test.skipIf(!existsSync(kept))("docs/performance.md is what its figures make", async () => {
  const page = await Bun.file(kept.replace(/json$/, "md")).text();
  expect(performancePage(resultsShape.parse(await Bun.file(kept).json()))).toBe(page);
});

describe("the options", () => {
  test("write the page for a whole run over a million users, and for no other unless told", () => {
    const pageOf = (...args: readonly string[]) => {
      const options = readOptions(args);
      return "help" in options ? options.help : options.page;
    };
    expect(pageOf()).toEndWith("/docs/performance.md");
    expect([
      pageOf("--users", "20000"),
      pageOf("--only", "reads"),
      pageOf("--users", "20000", "--page", "x.md"),
    ]).toEqual([undefined, undefined, "x.md"]);
    expect(pageOf("--help")).toContain("bun run bench scale");
  });

  test("that say nothing sensible are refused", () => {
    for (const args of ["--users many", "--users 10", "--rounds 0", "--only everything", "--dance"]) {
      expect(() => readOptions(args.split(" "))).toThrow();
    }
  });
});
