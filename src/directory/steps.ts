import type { Scope } from "../access/scope.ts";
import { ScimError } from "../scim/error.ts";
import type { JsonObject } from "../scim/json.ts";
import { streamedMembersMax } from "../scim/limits.ts";
import { forgives, type Profile } from "../scim/profile.ts";
import { etagMatches } from "../scim/resource/etag.ts";
import { keepImmutable } from "../scim/resource/immutable.ts";
import { type Projection, showsAttribute } from "../scim/resource/projection.ts";
import {
  attributesOf,
  type Membership,
  type PagedView,
  type ResourceView,
  type StoredResource,
} from "../scim/resource/render.ts";
import { issuesError, type ReadResource } from "../scim/resource/resource.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { Invitation } from "../storage/application.ts";
import type { Change, Effect, Refusal, ResourceContent } from "../storage/change.ts";
import type { FoundRecord, Join, Store } from "../storage/port.ts";
import type { CursorPorts } from "./cursor.ts";
import { obey, type RuleBook, takesPassword } from "./tenant-rules.ts";
import { unknownStore } from "./user-store.ts";
import type { Walks } from "./walks.ts";

/* The steps that the use cases share. */

/** What the use cases need of the world. */
export interface DirectoryPorts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A new identifier; UUIDv7, so that rows of one time lie together. */
  readonly newId: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly cursors: CursorPorts;
  readonly walks: Walks;
  readonly rules: RuleBook;
  /** A mail by which a user chooses a password; undefined for one without an address. */
  readonly invitationFor: (tenantId: number, userId: string, user: JsonObject) => Promise<Invitation | undefined>;
}

/** Whose resources, and what is forgiven to the one who asks. */
export interface Caller {
  readonly tenantId: number;
  /** The token or the user who asks. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly profile: Profile;
}

/** How often a replacement is computed anew because another change came between. */
export const replaceAttemptsMax = 100;

/** What the answer to a change shows of the resource: all that is shown by default when not said. */
export type Shown = Projection | "nothing" | undefined;

/** A resource to answer with. */
export type Viewed = ResourceView | PagedView;

/** The memberships to read for an answer: none where the client does not want to see them. */
export function joinFor({ membership }: CompiledType, projection: Shown): Join | undefined {
  if (projection === "nothing") return undefined;
  return membership !== undefined && showsAttribute(projection, membership) ? membership : undefined;
}

export async function recordOf(
  store: Store,
  caller: Caller,
  compiled: CompiledType,
  id: string,
  join?: Join,
): Promise<FoundRecord> {
  const record = await store.resources.get(caller.tenantId, compiled.type.name, id, join);
  if (record === undefined) throw notFound(compiled, id);
  return record;
}

/** What came of a change; those that follow it are made with it, or not at all. */
export async function commit(
  store: Store,
  caller: Caller,
  change: Change,
  following: readonly Change[] = [],
): Promise<Effect | Refusal> {
  const [result] = await store.commit([{ tenantId: caller.tenantId, changes: [change, ...following] }]);
  if (result === undefined) throw new ScimError("internal");
  if (!result.applied) return result.refusal;
  return result.effects[0] ?? { changed: false, version: 0, created: 0, modified: 0 };
}

/** What a write left, with its memberships as they are now, as far as they are shown. */
export async function view(
  store: Store,
  caller: Caller,
  compiled: CompiledType,
  stored: StoredResource,
  shown?: Shown,
): Promise<Viewed> {
  const join = joinFor(compiled, shown);
  if (join === undefined) return { compiled, stored, joined: [] };
  const current = await store.resources.get(caller.tenantId, compiled.type.name, stored.id, join);
  return viewed(store, caller, compiled, stored, current === undefined ? [] : current.joined);
}

export function viewOf(store: Store, caller: Caller, compiled: CompiledType, record: FoundRecord): Viewed {
  return viewed(store, caller, compiled, record, record.joined);
}

function viewed(
  store: Store,
  { tenantId }: Caller,
  compiled: CompiledType,
  stored: StoredResource,
  joined: readonly Membership[] | undefined,
): Viewed {
  return joined === undefined
    ? { compiled, stored, pages: memberPages(store, tenantId, stored.id) }
    : { compiled, stored, joined };
}

/**
 * The members of a group, a page at a time.
 *
 * @throws ScimError notFound when the group goes while it is read
 */
export async function* memberPages(
  store: Store,
  tenantId: number,
  groupId: string,
): AsyncGenerator<readonly Membership[]> {
  for (let after: number | undefined; ; ) {
    const page = await store.resources.members({ tenantId, groupId, after, limit: streamedMembersMax });
    if (page === undefined) throw new ScimError("notFound", "The group was deleted while it was read.");
    yield page.members;
    after = page.next;
    if (after === undefined) return;
  }
}

export function storedOf({ resourceType, id, doc }: ResourceContent, effect: Effect): StoredResource {
  return { resourceType, id, doc, version: effect.version, created: effect.created, modified: effect.modified };
}

export function readBody(compiled: CompiledType, body: unknown, profile: Profile, defaults: JsonObject): ReadResource {
  const { resource, issues } = compiled.read(body, profile, defaults);
  const error = issuesError(issues);
  if (error !== undefined) throw error;
  return resource;
}

/** A PUT that does not mention `active` neither locks a user out nor lets one in again. */
export function activeOf(current: StoredResource): JsonObject {
  const { active } = attributesOf(current);
  return typeof active === "boolean" ? { active } : {};
}

/** A replacement with what of the current resource can not change: values of immutable attributes. */
export function withImmutable({ type }: CompiledType, current: StoredResource, read: ReadResource): ReadResource {
  return { ...read, attributes: keepImmutable(type, attributesOf(current), read.attributes) };
}

/** True when a condition is about a version; `*` asks only that the resource is there, which every change does. */
export function namesVersion(ifMatch: string | undefined): boolean {
  return ifMatch !== undefined && ifMatch.trim() !== "*";
}

/**
 * Who may do something on this server is changed by its administrators alone: a client that provisions could else set
 * such a user's password, and then be that user.
 *
 * @throws ScimError forbidden
 */
export async function requireMayChange(store: Store, { tenantId, scopes }: Caller, id: string): Promise<void> {
  if (scopes.has("admin") || (await store.access.roles(tenantId, id)).length === 0) return;
  throw new ScimError("forbidden", "The user has a role on this server; only an administrator may change it.");
}

/**
 * What was read, as the tenant takes it.
 *
 * @throws ScimError invalidValue
 */
export async function ruled(
  { rules }: DirectoryPorts,
  { tenantId, profile }: Caller,
  compiled: CompiledType,
  read: ReadResource,
  before?: StoredResource,
): Promise<ReadResource> {
  const own = rules.of(tenantId);
  const known = own instanceof Promise ? await own : own;
  if (profile.tolerances.has("requireKnownStore")) {
    const unknown = unknownStore(known.userStores, compiled, read.attributes);
    if (unknown !== undefined && forgives(profile, "requireKnownStore")) throw unknown;
  }
  return obey(known, compiled, read, before && attributesOf(before));
}

export async function passwordOf(
  { hashPassword, rules }: DirectoryPorts,
  { profile, tenantId }: Caller,
  { secrets }: ReadResource,
): Promise<{ readonly passwordHash?: string }> {
  const { password } = secrets;
  if (password === undefined || !takesPassword(await rules.of(tenantId), profile)) return {};
  return { passwordHash: await hashPassword(password) };
}

/** What the caller's profile has the store do otherwise. */
export function storeChoices({ profile }: Caller, { membership }: CompiledType) {
  return membership === "members"
    ? {
        skipUnknownMembers: profile.tolerances.has("ignoreUnknownMembers"),
        displayIsUnique: forgives(profile, "uniqueGroupNames"),
      }
    : {};
}

/** Notes that members were left out, for who asks what was forgiven. */
export function noteSkipped({ profile }: Caller, { skippedMembers = 0 }: Effect): void {
  if (skippedMembers > 0) forgives(profile, "ignoreUnknownMembers");
}

export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || etagMatches(ifMatch, version)) return;
  const detail = `The resource has version W/"${version}", which If-Match does not name.`;
  throw new ScimError("preconditionFailed", detail, { version });
}

export function notFound({ type }: CompiledType, id: string): ScimError {
  const shown = id.slice(0, 100);
  return new ScimError("notFound", `${type.name} ${JSON.stringify(shown)} does not exist.`, {
    subject: { resourceType: type.name, id: shown },
  });
}

/** What a refusal of the store means to the client. */
export function refusalError(refusal: Refusal, compiled: CompiledType, id: string, resource?: ReadResource): ScimError {
  switch (refusal.kind) {
    case "notFound":
      return notFound(compiled, id);
    case "version":
      return new ScimError("preconditionFailed", undefined, { version: refusal.version });
    case "unknownMember":
      return new ScimError("invalidValue", `members.value ${JSON.stringify(refusal.id)} names no user or group.`);
    case "uniqueness": {
      const name = refusal.attribute ?? compiled.unique?.name ?? "id";
      const value = resource?.attributes[name] ?? "";
      return new ScimError("uniqueness", `${name} ${JSON.stringify(value)} is in use.`, {
        subject: { resourceType: compiled.type.name, attribute: name, value: String(value) },
      });
    }
    case "inUse":
    case "state":
    case "exists":
      return new ScimError("conflict");
  }
}
