import { assignmentAttributes } from "../applications/application.ts";
import type { ChangeSet, PlannedRow } from "../storage/change.ts";
import { type ImportJob, type SettledOutcome, zeroCounts } from "../storage/import.ts";
import { FileError } from "./dialect/dialect.ts";
import { sapIasDialect } from "./dialect/sap-ias.ts";
import { estimateText } from "./hashing.ts";
import { clearPlan } from "./input.ts";
import { advance } from "./job.ts";
import { nameKey } from "./match.ts";
import { checkManagers } from "./plan-managers.ts";
import type { RunPorts } from "./ports.ts";
import { duplicateInFile, notUnique } from "./problem.ts";
import { SeenKeys } from "./seen.ts";
import { settledRequest } from "./settings.ts";
import { describeFormat } from "./source/open.ts";
import { type JudgedRow, judgeBatch, keptCells, openTableJob, type TableJob } from "./table-job.ts";

/** Rows between two notes of how far the plan is. */
const planRowsPerCommit = 20_000;

/** What the plan has found of a file. */
interface Plan {
  /** Nobody is there yet, so no row can find its userName taken. */
  readonly directoryIsEmpty: boolean;
  readonly seen: SeenKeys;
  readonly counts: Record<SettledOutcome, number>;
  rows: number;
  /** Passwords in clear text that are to be hashed, and those of users who keep theirs. */
  passwords: number;
  keptPasswords: number;
  /** Users who are sent a mail by which they choose a password. */
  invites: number;
  managers: number;
  told: ChangeSet[];
}

/** How a plan ended. */
export type PlanEnd = "planned" | "interrupted" | "cancelled";

/**
 * Reads the whole file, judges every row, and notes the verdicts that need telling. Nothing of the directory changes.
 *
 * @throws TableError or FileError when the file as a whole can not be imported
 */
export async function planJob(ports: RunPorts, job: ImportJob): Promise<PlanEnd> {
  const { tenantId } = job;
  await clearPlan(ports.store, tenantId, job.id);
  const opened = await openTableJob(ports, job);
  const directoryIsEmpty = await isEmpty(ports, tenantId);
  const plan: Plan = {
    directoryIsEmpty,
    seen: new SeenKeys(),
    counts: zeroCounts(),
    rows: 0,
    passwords: 0,
    keptPasswords: 0,
    invites: 0,
    managers: 0,
    told: [],
  };
  let noted = 0;
  for await (const batch of opened.batches) {
    if (ports.stopRequested()) return "interrupted";
    await planBatch(ports, opened, plan, await judgeBatch(ports, opened, batch));
    if (plan.rows - noted < planRowsPerCommit) continue;
    noted = plan.rows;
    await note(ports, opened, plan);
    if (await isCancelled(ports, job)) return "cancelled";
  }
  if (plan.managers > 0) plan.told.push(...(await checkManagers(ports, job)));
  await settlePlan(ports, opened, plan);
  return "planned";
}

/** Whether somebody asked to end the job. */
export async function isCancelled({ store }: RunPorts, { tenantId, id }: ImportJob): Promise<boolean> {
  return (await store.imports.job(tenantId, id))?.isCancelled === true;
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
async function note({ store }: RunPorts, { job: { tenantId, id } }: TableJob, plan: Plan) {
  const told = plan.told;
  plan.told = [];
  await store.commit([...told, { tenantId, changes: [advance(id, "read", { total: plan.rows })] }]);
}

async function settlePlan(ports: RunPorts, opened: TableJob, plan: Plan): Promise<void> {
  const { job, detected, settings, shape } = opened;
  const { told, rows: total, counts: planned, passwords } = plan;
  const message = detected.dialect.preview?.(planned);
  const done = {
    total,
    planned,
    passwords,
    shape,
    request: settledRequest(job.request, detected.dialect.id, settings),
    warnings: await warningsOf(ports, opened, plan),
    ...(message !== undefined && { message }),
  };
  await ports.store.commit([...told, { tenantId: job.tenantId, changes: [advance(job.id, "plan", done)] }]);
}

const idleAssignments = `${assignmentAttributes[0]} and the like are kept for an application, and applicationId names none`;

/** Whether a file has what is kept for an application, and is imported for none. */
function hasIdleAssignments({ judging, detected, shape }: TableJob): boolean {
  if (judging.application !== undefined || detected.dialect.id !== sapIasDialect.id) return false;
  const names: ReadonlySet<string> = new Set(assignmentAttributes.map((name) => name.toLowerCase()));
  return shape.header.some((header) => names.has(header.trim().toLowerCase()));
}

async function warningsOf(ports: RunPorts, opened: TableJob, plan: Plan): Promise<readonly string[]> {
  const { job, table, detected, mapper } = opened;
  const blank = table.blankRows();
  const same = await ports.store.imports.sameFile(job.tenantId, job);
  const { passwords, keptPasswords } = plan;
  const estimate = passwords === 0 ? undefined : await estimateText(ports, passwords);
  const { mustChangeHours } = opened.settings;
  const isTemporary = mustChangeHours > 0 && passwords > 0;
  return [
    `read as ${detected.dialect.id}, because ${detected.reason}; ${describeFormat(table)}`,
    ...table.warnings,
    ...(blank > 0 ? [`${blank === 1 ? "1 blank row was" : `${blank} blank rows were`} left out`] : []),
    ...(plan.invites > 0 ? [`${plan.invites} users are sent a mail by which they choose a password`] : []),
    ...(hasIdleAssignments(opened) ? [idleAssignments] : []),
    ...(mapper.unmapped.length > 0 ? [`columns that go nowhere: ${mapper.unmapped.join(", ")}`] : []),
    ...(same === undefined || job.retryOf !== null
      ? []
      : [`same_file_as ${same.id}: the same file was uploaded on ${new Date(same.created).toISOString()}`]),
    ...(keptPasswords > 0
      ? [`${keptPasswords} passwords are of users that exist and stay as they are, since updatePasswords is false`]
      : []),
    ...(estimate === undefined ? [] : [estimate]),
    ...(isTemporary ? [`the passwords must be changed within ${hoursText(mustChangeHours)} (mustChangeHours)`] : []),
    ...(job.retryOf !== null && !job.request.options.keepPasswords && hasSecrets(opened)
      ? ["passwords of refused rows were not kept (keepPasswords); users that are made now have none"]
      : []),
  ];
}

function hoursText(hours: number): string {
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** Whether the file has a column of passwords. */
function hasSecrets({ mapper, shape: { header } }: TableJob): boolean {
  const shown = mapper.redact(header);
  return header.some((name, index) => shown[index] !== name);
}

async function planBatch(ports: RunPorts, opened: TableJob, plan: Plan, batch: readonly JudgedRow[]) {
  const { store, compiled } = ports;
  const { tenantId } = opened.job;
  const keys = batch.map(({ verdict, mapped }) => keyOf(verdict, mapped, compiled) ?? "");
  const taken = plan.directoryIsEmpty ? [] : await store.resources.takenKeys(tenantId, compiled.type.name, keys);
  batch.forEach((judged, index) => {
    plan.rows++;
    const told = verdictOf(opened, plan, judged, keys[index] ?? "", taken[index] === true);
    plan.counts[told.outcome]++;
    if (told.problems.length > 0 || toldOutcomes.has(told.outcome))
      plan.told.push(tell(opened, told.outcome, judged, told.problems));
  });
}

/** The userName that a row gives to somebody who does not have it yet. */
function keyOf(verdict: JudgedRow["verdict"], mapped: JudgedRow["mapped"], compiled: RunPorts["compiled"]) {
  if (verdict.kind === "create") return verdict.key;
  return verdict.kind === "change" ? nameKey(compiled, mapped) : null;
}

interface PlannedOutcome {
  readonly outcome: SettledOutcome;
  readonly problems: PlannedRow["problems"];
}

/** What a row is expected to come to, with what is known of the rows before it. */
function verdictOf(opened: TableJob, plan: Plan, judged: JudgedRow, key: string, isTaken: boolean): PlannedOutcome {
  const { verdict, mapped } = judged;
  if (verdict.kind === "refuse") return verdict;
  if (verdict.kind === "skip") return { outcome: "skipped", problems: [] };
  const first = firstOf(opened, plan, judged, key);
  if (first !== undefined) {
    refuseFile(opened, first.name, mapped.key);
    return { outcome: "duplicate", problems: [duplicateInFile(first.name, first.row, mapped.key)] };
  }
  if (verdict.kind === "delete") return { outcome: "deleted", problems: mapped.warnings };
  if (verdict.kind === "create" && isTaken) return taken(opened, judged);
  countExtras(plan, judged);
  return { outcome: verdict.kind === "create" ? "created" : verdict.outcome, problems: mapped.warnings };
}

/** Somebody whom the row is not about has its userName. */
function taken({ settings, judging }: TableJob, { mapped }: JudgedRow): PlannedOutcome {
  const problems = [notUnique("userName", mapped.valueOf("userName") ?? mapped.key)];
  const isMatched = settings.mode === "create" && judging.key.by === "unique";
  return { outcome: isMatched ? "duplicate" : "conflict", problems };
}

/** Counts what the row asks for beside its attributes. */
function countExtras(plan: Plan, { verdict, mapped }: JudgedRow): void {
  if (verdict.kind !== "create" && verdict.kind !== "change") return;
  if (verdict.password.kind === "clear") plan.passwords++;
  if (verdict.invites) plan.invites++;
  if (verdict.reference !== undefined) plan.managers++;
  const brings = mapped.passwordHash !== undefined || verdict.resource.secrets.password !== undefined;
  if (verdict.kind === "change" && brings && verdict.password.kind === "none") plan.keptPasswords++;
}

/** The earlier row that is about the same person, and by what. */
function firstOf({ judging }: TableJob, { seen }: Plan, { verdict, mapped, table }: JudgedRow, key: string) {
  const { row } = table;
  const firsts: { readonly name: string; readonly row: number }[] = [];
  const look = (name: string, text: string): void => {
    const first = seen.firstRow(text, row);
    if (first !== undefined) firsts.push({ name, row: first });
  };
  const byKey = judging.key.by === "unique" ? undefined : mapped.valueOf(judging.key.path);
  if (byKey !== undefined) look(judging.key.name, `key ${byKey.toLowerCase()}`);
  if (key !== "") look("userName", key);
  if (verdict.kind === "change" || verdict.kind === "delete") look("id", `id ${verdict.record.id}`);
  return firsts[0];
}

/** Some sources take nothing of a file in which somebody is there twice. */
function refuseFile({ detected }: TableJob, name: string, key: string | null): void {
  const message = detected.dialect.duplicateRefusal?.(name, key ?? "");
  if (message !== undefined) throw new FileError("duplicate_row", message);
}

/** Rows that change somebody are told, too: a plan is there to show whom. */
const toldOutcomes: ReadonlySet<SettledOutcome> = new Set(["updated", "deactivated", "deleted"]);

function tell(
  opened: TableJob,
  outcome: SettledOutcome,
  { table, mapped: { row, line, key } }: JudgedRow,
  problems: PlannedRow["problems"],
): ChangeSet {
  const isRefused = outcome === "failed" || outcome === "duplicate" || outcome === "conflict";
  const raw = isRefused ? { raw: keptCells(opened, table) } : {};
  const { tenantId, id: importId } = opened.job;
  return { tenantId, changes: [{ kind: "planRow", importId, outcome, row, line, key, problems, ...raw }] };
}
