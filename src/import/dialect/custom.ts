import type { ImportMapping, mappingReadings } from "../mapping.ts";
import type { Dialect } from "./dialect.ts";
import { type CellReading, instant, inverted, type Rule } from "./rule.ts";
import { pathRule } from "./scim-path.ts";
import { usualDefaults } from "./table-dialect.ts";
import { bindTable } from "./table-mapper.ts";

const readings: Readonly<Record<(typeof mappingReadings)[number], CellReading>> = {
  inverted,
  instant,
  lowercase: (text) => ({ text: text.toLowerCase() }),
  uppercase: (text) => ({ text: text.toUpperCase() }),
};

/** The dialect of a mapping that an administrator saved. */
export function mappingDialect({ name, columns, separator = ";", defaults }: ImportMapping): Dialect {
  const entries = new Map(columns.map((entry) => [entry.column.toLowerCase(), entry]));
  const userName = columns.find((entry) => "path" in entry && entry.path.toLowerCase() === "username");
  return {
    id: "custom",
    title: `the mapping ${name}`,
    reads: "table",
    defaults: { ...usualDefaults, unknownColumns: "fail", ...defaults },
    recognise: () => undefined,
    bind(header, type, options) {
      const rulesOf = (column: string): readonly Rule[] | undefined => {
        const entry = entries.get(column.toLowerCase());
        if (entry === undefined) return undefined;
        if (!("path" in entry)) return [{ use: entry.use }];
        const rules = pathRule(entry.path, type);
        const { read } = entry;
        return read === undefined
          ? rules
          : rules?.map((rule) => (rule.use === "attribute" ? { ...rule, read: readings[read] } : rule));
      };
      const keys = userName === undefined ? [] : [userName.column];
      return bindTable(header, type, { rulesOf, separator, keys }, options);
    },
  };
}
