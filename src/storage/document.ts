import type { BoundFilter } from "../scim/filter/bound.ts";
import { isJsonObject, type JsonObject } from "../scim/json.ts";
import { groupValues, memberValues, metaOf } from "../scim/resource/render.ts";
import type { MembershipRecord, ResourceRecord } from "./port.ts";

/** What a filter asks of a resource beyond its own document. */
export interface Mentions {
  readonly members: boolean;
  readonly groups: boolean;
}

export function mentionsOf(filter: BoundFilter): Mentions {
  switch (filter.kind) {
    case "and":
    case "or": {
      const parts = filter.terms.map(mentionsOf);
      return { members: parts.some(({ members }) => members), groups: parts.some(({ groups }) => groups) };
    }
    case "not":
      return mentionsOf(filter.filter);
    default: {
      const { extension, attribute } = filter.target;
      const core = extension === undefined;
      return { members: core && attribute === "members", groups: core && attribute === "groups" };
    }
  }
}

/** Paths from the base URI: a filter is evaluated where no request says under which host the server is seen. */
const relativePath = (resourceType: string, id: string): string => `${resourceType}s/${id}`;

/** The whole resource as filters see it (RFC 7644 §3.4.2.2), with the memberships that the caller joined. */
export function wholeResource(
  record: ResourceRecord,
  members: readonly MembershipRecord[],
  groups: readonly MembershipRecord[],
): JsonObject {
  const doc: unknown = JSON.parse(record.doc);
  return {
    ...(isJsonObject(doc) ? doc : {}),
    id: record.id,
    meta: { ...metaOf(record), location: relativePath(record.resourceType, record.id) },
    ...(members.length > 0 && { members: memberValues(members, relativePath) }),
    ...(groups.length > 0 && { groups: groupValues(groups, relativePath) }),
  };
}
