import type { ListRequest, PagePlace } from "../scim/list.ts";
import type { Projection } from "../scim/resource/projection.ts";
import type { PathOf, ResourceView } from "../scim/resource/render.ts";
import { placeOf, windowOf } from "./cursor.ts";
import { type Caller, type DirectoryPorts, joinFor } from "./steps.ts";

/** A page of a list, each resource with what the client wants to see of it. */
export interface ListedPage {
  readonly total: number;
  readonly place: PagePlace;
  readonly resources: readonly { readonly view: ResourceView; readonly projection: Projection | undefined }[];
}

/**
 * Lists resources of one type or of several.
 *
 * @param pathOf where the client sees resources, for filters on locations
 * @throws ScimError invalidCursor, expiredCursor, invalidCount or tooMany
 */
export async function listResources(
  { store, cursors }: DirectoryPorts,
  { tenantId }: Caller,
  request: ListRequest,
  pathOf?: PathOf,
): Promise<ListedPage> {
  const window = windowOf(request, tenantId, cursors);
  const types = request.parts.map(({ compiled, filter, sort, projection }) => {
    return { type: compiled.type, filter, sort, join: joinFor(compiled, projection) };
  });
  const page = await store.resources.list({ tenantId, types, ...window, pathOf });
  const byName = new Map(request.parts.map((part) => [part.compiled.type.name, part]));
  const resources = page.resources.flatMap((record) => {
    const part = byName.get(record.resourceType);
    if (part === undefined) return [];
    const { compiled, projection } = part;
    return [{ view: { compiled, stored: record, joined: record.joined }, projection }];
  });
  return { total: page.total, place: placeOf(request, tenantId, window, page, cursors), resources };
}
