import type { ListRequest, PagePlace } from "../scim/list.ts";
import type { Projection } from "../scim/resource/projection.ts";
import type { PathOf, ResourceView } from "../scim/resource/render.ts";
import { placeOf, type Window, windowOf } from "./cursor.ts";
import { type Caller, type DirectoryPorts, joinFor } from "./steps.ts";
import type { Walks } from "./walks.ts";

/** A page of a list, each resource with what the client wants to see of it. */
export interface ListedPage {
  readonly total: number;
  readonly place: PagePlace;
  readonly resources: readonly { readonly view: ResourceView; readonly projection: Projection | undefined }[];
}

/** Reads the page that a cursor leads to; the empty one leads to the first. */
export type PageAt = (cursor: string) => Promise<ListedPage>;

/** A page by cursor and all that follow it, each read when it is asked for. */
export async function* pagesFrom(first: ListedPage, pageAt: PageAt): AsyncGenerator<ListedPage> {
  for (let page: ListedPage | undefined = first; page !== undefined; ) {
    yield page;
    const next: string | undefined = "startIndex" in page.place ? undefined : page.place.nextCursor;
    page = next === undefined ? undefined : await pageAt(next);
  }
}

/**
 * Lists resources of one type or of several.
 *
 * @param pathOf where the client sees resources, for filters on locations
 * @param signal aborted when the client has left
 * @throws ScimError invalidCursor, expiredCursor, invalidCount or tooMany
 */
export async function listResources(
  { store, cursors, walks }: DirectoryPorts,
  caller: Caller,
  request: ListRequest,
  pathOf?: PathOf,
  signal?: AbortSignal,
): Promise<ListedPage> {
  const { tenantId } = caller;
  const window = goingOn(walks, caller, request, windowOf(request, tenantId, cursors));
  const types = request.parts.map(({ compiled, filter, sort, projection }) => {
    return { type: compiled.type, filter, sort, join: joinFor(compiled, projection) };
  });
  const page = await store.resources.list({ tenantId, types, ...window, pathOf, signal });
  const { page: asked } = request;
  if (asked.by === "index" && page.next !== undefined) {
    const rest = { place: page.next, total: page.total };
    walks.remember(walkOf(caller, request), asked.startIndex + page.resources.length, rest);
  }
  const byName = new Map(request.parts.map((part) => [part.compiled.type.name, part]));
  const resources = page.resources.flatMap((record) => {
    const part = byName.get(record.resourceType);
    if (part === undefined) return [];
    const { compiled, projection } = part;
    return [{ view: { compiled, stored: record, joined: record.joined }, projection }];
  });
  return { total: page.total, place: placeOf(request, tenantId, window, page, cursors), resources };
}

/** Whose walk it is, and through what. */
function walkOf({ tenantId, id }: Caller, { query }: ListRequest): string {
  return `${tenantId} ${id} ${query}`;
}

/** The window beside the place where the page before ended, where somebody goes on by index. */
function goingOn(walks: Walks, caller: Caller, request: ListRequest, window: Window): Window {
  const { page } = request;
  const rest = page.by === "index" && page.count > 0 ? walks.find(walkOf(caller, request), page.startIndex) : undefined;
  return rest === undefined ? window : { ...window, start: { after: rest.place }, knownTotal: rest.total };
}
