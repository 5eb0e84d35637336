import { ScimError } from "../scim/error.ts";
import { isJsonObject, type Json, type JsonObject } from "../scim/json.ts";
import { foldCase } from "../scim/resource/fold.ts";
import type { ReadResource } from "../scim/resource/resource.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { ResourceContent, ResourceKeys } from "../storage/change.ts";

/** What a resource is active as when nobody says. */
const activeByDefault: JsonObject = Object.freeze({ active: true });

/** The values that stand for what a client leaves out of a new resource (RFC 7644 §3.3). */
export function createDefaults(compiled: CompiledType): JsonObject {
  return compiled.hasActive ? activeByDefault : {};
}

/** The form of a unique value in which no two may be equal. */
export function uniqueKey(compiled: CompiledType, attributes: JsonObject): string | null {
  const value = compiled.unique === undefined ? undefined : attributes[compiled.unique.name];
  if (typeof value !== "string") return null;
  return compiled.unique?.caseExact === true ? value : foldCase(value);
}

function keysOf(compiled: CompiledType, attributes: JsonObject): ResourceKeys {
  const { displayName, externalId, active } = attributes;
  return {
    unique: uniqueKey(compiled, attributes),
    display: typeof displayName === "string" ? foldCase(displayName) : null,
    externalId: typeof externalId === "string" ? externalId : null,
    active: typeof active === "boolean" ? active : null,
  };
}

/**
 * What to store of a resource that was read without issues. Members leave the document: they are rows.
 *
 * @throws ScimError invalidValue when a member has no value
 */
export function contentOf(compiled: CompiledType, resource: ReadResource, id: string, at: number): ResourceContent {
  const { attributes } = resource;
  const content = { resourceType: compiled.type.name, id, at, keys: keysOf(compiled, attributes) };
  if (compiled.membership !== "members") return { ...content, doc: JSON.stringify(attributes) };
  const { members, ...rest } = attributes;
  return { ...content, doc: JSON.stringify(rest), members: memberIds(members) };
}

function memberIds(members: Json | undefined): readonly string[] {
  if (!Array.isArray(members)) return [];
  const ids = members.map((member: Json) => {
    const id = isJsonObject(member) ? member.value : undefined;
    if (typeof id !== "string" || id === "") throw new ScimError("invalidValue", "members.value is required.");
    return id;
  });
  return [...new Set(ids)];
}
