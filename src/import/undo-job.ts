import { contentOf } from "../directory/content.ts";
import { isJsonObject, type JsonObject } from "../scim/json.ts";
import { strictProfile } from "../scim/profile.ts";
import type { Change, ChangeSet } from "../storage/change.ts";
import type { ImportJob, UndoableRow } from "../storage/import.ts";
import type { MatchedRecord } from "../storage/port.ts";
import { type Before, readBefore } from "./before.ts";
import { membershipChanges } from "./membership.ts";
import type { RunPorts } from "./ports.ts";
import { changedSince } from "./problem.ts";

/** For how long after its end an import can be taken back: 30 days. */
export const undoMsMax = 30 * 24 * 60 * 60 * 1000;
/** Rows taken back in one call of commit. */
const rowsPerCommit = 500;

/**
 * Takes back what the rows of a job did, from the last to the first: who was made goes, who was changed is again as
 * before. Whoever was changed by others since is left as they are, and told. Called again after a crash, it goes on.
 *
 * @returns false when it was asked to stop before the end
 */
export async function undoJob(ports: RunPorts, job: ImportJob): Promise<boolean> {
  const { store, compiled } = ports;
  const { tenantId, id } = job;
  const { applicationId } = job.request.options;
  // What was kept for an application that is gone is gone with it.
  const application = applicationId === "" ? undefined : await store.applications.get(tenantId, applicationId);
  for (;;) {
    if (ports.stopRequested()) return false;
    const rows = await store.imports.undoable(tenantId, id, rowsPerCommit);
    if (rows.length === 0) break;
    const values = rows.map(({ resourceId }) => resourceId ?? "");
    const users = await store.resources.matches({
      tenantId,
      resourceType: compiled.type.name,
      by: "id",
      values,
      applicationId: application?.id,
    });
    await store.commit(rows.map((row, index) => undoSet(ports, job, row, users?.[index]?.[0], application?.id)));
  }
  await removeGroups(ports, job);
  return true;
}

function undoSet(
  ports: RunPorts,
  job: ImportJob,
  row: UndoableRow,
  user: MatchedRecord | undefined,
  applicationId: string | undefined,
): ChangeSet {
  const { tenantId, id: importId } = job;
  const refused = [...row.problems, changedSince];
  const result = { kind: "undone", importId, row: row.row, undo: "undone", problems: row.problems, refused } as const;
  const before = row.before === null ? undefined : readBefore(row.before);
  const changes = changesFor(ports, job, row, user, before);
  if (changes !== undefined) {
    const assignments =
      user === undefined || before === undefined ? [] : assignmentBefore(ports, user, before, applicationId);
    return { tenantId, changes: [...changes, ...assignments], result };
  }
  return { tenantId, changes: [], result: { ...result, undo: "conflict", problems: refused } };
}

/** What takes a row back; undefined when that is no longer possible. */
function changesFor(
  ports: RunPorts,
  { request: { options } }: ImportJob,
  { outcome, version }: UndoableRow,
  user: MatchedRecord | undefined,
  before: Before | undefined,
): readonly Change[] | undefined {
  const isProtected = user?.hasRole === true && !options.asAdministrator;
  if (isProtected || (user !== undefined && user.version !== version)) return undefined;
  if (outcome === "created") return user === undefined ? [] : removal(ports, user);
  if (before === undefined) return undefined;
  if (outcome === "deleted") return before.id === undefined ? undefined : remake(ports, before.id, before);
  return user === undefined ? undefined : restoration(ports, user, before);
}

function removal({ compiled, now }: RunPorts, { id, version }: MatchedRecord): readonly Change[] {
  const resourceType = compiled.type.name;
  return [{ kind: "deleteResource", resourceType, id, expectedVersion: version, at: now() }];
}

/** Makes a user again who was deleted, with the same id. */
function remake(ports: RunPorts, id: string, before: Before): readonly Change[] {
  const content = contentBefore(ports, id, before);
  const password = typeof before.passwordHash === "string" ? passwordBefore(before) : {};
  return [{ kind: "createResource", ...content, ...password }, ...membershipsBefore(id, before, content.at)];
}

/** Puts the document, the password and the memberships of a user back. */
function restoration(ports: RunPorts, { id, version }: MatchedRecord, before: Before): readonly Change[] {
  const content = contentBefore(ports, id, before);
  return [
    { kind: "replaceResource", ...content, ...passwordBefore(before), expectedVersion: version },
    ...membershipsBefore(id, before, content.at),
  ];
}

function passwordBefore({ passwordHash, passwordUntil }: Before) {
  if (passwordHash === undefined) return {};
  return { passwordHash, ...(passwordUntil !== undefined && { passwordUntil }) };
}

function contentBefore({ compiled, now }: RunPorts, id: string, before: Before) {
  const { resource } = compiled.read(attributesIn(before.doc), strictProfile, {});
  return contentOf(compiled, resource, id, now());
}

/** Assigned to the application as before, if it is still there. */
function assignmentBefore(
  { now }: RunPorts,
  { id: userId, assignment: current }: MatchedRecord,
  { assignment }: Before,
  applicationId: string | undefined,
): readonly Change[] {
  if (applicationId === undefined || assignment === undefined) return [];
  if (assignment !== null) return [{ kind: "assignUser", applicationId, userId, attributes: assignment, at: now() }];
  return current === undefined ? [] : [{ kind: "unassignUser", applicationId, userId }];
}

/** Out of the groups that the row had the user join, and back into those that it had them leave. */
function membershipsBefore(id: string, { joined, left }: Before, at: number): readonly Change[] {
  return membershipChanges(id, { join: left, leave: joined }, at);
}

function attributesIn(doc: string): JsonObject {
  const value: unknown = JSON.parse(doc);
  return isJsonObject(value) ? value : {};
}

/** The groups that the import made go, unless somebody is in them. */
async function removeGroups({ store, now }: RunPorts, { tenantId, id }: ImportJob): Promise<void> {
  for (const groupId of await store.imports.groupsMade(tenantId, id)) {
    const members = await store.resources.members({ tenantId, groupId, limit: 0 });
    if (members === undefined || members.total !== 0) continue;
    const change = { kind: "deleteResource", resourceType: "Group", id: groupId, at: now() } as const;
    await store.commit([{ tenantId, changes: [change] }]);
  }
}
