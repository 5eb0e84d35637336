import type { ResourceType } from "../../scim/schema/registry.ts";
import { readColumn } from "../column.ts";
import { FileError } from "./dialect.ts";
import { groups, ignored, instant, invite, manager, type Rule, rowId, to } from "./rule.ts";
import { tableDialect } from "./table-dialect.ts";

/** Columns that are no attributes, by header in lower case. */
const pseudoColumns: Readonly<Record<string, Rule>> = {
  id: rowId,
  _id: rowId,
  _op: { use: "operation" },
  // What a report adds; a file that is mended and uploaded again may keep it.
  _error: ignored,
  groups,
  groupids: groups,
  invite,
  askpassword: invite,
  passwordhash: { use: "passwordHash" },
  passwordhashalgorithm: { use: "passwordHashAlgorithm" },
};

/** Attributes that are read otherwise than by their type. */
const managerPath = "manager.value";
const instants: ReadonlySet<string> = new Set(["validfrom", "validto"]);

/** The rule of a header that is the path of an attribute. */
export function pathRule(header: string, type: ResourceType): readonly Rule[] | undefined {
  const path = header.toLowerCase() === "manager" ? managerPath : header;
  const target = readColumn(path, type);
  if (target === undefined) return undefined;
  if (target.path.attribute.name === "manager" && target.path.sub?.name === "value") return [manager];
  return [to(path, instants.has(header.toLowerCase()) ? { read: instant } : {})];
}

/** By what a file shows that it holds users, in lower case. */
const keyHeaders = /^(?:username|id|_id|externalid|emails(?:\[[^\]]*\])?(?:\.value)?)$/;

function isKey(header: string): boolean {
  return keyHeaders.test(header.replace(/^urn:.*:/, ""));
}

/** A table whose headers are paths of SCIM attributes. */
export const scimPathDialect = {
  ...tableDialect({
    id: "scim-path",
    title: "headers are paths of SCIM attributes",
    defaults: { unknownColumns: "fail" },
    columns: pseudoColumns,
    otherwise: pathRule,
    keys: ["userName", "id", "_id", "externalId"],
    requireColumns(header, { mode }) {
      // Who is not made anew may be named otherwise.
      const isNamed = mode === "create" ? (name: string) => name.replace(/^urn:.*:/, "") === "username" : isKey;
      if (!header.some(isNamed)) throw new FileError("missing_column", "line 1: there is no column userName");
    },
    recognise: () => undefined,
  }),

  recognise(header: readonly string[], type: ResourceType): string | undefined {
    const names = header.map((name) => name.trim());
    const isKnown = (name: string): boolean =>
      Object.hasOwn(pseudoColumns, name.toLowerCase()) || pathRule(name, type) !== undefined;
    const key = names.find((name) => isKey(name.toLowerCase()));
    if (key === undefined || !names.every(isKnown)) return undefined;
    return `every header is the path of a SCIM attribute, ${key} among them`;
  },
};
