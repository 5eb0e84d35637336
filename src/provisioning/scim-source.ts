import { isJsonObject, isList, type JsonObject, ownInAnyCase } from "../scim/json.ts";
import { askJson, type Outbound, type OutboundAnswer, refusalText } from "./outbound.ts";
import type { Authorize } from "./scim-token.ts";
import { type Glimpse, type Source, type SourceEntry, SourceError, versionByContent } from "./source.ts";

/** What a SCIM source is read with. */
export interface ScimAccess {
  readonly outbound: Outbound;
  readonly authorize: Authorize;
  /** The address before `/Users`. */
  readonly base: string;
  /** Resources that are asked for in one page. */
  readonly count: number;
  /** Of the users that are wanted; empty for all. */
  readonly filter: string;
  readonly ca?: string | undefined;
}

/** Pages of one extraction: of the smallest that anybody has, three million users and more. */
const pagesMax = 4_000_000;
/** Pages without anybody new, one after the other, after which a server is taken to repeat itself. */
const barrenPagesMax = 3;
/** How often the whole list is read again while it changes under the reader. */
const passesMax = 3;
/** How often a page is asked for that did not come, and how long it is left alone before. */
const retryMs = [500, 2000] as const;

/** Users of a SCIM 2.0 server (RFC 7644 §3.4.2), by cursor where it offers that (RFC 9865). */
export function scimSource(access: ScimAccess): Source {
  return {
    pages: (signal) => allPages(access, signal),
    async look(limit, signal): Promise<Glimpse> {
      const page = await readPage(access, { startIndex: "1", count: String(limit) }, signal);
      return { total: page.total, entries: page.entries.slice(0, limit) };
    },
  };
}

interface Page {
  readonly entries: readonly SourceEntry[];
  readonly total: number | undefined;
  readonly nextCursor: string | undefined;
}

async function* allPages(access: ScimAccess, signal: AbortSignal): AsyncGenerator<readonly SourceEntry[]> {
  const seen = new Set<string>();
  if (await offersCursors(access, signal)) {
    yield* byCursor(access, seen, signal);
    return;
  }
  for (let pass = 1; pass <= passesMax; pass++) {
    const total = yield* byIndex(access, seen, pass === 1, signal);
    // Whoever left while the list was read may have pushed somebody out of a page that was still to come.
    if (total === undefined || seen.size >= total) return;
  }
}

/** Entries that were not there before: a list that moves, or a server that repeats itself, brings some twice. */
function fresh(entries: readonly SourceEntry[], seen: Set<string>): readonly SourceEntry[] {
  return entries.filter(({ id }) => {
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/**
 * Reads the list from its beginning.
 *
 * @param isFirst whether nobody was read yet: then pages without anybody new say that the server repeats itself
 * @returns how many there are, as the last page said
 */
async function* byIndex(
  access: ScimAccess,
  seen: Set<string>,
  isFirst: boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly SourceEntry[], number | undefined> {
  let startIndex = 1;
  let total: number | undefined;
  let barren = 0;
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = await readPage(access, { startIndex: String(startIndex), count: String(access.count) }, signal);
    const added = fresh(page.entries, seen);
    if (added.length > 0) yield added;
    // As many as left since the page before are stepped back over, and read again: whoever came after them has moved up.
    const lost = Math.max(0, (total ?? 0) - (page.total ?? total ?? 0));
    total = page.total ?? total;
    // What it says of itemsPerPage is not looked at: what came, came.
    const next = lost > 0 ? Math.max(1, startIndex - lost) : startIndex + page.entries.length;
    const isOver = page.entries.length === 0 || (total !== undefined && next > total);
    if (lost === 0 && isOver) return total;
    barren = added.length > 0 || lost > 0 ? 0 : barren + 1;
    if (isFirst && barren >= barrenPagesMax) throw repeating(access);
    startIndex = next;
  }
  throw repeating(access);
}

async function* byCursor(
  access: ScimAccess,
  seen: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<readonly SourceEntry[]> {
  let cursor = "";
  let barren = 0;
  for (;;) {
    const page = await readPage(access, { cursor, count: String(access.count) }, signal);
    const added = fresh(page.entries, seen);
    if (added.length > 0) yield added;
    barren = added.length > 0 ? 0 : barren + 1;
    if (page.nextCursor === undefined || page.nextCursor === "") return;
    if (page.nextCursor === cursor || barren >= barrenPagesMax) throw repeating(access);
    cursor = page.nextCursor;
  }
}

function repeating({ base }: ScimAccess): SourceError {
  return new SourceError(`${base}/Users answers the same page again and again`);
}

async function offersCursors(access: ScimAccess, signal: AbortSignal): Promise<boolean> {
  const { status, json } = await ask(access, "/ServiceProviderConfig", {}, signal).catch((error: unknown) => {
    // Not everybody has one; what the list itself says counts.
    if (error instanceof SourceError) return { status: 0, json: undefined };
    throw error;
  });
  const pagination = status === 200 && isJsonObject(json) ? json.pagination : undefined;
  return isJsonObject(pagination) && pagination.cursor === true;
}

async function readPage(
  access: ScimAccess,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Page> {
  const filter = access.filter === "" ? {} : { filter: access.filter };
  const answer = await persistently(() => ask(access, "/Users", { ...query, ...filter }, signal), signal);
  if (answer.status !== 200) throw new SourceError(`GET ${access.base}/Users answered ${refusalText(answer)}`);
  const { json } = answer;
  const resources = isJsonObject(json) ? ownInAnyCase(json, "Resources") : undefined;
  const total = isJsonObject(json) ? ownInAnyCase(json, "totalResults") : undefined;
  const cursor = isJsonObject(json) ? ownInAnyCase(json, "nextCursor") : undefined;
  if (!isList(resources) && total !== 0)
    throw new SourceError(`GET ${access.base}/Users answered no list of resources`);
  return {
    entries: (isList(resources) ? resources : []).map((resource, index) => entryOf(access, resource, index)),
    total: typeof total === "number" && total >= 0 ? total : undefined,
    nextCursor: typeof cursor === "string" ? cursor : undefined,
  };
}

function entryOf({ base }: ScimAccess, resource: unknown, index: number): SourceEntry {
  const id = isJsonObject(resource) ? resource.id : undefined;
  if (!isJsonObject(resource) || (typeof id !== "string" && typeof id !== "number") || id === "") {
    throw new SourceError(`GET ${base}/Users answered a resource without an id, number ${index + 1} of its page`);
  }
  return { id: String(id), version: versionOf(resource), value: resource };
}

/** What the source says of the version; else what it says of all but when it was read. */
function versionOf(resource: JsonObject): string {
  const { meta } = resource;
  const { version, lastModified } = isJsonObject(meta) ? meta : {};
  if (version !== undefined && version !== null && version !== "") return `v${String(version)}`;
  if (typeof lastModified === "string" && lastModified !== "") return `t${lastModified}`;
  return `h${versionByContent(resource)}`;
}

/** A request; a token that is not taken any more is asked for anew once. */
async function ask(
  { outbound, authorize, base, ca }: ScimAccess,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  for (const renew of [false, true]) {
    const headers = {
      Authorization: await authorize(renew, signal),
      Accept: "application/scim+json, application/json",
    };
    const answer = await askJson(outbound, { method: "GET", url, headers, ca }, signal);
    if (answer.status !== 401 || renew) return answer;
  }
  throw new SourceError(`GET ${base}${path} answered 401`);
}

/** Asks again for what did not come: a server may be restarted while it is read. */
async function persistently(work: () => Promise<OutboundAnswer>, signal: AbortSignal): Promise<OutboundAnswer> {
  for (const waitMs of retryMs) {
    try {
      const answer = await work();
      if (answer.status !== 429 && answer.status < 500) return answer;
    } catch (error) {
      if (!(error instanceof SourceError && error.isPassing) || signal.aborted) throw error;
    }
    await Bun.sleep(waitMs);
  }
  return work();
}
