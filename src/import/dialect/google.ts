import type { MappedRow } from "../row.ts";
import type { TableRow } from "../source/table.ts";
import type { Dialect, RowMapper } from "./dialect.ts";
import { groups, ignored, manager, oneOfWords, type Rule, to } from "./rule.ts";
import { usualDefaults } from "./table-dialect.ts";
import { bindTable } from "./table-mapper.ts";

/** What stands in a password cell of a user who keeps theirs. */
const keptPassword = "****";

/** Columns by header in lower case, without what stands in brackets behind it. */
const columns: Readonly<Record<string, Rule | readonly Rule[]>> = {
  "first name": to("name.givenName"),
  "last name": to("name.familyName"),
  "email address": [to("userName"), to("emails[work].value", { onlyNew: true })],
  password: to("password"),
  "password hash function": { use: "passwordHashAlgorithm" },
  "org unit path": { use: "groupOf", prefix: "OU:" },
  "recovery email": to("emails[recovery].value"),
  "home secondary email": to("emails[home].value"),
  "work secondary email": to("emails[other].value"),
  "recovery phone": to("phoneNumbers[recovery].value"),
  "work phone": to("phoneNumbers[work].value"),
  "home phone": to("phoneNumbers[home].value"),
  "mobile phone": to("phoneNumbers[mobile].value"),
  "work address": to("addresses[work].formatted"),
  "home address": to("addresses[home].formatted"),
  "employee id": to("employeeNumber"),
  "employee type": to("userType"),
  "employee title": to("title"),
  "manager email": manager,
  department: to("department"),
  "cost center": to("costCenter"),
  "new status": to("active", { read: oneOfWords({ active: "true", suspended: "false", archived: "false" }) }),
  groups,
  "change password at next sign-in": ignored,
  _error: ignored,
};

/** `Email Address [Required]` without what stands in brackets; what is only to be read goes nowhere. */
function nameOf(header: string): string {
  return header
    .replace(/\s*\[[^\]]*\]\s*$/, "")
    .trim()
    .toLowerCase();
}

function rulesOf(header: string, hasHash: boolean): readonly Rule[] | undefined {
  const name = nameOf(header);
  if (/\[read only\]/i.test(header)) return [ignored];
  if (hasHash && name === "password") return [{ use: "passwordHash" }];
  const rules = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (rules === undefined) return undefined;
  return "use" in rules ? [rules] : rules;
}

/** Without the password of who keeps theirs, and where hashes are meant, without those that are none. */
function withoutKept(mapper: RowMapper, password: number): RowMapper {
  return {
    ...mapper,
    map(row: TableRow): MappedRow {
      if ((row.cells[password] ?? "").trim() !== keptPassword) return mapper.map(row);
      return mapper.map({ ...row, cells: row.cells.map((cell, index) => (index === password ? "" : cell)) });
    },
  };
}

/** The CSV that the admin console of Google Workspace takes and gives. */
export const googleDialect: Dialect = {
  id: "google",
  title: "users of Google Workspace: Email Address [Required]",
  reads: "table",
  defaults: usualDefaults,
  recognise(header) {
    const isThis = header.some((name) => /^email address\s*\[required\]$/i.test(name.trim()));
    return isThis ? "the header has Email Address [Required]" : undefined;
  },
  bind(header, type, options) {
    const names = header.map(nameOf);
    const hasHash = names.includes("password hash function");
    const password = names.indexOf("password");
    const keys = header.filter((name) => nameOf(name) === "email address");
    const separator = ";";
    const rules = (name: string): readonly Rule[] | undefined => rulesOf(name, hasHash);
    return withoutKept(bindTable(header, type, { rulesOf: rules, separator, keys }, options), password);
  },
};
