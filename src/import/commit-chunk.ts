import { foldCase } from "../scim/resource/fold.ts";
import { groupUrn } from "../scim/urn.ts";
import type { Change, ChangeSet } from "../storage/change.ts";
import type { ImportJob, RowProblem } from "../storage/import.ts";
import type { Chunk } from "./chunk.ts";
import type { RunPorts } from "./ports.ts";
import { type RowContext, rowSet } from "./row-set.ts";
import { type JudgedRow, judgeMapped, type TableJob } from "./table-job.ts";

/** How often a row is looked at again whose user somebody changed at the same moment. */
const triesAgainMax = 3;

/** Writes a chunk: the groups that its rows make, then a set for each row. */
export async function commitChunk(ports: RunPorts, opened: TableJob, chunk: Chunk): Promise<void> {
  const first = chunk.rows[0];
  const last = chunk.rows.at(-1);
  if (first === undefined || last === undefined) return;
  const { job } = opened;
  const planned = await plannedDuplicates(ports, job, first.table.row, last.table.row);
  const hashes: (string | undefined)[] = [];
  for (const judged of chunk.rows) hashes.push(chunk.hasPasswords ? await chunk.hashOf(judged) : undefined);
  const context: RowContext = { ports, opened, planned };
  const groups = groupSets(ports, opened, chunk.rows);
  const sets = chunk.rows.map((judged, index) => rowSet(context, judged, hashes[index], false));
  const results = (await ports.store.commit([...groups, ...sets])).slice(groups.length);
  let refused = chunk.rows.flatMap((judged, index) => {
    const result = results[index];
    return result?.applied === false && isWorthAnotherTry(judged, result.refusal.kind)
      ? [{ judged, hash: hashes[index] }]
      : [];
  });
  for (let tries = 0; refused.length > 0 && tries < triesAgainMax; tries++) {
    refused = await commitAgain(context, refused);
  }
}

interface Refused {
  readonly judged: JudgedRow;
  readonly hash: string | undefined;
}

/** Somebody changed the user, or took the userName of one that was to be made where rows may also change users. */
function isWorthAnotherTry({ verdict }: JudgedRow, kind: string): boolean {
  return (verdict.kind === "change" || verdict.kind === "delete") && kind === "version";
}

/** Judges rows by the directory as it is now, and carries them out in the place of their conflict. */
async function commitAgain(context: RowContext, refused: readonly Refused[]): Promise<Refused[]> {
  const { ports, opened } = context;
  const judged = await judgeMapped(
    ports,
    opened,
    refused.map((row) => row.judged.table),
    refused.map((row) => row.judged.mapped),
  );
  const sets = judged.map((row, index) => rowSet(context, row, refused[index]?.hash, true));
  const results = await ports.store.commit(sets);
  return judged.flatMap((row, index) => {
    const result = results[index];
    const isRefused = result?.applied === false && isWorthAnotherTry(row, result.refusal.kind);
    return isRefused ? [{ judged: row, hash: refused[index]?.hash }] : [];
  });
}

/** What the plan knows of rows that come a second time: which earlier row of the file is about the same person. */
async function plannedDuplicates({ store }: RunPorts, job: ImportJob, from: number, to: number) {
  const query = { tenantId: job.tenantId, importId: job.id, problemsOnly: true, after: from - 1, limit: to - from + 1 };
  const rows = await store.imports.rows({ ...query, outcome: "duplicate" });
  return new Map<number, readonly RowProblem[]>(rows.map(({ row, problems }) => [row, problems]));
}

/** Makes the groups that accepted rows name and nobody has made, each before the first of them. */
function groupSets({ now }: RunPorts, { job, groups }: TableJob, rows: readonly JudgedRow[]): readonly ChangeSet[] {
  const made = new Map<string, string>();
  for (const { verdict } of rows) {
    if (verdict.kind !== "create" && verdict.kind !== "change") continue;
    for (const { id, name } of verdict.groups.makes) made.set(id, name);
  }
  return [...made].map(([id, name]) => {
    groups.made(name, id);
    const changes: readonly Change[] = [
      {
        kind: "createResource",
        resourceType: "Group",
        id,
        at: now(),
        doc: JSON.stringify({ schemas: [groupUrn], displayName: name }),
        keys: { unique: null, display: foldCase(name), externalId: null, active: null },
      },
      { kind: "noteImportGroup", importId: job.id, groupId: id },
    ];
    return { tenantId: job.tenantId, changes };
  });
}
