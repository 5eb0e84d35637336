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

/** What a cursor holds: when it was made, for how many a page, and where its page begins. */
type Held<Where extends readonly unknown[]> = readonly [at: number, count: number, ...where: Where];

/** Where the page of a list begins: on which side of which place, and how many matches the page before told of. */
type Beside = readonly [direction: "after" | "before", key: Place["key"], row: number, total: number];

/**
 * Seals where the next page begins. A cursor belongs to what its context says: one tenant, one query (RFC 9865 §2, §5).
 *
 * @throws ScimError tooMany when it would not fit into an address
 */
export function sealCursor<Where extends readonly unknown[]>(
  where: Where,
  count: number,
  context: string,
  { seal, now }: CursorPorts,
): string {
  const held: Held<Where> = [now(), count, ...where];
  const sealed = seal(JSON.stringify(held), context);
  if (sealed.length <= cursorCharsMax) return sealed;
  throw new ScimError(
    "tooMany",
    "The value that is sorted by is too long for a cursor; sort otherwise, or page by index.",
  );
}

/**
 * Where the page begins that a cursor leads to, and for how many it is.
 *
 * @param count as the client asks for it, if it does
 * @throws ScimError invalidCursor, expiredCursor or invalidCount
 */
export function openCursor<Where extends readonly unknown[]>(
  cursor: string,
  count: number | undefined,
  context: string,
  { open, now }: CursorPorts,
): { readonly where: Where; readonly count: number } {
  const text = open(cursor, context);
  if (text === undefined) throw new ScimError("invalidCursor");
  const [at, held, ...where]: Held<Where> = JSON.parse(text);
  if (now() - at > cursorSecondsMax * 1000) throw new ScimError("expiredCursor");
  if (count !== undefined && count !== held) {
    throw new ScimError("invalidCount", `count must stay ${held} from page to page.`);
  }
  return { where, count: held };
}

/** Which page of the store a request asks for. */
export interface Window {
  readonly start: Start;
  readonly limit: number;
  /** The total as the page before told it. */
  readonly knownTotal?: number;
}

/**
 * Finds where the page of a request begins.
 *
 * @throws ScimError invalidCursor, expiredCursor or invalidCount
 */
export function windowOf({ page, query }: ListRequest, tenantId: number, ports: CursorPorts): Window {
  if (page.by === "index") return { start: { offset: page.startIndex - 1 }, limit: page.count };
  if (page.cursor === "") return { start: { after: undefined }, limit: page.count ?? pageResourcesDefault };
  const { where, count } = openCursor<Beside>(page.cursor, page.count, contextOf(tenantId, query), ports);
  const [direction, key, row, total] = where;
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
  const cursor = (direction: Beside[0], place: Place | undefined): string | undefined =>
    place &&
    sealCursor<Beside>([direction, place.key, place.row, found.total], limit, contextOf(tenantId, query), ports);
  return { nextCursor: cursor("after", found.next), previousCursor: cursor("before", found.previous) };
}

/** What the cursors of a query are good for. */
export function contextOf(tenantId: number, query: string): string {
  return `${tenantId} ${query}`;
}
