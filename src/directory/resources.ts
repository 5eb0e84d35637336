import type { Scope } from "../access/scope.ts";
import { ScimError } from "../scim/error.ts";
import type { BoundFilter } from "../scim/filter/bind.ts";
import { isJsonObject, type JsonObject } from "../scim/json.ts";
import type { PageRequest } from "../scim/list.ts";
import type { Profile } from "../scim/profile.ts";
import { etagMatches } from "../scim/resource/etag.ts";
import type { ResourceView, StoredResource } from "../scim/resource/render.ts";
import { issuesError, type ReadResource } from "../scim/resource/resource.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { Change, Effect, Refusal, ResourceContent } from "../storage/change.ts";
import type { JoinedRecord, Store } from "../storage/port.ts";
import { contentOf, createDefaults } from "./content.ts";

/** What the use cases need of the world. */
export interface DirectoryPorts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A new identifier; UUIDv7, so that rows of one time lie together. */
  readonly newId: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
}

/** Whose resources, and what is forgiven to the one who asks. */
export interface Caller {
  readonly tenantId: number;
  readonly scopes: ReadonlySet<Scope>;
  readonly profile: Profile;
}

/** How often a replacement is computed anew because another change came between. */
const replaceAttemptsMax = 100;

/** Reads and changes resources of any type; everything throws ScimError. */
export interface Directory {
  /** Throws invalidSyntax, invalidValue, tooLarge or uniqueness. */
  create(caller: Caller, compiled: CompiledType, body: unknown): Promise<ResourceView>;
  /** Throws notFound. */
  get(caller: Caller, compiled: CompiledType, id: string): Promise<ResourceView>;
  /**
   * Throws notFound, preconditionFailed when `ifMatch` names another version, forbidden when the user has a role here
   * and the caller is no administrator, and what create throws.
   */
  replace(
    caller: Caller,
    compiled: CompiledType,
    id: string,
    body: unknown,
    ifMatch: string | undefined,
  ): Promise<ResourceView>;
  /** Throws notFound, preconditionFailed or forbidden. */
  remove(caller: Caller, compiled: CompiledType, id: string, ifMatch: string | undefined): Promise<void>;
  list(
    caller: Caller,
    compiled: CompiledType,
    page: PageRequest,
    filter: BoundFilter | undefined,
  ): Promise<{ readonly total: number; readonly resources: readonly ResourceView[] }>;
}

export function createDirectory(ports: DirectoryPorts): Directory {
  const { store, now, newId } = ports;

  return {
    async create(caller, compiled, body) {
      const resource = readBody(compiled, body, caller.profile, createDefaults(compiled));
      const content = contentOf(compiled, resource, newId(), now());
      const password = await passwordOf(ports, resource);
      const result = await commit(store, caller, { kind: "createResource", ...content, ...password });
      if ("kind" in result) throw refusalError(result, compiled, content.id, resource);
      const created = storedOf(content, result);
      // Nobody is in a group yet who was made just now.
      if (compiled.membership !== "members") return { compiled, stored: created, joined: [] };
      return view(store, caller, compiled, created);
    },

    async get(caller, compiled, id) {
      return viewOf(compiled, await recordOf(store, caller, compiled, id));
    },

    async replace(caller, compiled, id, body, ifMatch) {
      let current = await recordOf(store, caller, compiled, id);
      requireMatch(ifMatch, current.version);
      await requireMayChange(store, caller, id);
      const named = readBody(compiled, body, caller.profile, {});
      const password = await passwordOf(ports, named);
      // It depends on the version it is computed from when the client names one, or leaves out what then stays.
      const keepsActive = compiled.hasActive && named.attributes.active === undefined;
      const depends = keepsActive || namesVersion(ifMatch);
      for (let attempt = 0; attempt < replaceAttemptsMax; attempt++) {
        const resource = keepsActive ? readBody(compiled, body, caller.profile, activeOf(current)) : named;
        const expected = depends ? { expectedVersion: current.version } : {};
        const content = contentOf(compiled, resource, id, now());
        const result = await commit(store, caller, { kind: "replaceResource", ...expected, ...content, ...password });
        if (!("kind" in result)) return view(store, caller, compiled, storedOf(content, result));
        if (result.kind !== "version") throw refusalError(result, compiled, id, resource);
        current = await recordOf(store, caller, compiled, id);
        requireMatch(ifMatch, current.version);
      }
      throw new ScimError("conflict", "The resource changes too often to be replaced; try again.");
    },

    async remove(caller, compiled, id, ifMatch) {
      await requireMayChange(store, caller, id);
      const change = { kind: "deleteResource", resourceType: compiled.type.name, id, at: now() } as const;
      const current = namesVersion(ifMatch) ? await recordOf(store, caller, compiled, id) : undefined;
      if (current !== undefined) requireMatch(ifMatch, current.version);
      const expected = current === undefined ? {} : { expectedVersion: current.version };
      const result = await commit(store, caller, { ...change, ...expected });
      if ("kind" in result) throw refusalError(result, compiled, id);
    },

    async list(caller, compiled, { startIndex, count }, filter) {
      const { tenantId } = caller;
      const query = { tenantId, type: compiled.type, join: compiled.membership, offset: startIndex - 1, limit: count };
      const page = await store.resources.list({ ...query, ...(filter !== undefined && { filter }) });
      return { total: page.total, resources: page.resources.map((record) => viewOf(compiled, record)) };
    },
  };
}

async function recordOf(store: Store, caller: Caller, compiled: CompiledType, id: string): Promise<JoinedRecord> {
  const record = await store.resources.get(caller.tenantId, compiled.type.name, id, compiled.membership);
  if (record === undefined) throw notFound(compiled, id);
  return record;
}

async function commit(store: Store, caller: Caller, change: Change): Promise<Effect | Refusal> {
  const [result] = await store.commit([{ tenantId: caller.tenantId, changes: [change] }]);
  if (result === undefined) throw new ScimError("internal");
  if (!result.applied) return result.refusal;
  return result.effects[0] ?? { changed: false, version: 0, created: 0, modified: 0 };
}

/** What a write left, with its memberships as they are now. */
async function view(
  store: Store,
  caller: Caller,
  compiled: CompiledType,
  stored: StoredResource,
): Promise<ResourceView> {
  const current = await store.resources.get(caller.tenantId, compiled.type.name, stored.id, compiled.membership);
  return { compiled, stored, joined: current?.joined ?? [] };
}

function viewOf(compiled: CompiledType, record: JoinedRecord): ResourceView {
  return { compiled, stored: record, joined: record.joined };
}

function storedOf({ resourceType, id, doc }: ResourceContent, effect: Effect): StoredResource {
  return { resourceType, id, doc, version: effect.version, created: effect.created, modified: effect.modified };
}

function readBody(compiled: CompiledType, body: unknown, profile: Profile, defaults: JsonObject): ReadResource {
  const { resource, issues } = compiled.read(body, profile, defaults);
  const error = issuesError(issues);
  if (error !== undefined) throw error;
  return resource;
}

/** A PUT that does not mention `active` neither locks a user out nor lets one in again. */
function activeOf(current: StoredResource): JsonObject {
  const doc: unknown = JSON.parse(current.doc);
  return isJsonObject(doc) && typeof doc.active === "boolean" ? { active: doc.active } : {};
}

/** True when a condition is about a version; `*` asks only that the resource is there, which every change does. */
function namesVersion(ifMatch: string | undefined): boolean {
  return ifMatch !== undefined && ifMatch.trim() !== "*";
}

/**
 * Who may do something on this server is changed by its administrators alone: a client that provisions could else set
 * such a user's password, and then be that user.
 *
 * @throws ScimError forbidden
 */
async function requireMayChange(store: Store, { tenantId, scopes }: Caller, id: string): Promise<void> {
  if (scopes.has("admin") || (await store.access.roles(tenantId, id)).length === 0) return;
  throw new ScimError("forbidden", "The user has a role on this server; only an administrator may change it.");
}

async function passwordOf(
  { hashPassword }: DirectoryPorts,
  { secrets }: ReadResource,
): Promise<{ readonly passwordHash?: string }> {
  const { password } = secrets;
  return password === undefined ? {} : { passwordHash: await hashPassword(password) };
}

function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || etagMatches(ifMatch, version)) return;
  throw new ScimError("preconditionFailed", `The resource has version W/"${version}", which If-Match does not name.`);
}

function notFound({ type }: CompiledType, id: string): ScimError {
  return new ScimError("notFound", `${type.name} ${JSON.stringify(id.slice(0, 100))} does not exist.`);
}

/** What a refusal of the store means to the client. */
function refusalError(refusal: Refusal, compiled: CompiledType, id: string, resource?: ReadResource): ScimError {
  switch (refusal.kind) {
    case "notFound":
      return notFound(compiled, id);
    case "version":
      return new ScimError("preconditionFailed");
    case "unknownMember":
      return new ScimError("invalidValue", `members.value ${JSON.stringify(refusal.id)} names no user or group.`);
    case "uniqueness": {
      const name = compiled.unique?.name ?? "id";
      return new ScimError("uniqueness", `${name} ${JSON.stringify(resource?.attributes[name] ?? "")} is in use.`);
    }
    case "state":
    case "exists":
      return new ScimError("conflict");
  }
}
