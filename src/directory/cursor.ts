import { ScimError } from "../scim/error.ts";
import { cursorSecondsMax, pageResourcesDefault } from "../scim/limits.ts";
import type { ListRequest, PagePlace } from "../scim/list.ts";
import type { Place, ResourcePage, Start } from "../storage/port.ts";

/** Seals what clients carry from page to page. */
export interface CursorPorts {
  readonly seal: (text: string, context: string) => string;
  readonly open: (sealed: string, context: string) => string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Characters of a cursor: it must fit into an address, beside everything else that a request is headed by. */
const cursorCharsMax = 65_536;

/** What a cursor holds: when it was made, for how many a page, and beside which place its page begins. */
type Held = readonly [
  at: number,
  count: number,
  direction: "after" | "before",
  key: Place["key"],
  row: number,
  total: number,
];

/** Which page of the store a request asks for. */
export interface Window {
  readonly start: Start;
  readonly limit: number;
  /** The total as the page before told it. */
  readonly knownTotal?: number;
}

/**
 * Finds where the page of a request begins. A cursor belongs to one tenant and one query (RFC 9865 §2, §5).
 *
 * @throws ScimError invalidCursor, expiredCursor or invalidCount
 */
export function windowOf({ page, query }: ListRequest, tenantId: number, ports: CursorPorts): Window {
  if (page.by === "index") return { start: { offset: page.startIndex - 1 }, limit: page.count };
  if (page.cursor === "") return { start: { after: undefined }, limit: page.count ?? pageResourcesDefault };
  const text = ports.open(page.cursor, contextOf(tenantId, query));
  if (text === undefined) throw new ScimError("invalidCursor");
  const [at, count, direction, key, row, total]: Held = JSON.parse(text);
  if (ports.now() - at > cursorSecondsMax * 1000) throw new ScimError("expiredCursor");
  if (page.count !== undefined && page.count !== count) {
    throw new ScimError("invalidCount", `count must stay ${count} from page to page.`);
  }
  const place = { key, row };
  return { start: direction === "after" ? { after: place } : { before: place }, limit: count, knownTotal: total };
}

/** Where the page that was found stands, as the client is told. */
export function placeOf(
  { page, query }: ListRequest,
  tenantId: number,
  { limit }: Window,
  found: ResourcePage,
  ports: CursorPorts,
): PagePlace {
  if (page.by === "index") return { startIndex: page.startIndex };
  const cursor = (direction: Held[2], place: Place | undefined): string | undefined => {
    if (place === undefined) return undefined;
    const held: Held = [ports.now(), limit, direction, place.key, place.row, found.total];
    const sealed = ports.seal(JSON.stringify(held), contextOf(tenantId, query));
    if (sealed.length <= cursorCharsMax) return sealed;
    throw new ScimError(
      "tooMany",
      "The value that is sorted by is too long for a cursor; sort otherwise, or page by index.",
    );
  };
  return { nextCursor: cursor("after", found.next), previousCursor: cursor("before", found.previous) };
}

function contextOf(tenantId: number, query: string): string {
  return `${tenantId} ${query}`;
}
