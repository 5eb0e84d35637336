import type { ChangeSet, PlannedRow } from "../storage/change.ts";
import { type ImportJob, type SettledOutcome, zeroCounts } from "../storage/import.ts";
import { clearPlan } from "./input.ts";
import type { RunPorts } from "./ports.ts";
import { SeenKeys } from "./seen.ts";
import { describeFormat } from "./source/open.ts";
import { type JudgedRow, judgeBatch, openTableJob, type TableJob } from "./table-job.ts";

/** Rows between two notes of how far the plan is. */
const planRowsPerCommit = 20_000;

/** What the plan has found of a file. */
interface Plan {
  /** Nobody is there yet, so no row can find its userName taken. */
  readonly directoryIsEmpty: boolean;
  readonly seen: SeenKeys;
  readonly counts: Record<SettledOutcome, number>;
  rows: number;
  told: ChangeSet[];
}

/**
 * Reads the whole file, judges every row, and notes the verdicts that need telling. Nothing of the directory changes.
 *
 * @returns false when it was asked to stop before the end
 * @throws TableError or FileError when the file as a whole can not be imported
 */
export async function planJob(ports: RunPorts, job: ImportJob): Promise<boolean> {
  const { tenantId } = job;
  await clearPlan(ports.store, tenantId, job.id);
  const opened = await openTableJob(ports, job);
  const directoryIsEmpty = await isEmpty(ports, tenantId);
  const plan: Plan = { directoryIsEmpty, seen: new SeenKeys(), counts: zeroCounts(), rows: 0, told: [] };
  let noted = 0;
  for await (const batch of opened.table.batches) {
    if (ports.stopRequested()) return false;
    await planBatch(ports, opened, plan, await judgeBatch(ports, opened, batch));
    if (plan.rows - noted < planRowsPerCommit) continue;
    noted = plan.rows;
    await note(ports, opened, plan, "parsing");
  }
  await note(ports, opened, plan, "planned");
  return true;
}

async function isEmpty({ store, compiled }: RunPorts, tenantId: number): Promise<boolean> {
  const { total } = await store.resources.list({
    tenantId,
    types: [{ type: compiled.type }],
    start: { offset: 0 },
    limit: 0,
  });
  return total === 0;
}

/** Writes what the plan has to tell so far, and how far it is. */
async function note(ports: RunPorts, { job, table, detected }: TableJob, plan: Plan, to: "parsing" | "planned") {
  const { tenantId, id: importId } = job;
  const { told, rows: total } = plan;
  plan.told = [];
  const progress = { kind: "advanceImport", importId, from: ["parsing"], to, total } as const;
  const done = { planned: plan.counts, dialect: detected.dialect.id, warnings: warningsOf(table, detected) };
  const change = to === "planned" ? { ...progress, ...done } : progress;
  await ports.store.commit([...told, { tenantId, changes: [change] }]);
}

function warningsOf(table: TableJob["table"], { dialect, reason }: TableJob["detected"]): readonly string[] {
  const blank = table.blankRows();
  return [
    `read as ${dialect.id}, because ${reason}; ${describeFormat(table)}`,
    ...table.warnings,
    ...(blank > 0 ? [`${blank === 1 ? "1 blank row was" : `${blank} blank rows were`} left out`] : []),
  ];
}

async function planBatch(ports: RunPorts, { job }: TableJob, plan: Plan, batch: readonly JudgedRow[]) {
  const { store, compiled } = ports;
  const keys = batch.map(({ verdict }) => (verdict.accepted ? verdict.key : null) ?? "");
  const taken = plan.directoryIsEmpty ? [] : await store.resources.takenKeys(job.tenantId, compiled.type.name, keys);
  batch.forEach(({ mapped, verdict }, index) => {
    const { row, line, key, warnings } = mapped;
    plan.rows++;
    const first = verdict.accepted ? plan.seen.firstRow(keys[index] ?? "", row) : undefined;
    const judged = verdict.accepted
      ? duplicate(first, taken[index] === true, key)
      : { outcome: "failed" as const, problems: verdict.problems };
    const { outcome, problems } = judged ?? { outcome: "created" as const, problems: warnings };
    plan.counts[outcome]++;
    if (problems.length > 0) plan.told.push(tell(job, outcome, { row, line, key, problems }));
  });
}

function duplicate(firstRow: number | undefined, taken: boolean, key: string | null) {
  if (firstRow !== undefined) return { outcome: "duplicate" as const, problems: [duplicateInFile(firstRow, key)] };
  if (taken) return { outcome: "duplicate" as const, problems: [notUnique(key)] };
  return undefined;
}

function duplicateInFile(firstRow: number, key: string | null) {
  const message = `row ${firstRow} has the same userName; that one was taken`;
  return { code: "duplicate_in_file", column: "userName", ...(key !== null && { value: key.slice(0, 64) }), message };
}

/** The problem of a row whose userName somebody else has. */
export function notUnique(key: string | null) {
  const message = "a user with this userName exists already";
  return { code: "not_unique", column: "userName", ...(key !== null && { value: key.slice(0, 64) }), message };
}

function tell({ tenantId, id: importId }: ImportJob, outcome: SettledOutcome, row: PlannedRow): ChangeSet {
  return { tenantId, changes: [{ kind: "planRow", importId, outcome, ...row }] };
}
