import { ScimError } from "../scim/error.ts";
import { filteredMembersMax } from "../scim/limits.ts";
import { applyPatch, memberDelta, needsMembers } from "../scim/patch/apply.ts";
import { type PatchOperation, readPatch } from "../scim/patch/operation.ts";
import { attributesOf, type Membership } from "../scim/resource/render.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import { isRefusal, type MemberDelta } from "../storage/change.ts";
import type { FoundRecord, Store } from "../storage/port.ts";
import { contentOf } from "./content.ts";
import {
  type Caller,
  commit,
  type DirectoryPorts,
  joinFor,
  memberPages,
  namesVersion,
  noteSkipped,
  passwordOf,
  recordOf,
  refusalError,
  replaceAttemptsMax,
  requireMatch,
  requireMayChange,
  ruled,
  type Shown,
  storeChoices,
  storedOf,
  type Viewed,
  view,
  viewOf,
} from "./steps.ts";

/**
 * Changes parts of a resource (RFC 7644 §3.5.2), all or nothing. A PATCH of members alone neither reads the group nor
 * waits for another: its cost does not grow with the group, and none is lost that comes at the same time.
 *
 * @throws ScimError notFound, preconditionFailed, forbidden, uniqueness, or what the operations are refused for
 */
export async function patchResource(
  ports: DirectoryPorts,
  caller: Caller,
  compiled: CompiledType,
  id: string,
  body: unknown,
  ifMatch: string | undefined,
  shown?: Shown,
): Promise<Viewed> {
  const found = await recordOf(ports.store, caller, compiled, id);
  requireMatch(ifMatch, found.version);
  const { operations } = readPatch(body, caller.profile);
  const delta = namesVersion(ifMatch) ? undefined : memberDelta(compiled, operations, caller.profile);
  if (delta !== undefined) return changeMembers(ports, caller, compiled, id, delta, shown);
  await requireMayChange(ports.store, caller, id);
  return patchDocument(ports, caller, compiled, found, operations, ifMatch, shown);
}

async function changeMembers(
  { store, now }: DirectoryPorts,
  caller: Caller,
  compiled: CompiledType,
  id: string,
  delta: MemberDelta,
  shown: Shown,
): Promise<Viewed> {
  const result = await commit(store, caller, {
    kind: "changeMembers",
    groupId: id,
    at: now(),
    ...delta,
    skipUnknownMembers: caller.profile.tolerances.has("ignoreUnknownMembers"),
  });
  if (isRefusal(result)) throw refusalError(result, compiled, id);
  noteSkipped(caller, result);
  return viewOf(store, caller, compiled, await recordOf(store, caller, compiled, id, joinFor(compiled, shown)));
}

/**
 * The members of a group that a filter selects among.
 *
 * @throws ScimError tooMany
 */
async function allMembers(store: Store, { tenantId }: Caller, { id, joined }: FoundRecord) {
  if (joined !== undefined) return joined;
  const members: Membership[] = [];
  for await (const page of memberPages(store, tenantId, id)) {
    members.push(...page);
    if (members.length <= filteredMembersMax) continue;
    throw new ScimError(
      "tooMany",
      `A filter selects among ${filteredMembersMax} members at most; name the members by their value.`,
    );
  }
  return members;
}

async function patchDocument(
  ports: DirectoryPorts,
  caller: Caller,
  compiled: CompiledType,
  found: FoundRecord,
  operations: readonly PatchOperation[],
  ifMatch: string | undefined,
  shown: Shown,
): Promise<Viewed> {
  const { store, now } = ports;
  const { id } = found;
  const join = needsMembers(compiled, operations) ? compiled.membership : undefined;
  let current = join === undefined ? found : await recordOf(store, caller, compiled, id, join);
  let password: Awaited<ReturnType<typeof passwordOf>> | undefined;
  for (let attempt = 0; attempt < replaceAttemptsMax; attempt++) {
    requireMatch(ifMatch, current.version);
    const members = join === undefined ? undefined : await allMembers(store, caller, current);
    const patched = applyPatch(compiled, { ...attributesOf(current), id }, operations, caller.profile, members);
    const resource = await ruled(ports, caller, compiled, patched.resource, current);
    const { members: _, ...content } = contentOf(compiled, resource, id, now());
    password ??= await passwordOf(ports, caller, resource);
    const result = await commit(store, caller, {
      kind: "replaceResource",
      expectedVersion: current.version,
      ...content,
      ...(patched.members !== undefined && { memberDelta: patched.members }),
      ...password,
      ...storeChoices(caller, compiled),
    });
    if (!isRefusal(result)) {
      noteSkipped(caller, result);
      return view(store, caller, compiled, storedOf(content, result), shown);
    }
    if (result.kind !== "version") throw refusalError(result, compiled, id, resource);
    current = await recordOf(store, caller, compiled, id, join);
  }
  throw new ScimError("conflict", "The resource changes too often to be patched; try again.");
}
