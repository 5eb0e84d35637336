import { ScimError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject, jsonTypeName, keyInAnyCase } from "../json.ts";
import type { Profile, Tolerance } from "../profile.ts";
import { commonAttributes } from "../schema/common.ts";
import { bindPath, type ResourceType } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import {
  compileObject,
  compileSlots,
  type Issue,
  newReading,
  type Reading,
  report,
  type Slot,
  slotOf,
  tolerates,
} from "./read.ts";

/** A resource as a client sent it, checked and in the schema's own names and order. */
export interface ReadResource {
  /** `schemas`, `externalId`, core attributes and extensions: everything a client may set, without secrets. */
  readonly attributes: JsonObject;
  /** Values of write-only attributes that are never returned, by name: `password`. */
  readonly secrets: Readonly<Record<string, string>>;
}

export type ResourceResult = {
  readonly resource: ReadResource;
  readonly issues: readonly Issue[];
  readonly tolerated: ReadonlySet<Tolerance>;
};

/**
 * Reads the body of a POST or PUT, or a mapped row of an import. Never throws: what is wrong is in `issues`.
 * `defaults` stand for core attributes that the client left out.
 */
export type ReadResourceBody = (input: unknown, profile: Profile, defaults?: JsonObject) => ResourceResult;

/** `schemas` is computed from what has data, so what a client puts there is checked but not kept. */
const coreAttributes = commonAttributes.map(
  (common): AttributeDefinition => (common.name === "schemas" ? { ...common, mutability: "readOnly" } : common),
);

function isSecret({ mutability, returned }: AttributeDefinition): boolean {
  return mutability === "writeOnly" && returned === "never";
}

/** Where the values of a resource go once they are read. */
interface Place {
  readonly name: string;
  readonly use: "dropped" | "attribute" | "secret" | "extension";
}

/**
 * Compiles the reader of a resource type's bodies (RFC 7644 §3.3, §3.5.1): names in any case, unknown ones left
 * out or refused by the profile, server-set ones ignored, `schemas` computed from what has data.
 *
 * @example compileResource(userType)({ schemas: [userUrn], USERNAME: "bjensen" }, compatibleProfile)
 */
export function compileResource(type: ResourceType): ReadResourceBody {
  const attributes = [...coreAttributes, ...type.base.attributes];
  const slots = [...attributes.map((attribute) => slotOf(attribute, "")), ...type.extensions.map(extensionSlot)];
  const places: readonly Place[] = [...attributes.map(placeOf), ...type.extensions.map(extensionPlace)];
  const readSlots = compileSlots(slots, "");
  const readSchemas = compileSchemas(type);
  const lift = compileLift(type);
  const baseUrn = type.base.id;

  return (input, profile, defaults = {}) => {
    const reading = newReading(profile);
    if (!isJsonObject(input)) {
      report(reading, "The body", `must be a JSON object, not ${jsonTypeName(input)}`, "bad_syntax");
      return { resource: { attributes: {}, secrets: {} }, ...reading };
    }
    readSchemas(input, reading);
    const found = readSlots(lift(withoutNesting(input, baseUrn), reading), reading);
    const resource: ResourceDraft = { attributes: { schemas: [baseUrn] }, secrets: {}, schemas: [baseUrn] };
    for (let index = 0; index < places.length; index++) {
      const place = places[index];
      if (place === undefined) continue;
      const value = found[index];
      // A default stands for what was not named; null says that there is to be no value (RFC 7644 §3.3).
      put(resource, place, value === undefined ? defaults[place.name] : value);
    }
    resource.attributes.schemas = resource.schemas;
    return { resource: { attributes: resource.attributes, secrets: resource.secrets }, ...reading };
  };
}

interface ResourceDraft {
  readonly attributes: Record<string, Json>;
  readonly secrets: Record<string, string>;
  readonly schemas: string[];
}

function put({ attributes, secrets, schemas }: ResourceDraft, { name, use }: Place, value: Json | undefined): void {
  if (value === undefined || value === null) return;
  if (use === "attribute") attributes[name] = value;
  else if (use === "extension") {
    attributes[name] = value;
    schemas.push(name);
  } else if (use === "secret" && typeof value === "string" && value !== "") secrets[name] = value;
}

/** `schemas` is computed, `id` and `meta` are the server's: what a client says of them is not kept (RFC 7643 §3.1). */
function placeOf(attribute: AttributeDefinition): Place {
  const { name } = attribute;
  if (attribute.mutability === "readOnly") return { name, use: "dropped" };
  return { name, use: isSecret(attribute) ? "secret" : "attribute" };
}

function extensionPlace({ schema }: ResourceType["extensions"][number]): Place {
  return { name: schema.id, use: "extension" };
}

/** An extension is read like an attribute whose name is its URN. */
function extensionSlot({ schema, required }: ResourceType["extensions"][number]): Slot {
  const readObject = compileObject(schema.attributes, `${schema.id}:`);
  return {
    name: schema.id,
    path: schema.id,
    required,
    read(input, reading) {
      if (input === null || input === undefined) return undefined;
      if (isJsonObject(input)) return readObject(input, reading);
      report(reading, schema.id, `must be an object, not ${jsonTypeName(input)}`);
      return undefined;
    },
  };
}

/** A core object under its own URN counts as if its attributes stood at the top. */
function withoutNesting(input: JsonObject, baseUrn: string): JsonObject {
  let key: string | undefined;
  for (const name in input) {
    if (name.length === baseUrn.length && name.toLowerCase() === baseUrn.toLowerCase()) key = name;
  }
  const nested = key === undefined ? undefined : input[key];
  if (key === undefined || !isJsonObject(nested)) return input;
  const { [key]: _, ...rest } = input;
  return { ...nested, ...rest };
}

/** Compiles the step that puts attributes of extensions from the top of a body under the URN, where that is forgiven. */
function compileLift(type: ResourceType): (input: JsonObject, reading: Reading) => JsonObject {
  const urns = [type.base.id, ...type.extensions.map(({ schema }) => schema.id)];
  const own = new Set([...urns, ...[...coreAttributes, ...type.base.attributes].map(({ name }) => name)].map(lower));
  return (input, reading) => {
    const { tolerances } = reading.profile;
    const listed = tolerances.has("liftListedAttributes");
    if (!listed && !tolerances.has("liftExtensionAttributes")) return input;
    const places = listed ? placesInListed(type, input) : undefined;
    const lifted = Object.entries(input).flatMap(([key, value]) => {
      if (own.has(key.toLowerCase())) return [];
      const place = places === undefined ? placeInAny(type, key) : places.get(key.toLowerCase());
      return place === undefined ? [] : [{ key, value, ...place }];
    });
    const whole: Record<string, Json | undefined> = { ...input };
    for (const { key, name, urn, value } of lifted) {
      delete whole[key];
      const place = keyInAnyCase(whole, urn) ?? urn;
      const extension = whole[place] ?? {};
      if (!isJsonObject(extension) || keyInAnyCase(extension, name) !== undefined) continue;
      tolerates(reading, listed ? "liftListedAttributes" : "liftExtensionAttributes");
      whole[place] = { ...extension, [name]: value };
    }
    return whole;
  };
}

/** An attribute of an extension, by its name and the extension's URN. */
interface ExtensionPlace {
  readonly urn: string;
  readonly name: string;
}

/** Where an attribute is that just one extension has. */
function placeInAny(type: ResourceType, name: string): ExtensionPlace | undefined {
  const path = bindPath(type, { name });
  return path?.extension === undefined ? undefined : { urn: path.extension, name: path.attribute.name };
}

/** The attributes of the extensions that a body lists, by name in lower case; of two with one name the first listed. */
function placesInListed({ extensions }: ResourceType, input: JsonObject): ReadonlyMap<string, ExtensionPlace> {
  const places = new Map<string, ExtensionPlace>();
  const schemas = input[keyInAnyCase(input, "schemas") ?? "schemas"];
  for (const urn of Array.isArray(schemas) ? schemas : []) {
    const listed = extensions.find(({ schema }) => typeof urn === "string" && lower(schema.id) === lower(urn));
    for (const { name } of listed?.schema.attributes ?? []) {
      if (!places.has(lower(name))) places.set(lower(name), { urn: listed?.schema.id ?? "", name });
    }
  }
  return places;
}

const lower = (text: string): string => text.toLowerCase();

/** Compiles the check of what a body says of its schemas. */
function compileSchemas(type: ResourceType): (input: JsonObject, reading: Reading) => void {
  const baseUrn = type.base.id;
  const known = new Set([baseUrn, ...type.extensions.map(({ schema }) => schema.id)].map((urn) => urn.toLowerCase()));
  return (input, reading) => {
    const schemas = input.schemas ?? input[keyInAnyCase(input, "schemas") ?? "schemas"] ?? null;
    if (schemas === null && tolerates(reading, "inferSchemas")) return;
    if (!Array.isArray(schemas) || schemas.length === 0) {
      report(reading, "schemas", `must be an array that names ${baseUrn}`, "bad_syntax");
      return;
    }
    const named = schemas.map((urn: Json) => (typeof urn === "string" ? urn.toLowerCase() : ""));
    if (!named.includes(baseUrn.toLowerCase())) report(reading, "schemas", `must name ${baseUrn}`);
    // Entra lists a schema of its own when it creates a group.
    if (!named.every((urn) => known.has(urn)) && !tolerates(reading, "ignoreUnknownAttributes")) {
      report(reading, "schemas", `names a schema that ${type.name} does not have`);
    }
  };
}

const subjectProblems: ReadonlyMap<Issue["code"], "missing" | "unknown"> = new Map([
  ["required", "missing"],
  ["unknown_attribute", "unknown"],
]);

/** The first issue as the error of the whole request; its detail tells how many more there are. */
export function issuesError(issues: readonly Issue[]): ScimError | undefined {
  const [first, ...more] = issues;
  if (first === undefined) return undefined;
  const rest = more.length === 0 ? "" : ` (and ${more.length} more: ${more.map(({ message }) => message).join("; ")})`;
  const problem = subjectProblems.get(first.code);
  const subject = problem === undefined ? {} : { subject: { attribute: first.path, problem } };
  return new ScimError(first.kind, `${first.message}.${rest}`, subject);
}
