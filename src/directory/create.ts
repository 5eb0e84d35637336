import { ScimError } from "../scim/error.ts";
import { forgives } from "../scim/profile.ts";
import { attributesOf, type StoredResource } from "../scim/resource/render.ts";
import type { ReadResource } from "../scim/resource/resource.ts";
import { type CompiledType, coreTypes } from "../scim/resource/type.ts";
import { userUrn } from "../scim/urn.ts";
import { takeAskPassword } from "../scim1/ask-password.ts";
import { type Change, type Effect, isRefusal, type Refusal, type ResourceContent } from "../storage/change.ts";
import { contentOf, createDefaults } from "./content.ts";
import {
  type Caller,
  commit,
  type DirectoryPorts,
  noteSkipped,
  passwordOf,
  readBody,
  refusalError,
  ruled,
  storeChoices,
  storedOf,
  type Viewed,
  view,
  withImmutable,
} from "./steps.ts";

/** What is made together with a new resource, or not at all. */
export interface CreatedWith {
  /** Ids of the groups that it joins. */
  readonly groups?: readonly string[];
  /** Milliseconds since 1970 until which the password is valid. */
  readonly passwordUntil?: number;
}

/** A resource that is read and checked, and not stored yet. */
export interface Creation {
  readonly compiled: CompiledType;
  readonly resource: ReadResource;
  readonly change: { readonly kind: "createResource" } & ResourceContent;
  /** Made with it, or not at all. */
  readonly following: readonly Change[];
}

/**
 * Reads the body of a new resource.
 *
 * @throws ScimError invalidSyntax, invalidValue or tooLarge
 */
export async function readCreation(
  ports: DirectoryPorts,
  caller: Caller,
  compiled: CompiledType,
  body: unknown,
  id: string,
): Promise<Creation> {
  const asked = takesAskPassword(caller, compiled) ? takeAskPassword(body) : { body, asks: false };
  const read = readBody(compiled, asked.body, caller.profile, createDefaults(compiled));
  const resource = await ruled(ports, caller, compiled, read);
  const content = contentOf(compiled, resource, id, ports.now());
  const following = asked.asks ? [await askPassword(ports, caller, id, resource)] : [];
  // Who is asked to choose one has none before: what came with it is not known to be theirs.
  const password = asked.asks ? {} : await passwordOf(ports, caller, resource);
  const choices = storeChoices(caller, compiled);
  // What is not built in may go while the request is under way.
  const { name } = compiled.type;
  const definition = coreTypes.byName.has(name) ? {} : { definition: name };
  const change = { kind: "createResource", ...content, ...definition, ...password, ...choices } as const;
  return { compiled, resource, change, following };
}

function takesAskPassword({ profile }: Caller, { type }: CompiledType): boolean {
  return type.base.id === userUrn && profile.tolerances.has("askPassword");
}

/** The mail that asks a new user for a password; throws ScimError invalidValue when there is no address for it. */
async function askPassword(
  { invitationFor }: DirectoryPorts,
  { tenantId, profile }: Caller,
  id: string,
  { attributes }: ReadResource,
): Promise<Change> {
  const invitation = await invitationFor(tenantId, id, attributes);
  if (invitation === undefined) {
    throw new ScimError("invalidValue", "askPassword needs an address in emails, to which the mail can be sent.");
  }
  forgives(profile, "askPassword");
  return { kind: "inviteUser", ...invitation, again: false };
}

/**
 * Makes a resource (RFC 7644 §3.3).
 *
 * @throws ScimError invalidSyntax, invalidValue, tooLarge or uniqueness
 */
export async function createResource(
  ports: DirectoryPorts,
  caller: Caller,
  compiled: CompiledType,
  body: unknown,
  { groups = [], passwordUntil }: CreatedWith = {},
): Promise<Viewed> {
  const creation = await readCreation(ports, caller, compiled, body, ports.newId());
  const { id, at } = creation.change;
  const until = passwordUntil === undefined ? {} : { passwordUntil };
  const joins = groups.map((groupId): Change => {
    return { kind: "changeMembers", groupId, at, reset: false, add: [id], remove: [] };
  });
  const change = { ...creation.change, ...until };
  const result = await commit(ports.store, caller, change, [...creation.following, ...joins]);
  const stored = await settleCreation(ports, caller, creation, result);
  // Nobody is in a group yet who was made just now for none.
  const isAlone = compiled.membership !== "members" && groups.length === 0;
  const isNew = isAlone && stored.id === creation.change.id;
  return isNew ? { compiled, stored, joined: [] } : view(ports.store, caller, compiled, stored);
}

/**
 * What the store made of a creation.
 *
 * @throws ScimError uniqueness or invalidValue
 */
export async function settleCreation(
  ports: DirectoryPorts,
  caller: Caller,
  creation: Creation,
  result: Effect | Refusal,
): Promise<StoredResource> {
  const { change, compiled, resource } = creation;
  if (!isRefusal(result)) {
    noteSkipped(caller, result);
    return storedOf(change, result);
  }
  const restored = result.kind === "uniqueness" ? await restore(ports, caller, creation, result.id) : undefined;
  if (restored === undefined) throw refusalError(result, compiled, change.id, resource);
  return restored;
}

/**
 * Puts a new body in the place of an inactive user with the same userName and externalId, where the profile wants it:
 * an identity provider that assigns somebody again knows nothing of the user it deactivated.
 */
async function restore(
  { store }: DirectoryPorts,
  caller: Caller,
  { compiled, change, resource }: Creation,
  id: string,
): Promise<StoredResource | undefined> {
  const current = await store.resources.get(caller.tenantId, compiled.type.name, id);
  if (current === undefined) return undefined;
  const { active, externalId } = attributesOf(current);
  const isSame = externalId !== undefined && externalId === change.keys.externalId;
  if (active !== false || !isSame || !forgives(caller.profile, "restoreInactive")) return undefined;
  const kept = compiled.hasImmutable ? withImmutable(compiled, current, resource) : resource;
  const content = { ...change, ...contentOf(compiled, kept, id, change.at) };
  const result = await commit(store, caller, {
    ...content,
    kind: "replaceResource",
    expectedVersion: current.version,
  });
  return isRefusal(result) ? undefined : storedOf(content, result);
}
