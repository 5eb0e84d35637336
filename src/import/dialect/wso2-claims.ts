import type { ResourceType } from "../../scim/schema/registry.ts";
import type { RowProblem } from "../../storage/import.ts";
import { readColumn } from "../column.ts";
import { type Column, type MappedRow, RowBuilder, splitList } from "../row.ts";
import type { TableRow } from "../source/table.ts";
import { type Dialect, FileError } from "./dialect.ts";
import { usualDefaults } from "./table-dialect.ts";

/** Where every claim of the source begins. */
export const claimPrefix = "http://wso2.org/claims/";

/** Claims by the last part of their URI, and the SCIM attribute each becomes. */
export const claims: Readonly<Record<string, string>> = {
  emailaddress: "emails[primary].value",
  givenname: "name.givenName",
  lastname: "name.familyName",
  middleName: "name.middleName",
  fullname: "name.formatted",
  displayName: "displayName",
  nickname: "nickName",
  mobile: "phoneNumbers[mobile].value",
  telephone: "phoneNumbers[work].value",
  country: "addresses[work].country",
  streetaddress: "addresses[work].streetAddress",
  locality: "addresses[work].locality",
  region: "addresses[work].region",
  postalcode: "addresses[work].postalCode",
  organization: "organization",
  department: "department",
  title: "title",
  url: "profileUrl",
  preferredLanguage: "preferredLanguage",
  timeZone: "timezone",
  local: "locale",
  userid: "externalId",
};

const askPassword = "identity/askPassword";
const accountLocked = "identity/accountLocked";
/** What the source would do by mail, and this import does not. */
const mailClaims: ReadonlySet<string> = new Set([askPassword, "identity/verifyEmail"]);

export type Claim = { readonly uri: string; readonly value: string };

/** The claims of a row's cells; a cell that is not `uri=value` refuses the row, as the source does. */
function readClaims(cells: readonly string[]): { claims: readonly Claim[]; problems: readonly RowProblem[] } {
  const read: Claim[] = [];
  const problems: RowProblem[] = [];
  for (const cell of cells) {
    if (cell.trim() === "") continue;
    const [uri = "", value = "", ...rest] = cell.split("=");
    if (value === "" || rest.length > 0) {
      const message = "Claims and values are not in correct format";
      // What is no claim at all may be the rest of a password that lacks its quotes.
      const shown = cell.trim().startsWith(claimPrefix) ? { value: cell.slice(0, 64) } : {};
      problems.push({ code: "bad_claim", column: "Claims", ...shown, message });
    } else if (uri.trim() !== "") read.push({ uri: uri.trim(), value });
  }
  return { claims: read, problems };
}

/** The attributes that a row may fill, bound once. */
interface Bound {
  readonly schemas: readonly string[];
  readonly userName: Column;
  readonly password: Column;
  readonly active: Column;
  readonly claims: ReadonlyMap<string, Column>;
}

function bindAll(type: ResourceType): Bound {
  const bind = (header: string, path: string): Column => {
    const target = readColumn(path, type);
    if (target === undefined) throw new FileError("unknown_column", `${type.name} has no attribute ${path}`);
    return { header, target };
  };
  return {
    schemas: [type.base.id, ...type.extensions.map(({ schema }) => schema.id)],
    userName: bind("UserName", "userName"),
    password: bind("Password", "password"),
    active: bind(claimPrefix + accountLocked, "active"),
    claims: new Map(Object.entries(claims).map(([claim, path]) => [claim, bind(claimPrefix + claim, path)])),
  };
}

/** The user store of a name is chosen by who imports, never by the file. */
function withoutDomain(name: string): string {
  const slash = name.indexOf("/");
  return slash > 0 ? name.slice(slash + 1) : name;
}

/**
 * The CSV of WSO2 Identity Server's bulk import: the first line is skipped whatever it says, then user name,
 * password, and any number of cells `claim URI=value`.
 */
export const wso2ClaimsDialect: Dialect = {
  id: "wso2-claims",
  title: "user name, password and claims of WSO2 Identity Server",
  reads: "table",
  // As the bulk import of WSO2 has it: a password that an administrator wrote into a file must not stay.
  defaults: { ...usualDefaults, mustChangeHours: 24 },

  recognise([first = "", second = "", third = ""]) {
    const names = [first, second].map((name) => name.trim().toLowerCase());
    if (names[0] !== "username" || names[1] !== "password") return undefined;
    const claim = third.trim();
    if (claim.toLowerCase() !== "claims" && !claim.startsWith(claimPrefix)) return undefined;
    return "the header is UserName, Password, Claims";
  },

  bind(_header, type) {
    const bound = bindAll(type);
    return {
      unmapped: [],
      redact: (cells) => cells.map((cell, index) => (index === 1 ? "" : cell)),
      map: (row) => mapRow(row, bound),
      source({ cells }, path) {
        if (path === bound.userName.target.text) return { column: "UserName", value: (cells[0] ?? "").slice(0, 64) };
        if (path === bound.password.target.text) return { column: "Password" };
        const column = [...bound.claims.values()].find(({ target }) => target.text === path);
        return column === undefined ? {} : { column: column.header };
      },
    };
  },

  message({ counts }) {
    const failed = counts.failed + counts.conflict;
    if (failed + counts.duplicate === 0) return undefined;
    // Two blanks after the first comma: the sentence of the source, letter for letter.
    return (
      `Bulk User Import was completed with Errors. Success count : ${counts.created},  ` +
      `Failed Count : ${failed}, Duplicate Count : ${counts.duplicate}.`
    );
  },
};

/** A user as the source knows one: name, password, and claims. */
export interface ClaimedUser {
  readonly userName: string;
  readonly password: string;
  readonly claims: readonly Claim[];
}

/** A user of the source as a body of SCIM 2.0, with the groups of its role claims. */
export function mapClaimedUser(type: ResourceType, user: ClaimedUser): MappedRow {
  return mapUser({ row: 1, line: 1 }, user, [], bindAll(type));
}

function mapRow({ row, line, cells }: TableRow, bound: Bound): MappedRow {
  const { claims: read, problems } = readClaims(cells.slice(2));
  const userName = withoutDomain((cells[0] ?? "").trim());
  return mapUser({ row, line }, { userName, password: cells[1] ?? "", claims: read }, problems, bound);
}

function mapUser(
  { row, line }: Pick<TableRow, "row" | "line">,
  { userName, password, claims: read }: ClaimedUser,
  problems: readonly RowProblem[],
  bound: Bound,
): MappedRow {
  const builder = new RowBuilder(bound.schemas);
  const warnings: RowProblem[] = [];
  const refused: RowProblem[] = [...problems];
  let groups: readonly string[] | undefined;
  builder.put(bound.userName, userName);
  for (const { uri, value } of read) {
    const claim = uri.startsWith(claimPrefix) ? uri.slice(claimPrefix.length) : uri;
    const column = bound.claims.get(claim);
    if (column !== undefined) builder.put(column, value);
    else if (claim === accountLocked) builder.put(bound.active, isTrue(value) ? "false" : "true");
    else if (mailClaims.has(claim)) {
      if (isTrue(value) && claim !== askPassword) warnings.push(unsentMail(claim));
    } else if (uri.includes("role")) groups = splitList(value, ":");
    else refused.push(unknownClaim(uri, value));
  }
  // Who is asked to choose a password gets none: the cell is a placeholder.
  const asked = read.some(({ uri, value }) => uri === claimPrefix + askPassword && isTrue(value));
  if (!asked) builder.put(bound.password, password);
  refused.unshift(...builder.problems);
  return {
    row,
    line,
    key: userName || null,
    body: builder.body,
    id: undefined,
    operation: undefined,
    groups,
    manager: undefined,
    passwordHash: undefined,
    invite: asked,
    valueOf: builder.valueOf,
    problems: refused,
    warnings,
  };
}

function isTrue(value: string): boolean {
  return value.trim().toLowerCase() === "true";
}

function unsentMail(claim: string): RowProblem {
  const message = `${claim}: no mail was sent`;
  return { code: "mail_not_sent", column: claimPrefix + claim, message };
}

function unknownClaim(uri: string, value: string): RowProblem {
  const name = uri.startsWith("http") ? uri.slice(0, 200) : "the cell";
  const message = `${name} is no claim that has a SCIM attribute`;
  const shown = uri.startsWith("http") ? { value: value.slice(0, 64) } : {};
  return { code: "unknown_attribute", column: "Claims", ...shown, message };
}
