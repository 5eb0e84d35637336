import { pageResourcesDefault } from "../scim/limits.ts";
import type { CursorRequest } from "../scim/list.ts";
import type { Membership } from "../scim/resource/render.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import { contextOf, openCursor, sealCursor } from "./cursor.ts";
import { type Caller, type DirectoryPorts, notFound } from "./steps.ts";

/** Which members of a group a client asks for. */
export interface MembersRequest {
  readonly id: string;
  readonly page: CursorRequest;
  /** Also who is in it through groups in groups. */
  readonly indirect: boolean;
}

export interface ListedMembers {
  readonly total: number;
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
  readonly members: readonly Membership[];
}

/** Where a page begins: behind which member, and how many there are in all, as the first page counted them. */
type Behind = readonly [after: number, total: number];

/**
 * Lists the members of a group, a page at a time.
 *
 * @param compiled the type of groups
 * @throws ScimError notFound, invalidCursor, expiredCursor or invalidCount
 */
export async function listMembers(
  { store, cursors }: DirectoryPorts,
  { tenantId }: Caller,
  compiled: CompiledType,
  { id, page, indirect }: MembersRequest,
): Promise<ListedMembers> {
  const context = contextOf(tenantId, JSON.stringify(["members", id, indirect]));
  const opened = page.cursor === "" ? undefined : openCursor<Behind>(page.cursor, page.count, context, cursors);
  const limit = opened?.count ?? page.count ?? pageResourcesDefault;
  const [after, counted = 0] = opened?.where ?? [];
  const found = await store.resources.members({ tenantId, groupId: id, after, limit, indirect });
  if (found === undefined) throw notFound(compiled, id);
  const { members, next, total = counted } = found;
  const nextCursor = next === undefined ? undefined : sealCursor<Behind>([next, total], limit, context, cursors);
  return { total, nextCursor, members };
}
