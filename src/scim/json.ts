/** JSON as the engine reads and writes it. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** True for a JSON object: neither null, nor an array, nor a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of an own property: a name from a client must not reach what every object inherits. */
export function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The own property that has this name in any case (RFC 7643 §2.1); the first one. */
export function keyInAnyCase(object: JsonObject, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === wanted);
}

/** What stands under a name in any case; under the exact name where that is there. */
export function ownInAnyCase(object: JsonObject, name: string): Json | undefined {
  const exact = own(object, name);
  if (exact !== undefined) return exact;
  const key = keyInAnyCase(object, name);
  return key === undefined ? undefined : object[key];
}

/** True for an array; unlike `Array.isArray` it knows what is in it. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** What a value is called in an error message: `string`, `array`, `null` … */
export function jsonTypeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}
