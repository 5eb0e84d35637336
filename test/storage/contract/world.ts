import { expect } from "bun:test";
import { type BoundFilter, bindFilter } from "../../../src/scim/filter/bind.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import { foldCase } from "../../../src/scim/resource/fold.ts";
import { coreRegistry, type ResourceType } from "../../../src/scim/schema/registry.ts";
import { groupUrn, userUrn } from "../../../src/scim/urn.ts";
import type { Change, ChangeSet, Effect, Refusal, ResourceContent, SetResult } from "../../../src/storage/change.ts";
import { defaultTenantId, type ResourcePage, type Store } from "../../../src/storage/port.ts";
import { groupsOf, membersOf } from "../../support/membership.ts";

/** A store to try, and how to come back to what it kept. */
export interface OpenedStore {
  readonly store: Store;
  /** Closes the store and opens it again on what it kept. */
  reopen(): Promise<Store>;
  dispose(): Promise<void>;
}

/** What the store promises, a sentence each, with what shows that it keeps it. */
export type Promises = Readonly<Record<string, (world: World) => Promise<void>>>;

export const userType = typeNamed("User");
export const groupType = typeNamed("Group");

/** An id that no world makes. */
export const unknownId = "ffffffff-ffff-7fff-8fff-ffffffffffff";

function typeNamed(name: string): ResourceType {
  const type = coreRegistry.resourceTypes.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`no resource type ${name}`);
  return type;
}

export function bound(filter: string, type: ResourceType = userType): BoundFilter {
  return bindFilter(parseFilter(filter), type, strictProfile);
}

export interface ListOptions {
  readonly type?: ResourceType;
  readonly filter?: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** A fresh store, seen from one tenant, with a clock and ids that are the same in every run. */
export interface World {
  readonly tenantId: number;
  readonly store: Store;
  /** The same store, clock and ids, seen from another tenant. */
  inTenant(tenantId: number): World;
  reopen(): Promise<void>;
  /** A UUID that has not been used; later ones sort after earlier ones. */
  newId(): string;
  /** Milliseconds since 1970, a second later each time. */
  now(): number;

  user(userName: string, more?: JsonObject): ResourceContent;
  /** Without `members` the content does not touch them. */
  group(displayName: string, members?: readonly string[]): ResourceContent;
  addUser(userName: string, more?: JsonObject): Promise<ResourceContent>;
  addGroup(displayName: string, members?: readonly string[]): Promise<ResourceContent>;

  set(...changes: readonly Change[]): ChangeSet;
  /** Commits the changes as one set. */
  commit(...changes: readonly Change[]): Promise<SetResult>;
  /** Commits one set that must be applied. */
  apply(...changes: readonly Change[]): Promise<readonly Effect[]>;
  /** Commits one set that must be refused. */
  refusal(...changes: readonly Change[]): Promise<Refusal>;

  page(options?: ListOptions): Promise<ResourcePage>;
  ids(options?: ListOptions): Promise<readonly string[]>;
  version(content: Pick<ResourceContent, "resourceType" | "id">): Promise<number | undefined>;
  memberIds(groupId: string): Promise<readonly string[]>;
  groupIds(memberId: string): Promise<readonly string[]>;
}

export function createWorld(opened: OpenedStore): World {
  const shared: Shared = { opened, store: opened.store, idsMade: 0, ticks: 0 };
  return worldOf(shared, defaultTenantId);
}

interface Shared {
  readonly opened: OpenedStore;
  store: Store;
  idsMade: number;
  ticks: number;
}

type Basics = Pick<World, "tenantId" | "store" | "inTenant" | "reopen" | "newId" | "now">;

function worldOf(shared: Shared, tenantId: number): World {
  const basics: Basics = {
    tenantId,
    get store() {
      return shared.store;
    },
    inTenant: (other) => worldOf(shared, other),
    async reopen() {
      shared.store = await shared.opened.reopen();
    },
    newId: () => `00000000-0000-7000-8000-${(++shared.idsMade).toString(16).padStart(12, "0")}`,
    now: () => Date.UTC(2026, 0, 1) + 1000 * ++shared.ticks,
  };
  const made = contents(basics);
  const done = commits(basics);
  const add = async (content: ResourceContent): Promise<ResourceContent> => {
    await done.apply(create(content));
    return content;
  };
  return {
    ...basics,
    get store() {
      return shared.store;
    },
    ...made,
    ...done,
    ...reads(basics),
    addUser: (userName, more) => add(made.user(userName, more)),
    addGroup: (displayName, members = []) => add(made.group(displayName, members)),
  };
}

function contents({ newId, now }: Basics): Pick<World, "user" | "group"> {
  return {
    user: (userName, more = {}) => userContent({ userName, active: true, ...more }, newId(), now()),
    group: (displayName, members) => ({
      ...groupContent(displayName, newId(), now()),
      ...(members !== undefined && { members }),
    }),
  };
}

function commits(basics: Basics): Pick<World, "set" | "commit" | "apply" | "refusal"> {
  const set = (...changes: readonly Change[]): ChangeSet => ({ tenantId: basics.tenantId, changes });
  const commit = async (...changes: readonly Change[]): Promise<SetResult> => {
    const [result] = await basics.store.commit([set(...changes)]);
    if (result === undefined) throw new Error("a set without a result");
    return result;
  };
  return {
    set,
    commit,
    async apply(...changes) {
      const result = await commit(...changes);
      if (!result.applied) throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
      return result.effects;
    },
    async refusal(...changes) {
      const result = await commit(...changes);
      if (result.applied) throw new Error(`applied: ${JSON.stringify(result.effects)}`);
      return result.refusal;
    },
  };
}

function reads(basics: Basics): Pick<World, "page" | "ids" | "version" | "memberIds" | "groupIds"> {
  const { tenantId } = basics;
  const page = ({ type = userType, filter, offset = 0, limit = 1000 }: ListOptions = {}) =>
    basics.store.resources.list({
      tenantId,
      types: [{ type, filter: filter === undefined ? undefined : bound(filter, type) }],
      start: { offset },
      limit,
    });
  return {
    page,
    ids: async (options) => (await page(options)).resources.map(({ id }) => id),
    version: async ({ resourceType, id }) => (await basics.store.resources.get(tenantId, resourceType, id))?.version,
    memberIds: async (groupId) => endIds((await membersOf(basics.store, tenantId, [groupId])).get(groupId)),
    groupIds: async (memberId) => endIds((await groupsOf(basics.store, tenantId, [memberId])).get(memberId)),
  };
}

function endIds(ends: readonly { readonly id: string }[] = []): readonly string[] {
  return ends.map(({ id }) => id).sort();
}

/** A user as the use cases hand it to the store. */
export function userContent(attributes: JsonObject, id: string, at: number): ResourceContent {
  const { userName, displayName, externalId, active } = attributes;
  return {
    resourceType: "User",
    id,
    at,
    doc: JSON.stringify({ schemas: [userUrn], ...attributes }),
    keys: {
      unique: typeof userName === "string" ? foldCase(userName) : null,
      display: typeof displayName === "string" ? foldCase(displayName) : null,
      externalId: typeof externalId === "string" ? externalId : null,
      active: typeof active === "boolean" ? active : null,
    },
  };
}

export function groupContent(displayName: string, id: string, at: number): ResourceContent {
  return {
    resourceType: "Group",
    id,
    at,
    doc: JSON.stringify({ schemas: [groupUrn], displayName }),
    keys: { unique: null, display: foldCase(displayName), externalId: null, active: null },
  };
}

export const create = (content: ResourceContent) => ({ kind: "createResource", ...content }) as const;

export const replace = (content: ResourceContent, expectedVersion?: number) =>
  ({ kind: "replaceResource", ...content, ...(expectedVersion !== undefined && { expectedVersion }) }) as const;

export const remove = ({ resourceType, id }: ResourceContent, at: number, expectedVersion?: number) =>
  ({
    kind: "deleteResource",
    resourceType,
    id,
    at,
    ...(expectedVersion !== undefined && { expectedVersion }),
  }) as const;

export const changeMembers = (
  groupId: string,
  { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
  at: number,
) => ({ kind: "changeMembers", groupId, reset: false, add, remove, at }) as const;

/** Asserts that the store turns the call down as one that can not answer now. */
export async function expectUnavailable(call: () => Promise<unknown>): Promise<void> {
  const error: unknown = await call().then(
    (answer) => new Error(`answered ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "ScimError", kind: "unavailable" });
}
