import { foldCase } from "../scim/resource/fold.ts";
import { groupUrn } from "../scim/urn.ts";
import type { Change, ChangeSet, SetResult } from "../storage/change.ts";
import type { Chunk, ChunkRow, RowAtHand } from "./chunk.ts";
import type { RunPorts } from "./ports.ts";
import { rowSet } from "./row-set.ts";
import { judgeMapped, type TableJob } from "./table-job.ts";

/** How often a row is looked at again whose user somebody changed at the same moment. */
const triesAgainMax = 3;

/** Writes a chunk: the groups that its rows make, then a set for each row. */
export async function commitChunk(ports: RunPorts, opened: TableJob, chunk: Chunk): Promise<void> {
  if (chunk.rows.length === 0) return;
  const sets: ChangeSet[] = [...groupSets(ports, opened, chunk.makes)];
  const groups = sets.length;
  for (const row of chunk.rows) sets.push("set" in row ? row.set : await hashedSet(row));
  const results = await ports.store.commit(sets);
  let refused: readonly Refused[] = chunk.rows.flatMap((row, index) =>
    againOf(row, sets[groups + index], results[groups + index]),
  );
  for (let tries = 0; refused.length > 0 && tries < triesAgainMax; tries++) {
    refused = await commitAgain(ports, opened, refused);
  }
}

async function hashedSet({ hash, hashing: { context, judged } }: Extract<ChunkRow, { hash: unknown }>) {
  return rowSet(context, judged, await hash, false);
}

/** A row of which somebody has changed the user since it was judged. */
interface Refused {
  readonly atHand: RowAtHand;
  readonly hash: string | undefined;
}

function againOf(row: ChunkRow, set: ChangeSet | undefined, result: SetResult | undefined): readonly Refused[] {
  if (result?.applied !== false || result.refusal.kind !== "version") return [];
  const atHand = "set" in row ? row.again : row.hashing;
  return atHand === undefined || !mayChange(atHand) ? [] : [{ atHand, hash: hashIn(set) }];
}

function mayChange({ judged: { verdict } }: RowAtHand): boolean {
  return verdict.kind === "change" || verdict.kind === "delete";
}

function hashIn(set: ChangeSet | undefined): string | undefined {
  for (const change of set?.changes ?? []) {
    if ("passwordHash" in change && typeof change.passwordHash === "string") return change.passwordHash;
  }
  return undefined;
}

/** Judges rows by the directory as it is now, and carries them out in the place of their conflict. */
async function commitAgain(
  ports: RunPorts,
  opened: TableJob,
  refused: readonly Refused[],
): Promise<readonly Refused[]> {
  const before = refused.map(({ atHand }) => atHand);
  const judged = await judgeMapped(
    ports,
    opened,
    before.map((row) => row.judged.table),
    before.map((row) => row.judged.mapped),
  );
  const rows = refused.flatMap(({ atHand: { context }, hash }, index) => {
    const again = judged[index];
    return again === undefined ? [] : [{ atHand: { context, judged: again }, hash }];
  });
  const sets = rows.map(({ atHand, hash }) => rowSet(atHand.context, atHand.judged, hash, true));
  const results = await ports.store.commit(sets);
  return rows.filter(({ atHand }, index) => {
    const result = results[index];
    return result?.applied === false && result.refusal.kind === "version" && mayChange(atHand);
  });
}

/** Makes the groups that accepted rows name and nobody has made, each before the first of them. */
function groupSets(
  { now }: RunPorts,
  { job, groups }: TableJob,
  makes: ReadonlyMap<string, string>,
): readonly ChangeSet[] {
  return [...makes].map(([id, name]) => {
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
