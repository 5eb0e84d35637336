import { ScimError } from "./error.ts";
import { type BoundFilter, bindFilter } from "./filter/bind.ts";
import { parseFilter } from "./filter/parse.ts";
import { isJsonObject, type Json } from "./json.ts";
import { pageResourcesDefault, pageResourcesMax } from "./limits.ts";
import type { Profile } from "./profile.ts";
import { type Projection, readProjection } from "./resource/projection.ts";
import type { ResourceType } from "./schema/registry.ts";
import { readSort, type Sort } from "./sort.ts";
import { listResponseUrn, searchRequestUrn } from "./urn.ts";

/** One page of a list, asked for by index (RFC 7644 §3.4.2.4). */
export interface PageRequest {
  /** Counts from 1. */
  readonly startIndex: number;
  /** Resources at most; 0 asks for the total alone. */
  readonly count: number;
}

const wholeNumber = /^[+-]?\d{1,15}$/;

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!wholeNumber.test(text)) throw new ScimError("invalidValue", `${name} must be a whole number.`);
  return Number(text);
}

/**
 * Reads `startIndex` and `count`: what is below the least means the least, what is above the most means the most.
 *
 * @throws ScimError invalidValue when one is no whole number
 */
export function readPageRequest(startIndex: string | undefined, count: string | undefined): PageRequest {
  return {
    startIndex: Math.max(1, readNumber("startIndex", startIndex) ?? 1),
    count: Math.min(pageResourcesMax, Math.max(0, readNumber("count", count) ?? pageResourcesDefault)),
  };
}

/** What a client may ask of a list, as it asked it (RFC 7644 §3.4.2, §3.4.3). */
export interface ListParameters {
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  readonly attributes?: readonly string[] | undefined;
  readonly excludedAttributes?: readonly string[] | undefined;
}

/** What a client asks of a list, understood. */
export interface ListRequest extends PageRequest {
  readonly filter: BoundFilter | undefined;
  readonly sort: Sort | undefined;
  readonly projection: Projection | undefined;
}

/**
 * Understands what is asked of a list of one type, the same by GET and by `.search`.
 *
 * @throws ScimError invalidFilter, invalidValue or sensitive
 */
export function readListRequest(type: ResourceType, profile: Profile, asked: ListParameters): ListRequest {
  return {
    ...readPageRequest(asked.startIndex, asked.count),
    filter: asked.filter === undefined ? undefined : bindFilter(parseFilter(asked.filter, profile), type, profile),
    sort: readSort(type, asked.sortBy, asked.sortOrder),
    projection: readProjection(type, asked.attributes ?? [], asked.excludedAttributes ?? [], profile),
  };
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
    attributes: readNames("attributes", body.attributes),
    excludedAttributes: readNames("excludedAttributes", body.excludedAttributes),
  };
}

/** The JSON text of a list of resources that are JSON text themselves (RFC 7644 §3.4.2). */
export function renderList(total: number, startIndex: number, resources: readonly string[]): string {
  return (
    `{"schemas":["${listResponseUrn}"],"totalResults":${total},"startIndex":${startIndex},` +
    `"itemsPerPage":${resources.length},"Resources":[${resources.join(",")}]}`
  );
}
