import type { Database } from "bun:sqlite";
import type { Actor } from "../audit.ts";
import type { Change, ChangeKind, Effect } from "../change.ts";
import type { ImportState } from "../import.ts";
import type { Documents } from "./applied.ts";
import { firstHash, type HashedLine, lineHash, sha256 } from "./audit-hash.ts";

/** What a line tells of a change beside who, when and from where. */
interface Told {
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Who did it, where that is not who asks: somebody who was refused. */
  readonly actor?: Actor;
}

type Teller<K extends ChangeKind> = (
  change: Extract<Change, { kind: K }>,
  effect: Effect,
  by: Actor,
) => Told | undefined;

/** Ids of members that a line names; of more it tells how many. */
const toldIdsMax = 1000;

const about = (action: string, targetType: string, targetId: string, details?: Told["details"]): Told => ({
  action,
  targetType,
  targetId,
  details,
});

const someIds = (ids: readonly string[]) => (ids.length <= toldIdsMax ? ids : [...ids.slice(0, toldIdsMax), "…"]);

/** What is told of a change to members; undefined where none was made. */
function memberDetails(add: readonly string[], remove: readonly string[], reset: boolean) {
  return {
    ...(add.length > 0 && { added: someIds(add), addedCount: add.length }),
    ...(remove.length > 0 && { removed: someIds(remove), removedCount: remove.length }),
    ...(reset && { reset }),
  };
}

function replaceDetails(change: Extract<Change, { kind: "replaceResource" }>): Told["details"] {
  const { memberDelta, members, passwordHash } = change;
  const delta = memberDelta ?? (members === undefined ? undefined : { add: members, remove: [], reset: true });
  const credential = passwordHash === undefined ? {} : { credential: passwordHash === null ? "removed" : "set" };
  const details = {
    ...(delta !== undefined && { members: memberDetails(delta.add, delta.remove, delta.reset) }),
    ...credential,
  };
  return Object.keys(details).length === 0 ? undefined : details;
}

function createDetails({ passwordHash, members = [] }: Extract<Change, { kind: "createResource" }>): Told["details"] {
  const details = {
    ...(typeof passwordHash === "string" && { credential: "set" }),
    ...(members.length > 0 && { members: memberDetails(members, [], false) }),
  };
  return Object.keys(details).length === 0 ? undefined : details;
}

/** What somebody asks of an import, by the state that it comes to. */
const importDeeds: { readonly [S in ImportState]?: string } = { queued: "apply", undoing: "undo", cancelled: "cancel" };

/** The changes that leave a line, with what it tells; what is not here is the server's own bookkeeping. */
const tellers: { readonly [K in ChangeKind]?: Teller<K> } = {
  createResource: (change) => about("create", change.resourceType, change.id, createDetails(change)),
  replaceResource: (change, { changed }) =>
    changed ? about("replace", change.resourceType, change.id, replaceDetails(change)) : undefined,
  deleteResource: ({ resourceType, id }) => about("delete", resourceType, id),
  changeMembers: ({ groupId, add, remove, reset }, { changed }) =>
    changed ? about("changeMembers", "Group", groupId, memberDetails(add, remove, reset)) : undefined,
  setPassword: ({ userId, passwordUntil, isRehash }) =>
    isRehash === true
      ? undefined
      : about("setPassword", "User", userId, passwordUntil === undefined ? undefined : { until: passwordUntil }),
  setRoles: ({ userId, roles }) => about("setRoles", "User", userId, { roles }),
  createToken: ({ id, name, scopes, profile, expiresAt, clientId }) =>
    about("create", "Token", id, { name, scopes, profile, expiresAt, ...(clientId !== undefined && { clientId }) }),
  deleteToken: ({ id }) => about("delete", "Token", id),
  endToken: ({ id, expiresAt }) => about("end", "Token", id, { expiresAt }),
  createTenant: ({ domain }) => about("create", "Tenant", domain),
  createClient: ({ id, name, scopes, profile }) => about("create", "OAuthClient", id, { name, scopes, profile }),
  renewClient: ({ id }) => about("renew", "OAuthClient", id),
  deleteClient: ({ id }) => about("delete", "OAuthClient", id),
  createIssuer: ({ kind: _kind, id, ...details }) => about("create", "Issuer", id, details),
  deleteIssuer: ({ id }) => about("delete", "Issuer", id),
  putDefinition: ({ definition, key, doc }) => about("put", definition, key, { value: JSON.parse(doc) }),
  deleteDefinition: ({ definition, key }) => about("delete", definition, key),
  setIndexes: ({ resourceType, indexes }, { changed }) =>
    changed ? about("setIndexes", resourceType, "", { indexes: indexes.map(({ path }) => path) }) : undefined,
  createImport: ({ id, fileName, retryOf }) =>
    about("create", "Import", id, { fileName, ...(retryOf !== undefined && { retryOf }) }),
  advanceImport: ({ importId, to, isCancelled = false }, _effect, by) => {
    // What an import does by itself is told by its rows.
    const asked = by.kind === "import" ? undefined : isCancelled ? "cancel" : importDeeds[to];
    return asked === undefined ? undefined : about(asked, "Import", importId);
  },
  putApplication: ({ id, name, homeUrl, access, isNew }) =>
    about(isNew ? "create" : "replace", "Application", id, { name, homeUrl, access }),
  deleteApplication: ({ id }) => about("delete", "Application", id),
  assignUser: ({ userId, applicationId, attributes }, { changed }) =>
    changed ? about("assign", "User", userId, { applicationId, ...attributes }) : undefined,
  unassignUser: ({ userId, applicationId }) => about("unassign", "User", userId, { applicationId }),
  inviteUser: ({ userId, applicationId, mail }, { changed }) =>
    changed ? about("invite", "User", userId, { applicationId, to: mail.recipient }) : undefined,
  activateUser: ({ userId }) => about("activate", "User", userId),
  revokeActivation: ({ id }) => about("revoke", "Activation", id),
  putConnector: ({ id, name, doc, sealed, isNew }) =>
    about(isNew ? "create" : "replace", "Connector", id, {
      name,
      value: JSON.parse(doc),
      // What it is stays with whoever has the key.
      ...(sealed !== undefined && { secret: sealed === null ? "removed" : "set" }),
    }),
  deleteConnector: ({ id }) => about("delete", "Connector", id),
  startExtraction: ({ id, connectorId }) => about("extract", "Connector", connectorId, { extraction: id }),
  noteImported: ({ id }) => about("import", "Extraction", id),
  retryMail: ({ id }) => about("retry", "Mail", id),
  noteRefusedLogin: ({ name, reason, count, address }) => ({
    ...about("refuseLogin", "Login", "", { reason, count }),
    actor: { kind: "system", id: "", name, address },
  }),
};

function tell<K extends ChangeKind>(change: Extract<Change, { kind: K }>, effect: Effect, by: Actor): Told | undefined {
  const kind: K = change.kind;
  return tellers[kind]?.(change, effect, by);
}

const nobody: Actor = Object.freeze({ kind: "system", id: "", name: "muster", address: "" });

interface PendingLine extends Told {
  readonly tenantId: number;
  readonly by: Actor;
  readonly documents: Documents | undefined;
}

/** The last line of a tenant. */
interface Head {
  sequence: number;
  at: number;
  hash: Uint8Array;
}

/** The lines of a transaction, which are written at its end: then they are in the order of the chain. */
export interface AuditWrites {
  /** How many lines wait. */
  waiting(): number;
  add(tenantId: number, by: Actor | undefined, change: Change, effect: Effect, documents: Documents | undefined): void;
  /** Forgets the lines that were added since so many waited; all when not said. */
  forget(since?: number): void;
  finish(): void;
}

export function auditWrites(db: Database): AuditWrites {
  const findHead = db.prepare<Head, [number]>(
    "SELECT sequence, at, hash FROM audit WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1",
  );
  const insert = db.prepare<unknown, (string | number | Uint8Array | null)[]>(
    `INSERT INTO audit (tenant_id, sequence, at, action, actor_kind, actor_id, actor_name, address, target_type,
       target_id, details, before, after_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  let pending: PendingLine[] = [];

  function write(head: Head, { tenantId, by, documents, ...told }: PendingLine): void {
    const { action, targetType, targetId, actor = by } = told;
    const details = told.details === undefined ? null : JSON.stringify(told.details);
    const before = documents?.before ?? null;
    const afterHash = documents?.after === undefined ? null : sha256(documents.after);
    head.sequence++;
    head.at = Math.max(head.at, Date.now());
    const { sequence, at } = head;
    const line: HashedLine = { sequence, at, action, actor, targetType, targetId, details, before, afterHash };
    head.hash = lineHash(head.hash, line);
    const who = [actor.kind, actor.id, actor.name, actor.address];
    insert.run(tenantId, sequence, at, action, ...who, targetType, targetId, details, before, afterHash, head.hash);
  }

  return {
    waiting: () => pending.length,
    add(tenantId, by = nobody, change, effect, documents) {
      const told = tell(change, effect, by);
      if (told !== undefined) pending.push({ tenantId, by, documents, ...told });
    },
    forget(since = 0) {
      pending.length = since;
    },
    finish() {
      const heads = new Map<number, Head>();
      for (const line of pending) {
        const head = heads.get(line.tenantId) ?? findHead.get(line.tenantId) ?? { sequence: 0, at: 0, hash: firstHash };
        heads.set(line.tenantId, head);
        write(head, line);
      }
      pending = [];
    },
  };
}
