import { ScimError } from "../scim/error.ts";
import type { StoredResource } from "../scim/resource/render.ts";
import type { Change } from "../storage/change.ts";
import type { Creation } from "./create.ts";
import { type Caller, type DirectoryPorts, noteSkipped, refusalError, storedOf } from "./steps.ts";

interface Part {
  readonly bulkId: string;
  readonly creation: Creation;
}

/** All that were made, by bulkId; or the one that was refused, for which none was. */
export type Closed =
  | { readonly stored: ReadonlyMap<string, StoredResource> }
  | { readonly bulkId: string; readonly error: unknown };

/**
 * Makes resources that refer to each other in a circle (RFC 7644 §3.7.1), all or none. A reference in a document may
 * name an id that comes later; a membership may not, so the members of the circle join when all of them are there.
 */
export async function closeCircle(
  { store, now }: DirectoryPorts,
  caller: Caller,
  parts: readonly Part[],
): Promise<Closed> {
  const ids = new Set(parts.map(({ creation }) => creation.change.id));
  const creates: Change[] = [];
  const joins: { readonly index: number; readonly change: Change }[] = [];
  for (const [index, { creation }] of parts.entries()) {
    const { members, ...content } = creation.change;
    const later = (members ?? []).filter((id) => ids.has(id));
    const outside = (members ?? []).filter((id) => !ids.has(id));
    creates.push({ ...content, ...(members !== undefined && { members: outside }) });
    if (later.length === 0) continue;
    const join = {
      kind: "changeMembers",
      groupId: content.id,
      at: now(),
      reset: false,
      add: later,
      remove: [],
    } as const;
    joins.push({ index, change: join });
  }
  const changes = [...creates, ...joins.map(({ change }) => change)];
  const [result] = await store.commit([{ tenantId: caller.tenantId, changes }]);
  if (result === undefined) throw new ScimError("internal");
  if (!result.applied) {
    const at = result.at ?? 0;
    const part = parts[at < parts.length ? at : (joins[at - parts.length]?.index ?? 0)];
    if (part === undefined) throw new ScimError("internal");
    const { compiled, change, resource } = part.creation;
    return { bulkId: part.bulkId, error: refusalError(result.refusal, compiled, change.id, resource) };
  }
  const stored = new Map<string, StoredResource>();
  for (const [index, { bulkId, creation }] of parts.entries()) {
    const joined = joins.findIndex((join) => join.index === index);
    const effect = result.effects[joined < 0 ? index : parts.length + joined];
    if (effect === undefined) throw new ScimError("internal");
    noteSkipped(caller, effect);
    stored.set(bulkId, storedOf(creation.change, effect));
  }
  return { stored };
}
