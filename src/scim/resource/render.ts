import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { etagOf } from "./etag.ts";
import { type Projection, project } from "./projection.ts";
import type { CompiledType } from "./type.ts";

/** A resource as it is kept: what the client set as JSON text, and what the server knows beside it. */
export interface StoredResource {
  readonly resourceType: string;
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly modified: number;
  /** JSON text of an object that starts with `schemas`. */
  readonly doc: string;
}

/** What clients set of a stored resource, as an object. */
export function attributesOf({ doc }: Pick<StoredResource, "doc">): JsonObject {
  const attributes: unknown = JSON.parse(doc);
  return isJsonObject(attributes) ? attributes : {};
}

/** One end of a membership as it is shown. */
export interface Membership {
  readonly resourceType: string;
  readonly id: string;
  readonly display: string | null;
  readonly kind: "direct" | "indirect";
}

/** A resource with what is joined to it. */
export interface ResourceView {
  readonly compiled: CompiledType;
  readonly stored: StoredResource;
  /** Members or groups, whichever the type shows. */
  readonly joined: readonly Membership[];
}

/** A group with so many members that they are read a page at a time, while the text is made of it. */
export interface PagedView extends Omit<ResourceView, "joined"> {
  readonly pages: AsyncIterable<readonly Membership[]>;
}

/** The path of a resource under the base URI. */
export type PathOf = (resourceType: string, id: string) => string;

/** What `meta` says of a resource (RFC 7643 §3.1), apart from its location. */
export function metaOf({ resourceType, created, modified, version }: StoredResource) {
  return {
    resourceType,
    created: new Date(created).toISOString(),
    lastModified: new Date(modified).toISOString(),
    version: etagOf(version),
  };
}

/** `members` as a group shows them (RFC 7643 §4.2). */
export function memberValues(members: readonly Membership[], locationOf: PathOf): readonly JsonObject[] {
  return members.map(({ id, resourceType, display }) => ({
    value: id,
    $ref: locationOf(resourceType, id),
    type: resourceType,
    ...(display !== null && { display }),
  }));
}

/** `groups` as a user shows them (RFC 7643 §4.1.2). */
export function groupValues(groups: readonly Membership[], locationOf: PathOf): readonly JsonObject[] {
  return groups.map(({ id, resourceType, display, kind }) => ({
    value: id,
    $ref: locationOf(resourceType, id),
    ...(display !== null && { display }),
    type: kind,
  }));
}

const joinedValues = { members: memberValues, groups: groupValues } as const;

/**
 * The JSON text of a resource as a client asked to see it.
 *
 * @param locationOf the absolute URI of a resource
 */
export function renderResource(view: ResourceView, locationOf: PathOf, projection?: Projection): string {
  if (projection === undefined && !view.compiled.hasRequested) return spliced(view, locationOf);
  const whole: unknown = JSON.parse(spliced(view, locationOf));
  return JSON.stringify(isJsonObject(whole) ? project(view.compiled.type, whole, projection) : whole);
}

/** The whole resource. What the server knows is spliced into the stored text: nothing is parsed. */
function spliced({ compiled, stored, joined }: ResourceView, locationOf: PathOf): string {
  const { membership } = compiled;
  // A group without members says so: clients that compare what they hold with it take no list for no answer.
  const memberships =
    membership === undefined || (membership === "groups" && joined.length === 0)
      ? ""
      : `,"${membership}":${JSON.stringify(joinedValues[membership](joined, locationOf))}`;
  return opening(stored) + memberships + closing(stored, locationOf);
}

/** The text of a resource up to its memberships. Ids are the server's own and need no escaping. */
function opening({ id, doc }: StoredResource): string {
  return `{"id":"${id}",${doc.slice(1, -1)}`;
}

/** The text behind the memberships: type names, dates and versions need no escaping; the host in a location does. */
function closing({ id, resourceType, created, modified, version }: StoredResource, locationOf: PathOf): string {
  return (
    `,"meta":{"resourceType":"${resourceType}",` +
    `"created":"${new Date(created).toISOString()}","lastModified":"${new Date(modified).toISOString()}",` +
    `"version":"W/\\"${version}\\"","location":${JSON.stringify(locationOf(resourceType, id))}}}`
  );
}

/**
 * The text of a large group in pieces, made while its members are read: together, that of `renderResource`. They are
 * read only as the pieces are taken.
 */
export async function* renderPaged(
  { compiled, stored, pages }: PagedView,
  locationOf: PathOf,
  projection?: Projection,
): AsyncGenerator<string> {
  const { before, after, shown } = frameOf(compiled, stored, locationOf, projection);
  yield before;
  let isOpen = false;
  for await (const page of pages) {
    const values = shown(memberValues(page, locationOf)) ?? [];
    if (values.length === 0) continue;
    yield `${isOpen ? "," : ',"members":['}${JSON.stringify(values).slice(1, -1)}`;
    isOpen = true;
  }
  const close = isOpen ? "]" : shown([]) === undefined ? "" : ',"members":[]';
  yield close + after;
}

/** What stands around the members, and what is shown of some of them: undefined where nothing is. */
function frameOf(compiled: CompiledType, stored: StoredResource, locationOf: PathOf, projection?: Projection) {
  const [start, end] = [opening(stored), closing(stored, locationOf)];
  if (projection === undefined && !compiled.hasRequested) {
    return { before: start, after: end, shown: (values: readonly JsonObject[]): readonly Json[] | undefined => values };
  }
  const whole: unknown = JSON.parse(start + end);
  // The members stand before meta, which may be hidden; the id never is.
  const { meta, ...rest } = project(compiled.type, isJsonObject(whole) ? whole : {}, projection);
  return {
    before: JSON.stringify(rest).slice(0, -1),
    after: meta === undefined ? "}" : `,"meta":${JSON.stringify(meta)}}`,
    shown: (values: readonly JsonObject[]): readonly Json[] | undefined => {
      const { members } = project(compiled.type, { members: values }, projection);
      return Array.isArray(members) ? members : undefined;
    },
  };
}
