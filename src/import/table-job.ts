import { readPasswordHash } from "../access/hash/read.ts";
import type { FileShape, ImportJob } from "../storage/import.ts";
import { type Detected, detectDialect } from "./dialect/detect.ts";
import type { RowMapper } from "./dialect/dialect.ts";
import { type ExcludeLists, excludeListsFrom } from "./exclude-list.ts";
import { errorColumn, withoutErrors } from "./failed-file.ts";
import { GroupNames } from "./groups.ts";
import { isGuardedCell, unguardCell } from "./guard.ts";
import { type Judging, judgeRow, type RowToJudge, type Verdict } from "./judge.ts";
import { mappingsFrom } from "./mapping.ts";
import { findMatches, type Match, matchKey, requireMatchable } from "./match.ts";
import type { RunPorts } from "./ports.ts";
import type { MappedRow } from "./row.ts";
import { type ImportSettings, settle } from "./settings.ts";
import { storedInput } from "./source/input.ts";
import { openTable, type TableOptions } from "./source/open.ts";
import { isRecords, type OpenTable, type TableFormat, type TableRow } from "./source/table.ts";

/** A job's file, opened and bound to its dialect. */
export interface TableJob {
  readonly job: ImportJob;
  readonly table: OpenTable;
  readonly detected: Detected;
  readonly settings: ImportSettings;
  readonly mapper: RowMapper;
  readonly groups: GroupNames;
  readonly judging: Judging;
  /** How the file was written, without what we add to it. */
  readonly shape: FileShape;
  /** The rows below the header as the dialect sees them; to be read once. */
  readonly batches: AsyncIterable<readonly TableRow[]>;
}

/** A row with what is to be done with it. */
export interface JudgedRow extends RowToJudge {
  readonly verdict: Verdict;
  /** Characters of its cells: about what it weighs. */
  readonly chars: number;
}

/**
 * Opens the file of a job and finds its dialect.
 *
 * @throws TableError or FileError when the file as a whole can not be imported
 */
export async function openTableJob(ports: RunPorts, job: ImportJob): Promise<TableJob> {
  const { store, compiled } = ports;
  const { options, dialect } = job.request;
  const table = await openTable(storedInput(store.imports, job.tenantId, job.id, job.fileBytes), sourceOptions(job));
  try {
    const { format, delimiter = "," } = table;
    const start = await startOf(table);
    const errors = errorColumn(start.header);
    const header = withoutErrors(
      start.header.map((cell) => unguardCell(cell)),
      errors,
    );
    const records = await store.definitions.all(job.tenantId);
    const mappings = mappingsFrom(records);
    const asked = { dialect, mapping: options.mapping };
    const detected = detectDialect(asked, { format, header }, compiled.type, mappings);
    const settings = settle(job.request, detected.dialect.defaults);
    const mapper = detected.dialect.bind(header, compiled.type, settings);
    const groups = new GroupNames(options.createGroups);
    const shape = { format, delimiter, header };
    const isOurs = errors !== undefined;
    const batches = readBack(start.batches, format, errors, isOurs ? undefined : mapper);
    const judging = judgingOf(ports, job, { detected, settings, mapper, groups, excluded: excludeListsFrom(records) });
    await requireMatchable(ports, job.tenantId, judging.key);
    return { job, table, detected, settings, mapper, groups, judging, shape, batches };
  } catch (error) {
    await table.close();
    throw error;
  }
}

function sourceOptions({ request: { options } }: ImportJob): TableOptions {
  const { charset, delimiter, sheet } = options;
  return {
    ...(charset !== "" && { charset }),
    ...(delimiter !== "" && { delimiter }),
    ...(sheet !== "" && { sheet }),
  };
}

function judgingOf(
  { compiled }: RunPorts,
  { request: { options } }: ImportJob,
  bound: Pick<TableJob, "detected" | "settings" | "mapper" | "groups"> & { readonly excluded: ExcludeLists },
): Judging {
  const { detected, settings, mapper, groups, excluded } = bound;
  const { acceptWeakHashes: acceptWeak } = options;
  return {
    compiled,
    settings,
    options,
    key: matchKey(settings, compiled),
    mapper,
    groupOf: (name) => groups.get(name),
    excluded,
    freezesUserName: detected.dialect.freezesUserName === true,
    readHash: ({ text, algorithm }) =>
      readPasswordHash(text, { acceptWeak, ...(algorithm !== undefined && { algorithm }) }),
  };
}

/**
 * The rows as they were before we wrote them: without the column of errors, and without the apostrophes that guard
 * cells. In a file that is not ours a password keeps its apostrophe.
 */
async function* readBack(
  batches: OpenTable["batches"],
  format: TableFormat,
  errors: number | undefined,
  foreign: RowMapper | undefined,
) {
  for await (const rows of batches) {
    yield isRecords(format) ? rows : rows.map((row) => rowBack(row, errors, foreign));
  }
}

/** The line that Entra's template has before its header. */
const preamble = /^version:v\d/i;

/** The header of a table and the rows below it, where a line about the file may stand before both. */
async function startOf({ header, batches }: OpenTable): Promise<{
  readonly header: readonly string[];
  readonly batches: OpenTable["batches"];
}> {
  if (!preamble.test(header.cells[0] ?? "")) return { header: header.cells, batches };
  const rest = batches[Symbol.asyncIterator]();
  const first = await rest.next();
  const [real, ...below] = first.done === true ? [] : first.value;
  async function* others(): AsyncGenerator<TableRow[]> {
    yield below;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  }
  return { header: real?.cells ?? [], batches: others() };
}

function rowBack(row: TableRow, errors: number | undefined, foreign: RowMapper | undefined): TableRow {
  const isGuarded = row.cells.some(isGuardedCell);
  if (!isGuarded && errors === undefined) return row;
  const shown = isGuarded && foreign !== undefined ? foreign.redact(row.cells) : row.cells;
  const cells = row.cells.map((cell, index) => (shown[index] === cell ? unguardCell(cell) : cell));
  return { ...row, cells: withoutErrors(cells, errors) };
}

/** The cells of a row as they are kept to be given back: without passwords, unless the job was asked to keep them. */
export function keptCells({ job, mapper }: Pick<TableJob, "job" | "mapper">, { cells }: TableRow): string {
  return JSON.stringify(job.request.options.keepPasswords ? cells : mapper.redact(cells));
}

/** Maps and judges a batch of rows. Groups are looked up once a name. */
export async function judgeBatch(
  ports: RunPorts,
  opened: TableJob,
  rows: readonly TableRow[],
): Promise<readonly JudgedRow[]> {
  return judgeMapped(
    ports,
    opened,
    rows,
    rows.map((row) => opened.mapper.map(row)),
  );
}

/** Judges rows again that were mapped before: the directory changed since. */
export async function judgeMapped(
  ports: RunPorts,
  { job, groups, judging }: TableJob,
  rows: readonly TableRow[],
  mapped: readonly MappedRow[],
): Promise<readonly JudgedRow[]> {
  await groups.resolve(ports, job.tenantId, mapped);
  const matches = await matchesOf(ports, job, judging, mapped);
  return mapped.map((row, index) => {
    const table = rows[index] ?? { row: row.row, line: row.line, cells: [] };
    const toJudge = { table, mapped: row, match: matches[index] ?? nobody };
    return { ...toJudge, verdict: judgeRow(judging, toJudge), chars: charsOf(table) };
  });
}

const nobody: Match = Object.freeze({ kind: "nobody" });

/** Who the rows are about. Where rows only make users, the unique index tells whom there is. */
async function matchesOf(ports: RunPorts, job: ImportJob, judging: Judging, mapped: readonly MappedRow[]) {
  const { settings, key } = judging;
  const needsNone = (row: MappedRow): boolean =>
    (row.operation ?? settings.mode) === "create" && key.by === "unique" && row.id === undefined;
  if (mapped.every(needsNone)) return [];
  return findMatches(ports, job.tenantId, key, mapped);
}

function charsOf({ cells }: TableRow): number {
  let chars = 0;
  for (const cell of cells) chars += cell.length;
  return chars;
}
