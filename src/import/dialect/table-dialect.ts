import type { ResourceType } from "../../scim/schema/registry.ts";
import type { FileShape } from "../../storage/import.ts";
import type { BindOptions, Dialect, DialectDefaults } from "./dialect.ts";
import type { RowCheck, RowInvites, Rule } from "./rule.ts";
import { bindTable } from "./table-mapper.ts";

/** A dialect whose columns are known by their headers: data, and a rule or two of its own. */
export interface TableDialect
  extends Pick<Dialect, "id" | "title" | "freezesUserName" | "preview" | "message" | "duplicateRefusal"> {
  readonly defaults?: Partial<DialectDefaults>;
  /** By header in lower case. */
  readonly columns: Readonly<Record<string, Rule | readonly Rule[]>>;
  /** The rules of a header that is not among the columns. */
  readonly otherwise?: (header: string, type: ResourceType) => readonly Rule[] | undefined;
  readonly separator?: string;
  readonly keys: readonly string[];
  readonly check?: RowCheck;
  readonly invites?: RowInvites;
  /** Throws FileError when a column that the source system wants is missing. */
  readonly requireColumns?: (header: readonly string[], options: BindOptions) => void;
  /** @param header in lower case, without blanks around the names */
  recognise(header: readonly string[], raw: readonly string[]): string | undefined;
}

/** What applies to files of most dialects. */
export const usualDefaults: DialectDefaults = Object.freeze({
  mode: "create",
  match: "userName",
  onError: "continue",
  empty: "keep",
  unknownColumns: "ignore",
  mustChangeHours: 0,
});

/** Makes a dialect of its data. */
export function tableDialect(definition: TableDialect): Dialect {
  const {
    columns,
    otherwise,
    separator = ";",
    keys,
    check,
    invites,
    requireColumns,
    recognise,
    defaults,
    ...rest
  } = definition;
  const known = new Map(Object.entries(columns).map(([header, rules]) => [header, listOf(rules)]));
  const rulesOf = (header: string, type: ResourceType): readonly Rule[] | undefined =>
    known.get(header.toLowerCase()) ?? otherwise?.(header, type);
  return {
    ...rest,
    reads: "table",
    defaults: { ...usualDefaults, ...defaults },
    recognise: (header) => recognise(lowered(header), header),
    bind(header, type, options) {
      const table = {
        rulesOf,
        separator,
        keys,
        ...(check !== undefined && { check }),
        ...(invites !== undefined && { invites }),
      };
      const mapper = bindTable(header, type, table, options);
      requireColumns?.(lowered(header), options);
      return mapper;
    },
  };
}

function listOf(rules: Rule | readonly Rule[]): readonly Rule[] {
  return isList(rules) ? rules : [rules];
}

function isList(rules: Rule | readonly Rule[]): rules is readonly Rule[] {
  return Array.isArray(rules);
}

/** Headers as they are compared. */
export function lowered(header: readonly string[]): readonly string[] {
  return header.map((name) => name.trim().toLowerCase());
}

/** Whether a file of the format is a table. */
export function isTable(format: FileShape["format"]): boolean {
  return format === "csv" || format === "xlsx";
}
