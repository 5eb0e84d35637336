import { detectDialect } from "../../../src/import/dialect/detect.ts";
import { type BindOptions, FileError, type RowMapper } from "../../../src/import/dialect/dialect.ts";
import type { MappedRow } from "../../../src/import/row.ts";
import type { TableRow } from "../../../src/import/source/table.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { type CompiledType, compileType } from "../../../src/scim/resource/type.ts";
import { coreRegistry, type ResourceType } from "../../../src/scim/schema/registry.ts";
import { readTable } from "../source/sample.ts";

/** The type that imports make. */
export const userType: ResourceType = typeNamed("User");
export const compiledUser: CompiledType = compileType(userType);

function typeNamed(name: string): ResourceType {
  const type = coreRegistry.resourceTypes.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`no resource type ${name}`);
  return type;
}

export interface MappedTable {
  readonly header: readonly string[];
  readonly mapper: RowMapper;
  readonly rows: readonly TableRow[];
  readonly mapped: readonly MappedRow[];
}

/** Binds a header as a dialect does that is asked for, or found. */
export function bindHeader(
  dialect: string,
  header: readonly string[],
  options: Partial<BindOptions> = {},
  format: "csv" | "json" = "csv",
): RowMapper {
  const asked = { dialect, mapping: "" };
  const { dialect: found } = detectDialect(asked, { format, header }, userType);
  return found.bind(header, userType, { ...found.defaults, ...options });
}

/** A CSV text as a dialect reads it. */
export async function mapTable(
  dialect: string,
  text: string,
  options: Partial<BindOptions> = {},
): Promise<MappedTable> {
  const [header, ...rows] = (await readTable(Buffer.from(text))).rows;
  const cells = header?.cells ?? [];
  const mapper = bindHeader(dialect, cells, options);
  return { header: cells, mapper, rows, mapped: rows.map((row) => mapper.map(row)) };
}

/** A row as it makes a new user. */
export type NewUserRow = Pick<MappedRow, "row" | "line" | "key" | "problems" | "warnings" | "invite"> & {
  readonly body: JsonObject;
  readonly groups: readonly string[];
};

export function newUser({ row, line, key, body, groups = [], problems, warnings, invite }: MappedRow): NewUserRow {
  return { row, line, key, body: body({}), groups, problems, warnings, invite };
}

/** The only row below the header of a CSV text, whole. */
export async function mapWhole(dialect: string, text: string, options: Partial<BindOptions> = {}): Promise<MappedRow> {
  const { mapped } = await mapTable(dialect, text, options);
  const [row] = mapped;
  if (row === undefined || mapped.length !== 1) throw new Error(`one row was expected, not ${mapped.length}`);
  return row;
}

/** The only row below the header of a CSV text, as it makes a new user. */
export async function mapOne(dialect: string, text: string): Promise<NewUserRow> {
  return newUser(await mapWhole(dialect, text));
}

/** What a dialect says about a header it does not take, as `[code, message]`. */
export function headerRefusal(dialect: string, header: readonly string[]): readonly [string, string] {
  try {
    bindHeader(dialect, header);
  } catch (error) {
    if (error instanceof FileError) return [error.code, error.message];
    throw error;
  }
  throw new Error(`the header ${header.join()} was taken`);
}
