import { foldCase } from "../scim/resource/fold.ts";
import type { ImportJob } from "../storage/import.ts";
import { type Detected, detectDialect } from "./dialect/detect.ts";
import type { RowMapper } from "./dialect/dialect.ts";
import { type GroupReference, judgeRow, type Verdict } from "./plan.ts";
import type { RunPorts } from "./ports.ts";
import type { MappedRow } from "./row.ts";
import { storedInput } from "./source/input.ts";
import { openTable } from "./source/open.ts";
import type { OpenTable, TableRow } from "./source/table.ts";

/** A job's file, opened and bound to its dialect. */
export interface TableJob {
  readonly job: ImportJob;
  readonly table: OpenTable;
  readonly detected: Detected;
  readonly mapper: RowMapper;
  readonly groups: GroupNames;
}

/** A row with what is to be done with it. */
export interface JudgedRow {
  readonly mapped: MappedRow;
  readonly verdict: Verdict;
  /** Characters of its cells: about what it weighs. */
  readonly chars: number;
}

/**
 * Opens the file of a job and finds its dialect.
 *
 * @throws TableError or FileError when the file as a whole can not be imported
 */
export async function openTableJob({ store, compiled }: RunPorts, job: ImportJob): Promise<TableJob> {
  const table = await openTable(storedInput(store.imports, job.tenantId, job.id, job.fileBytes), {});
  try {
    const detected = detectDialect(job.request.dialect, table.header.cells, compiled.type);
    const mapper = detected.dialect.bind(table.header.cells, compiled.type);
    return { job, table, detected, mapper, groups: new GroupNames() };
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** Maps and judges a batch of rows. Groups are looked up once a name. */
export async function judgeBatch(
  ports: RunPorts,
  { job, mapper, groups }: TableJob,
  rows: readonly TableRow[],
): Promise<readonly JudgedRow[]> {
  const mapped = rows.map((row) => mapper.map(row));
  await groups.resolve(ports, job.tenantId, mapped);
  return mapped.map((row, index) => {
    const table = rows[index] ?? { row: row.row, line: row.line, cells: [] };
    const groupOf = (name: string): GroupReference => groups.get(name);
    const verdict = judgeRow(ports.compiled, { table, mapped: row, mapper, groupOf });
    return { mapped: row, verdict, chars: charsOf(table) };
  });
}

function charsOf({ cells }: TableRow): number {
  let chars = 0;
  for (const cell of cells) chars += cell.length;
  return chars;
}

/** The groups that a file names, each looked up once. */
export class GroupNames {
  private readonly known = new Map<string, GroupReference>();

  get(name: string): GroupReference {
    return this.known.get(foldCase(name)) ?? { wrong: "unknown" };
  }

  async resolve({ store }: RunPorts, tenantId: number, rows: readonly MappedRow[]): Promise<void> {
    for (const { groups } of rows) {
      for (const name of groups) {
        const key = foldCase(name);
        if (!this.known.has(key))
          this.known.set(key, referenceOf(await store.resources.idsByDisplay(tenantId, "Group", key)));
      }
    }
  }
}

function referenceOf([id, other]: readonly string[]): GroupReference {
  if (id === undefined) return { wrong: "unknown" };
  return other === undefined ? { id } : { wrong: "ambiguous" };
}
