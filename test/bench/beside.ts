import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { hasStatus } from "../../src/bench/check.ts";
import { Connection, type Request } from "../../src/bench/connection.ts";
import { latencyOf, shown } from "../../src/bench/figures.ts";
import { textTable } from "../../src/bench/table.ts";
import { userUrn } from "../../src/scim/urn.ts";
import { binary } from "../e2e/support/binary.ts";
import { peopleCsv } from "./people.ts";
import { call, memoryOf, type Running, settled, startMuster, stopAll } from "./scale/process.ts";

/*
 * What others feel of a large import: the compiled binary reads and applies a CSV file while one connection gets a
 * user by id and another one makes users, each with a pause after each answer; and the memory that the import takes.
 * `bun run bench beside [rows]`
 */

const rows = Number(process.argv[2] ?? 300_000);
const pauseMs = 10;
const looksMs = 50;

const jobShape = z.object({ id: z.string(), state: z.string(), counts: z.record(z.string(), z.number()) });
const userShape = z.object({ id: z.string() });
const indexesShape = z.object({ resources: z.array(z.object({ state: z.string() })) });

type Phase = "alone" | "plan" | "apply" | "indexes";
const phases: readonly Phase[] = ["alone", "plan", "apply", "indexes"];
const phaseOf: Readonly<Record<string, Phase>> = { received: "plan", parsing: "plan", planned: "plan" };

/** What one connection met, by phase. */
type Times = Readonly<Record<Phase, number[]>>;

const newTimes = (): Times => ({ alone: [], plan: [], apply: [], indexes: [] });

interface Watch {
  phase: Phase;
  isOver: boolean;
  /** Bytes of the process's own memory at most, by phase. */
  readonly most: Record<Phase, number>;
  readonly seconds: Record<Phase, number>;
}

/** Asks one thing after the other until the watch is over. */
async function askOn(server: Running, watch: Watch, next: () => Request, status: number): Promise<Times> {
  const times = newTimes();
  const connection = new Connection(server);
  const check = hasStatus(status);
  try {
    while (!watch.isOver) {
      const { phase } = watch;
      const begun = performance.now();
      const wrong = check(await connection.ask(next()));
      if (wrong !== undefined) throw new Error(wrong);
      times[phase].push(performance.now() - begun);
      await Bun.sleep(pauseMs);
    }
  } finally {
    connection.close();
  }
  return times;
}

async function lookOn(server: Running, watch: Watch): Promise<void> {
  let at = performance.now();
  while (!watch.isOver) {
    const { phase } = watch;
    watch.most[phase] = Math.max(watch.most[phase], (await memoryOf(server.pid)).own);
    await Bun.sleep(looksMs);
    watch.seconds[phase] += (performance.now() - at) / 1000;
    at = performance.now();
  }
}

/** Sends the file and waits until its users are there and indexed. */
async function importAll(server: Running, watch: Watch, file: string): Promise<void> {
  await Bun.sleep(3000);
  watch.phase = "plan";
  const headers = { Authorization: `Bearer ${server.token}` };
  const body = new FormData();
  body.set("file", Bun.file(file));
  const response = await fetch(new URL("/api/imports", server.origin), { method: "POST", headers, body });
  if (!response.ok) throw new Error(`the upload was answered with ${response.status} ${await response.text()}`);
  const { id } = jobShape.parse(await response.json());
  for (;;) {
    const { state, counts } = await call(server, `/api/imports/${id}`, jobShape);
    if (state.startsWith("completed") || state === "failed") {
      if (counts.created !== rows) throw new Error(`${state}: ${JSON.stringify(counts)}`);
      break;
    }
    watch.phase = phaseOf[state] ?? "apply";
    await Bun.sleep(100);
  }
  watch.phase = "indexes";
  const isReady = async (): Promise<boolean> =>
    (await call(server, "/api/indexes", indexesShape)).resources.every(({ state }) => state === "ready");
  while (!(await isReady())) await Bun.sleep(250);
  watch.isOver = true;
}

async function measure(data: string, file: string): Promise<void> {
  const server = await startMuster(binary(), data);
  const person = (name: string): string => JSON.stringify({ schemas: [userUrn], userName: name });
  const made = await call(server, "/scim/v2/Users", userShape, { method: "POST", body: person("somebody") });
  await settled(server);
  const idle = (await memoryOf(server.pid)).own;
  const zeros = (): Record<Phase, number> => ({ alone: 0, plan: 0, apply: 0, indexes: 0 });
  const watch: Watch = { phase: "alone", isOver: false, most: zeros(), seconds: zeros() };
  let number = 0;
  const get = (): Request => ({ method: "GET", path: `/scim/v2/Users/${made.id}` });
  const post = (): Request => ({ method: "POST", path: "/scim/v2/Users", body: person(`beside-${number++}`) });
  const [gets, posts] = await Promise.all([
    askOn(server, watch, get, 200),
    askOn(server, watch, post, 201),
    lookOn(server, watch),
    importAll(server, watch, file),
  ]);
  await settled(server);
  const after = (await memoryOf(server.pid)).own;
  print(watch, gets, posts, idle, after);
  await server.stop();
}

function print(watch: Watch, gets: Times, posts: Times, idle: number, after: number): void {
  const mib = (bytes: number): string => shown((bytes - idle) / 1024 / 1024);
  console.log(
    `CSV import of ${rows.toLocaleString("en")} users beside one reader and one writer, ${pauseMs} ms pause each`,
  );
  const head = ["phase", "s", "GET p50 ms", "p99", "max", "POST p50 ms", "p99", "max", "MiB above idle"];
  const table = phases.map((phase) => {
    const ofTimes = (times: readonly number[]): readonly string[] => {
      const { medianMs, p99Ms, maxMs } = latencyOf(times);
      return [shown(medianMs), shown(p99Ms), shown(maxMs)];
    };
    return [
      phase,
      shown(watch.seconds[phase]),
      ...ofTimes(gets[phase]),
      ...ofTimes(posts[phase]),
      mib(watch.most[phase]),
    ];
  });
  for (const line of textTable(head, table, 1)) console.log(`  ${line}`);
  console.log(`  idle ${shown(idle / 1024 / 1024)} MiB; afterwards ${mib(after)} MiB above it`);
}

const folder = mkdtempSync(join(tmpdir(), "muster-bench-"));
try {
  const file = join(folder, "people.csv");
  await writeFile(file, peopleCsv(rows));
  await measure(join(folder, "data"), file);
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
