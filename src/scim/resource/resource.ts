import { ScimError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject, jsonTypeName } from "../json.ts";
import type { Profile, Tolerance } from "../profile.ts";
import { commonAttributes } from "../schema/common.ts";
import type { ResourceType } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import { compileObject, type Issue, newReading, type Reading, type ReadObject, report, tolerates } from "./read.ts";

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

/**
 * Compiles the reader of a resource type's bodies (RFC 7644 §3.3, §3.5.1): names in any case, unknown ones left
 * out or refused by the profile, server-set ones ignored, `schemas` computed from what has data.
 *
 * @example compileResource(userType)({ schemas: [userUrn], USERNAME: "bjensen" }, compatibleProfile)
 */
export function compileResource(type: ResourceType): ReadResourceBody {
  const names = type.base.attributes.map(({ name }) => name);
  const secretNames = type.base.attributes.filter(isSecret).map(({ name }) => name);
  const readCore = compileObject([...coreAttributes, ...type.base.attributes], "");
  const extensions = type.extensions.map(({ schema, required }) => ({
    urn: schema.id,
    required,
    read: compileObject(schema.attributes, `${schema.id}:`),
  }));
  const places = new Map(extensions.map((extension) => [extension.urn.toLowerCase(), extension]));
  const baseUrn = type.base.id.toLowerCase();

  return (input, profile, defaults = {}) => {
    const reading = newReading(profile);
    const resource = { attributes: {}, secrets: {} };
    if (!isJsonObject(input)) {
      report(reading, "The body", `must be a JSON object, not ${jsonTypeName(input)}`, "bad_syntax");
      return { resource, ...reading };
    }
    const { core, parts } = split(input, baseUrn, (urn) => places.has(urn));
    checkSchemas(input, type, reading);
    const read: JsonObject = readCore(core, reading) ?? {};
    const found = readExtensions(extensions, parts, reading);
    const schemas = [type.base.id, ...found.map(([urn]) => urn)];
    const attributes: Record<string, Json> = { schemas };
    const secrets: Record<string, string> = {};
    if (typeof read.externalId === "string") attributes.externalId = read.externalId;
    for (const name of names) {
      const value = read[name] ?? defaults[name];
      if (value === undefined) continue;
      if (!secretNames.includes(name)) attributes[name] = value;
      else if (typeof value === "string" && value !== "") secrets[name] = value;
    }
    for (const [urn, extension] of found) attributes[urn] = extension;
    return { resource: { attributes, secrets }, ...reading };
  };
}

interface Extension {
  readonly urn: string;
  readonly required: boolean;
  readonly read: ReadObject;
}

/** Parts the core attributes from the objects under extension URNs; a core object under its own URN is merged. */
function split(
  input: JsonObject,
  baseUrn: string,
  isExtension: (urn: string) => boolean,
): { core: JsonObject; parts: ReadonlyMap<string, Json> } {
  const parts = new Map<string, Json>();
  const keys = Object.keys(input);
  if (!keys.some((key) => key.includes(":"))) return { core: input, parts };
  let nested: JsonObject = {};
  const core = keys.filter((key) => {
    const urn = key.toLowerCase();
    const value = input[key] ?? null;
    if (isExtension(urn)) parts.set(urn, value);
    else if (urn === baseUrn && isJsonObject(value)) nested = value;
    else return true;
    return false;
  });
  return { core: { ...nested, ...Object.fromEntries(core.map((key) => [key, input[key]])) }, parts };
}

function checkSchemas(input: JsonObject, type: ResourceType, reading: Reading): void {
  const key = Object.keys(input).find((name) => name.toLowerCase() === "schemas");
  const schemas = key === undefined ? undefined : input[key];
  if (!Array.isArray(schemas) || schemas.length === 0) {
    report(reading, "schemas", `must be an array that names ${type.base.id}`, "bad_syntax");
    return;
  }
  const named = new Set(schemas.map((urn) => (typeof urn === "string" ? urn.toLowerCase() : "")));
  if (!named.has(type.base.id.toLowerCase())) {
    report(reading, "schemas", `must name ${type.base.id}`);
  }
  named.delete(type.base.id.toLowerCase());
  for (const { schema } of type.extensions) named.delete(schema.id.toLowerCase());
  // Entra lists a schema of its own when it creates a group.
  if (named.size > 0 && !tolerates(reading, "ignoreUnknownAttributes")) {
    report(reading, "schemas", `names a schema that ${type.name} does not have`);
  }
}

function readExtensions(
  extensions: readonly Extension[],
  parts: ReadonlyMap<string, Json>,
  reading: Reading,
): readonly (readonly [string, JsonObject])[] {
  const found: (readonly [string, JsonObject])[] = [];
  for (const { urn, required, read } of extensions) {
    const part = parts.get(urn.toLowerCase()) ?? null;
    if (part === null) {
      if (required) report(reading, urn, "is required", "required");
      continue;
    }
    if (!isJsonObject(part)) {
      report(reading, urn, `must be an object, not ${jsonTypeName(part)}`);
      continue;
    }
    const extension = read(part, reading);
    if (extension !== undefined) found.push([urn, extension]);
  }
  return found;
}

/** The first issue as the error of the whole request; its detail tells how many more there are. */
export function issuesError(issues: readonly Issue[]): ScimError | undefined {
  const [first, ...more] = issues;
  if (first === undefined) return undefined;
  const rest = more.length === 0 ? "" : ` (and ${more.length} more: ${more.map(({ message }) => message).join("; ")})`;
  return new ScimError(first.kind, `${first.message}.${rest}`);
}
