import type { MappedRow } from "../row.ts";
import type { TableRow } from "../source/table.ts";
import type { Dialect, RowMapper } from "./dialect.ts";
import { entraColumns } from "./entra.ts";
import { ignored, inverted, type Rule, to } from "./rule.ts";
import { lowered, usualDefaults } from "./table-dialect.ts";
import { bindTable } from "./table-mapper.ts";

/** `Name [displayName] Required`: the name that counts stands in brackets. */
const bracketed = /\[(\w+)\]\s*(?:required)?\s*$/i;
/** The row of the template that shows how it is done. */
const example = /^\s*example:/i;

const columns: Readonly<Record<string, Rule>> = {
  ...entraColumns,
  passwordprofile: to("password"),
  // The template asks who is blocked.
  accountenabled: to("active", { read: inverted }),
  _error: ignored,
};

function rulesOf(name: string): readonly Rule[] | undefined {
  const key = name.trim().toLowerCase();
  const rule = Object.hasOwn(columns, key) ? columns[key] : undefined;
  return rule && [rule];
}

function withoutExamples(mapper: RowMapper): RowMapper {
  return {
    ...mapper,
    map(row: TableRow): MappedRow {
      const mapped = mapper.map(row);
      return example.test(row.cells[0] ?? "") ? { ...mapped, operation: "skip" } : mapped;
    },
  };
}

/** The template of Microsoft Entra ID for making users in bulk; its first line says `version:v1.0`. */
export const entraBulkDialect: Dialect = {
  id: "entra-bulk",
  title: "the template of Microsoft Entra ID for making users: [userPrincipalName] Required",
  reads: "table",
  defaults: usualDefaults,
  recognise(header) {
    const names = lowered(header).map((name) => bracketed.exec(name)?.[1]);
    return names.includes("userprincipalname") ? "the header has [userPrincipalName]" : undefined;
  },
  bind(header, type, options) {
    // Columns are called, also in problems, by the name in brackets.
    const names = header.map((name) => bracketed.exec(name)?.[1] ?? name);
    return withoutExamples(bindTable(names, type, { rulesOf, separator: ";", keys: ["userPrincipalName"] }, options));
  },
};
