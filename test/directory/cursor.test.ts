import { describe, expect, test } from "bun:test";
import { createSealer } from "../../src/access/seal.ts";
import { placeOf, windowOf } from "../../src/directory/cursor.ts";
import { ScimError } from "../../src/scim/error.ts";
import { cursorSecondsMax, pageResourcesDefault } from "../../src/scim/limits.ts";
import type { ListRequest, PageRequest } from "../../src/scim/list.ts";

const at = Date.UTC(2026, 0, 1);
const sealer = createSealer(new Uint8Array(32).fill(1));
const ports = (now: number) => ({ ...sealer, now: () => now });
const request = (page: PageRequest, query = "a query"): ListRequest => ({ page, query, parts: [] });
const place = { key: "ann", row: 42 };

/** The cursor that follows a page of so many. */
function nextAfter(count: number | undefined, tenantId = 1, query = "a query"): string {
  const first = request({ by: "cursor", cursor: "", count }, query);
  const window = windowOf(first, tenantId, ports(at));
  const told = placeOf(first, tenantId, window, { total: 9, resources: [], next: place }, ports(at));
  if ("startIndex" in told || told.nextCursor === undefined) throw new Error("no cursor");
  return told.nextCursor;
}

function kind(read: () => unknown): string {
  try {
    read();
    return "read";
  } catch (error) {
    if (error instanceof ScimError) return error.kind;
    throw error;
  }
}

const follow = (cursor: string, count?: number, tenantId = 1, query = "a query", now = at) =>
  windowOf(request({ by: "cursor", cursor, count }, query), tenantId, ports(now));

describe("a cursor", () => {
  test("CU-1 CU-4 leads on from the place that it was made for, with the count of the first page", () => {
    expect(follow(nextAfter(7))).toEqual({ start: { after: place }, limit: 7, knownTotal: 9 });
    expect(follow(nextAfter(7), 7)).toEqual({ start: { after: place }, limit: 7, knownTotal: 9 });
    expect(follow(nextAfter(undefined))).toEqual({
      start: { after: place },
      limit: pageResourcesDefault,
      knownTotal: 9,
    });
  });

  test("CU-5 CU-24 that leads back begins before its place", () => {
    const second = request({ by: "cursor", cursor: nextAfter(7), count: undefined });
    const window = windowOf(second, 1, ports(at));
    const told = placeOf(second, 1, window, { total: 9, resources: [], previous: place }, ports(at));
    const previous = "startIndex" in told ? undefined : told.previousCursor;
    expect(follow(previous ?? "")).toEqual({ start: { before: place }, limit: 7, knownTotal: 9 });
  });

  test("CU-6 CU-9 CU-18 of another query or another tenant is invalidCursor", () => {
    expect(kind(() => follow(nextAfter(7), 7, 1, "another query"))).toBe("invalidCursor");
    expect(kind(() => follow(nextAfter(7), 7, 2))).toBe("invalidCursor");
    expect(kind(() => follow("made-up"))).toBe("invalidCursor");
  });

  test("CU-6 CU-9 with another count is invalidCount", () => {
    expect(kind(() => follow(nextAfter(7), 8))).toBe("invalidCount");
    expect(kind(() => follow(nextAfter(7), 0))).toBe("invalidCount");
  });

  test("CU-22 that would not fit into an address is refused as tooMany, and not cut off by the connection", () => {
    const first = request({ by: "cursor", cursor: "", count: 1 });
    const window = windowOf(first, 1, ports(at));
    const found = (key: string) => ({ total: 9, resources: [], next: { key, row: 1 } });
    expect(kind(() => placeOf(first, 1, window, found("x".repeat(200_000)), ports(at)))).toBe("tooMany");
    expect(kind(() => placeOf(first, 1, window, found("x".repeat(40_000)), ports(at)))).toBe("read");
  });

  test("CU-9 CU-17 is good for as long as is announced, and then expiredCursor", () => {
    const cursor = nextAfter(7);
    expect(follow(cursor, 7, 1, "a query", at + cursorSecondsMax * 1000).limit).toBe(7);
    expect(kind(() => follow(cursor, 7, 1, "a query", at + cursorSecondsMax * 1000 + 1))).toBe("expiredCursor");
  });
});
