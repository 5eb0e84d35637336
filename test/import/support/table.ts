import { detectDialect } from "../../../src/import/dialect/detect.ts";
import { FileError, type RowMapper } from "../../../src/import/dialect/dialect.ts";
import type { MappedRow } from "../../../src/import/row.ts";
import type { TableRow } from "../../../src/import/source/table.ts";
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

/** A CSV text as a dialect reads it. */
export async function mapTable(dialect: string, text: string): Promise<MappedTable> {
  const [header, ...rows] = (await readTable(Buffer.from(text))).rows;
  const cells = header?.cells ?? [];
  const mapper = detectDialect(dialect, cells, userType).dialect.bind(cells, userType);
  return { header: cells, mapper, rows, mapped: rows.map((row) => mapper.map(row)) };
}

/** The only row below the header of a CSV text. */
export async function mapOne(dialect: string, text: string): Promise<MappedRow> {
  const { mapped } = await mapTable(dialect, text);
  const [row] = mapped;
  if (row === undefined || mapped.length !== 1) throw new Error(`one row was expected, not ${mapped.length}`);
  return row;
}

/** What a dialect says about a header it does not take, as `[code, message]`. */
export function headerRefusal(dialect: string, header: readonly string[]): readonly [string, string] {
  try {
    detectDialect(dialect, header, userType).dialect.bind(header, userType);
  } catch (error) {
    if (error instanceof FileError) return [error.code, error.message];
    throw error;
  }
  throw new Error(`the header ${header.join()} was taken`);
}
