import { isJsonObject, isList, type Json, type JsonObject, own } from "../../scim/json.ts";
import type { ResourceType } from "../../scim/schema/registry.ts";
import type { RowProblem } from "../../storage/import.ts";
import { readColumn } from "../column.ts";
import { type Column, type MappedRow, RowBuilder } from "../row.ts";
import type { TableRow } from "../source/table.ts";
import type { Dialect, RowMapper } from "./dialect.ts";
import { usualDefaults } from "./table-dialect.ts";

/** A record that was extracted, as it waits to be imported: a line of JSON. */
export interface ExtractedRecord {
  readonly sourceId: string;
  readonly version: string;
  /** Texts by the paths of attributes; an empty text clears. */
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  readonly groups?: readonly string[] | undefined;
  readonly problems?: readonly string[] | undefined;
  /** The source no longer has it. */
  readonly isMissing?: true;
}

/** The name of the dialect of what connectors extracted; it is no file that somebody uploads. */
export const extractionDialectId = "extraction";

/** What connectors extracted. */
export const extractionDialect: Dialect = {
  id: extractionDialectId,
  title: "records that a connector extracted",
  reads: "records",
  defaults: { ...usualDefaults, mode: "upsert", match: "userName", empty: "clear" },
  recognise: () => undefined,
  bind: (_header, type) => bindExtracted(type),
};

function bindExtracted(type: ResourceType): RowMapper {
  const schemas = [type.base.id, ...type.extensions.map(({ schema }) => schema.id)];
  const columns = new Map<string, Column | undefined>();
  const columnOf = (path: string): Column | undefined => {
    if (columns.has(path)) return columns.get(path);
    const target = readColumn(path, type);
    const column = target === undefined ? undefined : { header: path, target };
    columns.set(path, column);
    return column;
  };
  return {
    unmapped: [],
    map: (row) => mapRecord(row, schemas, columnOf),
    source: (_row, path) => ({ column: path }),
    // Rules fetch no passwords in clear text into anything but `password`.
    redact: ([text = "", ...rest]) => [withoutPassword(text), ...rest],
  };
}

function withoutPassword(text: string): string {
  const record = parse(text);
  if (!isJsonObject(record.values) || !Object.hasOwn(record.values, "password")) return text;
  const { password: _, ...values } = record.values;
  return JSON.stringify({ ...record, values });
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function textsIn(value: Json | undefined): readonly string[] {
  return isList(value) ? value.flatMap((each) => (typeof each === "string" ? [each] : [])) : [];
}

function mapRecord(
  { row, line, cells }: TableRow,
  schemas: readonly string[],
  columnOf: (path: string) => Column | undefined,
): MappedRow {
  const record = parse(cells[0] ?? "");
  const sourceId = String(own(record, "sourceId") ?? "");
  const version = String(own(record, "version") ?? "");
  const values = isJsonObject(record.values) ? record.values : {};
  const builder = new RowBuilder(schemas);
  const lost: RowProblem[] = [];
  for (const [path, value] of Object.entries(values)) {
    const column = columnOf(path);
    if (column === undefined) {
      lost.push({ code: "unknown_attribute", column: path, message: `users have no attribute ${path} any more` });
    } else if (isList(value)) builder.putAll(column, textsIn(value));
    else if (value === "") builder.clear(column);
    else builder.put(column, String(value ?? ""));
  }
  const told = textsIn(own(record, "problems")).map((message): RowProblem => ({ code: "bad_value", message }));
  const isMissing = own(record, "isMissing") === true;
  const userName = builder.valueOf("userName");
  return {
    row,
    line,
    key: userName ?? (sourceId || null),
    body: builder.body,
    id: undefined,
    operation: isMissing ? "deactivate" : undefined,
    groups: own(record, "groups") === undefined ? undefined : textsIn(own(record, "groups")),
    manager: undefined,
    passwordHash: undefined,
    invite: false,
    link: { sourceId, version },
    valueOf: builder.valueOf,
    problems: [...told, ...lost, ...builder.problems],
    warnings: [],
  };
}
