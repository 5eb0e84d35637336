import type { BoundFilter } from "../scim/filter/bound.ts";
import type { JsonObject } from "../scim/json.ts";
import { attributesOf, groupValues, memberValues, metaOf, type PathOf } from "../scim/resource/render.ts";
import type { Join, JoinedRecord } from "./port.ts";

const joins: readonly Join[] = ["groups", "members"];

/** Which memberships a filter asks about; undefined when about none. A type has either members or groups. */
export function mentionsOf(filter: BoundFilter): Join | undefined {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.terms.map(mentionsOf).find((join) => join !== undefined);
    case "not":
      return mentionsOf(filter.filter);
    default: {
      const { extension, attribute } = filter.target;
      return extension === undefined ? joins.find((join) => join === attribute) : undefined;
    }
  }
}

/** Paths from the base URI, for where no request says under which host the server is seen. */
const relativePath: PathOf = (resourceType, id) => `${resourceType}s/${id}`;

const valuesOf = { groups: groupValues, members: memberValues } as const;

/** The whole resource as filters see it (RFC 7644 §3.4.2.2); `join` says what was joined to it. */
export function wholeResource(record: JoinedRecord, join: Join | undefined, pathOf: PathOf = relativePath): JsonObject {
  return {
    ...attributesOf(record),
    id: record.id,
    meta: { ...metaOf(record), location: pathOf(record.resourceType, record.id) },
    ...(join !== undefined && record.joined.length > 0 && { [join]: valuesOf[join](record.joined, pathOf) }),
  };
}
