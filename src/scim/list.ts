import { ScimError } from "./error.ts";
import type { Filter } from "./filter/ast.ts";
import { bindFilter, bindFilterAmongTypes } from "./filter/bind.ts";
import type { BoundFilter } from "./filter/bound.ts";
import { parseFilter } from "./filter/parse.ts";
import { isJsonObject, type Json } from "./json.ts";
import { pageResourcesDefault, pageResourcesMax } from "./limits.ts";
import type { Profile } from "./profile.ts";
import { type Projection, readProjection } from "./resource/projection.ts";
import type { CompiledType } from "./resource/type.ts";
import { readSort, type Sort } from "./sort.ts";
import { listResponseUrn, searchRequestUrn } from "./urn.ts";

/** A page by cursor (RFC 9865 §2). */
export interface CursorRequest {
  readonly by: "cursor";
  /** As an earlier page gave it; empty for the first page. */
  readonly cursor: string;
  /** Undefined when the client leaves it to the server, or to the pages before. */
  readonly count: number | undefined;
}

/** One page of a list: by index (RFC 7644 §3.4.2.4), or by cursor. */
export type PageRequest =
  | {
      readonly by: "index";
      /** Counts from 1. */
      readonly startIndex: number;
      /** Resources at most; 0 asks for the total alone. */
      readonly count: number;
    }
  | CursorRequest;

const wholeNumber = /^[+-]?\d{1,15}$/;

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!wholeNumber.test(text)) throw new ScimError("invalidValue", `${name} must be a whole number.`);
  return Number(text);
}

/**
 * Reads which page is wanted: what is below the least means the least, what is above the most means the most. A
 * `cursor`, also an empty one, asks for pages by cursor.
 *
 * @throws ScimError invalidValue when a number is no whole number, or both ways are asked for
 */
export function readPageRequest({ startIndex, count, cursor }: ListParameters): PageRequest {
  const start = readNumber("startIndex", startIndex);
  const byCursor = readCursorRequest(cursor, count);
  if (cursor === undefined) {
    return { by: "index", startIndex: Math.max(1, start ?? 1), count: byCursor.count ?? pageResourcesDefault };
  }
  if (start !== undefined) throw new ScimError("invalidValue", "startIndex and cursor exclude each other.");
  return byCursor;
}

/**
 * Reads which page by cursor is wanted; without a cursor it is the first.
 *
 * @throws ScimError invalidValue when the count is no whole number
 */
export function readCursorRequest(cursor = "", count: string | undefined): CursorRequest {
  const asked = readNumber("count", count);
  return {
    by: "cursor",
    cursor,
    count: asked === undefined ? undefined : Math.min(pageResourcesMax, Math.max(0, asked)),
  };
}

/** What a client may ask of a list, as it asked it (RFC 7644 §3.4.2, §3.4.3, RFC 9865 §2). */
export interface ListParameters {
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  readonly cursor?: string | undefined;
  readonly attributes?: readonly string[] | undefined;
  readonly excludedAttributes?: readonly string[] | undefined;
}

/** What is wanted of the resources of one type. */
export interface ListPart {
  readonly compiled: CompiledType;
  readonly filter: BoundFilter | undefined;
  readonly sort: Sort | undefined;
  readonly projection: Projection | undefined;
}

/** What a client asks of a list, understood. */
export interface ListRequest {
  readonly page: PageRequest;
  /** A part for each type whose resources may be in the list. */
  readonly parts: readonly ListPart[];
  /** What must be the same on every page that a cursor leads to (RFC 9865 §2). */
  readonly query: string;
}

/** Reads the text of a filter; throws ScimError invalidFilter. */
export type ReadFilter = (text: string, profile: Profile) => Filter;

/**
 * Understands what is asked of a list of one type, the same by GET and by `.search`.
 *
 * @throws ScimError invalidFilter, invalidValue or sensitive
 */
export function readListRequest(
  compiled: CompiledType,
  profile: Profile,
  asked: ListParameters,
  readFilter: ReadFilter = parseFilter,
): ListRequest {
  const { type } = compiled;
  const filter = asked.filter === undefined ? undefined : bindFilter(readFilter(asked.filter, profile), type, profile);
  const sort = readSort(type, asked.sortBy, asked.sortOrder);
  const part = { compiled, filter, sort, projection: projectionOf(compiled, profile, asked) };
  return { page: readPageRequest(asked), parts: [part], query: queryText(type.endpoint, asked) };
}

/**
 * Understands what is asked of a list of all types (RFC 7644 §3.4.2.1): what a type lacks has no value there.
 *
 * @throws ScimError invalidFilter, invalidValue or sensitive
 */
export function readRootListRequest(
  compiledTypes: Iterable<CompiledType>,
  profile: Profile,
  asked: ListParameters,
  readFilter: ReadFilter = parseFilter,
): ListRequest {
  const parsed = asked.filter === undefined ? undefined : readFilter(asked.filter, profile);
  const all = [...compiledTypes];
  const types = all.map(({ type }) => type);
  const filters = parsed && bindFilterAmongTypes(parsed, types, profile);
  const parts = all.map((compiled, index) => ({
    compiled,
    filter: filters?.[index],
    sort: sortOf(compiled, asked),
    projection: projectionOf(compiled, profile, asked),
  }));
  const [first] = parts;
  // What no type has is a mistake, told as a list of one type tells it.
  if (first !== undefined && parts.every(({ sort }) => sort === undefined)) {
    readSort(first.compiled.type, asked.sortBy, asked.sortOrder);
  }
  return { page: readPageRequest(asked), parts, query: queryText("/", asked) };
}

function sortOf({ type }: CompiledType, { sortBy, sortOrder }: ListParameters): Sort | undefined {
  try {
    return readSort(type, sortBy, sortOrder);
  } catch (error) {
    if (error instanceof ScimError && error.kind === "invalidValue") return undefined;
    throw error;
  }
}

function projectionOf({ type }: CompiledType, profile: Profile, asked: ListParameters): Projection | undefined {
  return readProjection(type, asked.attributes ?? [], asked.excludedAttributes ?? [], profile);
}

function queryText(endpoint: string, asked: ListParameters): string {
  const { filter, sortBy, sortOrder, attributes, excludedAttributes } = asked;
  return JSON.stringify([endpoint, filter, sortBy, sortOrder, attributes, excludedAttributes]);
}

/** Names in a URL are parted by commas; in a body they are an array, though some clients send the URL's form there. */
export function readNames(name: string, value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return value.split(",");
  if (!Array.isArray(value)) throw new ScimError("invalidSyntax", `${name} must be an array of names.`);
  return value.map((element: Json) => {
    if (typeof element !== "string") throw new ScimError("invalidSyntax", `${name} must be an array of names.`);
    return element;
  });
}

/**
 * Reads the body of a search (RFC 7644 §3.4.3).
 *
 * @throws ScimError invalidSyntax when it has another shape
 */
export function readSearchRequest(body: unknown): ListParameters {
  if (!isJsonObject(body)) throw new ScimError("invalidSyntax", "The body must be a JSON object.");
  const { schemas } = body;
  if (!Array.isArray(schemas) || !schemas.includes(searchRequestUrn)) {
    throw new ScimError("invalidSyntax", `schemas must name ${searchRequestUrn}.`);
  }
  const text = (name: string): string | undefined => {
    const value = body[name] ?? undefined;
    if (value === undefined || typeof value === "string") return value;
    throw new ScimError("invalidSyntax", `${name} must be a string.`);
  };
  const number = (name: string): string | undefined => {
    const value = body[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === "number" || typeof value === "string") return String(value);
    throw new ScimError("invalidSyntax", `${name} must be a number.`);
  };
  return {
    filter: text("filter"),
    sortBy: text("sortBy"),
    sortOrder: text("sortOrder"),
    startIndex: number("startIndex"),
    count: number("count"),
    cursor: text("cursor"),
    attributes: readNames("attributes", body.attributes),
    excludedAttributes: readNames("excludedAttributes", body.excludedAttributes),
  };
}

/** Where a page of a list stands: at an index, or between two cursors. */
export type PagePlace =
  | { readonly startIndex: number }
  | { readonly nextCursor?: string | undefined; readonly previousCursor?: string | undefined };

/** The JSON text of a list of resources that are JSON text themselves (RFC 7644 §3.4.2, RFC 9865 §2). */
export function renderList(total: number, place: PagePlace, resources: readonly string[]): string {
  const before = "startIndex" in place ? `"startIndex":${place.startIndex},` : "";
  const { nextCursor, previousCursor } =
    "startIndex" in place ? { nextCursor: undefined, previousCursor: undefined } : place;
  const cursors = Object.entries({ previousCursor, nextCursor })
    .map(([name, cursor]) => (cursor === undefined ? "" : `"${name}":"${cursor}",`))
    .join("");
  return (
    `{"schemas":["${listResponseUrn}"],"totalResults":${total},${before}` +
    `"itemsPerPage":${resources.length},${cursors}"Resources":[${resources.join(",")}]}`
  );
}
