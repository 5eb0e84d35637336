import { contentOf } from "../directory/content.ts";
import type { Change, ChangeSet, RefusalKind, Told } from "../storage/change.ts";
import type { ImportJob, RowProblem } from "../storage/import.ts";
import type { Verdict } from "./plan.ts";
import { notUnique } from "./plan-job.ts";
import type { RunPorts } from "./ports.ts";
import { type JudgedRow, judgeBatch, openTableJob } from "./table-job.ts";

/**
 * Rows in one call of commit, the more the more there are: large transactions write each page of the random indexes
 * once, and small jobs show how far they are.
 */
const applyRowsPerCommit = { min: 10_000, max: 50_000, commitsPerJob: 20 } as const;
/** Rows of a job for which the indexes of attributes may be left behind until its end: a few seconds of work. */
const rowsOfLargeJobMin = 50_000;
/** Characters of those rows: what a chunk of the longest rows weighs is bounded, too. */
const applyCharsPerCommit = 16_777_216;
/** Passwords in one call of commit: about four seconds of hashing that a crash would repeat. */
const applyPasswordsPerCommit = 200;

/**
 * Carries the rows out, chunk by chunk. Each row's changes and its outcome are one set, so whatever happens, a row
 * has an outcome exactly when its changes are there; the last outcome is the place to go on from.
 *
 * @returns false when it was asked to stop before the end
 */
export async function applyJob(ports: RunPorts, job: ImportJob): Promise<boolean> {
  const { store } = ports;
  const opened = await openTableJob(ports, job);
  const after = await store.imports.lastRow(job.tenantId, job.id);
  const { min, max, commitsPerJob } = applyRowsPerCommit;
  const rowsPerCommit = Math.min(max, Math.max(min, Math.ceil(job.total / commitsPerJob)));
  if (await isLarge(ports, job, after)) {
    await store.commit([{ tenantId: job.tenantId, changes: [{ kind: "suspendIndexes", resourceType: "User" }] }]);
  }
  let chunk: JudgedRow[] = [];
  let passwords = 0;
  let chars = 0;
  for await (const rows of opened.table.batches) {
    if (ports.stopRequested()) return false;
    const todo = (rows.at(-1)?.row ?? 0) <= after ? [] : rows.filter(({ row }) => row > after);
    for (const judged of await judgeBatch(ports, opened, todo)) {
      chunk.push(judged);
      if (passwordOf(judged.verdict) !== undefined) passwords++;
      chars += judged.chars;
      const hasRoom = chunk.length < rowsPerCommit && passwords < applyPasswordsPerCommit;
      if (hasRoom && chars < applyCharsPerCommit) continue;
      if (ports.stopRequested()) return false;
      await commitChunk(ports, job, chunk);
      chunk = [];
      passwords = 0;
      chars = 0;
    }
  }
  await commitChunk(ports, job, chunk);
  return true;
}

/** Whether the directory at least doubles: its indexes are then made of all users together, when the job is done. */
async function isLarge({ store, compiled }: RunPorts, job: ImportJob, after: number): Promise<boolean> {
  if (after > 0 || job.total < rowsOfLargeJobMin) return false;
  const query = { tenantId: job.tenantId, types: [{ type: compiled.type }], start: { offset: 0 }, limit: 0 };
  return job.total >= (await store.resources.list(query)).total;
}

async function commitChunk(ports: RunPorts, job: ImportJob, chunk: readonly JudgedRow[]): Promise<void> {
  const first = chunk[0];
  const last = chunk.at(-1);
  if (first === undefined || last === undefined) return;
  const planned = await plannedDuplicates(ports, job, first.mapped.row, last.mapped.row);
  const hashes = await hashPasswords(ports, chunk);
  await ports.store.commit(chunk.map((judged, index) => rowSet(ports, job, judged, hashes[index], planned)));
}

/** What the plan knows of rows that the unique index will refuse: which earlier row of the file has the value. */
async function plannedDuplicates({ store }: RunPorts, job: ImportJob, from: number, to: number) {
  const query = { tenantId: job.tenantId, importId: job.id, problemsOnly: true, after: from - 1, limit: to - from + 1 };
  const rows = await store.imports.rows({ ...query, outcome: "duplicate" });
  return new Map(rows.map(({ row, problems }) => [row, problems]));
}

/** The clear text that a row sets; undefined when it sets none. */
function passwordOf(verdict: Verdict): string | undefined {
  return verdict.accepted ? verdict.resource.secrets.password : undefined;
}

/** Hashes the passwords of a chunk before its transaction, as many at a time as there are cores. */
async function hashPasswords(ports: RunPorts, chunk: readonly JudgedRow[]): Promise<readonly (string | undefined)[]> {
  const hashes: (string | undefined)[] = new Array(chunk.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < chunk.length) {
      const index = next++;
      const verdict = chunk[index]?.verdict;
      const password = verdict && passwordOf(verdict);
      if (password !== undefined) hashes[index] = await ports.hashPassword(password);
    }
  };
  await Promise.all(Array.from({ length: ports.hashesAtOnce }, work));
  return hashes;
}

function rowSet(
  ports: RunPorts,
  { tenantId, id: importId }: ImportJob,
  { mapped, verdict }: JudgedRow,
  passwordHash: string | undefined,
  planned: ReadonlyMap<number, readonly RowProblem[]>,
): ChangeSet {
  const { row, line, key, warnings } = mapped;
  const place = { importId, row, line, key };
  if (!verdict.accepted) {
    return {
      tenantId,
      changes: [],
      result: { ...place, applied: "failed", problems: verdict.problems, refused: refusals },
    };
  }
  const known = planned.get(row);
  const refused =
    known === undefined ? refusals : { ...refusals, uniqueness: { outcome: "duplicate", problems: known } as const };
  return {
    tenantId,
    changes: changesOf(ports, verdict, passwordHash),
    result: { ...place, applied: "created", problems: warnings, refused },
  };
}

function changesOf(
  { compiled, newId, now }: RunPorts,
  { resource, groupIds }: Extract<Verdict, { accepted: true }>,
  passwordHash: string | undefined,
): readonly Change[] {
  const content = contentOf(compiled, resource, newId(), now());
  const create: Change = { kind: "createResource", ...content, ...(passwordHash !== undefined && { passwordHash }) };
  const { id, at } = content;
  const joins = groupIds.map(
    (groupId): Change => ({ kind: "changeMembers", groupId, reset: false, add: [id], remove: [], at }),
  );
  return joins.length === 0 ? [create] : [create, ...joins];
}

const groupGone: Told = {
  outcome: "failed",
  problems: [{ code: "unknown_group", column: "groups", message: "a group of this row was deleted meanwhile" }],
};
const internal: Told = { outcome: "failed", problems: [{ code: "internal", message: "Internal error" }] };

/** How a refused row is told. */
const refusals: Readonly<Record<RefusalKind, Told>> = {
  notFound: groupGone,
  unknownMember: groupGone,
  // Somebody took the userName since the plan.
  uniqueness: { outcome: "duplicate", problems: [notUnique(null)] },
  version: internal,
  inUse: internal,
  state: internal,
  exists: internal,
};
