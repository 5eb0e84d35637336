import { isJsonObject, isList, type Json, type JsonObject } from "../scim/json.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";
import { core1Urn, enterprise1Urn } from "./urn.ts";

/**
 * A resource of SCIM 2.0 as one of 1.1, as WSO2 shows it: elements of lists without `primary`, dates without a zone,
 * no `active` where it is true.
 */
export function toResource1(resource: JsonObject): JsonObject {
  const { id, schemas: _, meta, active, [enterpriseUserUrn]: enterprise, ...attributes } = resource;
  const schemas = [core1Urn, ...(enterprise === undefined ? [] : [enterprise1Urn])];
  const shown = Object.entries(attributes).flatMap(([name, value]) => {
    const element = isList(value) ? value.map((each) => toElement(name, each)) : value;
    return isList(element) && element.length === 0 ? [] : [[name, element] as const];
  });
  return {
    ...(id !== undefined && { id }),
    schemas,
    ...Object.fromEntries(shown),
    ...(active === false && { active }),
    ...(isJsonObject(enterprise) && { [enterprise1Urn]: toEnterprise1(enterprise) }),
    ...(isJsonObject(meta) && { meta: toMeta1(meta) }),
  };
}

/** What members and groups show of who they are. */
const references: ReadonlySet<string> = new Set(["members", "groups"]);

function toElement(attribute: string, element: Json): Json {
  if (!isJsonObject(element)) return element;
  const { primary: _, $ref: __, ...rest } = element;
  if (!references.has(attribute)) return rest;
  const { value, display } = rest;
  return { ...(value !== undefined && { value }), ...(display !== undefined && { display }) };
}

function toEnterprise1({ manager, ...rest }: JsonObject): JsonObject {
  if (!isJsonObject(manager)) return rest;
  const { value, displayName } = manager;
  const shown = { ...(value !== undefined && { managerId: value }), ...(displayName !== undefined && { displayName }) };
  return { ...rest, manager: shown };
}

function toMeta1({ created, lastModified, location }: JsonObject): JsonObject {
  return { created: withoutZone(created), lastModified: withoutZone(lastModified), location };
}

/** `2016-01-26T16:46:53.123Z` → `2016-01-26T16:46:53`. */
function withoutZone(instant: Json | undefined): Json | undefined {
  return typeof instant === "string" ? instant.slice(0, 19) : instant;
}

/** What a list shows of each resource, beside what its reader names. */
const listed = ["id", "userName", "displayName", "meta"] as const;

/** What is shown of one resource, beside what its reader names. */
const always = ["id", "schemas", "meta"] as const;

/** A resource in a list: who it is, where it is, and the attributes that are asked for. */
export function toListed1(resource: JsonObject, asked: readonly string[]): JsonObject {
  // A user is called by the userName, and a group by the displayName.
  const { displayName, ...user } = resource;
  return picked("userName" in resource && !names(asked, "displayName") ? user : { ...user, displayName }, [
    ...listed,
    ...asked,
  ]);
}

/** A resource with the attributes that are asked for; with all when none is. */
export function toAsked1(resource: JsonObject, asked: readonly string[]): JsonObject {
  return asked.length === 0 ? resource : picked(resource, [...always, ...asked]);
}

function names(asked: readonly string[], name: string): boolean {
  return asked.some((each) => each.trim().toLowerCase() === name.toLowerCase());
}

/** The attributes of these names, which may be `name.givenName`; in the order of the resource. */
function picked(resource: JsonObject, wanted: readonly string[]): JsonObject {
  const paths = wanted.map((name) => name.trim().toLowerCase());
  const kept = Object.entries(resource).flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (paths.includes(key)) return [[name, value] as const];
    const subs = paths.flatMap((path) =>
      path.startsWith(`${key}.`) || path.startsWith(`${key}:`) ? [path.slice(key.length + 1)] : [],
    );
    return subs.length === 0 ? [] : [[name, pickedIn(value, subs)] as const];
  });
  return Object.fromEntries(kept);
}

function pickedIn(value: Json | undefined, subs: readonly string[]): Json | undefined {
  if (isList(value)) return value.map((element) => pickedIn(element, subs) ?? null);
  return isJsonObject(value) ? picked(value, subs) : value;
}
