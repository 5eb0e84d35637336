import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../../src/bench/figures.ts";
import { loadTypes } from "../../src/directory/catalog.ts";
import { buildSomeIndexes, ensureIndexes } from "../../src/directory/index-choices.ts";
import { applyJob } from "../../src/import/apply-job.ts";
import { planJob } from "../../src/import/plan-job.ts";
import { importPorts, type RunPorts } from "../../src/import/ports.ts";
import { receiveImport } from "../../src/import/upload.ts";
import { userTypeOf } from "../../src/scim/resource/type.ts";
import type { ImportJob, ImportState } from "../../src/storage/import.ts";
import { openDatabase } from "../../src/storage/sqlite/open.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { peopleCsv } from "./people.ts";
import { spread } from "./spread.ts";

/*
 * A CSV import without passwords, beside raw prepared inserts of all the rows that it writes into the same tables with
 * the same indexes, settings and rows a transaction. Both in this process, alternating, so that they meet the same
 * noise. `bun run bench import [rows] [rounds]`
 */

const rows = Number(process.argv[2] ?? 300_000);
const rounds = Number(process.argv[3] ?? 3);
/** As in apply-job.ts. */
const rowsPerCommit = 10_000;

interface Round {
  readonly planSeconds: number;
  readonly applySeconds: number;
  /** Building the attribute indexes, which a job that at least doubles the directory leaves behind until its end. */
  readonly indexSeconds: number;
  readonly rawUsersSeconds: number;
  /** Users, outcomes, lines of the audit trail and index values. */
  readonly rawSeconds: number;
  readonly values: number;
}

const figures: Round[] = [];
for (let round = 0; round < rounds; round++) {
  const folder = mkdtempSync(join(tmpdir(), "muster-bench-"));
  try {
    const imported = await importRound(join(folder, "import.db"));
    const users = rawRound(folder, "raw-users.db", ["resource"]);
    const all = rawRound(folder, "raw.db", ["resource", "import_row", "audit", "attribute_value"]);
    figures.push({ ...imported, rawUsersSeconds: users.seconds, rawSeconds: all.seconds, values: all.values });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
print();

async function importRound(file: string): Promise<Pick<Round, "planSeconds" | "applySeconds" | "indexSeconds">> {
  const store = openSqliteStore({ file, lane: "import" });
  const types = await loadTypes(store, 1);
  await ensureIndexes(store, 1, types, new Map());
  const ports: RunPorts = { ...importPorts(store, () => false), compiled: userTypeOf(types) };
  const upload = { tenantId: 1, fileName: "people.csv", createdBy: "bench", asAdministrator: false };
  const { job } = await receiveImport(ports, upload, peopleCsv(rows), () => ({}));
  const planSeconds = await timed(ports, job, ["parsing"], planJob);
  const applySeconds = await timed(ports, job, ["queued", "running"], applyJob);
  const { counts } = (await store.imports.job(1, job.id)) ?? job;
  if (counts.created !== rows) throw new Error(`created ${counts.created} of ${rows}: ${JSON.stringify(counts)}`);
  Bun.gc(true);
  const start = performance.now();
  while (await buildSomeIndexes(store, () => false));
  const indexSeconds = (performance.now() - start) / 1000;
  await store.close();
  return { planSeconds, applySeconds, indexSeconds };
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
  const current = (await ports.store.imports.job(job.tenantId, job.id)) ?? job;
  Bun.gc(true);
  const start = performance.now();
  await work(ports, current);
  return (performance.now() - start) / 1000;
}

type Table = "resource" | "import_row" | "audit" | "attribute_value";

/** Inserts the rows that the import wrote, in the order in which it had them. */
function rawRound(folder: string, name: string, tables: readonly Table[]): { seconds: number; values: number } {
  const source = openDatabase(join(folder, "import.db"));
  const schema = source
    .query<{ sql: string }, []>("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL")
    .all();
  const db = openDatabase(join(folder, name), "import");
  for (const { sql } of schema) db.run(sql);
  const orders = { resource: "rid", import_row: "row", audit: "sequence", attribute_value: "resource_rid" } as const;
  const read = (table: Table) => source.query(`SELECT * FROM ${table} ORDER BY ${orders[table]}`).values();
  const held = tables.map((table) => {
    const found = read(table);
    const marks = (found[0] ?? []).map(() => "?").join(", ");
    return { found, insert: db.prepare(`INSERT INTO ${table} VALUES (${marks})`) };
  });
  source.close();
  Bun.gc(true);
  const start = performance.now();
  for (let from = 0; from < rows; from += rowsPerCommit) {
    db.run("BEGIN IMMEDIATE");
    for (const { found, insert } of held) {
      const each = found.length / rows;
      const until = Math.round(Math.min(from + rowsPerCommit, rows) * each);
      for (let index = Math.round(from * each); index < until; index++) insert.run(...(found[index] as never[]));
    }
    db.run("COMMIT");
  }
  const seconds = (performance.now() - start) / 1000;
  db.close();
  return { seconds, values: tables.includes("attribute_value") ? (held.at(-1)?.found.length ?? 0) : 0 };
}

function print(): void {
  const rate = (seconds: (round: Round) => number): string => spread(figures.map((round) => rows / seconds(round)));
  const share = (raw: (round: Round) => number, own: (round: Round) => number): string =>
    `${Math.round(100 * median(figures.map((round) => raw(round) / own(round))))} %`;
  const applied = ({ applySeconds, indexSeconds }: Round): number => applySeconds + indexSeconds;
  const shownRows = rows.toLocaleString("en");
  const values = ((figures[0]?.values ?? 0) / rows).toFixed(1);
  const faster = median(figures.map((round) => applied(round) / round.planSeconds)).toFixed(1);
  const lines: readonly (readonly [what: string, figure: string])[] = [
    ["plan (read, map, validate, look up)", rate((round) => round.planSeconds)],
    ["apply (read, map, validate, write)", rate((round) => round.applySeconds)],
    ["apply with building the indexes", rate(applied)],
    ["raw inserts of the users alone", rate((round) => round.rawUsersSeconds)],
    ["raw inserts of users, outcomes, audit, values", rate((round) => round.rawSeconds)],
    ["apply with indexes / all raw inserts", share(({ rawSeconds }) => rawSeconds, applied)],
    ["a plan is faster than apply, times", faster],
  ];
  console.log(`CSV import of ${shownRows} users, ${values} index values each, no passwords`);
  console.log(`rows/s, median (least-most) of ${rounds}; ${rowsPerCommit.toLocaleString("en")} rows a transaction`);
  for (const [what, figure] of lines) console.log(`  ${what.padEnd(40)}${figure}`);
}
