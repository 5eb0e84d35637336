import { isJsonObject, type JsonObject } from "../json.ts";
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
}

/** A resource with what is joined to it. */
export interface ResourceView {
  readonly compiled: CompiledType;
  readonly stored: StoredResource;
  /** Members or groups, whichever the type shows. */
  readonly joined: readonly Membership[];
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
  return groups.map(({ id, resourceType, display }) => ({
    value: id,
    $ref: locationOf(resourceType, id),
    ...(display !== null && { display }),
    type: "direct",
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
  const { id, resourceType, created, modified, version, doc } = stored;
  const { membership } = compiled;
  // A group without members says so: clients that compare what they hold with it take no list for no answer.
  const memberships =
    membership === undefined || (membership === "groups" && joined.length === 0)
      ? ""
      : `,"${membership}":${JSON.stringify(joinedValues[membership](joined, locationOf))}`;
  // Ids, type names, dates and versions are the server's own and need no escaping; the host in a location is not.
  return (
    `{"id":"${id}",${doc.slice(1, -1)}${memberships},"meta":{"resourceType":"${resourceType}",` +
    `"created":"${new Date(created).toISOString()}","lastModified":"${new Date(modified).toISOString()}",` +
    `"version":"W/\\"${version}\\"","location":${JSON.stringify(locationOf(resourceType, id))}}}`
  );
}
