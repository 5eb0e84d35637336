import { ScimError } from "../scim/error.ts";
import type { StoredResource } from "../scim/resource/render.ts";
import type { Change } from "../storage/change.ts";
import type { Creation } from "./create.ts";
import { type Caller, type DirectoryPorts, noteSkipped, refusalError, storedOf } from "./steps.ts";

interface Part {
  readonly bulkId: string;
  readonly creation: Creation;
}

/** All that were made, by bulkId; or why those were refused that were, and then nothing was made. */
export type Closed =
  | { readonly stored: ReadonlyMap<string, StoredResource> }
  | { readonly refused: ReadonlyMap<string, unknown> };

/**
 * Makes resources that refer to each other in a circle (RFC 7644 §3.7.1), all or none. A reference in a document may
 * name an id that comes later; a membership may not, so the members of the circle join when all of them are there.
 * Nobody is restored in a circle: a name that is in use is refused.
 */
export async function closeCircle(
  { store, now }: DirectoryPorts,
  caller: Caller,
  parts: readonly Part[],
): Promise<Closed> {
  const ids = new Set(parts.map(({ creation }) => creation.change.id));
  const creates: Change[] = [];
  const joins: { readonly part: Part; readonly change: Change }[] = [];
  for (const part of parts) {
    const { members, ...content } = part.creation.change;
    const later = (members ?? []).filter((id) => ids.has(id));
    const outside = (members ?? []).filter((id) => !ids.has(id));
    creates.push({ ...content, ...(members !== undefined && { members: outside }) });
    if (later.length === 0) continue;
    const delta = { reset: false, add: later, remove: [] } as const;
    joins.push({ part, change: { kind: "changeMembers", groupId: content.id, at: now(), ...delta } });
  }
  const following = parts.flatMap(({ creation }) => creation.following);
  const changes = [...creates, ...joins.map(({ change }) => change), ...following];
  const owners = [...parts, ...joins.map(({ part }) => part)];
  const [result] = await store.commit([{ tenantId: caller.tenantId, changes }]);
  if (result === undefined) throw new ScimError("internal");
  if (!result.applied) {
    const part = owners[result.at ?? 0];
    if (part === undefined) throw new ScimError("internal");
    const { compiled, change, resource } = part.creation;
    return { refused: new Map([[part.bulkId, refusalError(result.refusal, compiled, change.id, resource)]]) };
  }
  const stored = new Map<string, StoredResource>();
  for (const [index, effect] of result.effects.entries()) {
    noteSkipped(caller, effect);
    const part = owners[index];
    // Who joins comes twice, and is in the end what the second change left.
    if (part !== undefined) stored.set(part.bulkId, storedOf(part.creation.change, effect));
  }
  return { stored };
}
