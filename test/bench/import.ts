import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../../src/bench/figures.ts";
import { applyJob } from "../../src/import/apply-job.ts";
import { planJob } from "../../src/import/plan-job.ts";
import type { RunPorts } from "../../src/import/ports.ts";
import { receiveImport } from "../../src/import/upload.ts";
import { compileType } from "../../src/scim/resource/type.ts";
import { coreRegistry } from "../../src/scim/schema/registry.ts";
import type { ImportJob, ImportState } from "../../src/storage/import.ts";
import { openDatabase } from "../../src/storage/sqlite/open.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { peopleCsv } from "./people.ts";
import { spread } from "./spread.ts";

/*
 * A CSV import without passwords, beside raw prepared inserts of the same rows into the same tables with the same
 * indexes, settings and rows a transaction. Both in this process, alternating, so that they meet the same noise.
 */

const rows = Number(process.argv[2] ?? 300_000);
const rounds = Number(process.argv[3] ?? 3);
/** As in apply-job.ts. */
const rowsPerCommit = 10_000;

interface Round {
  readonly planSeconds: number;
  readonly applySeconds: number;
  readonly rawSeconds: number;
  readonly rawWithOutcomesSeconds: number;
  /** Memory of the import above that before it, at its most, without the pages of files. */
  readonly memoryMiB: number;
}

const figures: Round[] = [];
for (let round = 0; round < rounds; round++) {
  const folder = mkdtempSync(join(tmpdir(), "muster-bench-"));
  try {
    const imported = await importRound(join(folder, "import.db"));
    const rawSeconds = rawRound(folder, "raw.db", false);
    const rawWithOutcomesSeconds = rawRound(folder, "raw-outcomes.db", true);
    figures.push({ ...imported, rawSeconds, rawWithOutcomesSeconds });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
print();

async function importRound(file: string): Promise<Pick<Round, "planSeconds" | "applySeconds" | "memoryMiB">> {
  Bun.gc(true);
  const idle = anonymousMiB();
  let most = idle;
  const looking = setInterval(() => {
    most = Math.max(most, anonymousMiB());
  }, 20);
  const store = openSqliteStore({ file, lane: "import" });
  const userType = coreRegistry.resourceTypes[0];
  if (userType === undefined) throw new Error("no User");
  const ports: RunPorts = {
    store,
    compiled: compileType(userType),
    now: Date.now,
    newId: () => Bun.randomUUIDv7(),
    hashPassword: () => Promise.reject(new Error("the bench has no passwords")),
    hashesAtOnce: 1,
    stopRequested: () => false,
  };
  const upload = { tenantId: 1, fileName: "people.csv", createdBy: "bench", asAdministrator: false };
  const { job } = await receiveImport(ports, upload, peopleCsv(rows), () => ({}));
  const planSeconds = await timed(ports, job, ["parsing"], planJob);
  const applySeconds = await timed(ports, job, ["queued", "running"], applyJob);
  const { counts } = (await store.imports.job(1, job.id)) ?? job;
  if (counts.created !== rows) throw new Error(`created ${counts.created} of ${rows}: ${JSON.stringify(counts)}`);
  await store.close();
  clearInterval(looking);
  return { planSeconds, applySeconds, memoryMiB: most - idle };
}

/** Resident memory that belongs to no file. */
function anonymousMiB(): number {
  const [, kib = "0"] = /RssAnon:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kib) / 1024;
}

async function timed(
  ports: RunPorts,
  job: ImportJob,
  states: readonly ImportState[],
  work: (ports: RunPorts, job: ImportJob) => Promise<unknown>,
): Promise<number> {
  for (const to of states) {
    const change = {
      kind: "advanceImport",
      importId: job.id,
      from: ["received", "parsing", "planned", "queued"],
      to,
    } as const;
    await ports.store.commit([{ tenantId: 1, changes: [change] }]);
  }
  Bun.gc(true);
  const start = performance.now();
  await work(ports, job);
  return (performance.now() - start) / 1000;
}

function rawRound(folder: string, name: string, withOutcomes: boolean): number {
  const source = openDatabase(join(folder, "import.db"));
  const users = source.query("SELECT * FROM resource ORDER BY rid").values();
  const outcomes = source.query("SELECT * FROM import_row ORDER BY row").values();
  const tables = source
    .query<{ sql: string }, []>("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL")
    .all();
  source.close();
  const db = openDatabase(join(folder, name), "import");
  for (const { sql } of tables) db.run(sql);
  const marks = (row: readonly unknown[] | undefined): string => (row ?? []).map(() => "?").join(", ");
  const insertUser = db.prepare(`INSERT INTO resource VALUES (${marks(users[0])})`);
  const insertOutcome = db.prepare(`INSERT INTO import_row VALUES (${marks(outcomes[0])})`);
  Bun.gc(true);
  const start = performance.now();
  for (let from = 0; from < users.length; from += rowsPerCommit) {
    db.run("BEGIN IMMEDIATE");
    for (let index = from; index < Math.min(from + rowsPerCommit, users.length); index++) {
      insertUser.run(...(users[index] as never[]));
      if (withOutcomes) insertOutcome.run(...(outcomes[index] as never[]));
    }
    db.run("COMMIT");
  }
  const seconds = (performance.now() - start) / 1000;
  db.close();
  return seconds;
}

function print(): void {
  const rate = (pick: (round: Round) => number): string => spread(figures.map((round) => rows / pick(round)));
  const share = (raw: (round: Round) => number, own: (round: Round) => number): string =>
    `${Math.round(100 * median(figures.map((round) => raw(round) / own(round))))} %`;
  const whole = (round: Round): number => round.planSeconds + round.applySeconds;
  console.log(
    `CSV import of ${rows.toLocaleString("en")} users, no passwords; rows/s, median (least-most) of ${rounds}`,
  );
  console.log(`  plan (read, map, validate, look up)     ${rate((round) => round.planSeconds)}`);
  console.log(`  apply (read, map, validate, write)      ${rate((round) => round.applySeconds)}`);
  console.log(`  plan and apply                          ${rate(whole)}`);
  console.log(`  raw inserts of the users                ${rate((round) => round.rawSeconds)}`);
  console.log(`  raw inserts of users and outcomes       ${rate((round) => round.rawWithOutcomesSeconds)}`);
  console.log(
    `  apply / raw users                       ${share(
      (round) => round.rawSeconds,
      (round) => round.applySeconds,
    )}`,
  );
  console.log(
    `  apply / raw users and outcomes          ${share(
      (round) => round.rawWithOutcomesSeconds,
      (round) => round.applySeconds,
    )}`,
  );
  const dryRun = median(figures.map((round) => round.applySeconds / round.planSeconds)).toFixed(1);
  console.log(`  a plan is as fast as apply, times       ${dryRun}`);
  console.log(`  memory at most, first round             ${Math.round(figures[0]?.memoryMiB ?? 0)} MiB above idle`);
  console.log(`  whole import / raw users                ${share((round) => round.rawSeconds, whole)}`);
}
