import { invitationOf } from "../applications/invite.ts";
import { contentOf } from "../directory/content.ts";
import type { AppliedRow, Change, ChangeSet, RefusalKind, Told } from "../storage/change.ts";
import type { RowProblem } from "../storage/import.ts";
import { beforeText } from "./before.ts";
import type { RowPassword, Verdict } from "./judge.ts";
import { membershipChanges } from "./membership.ts";
import type { RunPorts } from "./ports.ts";
import { changedMeanwhile, goneMeanwhile, internalProblem, notUnique } from "./problem.ts";
import type { ImportSettings } from "./settings.ts";
import { type JudgedRow, keptCells, type TableJob } from "./table-job.ts";

const hourMs = 3_600_000;

/** What rows are carried out with. */
export interface RowContext {
  readonly ports: RunPorts;
  readonly opened: TableJob;
  /** Rows that the plan found to be about somebody who has a row before them. */
  readonly planned: ReadonlyMap<number, readonly RowProblem[]>;
}

/**
 * The changes of a row and what is to be told of it.
 *
 * @param hash that of the password in clear text which the row sets
 * @param again whether the row was a conflict, in the place of which this comes
 */
export function rowSet(
  { ports, opened, planned }: RowContext,
  judged: JudgedRow,
  hash: string | undefined,
  again: boolean,
): ChangeSet {
  const { tenantId, id: importId } = opened.job;
  const { mapped, table } = judged;
  const { row, line, key } = mapped;
  const repeated = planned.get(row);
  const onlyCreates = opened.settings.mode === "create" && opened.judging.key.by === "unique";
  // Where rows only make users, the unique index tells whether the row before was taken after all.
  const isForced = repeated !== undefined && !onlyCreates;
  const verdict: Verdict = isForced ? { kind: "refuse", outcome: "duplicate", problems: repeated } : judged.verdict;
  const result: AppliedRow = {
    kind: "applied",
    importId,
    row,
    line,
    key,
    ...tellingOf(verdict, judged, onlyCreates ? creationRefusals(repeated) : changeRefusals),
    raw: () => keptCells(opened, table),
    ...(again && { again }),
  };
  const changes = changesOf(ports, opened, verdict, hash);
  return { tenantId, changes: [...changes, ...linkChanges(opened, judged, changes)], result };
}

/** Notes who a record of a connector is here, in the commit that made or changed them. */
function linkChanges(
  { job }: TableJob,
  { mapped: { link } }: JudgedRow,
  changes: readonly Change[],
): readonly Change[] {
  const { connectorId } = job.request.options;
  const [first] = changes;
  const isWritten = first?.kind === "createResource" || first?.kind === "replaceResource";
  if (connectorId === "" || link === undefined || !isWritten) return [];
  return [{ kind: "linkResource", connectorId, ...link, resourceId: first.id }];
}

type Refusals = AppliedRow["refused"];

/** What a row comes to, and how it is told when the store refuses it. */
function tellingOf(
  verdict: Verdict,
  { mapped: { warnings } }: JudgedRow,
  refused: Refusals,
): Pick<AppliedRow, "applied" | "problems" | "refused" | "before" | "reference"> {
  switch (verdict.kind) {
    case "refuse":
      return { applied: verdict.outcome, problems: verdict.problems, refused };
    case "skip":
      return { applied: "skipped", problems: [], refused };
    case "delete": {
      const { record } = verdict;
      const before = beforeText({
        record,
        id: record.id,
        joined: [],
        left: record.groupIds,
        setsPassword: true,
      });
      return { applied: "deleted", problems: warnings, refused, before };
    }
    case "create":
      return { applied: "created", problems: warnings, refused, ...referring(verdict.reference) };
    case "change": {
      const { outcome, record, groups, password, assignment } = verdict;
      const { join: joined, leave: left } = groups;
      const setsPassword = password.kind !== "none";
      const told = { record, joined, left, setsPassword, assigns: assignment !== undefined };
      const image = outcome === "unchanged" ? {} : { before: beforeText(told) };
      return { applied: outcome, problems: warnings, refused, ...image, ...referring(verdict.reference) };
    }
  }
}

function referring(reference: string | undefined): { readonly reference?: string } {
  return reference === undefined ? {} : { reference };
}

function changesOf(ports: RunPorts, opened: TableJob, verdict: Verdict, hash: string | undefined): readonly Change[] {
  const { compiled, newId, now } = ports;
  const { settings } = opened;
  switch (verdict.kind) {
    case "refuse":
    case "skip":
      return [];
    case "delete": {
      const { id, version } = verdict.record;
      const resourceType = compiled.type.name;
      return [{ kind: "deleteResource", resourceType, id, expectedVersion: version, at: now() }];
    }
    case "create": {
      const content = contentOf(compiled, verdict.resource, newId(), now());
      const create: Change = {
        kind: "createResource",
        ...content,
        ...passwordOf(ports, settings, verdict.password, hash),
      };
      return [
        create,
        ...membershipChanges(content.id, verdict.groups, content.at),
        ...applicationChanges(ports, opened, verdict, content),
      ];
    }
    case "change": {
      const { id, version } = verdict.record;
      const content = contentOf(compiled, verdict.resource, id, now());
      const password = passwordOf(ports, settings, verdict.password, hash);
      const change: Change = { kind: "replaceResource", ...content, ...password, expectedVersion: version };
      return [
        change,
        ...membershipChanges(id, verdict.groups, content.at),
        ...applicationChanges(ports, opened, verdict, content),
      ];
    }
  }
}

/** Assigns the user of a row to the application of the import, and sends a link where the row asks for it. */
function applicationChanges(
  ports: RunPorts,
  { judging: { application, rules } }: TableJob,
  { assignment: attributes, invites, resource }: Extract<Verdict, { kind: "create" | "change" }>,
  { id: userId, at }: { readonly id: string; readonly at: number },
): readonly Change[] {
  const changes: Change[] = [];
  if (application !== undefined && attributes !== undefined) {
    changes.push({ kind: "assignUser", applicationId: application.id, userId, attributes, at });
  }
  if (!invites) return changes;
  const { settings } = rules;
  const invitation = invitationOf(ports, { userId, user: resource.attributes, application, settings });
  if (invitation !== undefined) changes.push({ kind: "inviteUser", ...invitation, again: false });
  return changes;
}

/** The password that a row sets, and until when it is valid. */
function passwordOf(
  { now }: RunPorts,
  { mustChangeHours }: ImportSettings,
  password: RowPassword,
  hash: string | undefined,
): { readonly passwordHash?: string; readonly passwordUntil?: number } {
  const passwordHash = password.kind === "hash" ? password.hash : hash;
  if (passwordHash === undefined || password.kind === "none") return {};
  return { passwordHash, ...(mustChangeHours > 0 && { passwordUntil: now() + mustChangeHours * hourMs }) };
}

const groupGone: Told = {
  outcome: "failed",
  problems: [{ code: "unknown_group", column: "groups", message: "a group of this row was deleted meanwhile" }],
};
const internal: Told = { outcome: "failed", problems: [internalProblem] };
const always: Pick<Readonly<Record<RefusalKind, Told>>, "inUse" | "state" | "exists"> = {
  inUse: internal,
  state: internal,
  exists: internal,
};

/** How a refused row is told that only makes a user; somebody took the userName since the plan. */
const createRefusals: Refusals = {
  ...always,
  notFound: groupGone,
  unknownMember: groupGone,
  version: internal,
  uniqueness: { outcome: "duplicate", problems: [notUnique("userName", null)] },
};

function creationRefusals(repeated: readonly RowProblem[] | undefined): Refusals {
  if (repeated === undefined) return createRefusals;
  return { ...createRefusals, uniqueness: { outcome: "duplicate", problems: repeated } };
}

/** How a refused row is told that may change a user. */
const changeRefusals: Refusals = {
  ...always,
  notFound: { outcome: "conflict", problems: [goneMeanwhile] },
  unknownMember: { outcome: "conflict", problems: [goneMeanwhile] },
  version: { outcome: "conflict", problems: [changedMeanwhile] },
  uniqueness: { outcome: "conflict", problems: [notUnique("userName", null)] },
};
