import { ScimError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject, own } from "../json.ts";
import { commonAttributes } from "../schema/common.ts";
import type { ResourceType } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";

/** True when a resource of the type may hold something that a replacement must leave as it is. */
export function hasImmutable({ base, extensions }: ResourceType): boolean {
  return [base, ...extensions.map(({ schema }) => schema)].some(({ attributes }) => attributes.some(mayHold));
}

/** One that is immutable, or a single complex one with such a part; values of many come and go as wholes. */
function mayHold({ mutability, multiValued, subAttributes = [] }: AttributeDefinition): boolean {
  return mutability === "immutable" || (!multiValued && subAttributes.some(mayHold));
}

/**
 * What a replacement makes of a resource that holds immutable values (RFC 7644 §3.5.1): what it leaves out of them
 * stays, and with it the extension or the complex value it stands in; a first value may be set.
 *
 * @param stored what clients set of the resource as it is
 * @param read the body of the replacement as `compiled.read` gives it
 * @returns `read` itself when nothing had to be kept
 * @throws ScimError mutability for another value than the stored one; invalidValue when a kept value would stand
 *   without what its extension or complex value requires beside it
 * @example keepImmutable(badgeType, { schemas, number: "7" }, { schemas, colour: "red" }) // { schemas, number: "7", colour: "red" }
 */
export function keepImmutable({ base, extensions }: ResourceType, stored: JsonObject, read: JsonObject): JsonObject {
  const whole = keepIn([...commonAttributes, ...base.attributes], stored, read, "");
  const kept: Record<string, Json> = { ...defined(whole) };
  let isKept = whole !== read;
  for (const { schema } of extensions) {
    const before = own(stored, schema.id);
    const value = own(read, schema.id);
    const after = isJsonObject(before) ? keepInObject(schema.attributes, before, value, `${schema.id}:`) : value;
    isKept ||= after !== value;
    // An extension that only now has data stands where the schemas of the type have it.
    delete kept[schema.id];
    if (after !== undefined) kept[schema.id] = after;
  }
  if (!isKept) return read;
  const urns = [base.id, ...extensions.map(({ schema }) => schema.id).filter((urn) => kept[urn] !== undefined)];
  return { ...kept, schemas: urns };
}

/** The object with what it lacks of immutable values, in the order of the schema; the same object when it lacks none. */
function keepIn(
  attributes: readonly AttributeDefinition[],
  before: JsonObject,
  after: JsonObject,
  prefix: string,
): JsonObject {
  const kept = new Map<string, Json>();
  for (const attribute of attributes.filter(mayHold)) {
    const { name } = attribute;
    const value = own(after, name);
    const result = keepOne(attribute, own(before, name), value, prefix + name);
    if (result !== undefined && result !== value) kept.set(name, result);
  }
  if (kept.size === 0) return after;
  const names = attributes.map(({ name }) => name);
  const others = Object.keys(after).filter((name) => !names.includes(name));
  const values = [...names, ...others].flatMap((name) => {
    const value = kept.get(name) ?? own(after, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}

function keepOne(
  attribute: AttributeDefinition,
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): Json | undefined {
  if (before === undefined) return after;
  const { mutability, subAttributes } = attribute;
  if (mutability !== "immutable") {
    return isJsonObject(before) ? keepInObject(subAttributes ?? [], before, after, `${path}.`) : after;
  }
  if (after === undefined || isEqual(before, after)) return after ?? before;
  throw new ScimError("mutability", `${path} is immutable and has another value.`);
}

/** As keepIn, for an object that the replacement may have left out: what is kept of it must be able to stand alone. */
function keepInObject(
  attributes: readonly AttributeDefinition[],
  before: JsonObject,
  after: Json | undefined,
  prefix: string,
): Json | undefined {
  if (after !== undefined) return isJsonObject(after) ? keepIn(attributes, before, after, prefix) : after;
  const kept = keepIn(attributes, before, {}, prefix);
  if (Object.keys(kept).length === 0) return undefined;
  const missing = attributes.find(({ name, required }) => required && own(kept, name) === undefined);
  if (missing === undefined) return kept;
  throw new ScimError("invalidValue", `${prefix}${missing.name} is required beside what is immutable and stays.`);
}

function defined(object: JsonObject): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** True for equal values; the order of names has no meaning (RFC 7643 §2.3.8). */
function isEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value: Json, index) => isEqual(value, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length && names.every((name) => isEqual(own(left, name), own(right, name)))
  );
}
