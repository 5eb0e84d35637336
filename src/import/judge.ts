import { addressOf } from "../applications/addressee.ts";
import { createDefaults, uniqueKey } from "../directory/content.ts";
import { excludedValues } from "../directory/exclude-list.ts";
import type { TenantRules } from "../directory/tenant-rules.ts";
import { ScimError } from "../scim/error.ts";
import { isJsonObject, type JsonObject } from "../scim/json.ts";
import { strictProfile } from "../scim/profile.ts";
import { foldCase } from "../scim/resource/fold.ts";
import { keepImmutable } from "../scim/resource/immutable.ts";
import { attributesOf } from "../scim/resource/render.ts";
import type { ReadResource } from "../scim/resource/resource.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";
import type { ApplicationRecord, AssignmentAttributes } from "../storage/application.ts";
import type { ImportOptions, RowProblem } from "../storage/import.ts";
import type { MatchedRecord } from "../storage/port.ts";
import type { RowMapper } from "./dialect/dialect.ts";
import type { GroupReference } from "./groups.ts";
import type { Match, MatchKey } from "./match.ts";
import {
  excluded,
  forbidden,
  frozenName,
  groupProblem,
  issueProblem,
  mailMissing,
  noMatch,
  notUnique,
  wrongHash,
} from "./problem.ts";
import type { MappedRow, RowOperation } from "./row.ts";
import type { ImportSettings } from "./settings.ts";
import type { TableRow } from "./source/table.ts";

/** What becomes of the groups of a user: ids, and the names of groups that are made first. */
export interface GroupChange {
  readonly join: readonly string[];
  readonly leave: readonly string[];
  readonly makes: readonly { readonly id: string; readonly name: string }[];
}

/** A password that a row sets: in clear text, to be hashed, or as the hash that came with it. */
export type RowPassword =
  | { readonly kind: "none" }
  | { readonly kind: "clear"; readonly text: string }
  | { readonly kind: "hash"; readonly hash: string };

interface Written {
  readonly resource: ReadResource;
  readonly groups: GroupChange;
  readonly password: RowPassword;
  /** A manager to be found when all rows are there. */
  readonly reference: string | undefined;
  /** What is to be kept of the user for the application of the import; undefined where that is so, or there is none. */
  readonly assignment: AssignmentAttributes | undefined;
  /** Whether a link is sent by which the user chooses a password. */
  readonly invites: boolean;
}

/** What to do with a row. */
export type Verdict =
  /** `key` is the form of its userName in which no two may be equal. */
  | ({ readonly kind: "create"; readonly key: string | null } & Written)
  | ({
      readonly kind: "change";
      readonly outcome: "updated" | "deactivated" | "unchanged";
      readonly record: MatchedRecord;
    } & Written)
  | { readonly kind: "delete"; readonly record: MatchedRecord }
  | { readonly kind: "skip" }
  | Refusal;

export interface Refusal {
  readonly kind: "refuse";
  readonly outcome: "failed" | "duplicate" | "conflict";
  readonly problems: readonly RowProblem[];
}

/** What rows are judged by. */
export interface Judging {
  readonly compiled: CompiledType;
  readonly settings: ImportSettings;
  readonly options: ImportOptions;
  readonly key: MatchKey;
  readonly mapper: RowMapper;
  readonly groupOf: (name: string) => GroupReference;
  readonly rules: TenantRules;
  /** The application that users are assigned to. */
  readonly application: ApplicationRecord | undefined;
  /** The dialect's source changes no userName of a user who is there. */
  readonly freezesUserName: boolean;
  readonly readHash: (
    hash: NonNullable<MappedRow["passwordHash"]>,
  ) => { readonly hash: string } | { readonly wrong: string };
}

export interface RowToJudge {
  readonly table: TableRow;
  readonly mapped: MappedRow;
  readonly match: Match;
}

const nothing: JsonObject = Object.freeze({});
const noGroups: GroupChange = Object.freeze({ join: [], leave: [], makes: [] });
const noPassword: RowPassword = Object.freeze({ kind: "none" });

function refuse(outcome: Refusal["outcome"], ...problems: readonly RowProblem[]): Refusal {
  return { kind: "refuse", outcome, problems };
}

/**
 * Judges a row by the same code that reads the body of a POST, and tells everything that is wrong with it, not only
 * the first. The plan shows these verdicts, the apply carries them out.
 */
export function judgeRow(judging: Judging, row: RowToJudge): Verdict {
  const { mapped, match } = row;
  const operation = mapped.operation ?? judging.settings.mode;
  if (operation === "skip") return { kind: "skip" };
  if (match.kind === "wrong") return refuse("failed", match.problem, ...mapped.problems);
  return judgements[operation](judging, row, match.kind === "somebody" ? match.record : undefined);
}

type Judge = (judging: Judging, row: RowToJudge, record: MatchedRecord | undefined) => Verdict;

/** What each operation asks for, depending on whether somebody is there. */
const judgements: Readonly<Record<Exclude<RowOperation, "skip">, Judge>> = {
  create: (judging, row, record) =>
    record === undefined
      ? write(judging, row, undefined)
      : refuse("duplicate", notUnique(judging.key.name, row.mapped.key)),
  update: (judging, row, record) => (record === undefined ? unmatched(judging, row) : write(judging, row, record)),
  upsert: write,
  deactivate: (judging, row, record) => {
    if (record === undefined) return unmatched(judging, row);
    return write(judging, { ...row, mapped: deactivating(row.mapped) }, record);
  },
  delete: (judging, row, record) => {
    if (record === undefined) return unmatched(judging, row);
    return isProtected(judging, record) ? refuse("failed", forbidden(row.mapped.key)) : { kind: "delete", record };
  },
};

function unmatched({ key }: Judging, { mapped }: RowToJudge): Refusal {
  return refuse("failed", noMatch(key.name, mapped.key), ...mapped.problems);
}

/** The row of a user of whom nothing changes but that they are no longer active. */
function deactivating(mapped: MappedRow): MappedRow {
  const body = (stored: JsonObject): JsonObject => ({ ...stored, active: false });
  return { ...mapped, body, groups: undefined, manager: undefined, passwordHash: undefined, problems: [] };
}

function isProtected({ options }: Judging, { hasRole }: MatchedRecord): boolean {
  return hasRole && !options.asAdministrator;
}

/** Judges a row that makes a user, or changes the one that is there. */
function write(judging: Judging, row: RowToJudge, record: MatchedRecord | undefined): Verdict {
  const { compiled, mapper } = judging;
  const { mapped, table } = row;
  const stored = record === undefined ? nothing : attributesOf(record);
  const body = mapped.manager === null ? withoutManager(mapped.body(stored)) : mapped.body(stored);
  // Cells were turned into the types of the schema already, so there is nothing to forgive.
  const read = compiled.read(body, strictProfile, record === undefined ? createDefaults(compiled) : nothing);
  const problems: RowProblem[] = [
    ...mapped.problems,
    ...read.issues.map((issue) => issueProblem(issue, mapper, table)),
  ];
  const groups = mapped.groups === undefined ? noGroups : groupChange(judging, mapped.groups, record, problems);
  const { excluded: lists } = judging.rules;
  if (lists.size > 0) {
    // What a list has come to refuse since may stay.
    const before = new Set(excludedValues(lists, stored).map(({ value }) => value));
    for (const each of excludedValues(lists, read.resource.attributes)) {
      if (!before.has(each.value)) problems.push(excluded(each, mapper, table));
    }
  }
  const invites = mapped.invite && (record?.passwordHash ?? null) === null;
  if (invites && addressOf(read.resource.attributes) === undefined) problems.push(mailMissing(mapped.key));
  const password = passwordOf(judging, mapped, read.resource, record, problems);
  const resource =
    record === undefined ? read.resource : kept(judging, stored, read.resource, record, mapped, problems);
  if (problems.length > 0) return refuse("failed", ...problems);
  const reference = referenceOf(mapped, stored);
  const assignment = assignmentOf(judging, mapped, record);
  const written = { resource, groups, password, reference, assignment, invites };
  if (record === undefined) return { kind: "create", key: uniqueKey(compiled, resource.attributes), ...written };
  return { kind: "change", outcome: outcomeOf(stored, written, record), record, ...written };
}

/** What stays of a user that is there; notes what may not change. */
function kept(
  judging: Judging,
  stored: JsonObject,
  resource: ReadResource,
  record: MatchedRecord,
  mapped: MappedRow,
  problems: RowProblem[],
): ReadResource {
  const { compiled } = judging;
  if (isProtected(judging, record)) problems.push(forbidden(mapped.key));
  const { userName: before } = stored;
  const { userName: after } = resource.attributes;
  const isRenamed = typeof before === "string" && typeof after === "string" && foldCase(before) !== foldCase(after);
  if (judging.freezesUserName && isRenamed && mapped.id === undefined) problems.push(frozenName(after));
  if (!compiled.hasImmutable) return resource;
  try {
    return { ...resource, attributes: keepImmutable(compiled.type, stored, resource.attributes) };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    problems.push({ code: "immutable", message: error.detail });
    return resource;
  }
}

function outcomeOf(
  stored: JsonObject,
  { resource, groups, password, assignment }: Written,
  { doc }: MatchedRecord,
): "updated" | "deactivated" | "unchanged" {
  const { attributes } = resource;
  const isSame = JSON.stringify(attributes) === doc;
  const isMember = groups.join.length + groups.leave.length === 0 && assignment === undefined;
  if (isSame && isMember && password.kind === "none") return "unchanged";
  return stored.active !== false && attributes.active === false ? "deactivated" : "updated";
}

/** What comes to be kept of a user for the application; undefined when nothing changes. */
function assignmentOf(
  { application }: Judging,
  { assignment: named = {} }: MappedRow,
  record: MatchedRecord | undefined,
): AssignmentAttributes | undefined {
  if (application === undefined) return undefined;
  const known = record?.assignment;
  const merged = Object.entries({ ...known, ...named }).filter(([, value]) => value !== "");
  const wanted = Object.fromEntries(merged.sort(([one], [other]) => (one < other ? -1 : 1)));
  return known !== undefined && JSON.stringify(known) === JSON.stringify(wanted) ? undefined : wanted;
}

/** A manager that is named otherwise than the one who is stored; who it is, is looked up when all rows are there. */
function referenceOf({ manager }: MappedRow, stored: JsonObject): string | undefined {
  if (typeof manager !== "string") return undefined;
  return manager === managerId(stored) ? undefined : manager;
}

/** The id of the manager that a user has (RFC 7643 §4.3). */
export function managerId(attributes: JsonObject): string | undefined {
  const extension = attributes[enterpriseUserUrn];
  const manager = isJsonObject(extension) ? extension.manager : undefined;
  const value = isJsonObject(manager) ? manager.value : undefined;
  return typeof value === "string" ? value : undefined;
}

function withoutManager(body: JsonObject): JsonObject {
  const extension = body[enterpriseUserUrn];
  if (!isJsonObject(extension)) return body;
  const { manager: _manager, ...rest } = extension;
  return { ...body, [enterpriseUserUrn]: rest };
}

/** The groups to join and to leave, so that the user is in those that are named; notes those that are wrong. */
function groupChange(
  { groupOf }: Judging,
  names: readonly string[],
  record: MatchedRecord | undefined,
  problems: RowProblem[],
): GroupChange {
  const wanted = new Set<string>();
  const makes = new Map<string, string>();
  for (const name of names) {
    const group = groupOf(name);
    if ("wrong" in group) problems.push(groupProblem(name, group.wrong));
    else wanted.add(group.id);
    if ("makes" in group) makes.set(group.id, group.makes);
  }
  const there = new Set(record?.groupIds);
  return {
    join: [...wanted].filter((id) => !there.has(id)),
    leave: [...there].filter((id) => !wanted.has(id)),
    makes: [...makes].map(([id, name]) => ({ id, name })),
  };
}

/** The password that a row sets; that of a user who is there stays unless it was asked to change. */
function passwordOf(
  { options, readHash }: Judging,
  { passwordHash }: MappedRow,
  { secrets }: ReadResource,
  record: MatchedRecord | undefined,
  problems: RowProblem[],
): RowPassword {
  const { password } = secrets;
  if (password === undefined && passwordHash === undefined) return noPassword;
  const hash = passwordHash === undefined ? undefined : readHash(passwordHash);
  if (hash !== undefined && "wrong" in hash) problems.push(wrongHash(hash.wrong));
  if (record !== undefined && !options.updatePasswords) return noPassword;
  if (password !== undefined) return { kind: "clear", text: password };
  if (hash === undefined || !("hash" in hash)) return noPassword;
  // The same hash again changes nothing.
  return record?.passwordHash === hash.hash ? noPassword : { kind: "hash", hash: hash.hash };
}
