import { readPasswordHash } from "../access/hash/read.ts";
import { rulesFrom, type TenantRules } from "../directory/tenant-rules.ts";
import { primaryStore, storedName } from "../directory/user-store.ts";
import type { FileShape, ImportJob } from "../storage/import.ts";
import { type Detected, detectDialect } from "./dialect/detect.ts";
import { FileError, type RowMapper } from "./dialect/dialect.ts";
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
    const rules = rulesFrom(records);
    const application = await applicationOf(ports, job);
    const mapper = inStores(detected.dialect.bind(header, compiled.type, settings), rules, options.userStore);
    const groups = new GroupNames(options.createGroups);
    const shape = { format, delimiter, header };
    const isOurs = errors !== undefined;
    const batches = readBack(start.batches, format, errors, isOurs ? undefined : mapper);
    const judging = judgingOf(ports, job, { detected, settings, mapper, groups, rules, application });
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

/**
 * The application that users are assigned to.
 *
 * @throws FileError when it is not there
 */
async function applicationOf({ store }: RunPorts, { tenantId, request: { options } }: ImportJob) {
  const { applicationId } = options;
  if (applicationId === "") return undefined;
  const application = await store.applications.get(tenantId, applicationId);
  if (application !== undefined) return application;
  throw new FileError("unknown_application", `there is no application ${JSON.stringify(applicationId.slice(0, 64))}`);
}

/**
 * The same mapper, whose users are in the store that was chosen, or in the one that their names tell.
 *
 * @throws FileError when the store is not there
 */
function inStores(mapper: RowMapper, { userStores }: TenantRules, wanted: string): RowMapper {
  if (wanted === "" && userStores.size === 0) return mapper;
  const chosen = wanted === "" ? undefined : wanted.toUpperCase();
  if (chosen !== undefined && chosen !== primaryStore && !userStores.has(chosen)) {
    throw new FileError("unknown_user_store", `there is no user store ${JSON.stringify(wanted.slice(0, 64))}`);
  }
  const name = (userName: string): string => storedName(userStores, userName, chosen);
  return {
    ...mapper,
    map(row) {
      const mapped = mapper.map(row);
      const named: MappedRow["valueOf"] = (path) => {
        const value = mapped.valueOf(path);
        return path === "userName" && value !== undefined ? name(value) : value;
      };
      const body: MappedRow["body"] = (stored) => {
        const made = mapped.body(stored);
        return typeof made.userName === "string" ? { ...made, userName: name(made.userName) } : made;
      };
      return { ...mapped, valueOf: named, body };
    },
  };
}

function judgingOf(
  { compiled }: RunPorts,
  { request: { options } }: ImportJob,
  bound: Pick<TableJob, "detected" | "settings" | "mapper" | "groups"> & Pick<Judging, "rules" | "application">,
): Judging {
  const { detected, settings, mapper, groups, rules, application } = bound;
  const { acceptWeakHashes: acceptWeak } = options;
  return {
    compiled,
    settings,
    options,
    key: matchKey(settings, compiled),
    mapper,
    groupOf: (name) => groups.get(name),
    rules,
    application,
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
  return findMatches(ports, job.tenantId, key, mapped, job.request.options);
}

function charsOf({ cells }: TableRow): number {
  let chars = 0;
  for (const cell of cells) chars += cell.length;
  return chars;
}
