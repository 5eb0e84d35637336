import type { Database } from "bun:sqlite";
import type { Refusal, ResourceContent } from "../change.ts";
import type { Apply } from "./applied.ts";
import { applicationEnds } from "./apply-application.ts";
import { type Ends, memberWrites } from "./apply-member.ts";
import type { AttributeValueWrites } from "./attribute-value.ts";
import { credentialWrite } from "./credential.ts";

interface Row {
  rid: number;
  version: number;
  created: number;
  modified: number;
  doc: string;
  unique_key: string | null;
  display_key: string | null;
  external_id: string | null;
  active: number | null;
}

type Keys = [string | null, string | null, string | null, number | null];

/** The statements of resources, prepared once. */
function statementsOf(db: Database, values: AttributeValueWrites) {
  return {
    values,
    find: db.prepare<Row, [number, string, string]>(
      `SELECT rid, version, created, modified, doc, unique_key, display_key, external_id, active
         FROM resource WHERE tenant_id = ? AND id = ? AND resource_type = ?`,
    ),
    definition: db.prepare<{ one: number }, [number, string]>(
      "SELECT 1 AS one FROM definition WHERE tenant_id = ? AND definition = 'resourceType' AND key = ?",
    ),
    idOfUnique: db.prepare<{ id: string }, [number, string, string]>(
      "SELECT id FROM resource WHERE tenant_id = ? AND resource_type = ? AND unique_key = ?",
    ),
    idOfDisplay: db.prepare<{ id: string }, [number, string, string]>(
      `SELECT id FROM resource WHERE tenant_id = ? AND resource_type = ? AND display_key = ? LIMIT 1`,
    ),
    insert: db.prepare<unknown, [number, string, string, ...Keys, number, number, string]>(
      `INSERT INTO resource (tenant_id, resource_type, id, unique_key, display_key, external_id, active, created,
         modified, version, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
    ),
    resize: db.prepare<unknown, [number, number]>("UPDATE resource SET member_count = member_count + ? WHERE rid = ?"),
    update: db.prepare<unknown, [...Keys, number, number, string, number]>(
      `UPDATE OR IGNORE resource SET unique_key = ?, display_key = ?, external_id = ?, active = ?, modified = ?,
         version = ?, doc = ? WHERE rid = ?`,
    ),
    // Naming a column writes every index that has it anew, whether its value changes or not.
    updateDoc: db.prepare<unknown, [number, number, string, number]>(
      "UPDATE resource SET modified = ?, version = ?, doc = ? WHERE rid = ?",
    ),
    bump: db.prepare<unknown, [number, number, number]>(
      "UPDATE resource SET version = version + 1, modified = ?, member_count = member_count + ? WHERE rid = ?",
    ),
    bumpGroupsOf: db.prepare<unknown, [number, number, number]>(
      `UPDATE resource SET version = version + 1, modified = max(modified, ?), member_count = member_count - 1
         WHERE rid IN (SELECT group_rid FROM member WHERE tenant_id = ? AND member_rid = ?)`,
    ),
    remove: db.prepare<unknown, [number]>("DELETE FROM resource WHERE rid = ?"),
    removeCredential: db.prepare<unknown, [number, number]>(
      "DELETE FROM credential WHERE tenant_id = ? AND resource_rid = ?",
    ),
    removeRoles: db.prepare<unknown, [number, number]>(
      "DELETE FROM role_assignment WHERE tenant_id = ? AND resource_rid = ?",
    ),
    setCredential: credentialWrite(db),
    members: memberWrites(db),
    endApplications: applicationEnds(db),
  };
}

type Statements = ReturnType<typeof statementsOf>;

/** How the changes that concern resources and memberships are carried out. */
export function resourceChanges(db: Database, values: AttributeValueWrites) {
  const statements = statementsOf(db, values);
  return {
    createResource: createResource(statements),
    replaceResource: replaceResource(statements),
    deleteResource: deleteResource(statements),
    changeMembers: changeMembers(statements),
  };
}

function keysOf({ keys }: ResourceContent): Keys {
  return [keys.unique, keys.display, keys.externalId, keys.active === null ? null : Number(keys.active)];
}

function sameKeys(row: Row, [unique, display, externalId, active]: Keys): boolean {
  const { unique_key, display_key, external_id } = row;
  return unique_key === unique && display_key === display && external_id === externalId && row.active === active;
}

/** The refusal of a write that the unique index stopped. */
function notUnique({ idOfUnique }: Statements, tenantId: number, change: ResourceContent): Refusal {
  const { resourceType, keys, id } = change;
  const holder = keys.unique === null ? null : idOfUnique.get(tenantId, resourceType, keys.unique);
  return { kind: "uniqueness", id: holder?.id ?? id };
}

/** How many of these members were left out, where any were. */
function skipped(ids: readonly string[], { rids }: Ends): { readonly skippedMembers?: number } {
  return rids.length < ids.length ? { skippedMembers: ids.length - rids.length } : {};
}

/** The refusal of a display value that another resource of the type has, where that is asked for. */
function takenDisplay({ idOfDisplay }: Statements, tenantId: number, change: ResourceContent): Refusal | undefined {
  const { resourceType, keys, displayIsUnique = false } = change;
  if (!displayIsUnique || keys.display === null) return undefined;
  const holder = idOfDisplay.get(tenantId, resourceType, keys.display);
  return holder === null ? undefined : { kind: "uniqueness", id: holder.id, attribute: "displayName" };
}

function createResource(statements: Statements): Apply<"createResource"> {
  const { definition, insert, resize, members, setCredential, values } = statements;
  return (tenantId, change, tally) => {
    const { resourceType, id, at, doc, passwordHash, passwordUntil = null } = change;
    const isGone = change.definition !== undefined && definition.get(tenantId, change.definition) === null;
    if (isGone) return { kind: "notFound", id };
    const ids = change.members ?? [];
    const ends = members.endsOf(tenantId, ids, change.skipUnknownMembers);
    if ("kind" in ends) return ends;
    const taken = takenDisplay(statements, tenantId, change);
    if (taken !== undefined) return taken;
    const [unique, display, externalId, active] = keysOf(change);
    const inserted = insert.run(tenantId, resourceType, id, unique, display, externalId, active, at, at, doc);
    if (inserted.changes === 0) return notUnique(statements, tenantId, change);
    const rid = Number(inserted.lastInsertRowid);
    values.replace(tenantId, resourceType, rid, undefined, doc);
    const count = members.fill(tenantId, rid, ends);
    if (count > 0) resize.run(count, rid);
    if (typeof passwordHash === "string") setCredential.run(tenantId, rid, passwordHash, at, passwordUntil);
    tally.count(tenantId, resourceType, 1);
    tally.touched(rid);
    tally.wrote(undefined, doc);
    return { changed: true, version: 1, created: at, modified: at, ...skipped(ids, ends) };
  };
}

function replaceResource(statements: Statements): Apply<"replaceResource"> {
  const { find, update, updateDoc, bump, resize, members, setCredential, removeCredential, values } = statements;
  return (tenantId, change, tally) => {
    const { resourceType, id, at, doc, passwordHash, passwordUntil = null, expectedVersion } = change;
    const row = find.get(tenantId, id, resourceType);
    if (row === null) return { kind: "notFound", id };
    const { rid, version } = row;
    if (expectedVersion !== undefined && expectedVersion !== version) return { kind: "version", version };
    const delta = change.members === undefined ? change.memberDelta : { reset: true, add: change.members, remove: [] };
    const added = delta?.add ?? [];
    const ends = members.endsOf(tenantId, added, change.skipUnknownMembers);
    if ("kind" in ends) return ends;
    const taken = change.keys.display === row.display_key ? undefined : takenDisplay(statements, tenantId, change);
    if (taken !== undefined) return taken;
    const docChanged = row.doc !== doc;
    const [next, modified] = docChanged ? [version + 1, at] : [version, row.modified];
    const keysChanged = !sameKeys(row, keysOf(change));
    if (keysChanged && update.run(...keysOf(change), modified, next, doc, rid).changes === 0) {
      return notUnique(statements, tenantId, change);
    }
    if (docChanged && !keysChanged) updateDoc.run(modified, next, doc, rid);
    values.replace(tenantId, resourceType, rid, row.doc, doc);
    const grown = delta === undefined ? undefined : members.change(tenantId, rid, delta, ends);
    const by = grown?.by ?? 0;
    if (passwordHash === null) removeCredential.run(tenantId, rid);
    else if (passwordHash !== undefined) setCredential.run(tenantId, rid, passwordHash, at, passwordUntil);
    const changed = docChanged || grown?.changed === true || passwordHash !== undefined;
    if (changed && !docChanged) bump.run(at, by, rid);
    else if (by !== 0) resize.run(by, rid);
    tally.touched(rid);
    tally.wrote(row.doc, doc);
    const left = skipped(added, ends);
    return changed
      ? { changed, version: version + 1, created: row.created, modified: at, ...left }
      : { changed, version, created: row.created, modified: row.modified, ...left };
  };
}

function deleteResource(statements: Statements): Apply<"deleteResource"> {
  const { find, bumpGroupsOf, members, removeCredential, removeRoles, endApplications, remove, values } = statements;
  return (tenantId, { resourceType, id, expectedVersion, at }, tally) => {
    const row = find.get(tenantId, id, resourceType);
    if (row === null) return { kind: "notFound", id };
    const { rid, version, created, modified, doc } = row;
    if (expectedVersion !== undefined && expectedVersion !== version) return { kind: "version", version };
    bumpGroupsOf.run(at, tenantId, rid);
    members.end(tenantId, rid, resourceType === "Group");
    removeCredential.run(tenantId, rid);
    removeRoles.run(tenantId, rid);
    if (resourceType === "User") endApplications(tenantId, rid);
    remove.run(rid);
    values.replace(tenantId, resourceType, rid, doc, undefined);
    tally.count(tenantId, resourceType, -1);
    tally.wrote(doc, undefined);
    return { changed: true, version, created, modified };
  };
}

function changeMembers({ find, bump, members }: Statements): Apply<"changeMembers"> {
  return (tenantId, change) => {
    const { groupId, at } = change;
    const row = find.get(tenantId, groupId, "Group");
    if (row === null) return { kind: "notFound", id: groupId };
    const ends = members.endsOf(tenantId, change.add, change.skipUnknownMembers);
    if ("kind" in ends) return ends;
    const { changed, by } = members.change(tenantId, row.rid, change, ends);
    if (changed) bump.run(at, by, row.rid);
    const { version, created, modified } = row;
    const left = skipped(change.add, ends);
    return changed
      ? { changed, version: version + 1, created, modified: at, ...left }
      : { changed, version, created, modified, ...left };
  };
}
