import type { ErrorKind } from "../error.ts";
import { isJsonObject, type Json, type JsonObject, jsonTypeName } from "../json.ts";
import { issuesMax, multiValuesMax, requestMembersMax } from "../limits.ts";
import type { Profile, Tolerance } from "../profile.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import { canonicalForm } from "./canonical.ts";
import { readSimpleValue, Wrong } from "./value.ts";

/** What is wrong, as a word that programs can rely on: the codes of import reports. */
export type IssueCode = "required" | "bad_value" | "bad_syntax" | "too_large" | "unknown_attribute";

/** The answer of SCIM to each. */
const kindOf = {
  required: "invalidValue",
  bad_value: "invalidValue",
  bad_syntax: "invalidSyntax",
  too_large: "tooLarge",
  unknown_attribute: "invalidSyntax",
} as const satisfies Record<IssueCode, ErrorKind>;

/** One thing wrong with a resource: where (an attribute path) and what. */
export interface Issue {
  readonly path: string;
  readonly code: IssueCode;
  readonly kind: ErrorKind;
  readonly message: string;
}

/** What a reading meets on its way: the profile that forgives, and the issues it could not forgive. */
export interface Reading {
  readonly profile: Profile;
  readonly issues: Issue[];
  readonly tolerated: Set<Tolerance>;
}

/** A reading that has met nothing yet. */
export function newReading(profile: Profile): Reading {
  return { profile, issues: [], tolerated: profile.fired ?? new Set() };
}

/** Notes an issue; beyond `issuesMax` they are dropped, since nobody reads further. */
export function report(reading: Reading, path: string, message: string, code: IssueCode = "bad_value"): void {
  if (reading.issues.length >= issuesMax) return;
  reading.issues.push({ path, code, kind: kindOf[code], message: `${path} ${message}` });
}

/** True when the profile forgives it; the tolerance is then noted as having fired. */
export function tolerates(reading: Reading, tolerance: Tolerance): boolean {
  if (!reading.profile.tolerances.has(tolerance)) return false;
  reading.tolerated.add(tolerance);
  return true;
}

/** Reads one value of an attribute; undefined is the unassigned state (RFC 7643 §2.5). */
export type ReadAttribute = (input: unknown, reading: Reading) => Json | undefined;

/** Reads the attributes of one object; undefined when none of them has a value. */
export type ReadObject = (input: JsonObject, reading: Reading) => JsonObject | undefined;

/**
 * Compiles the reader of one attribute. Names of any case come out as the schema writes them, sub-attributes in
 * schema order, and null, [] and {} as unassigned.
 */
export function compileAttribute(attribute: AttributeDefinition, path: string): ReadAttribute {
  const single = attribute.type === "complex" ? compileComplex(attribute, path) : compileSimple(attribute, path);
  return attribute.multiValued ? compileMulti(attribute, path, single) : compileSingle(path, single);
}

function compileSimple({ type }: AttributeDefinition, path: string): ReadAttribute {
  if (type === "complex") throw new Error(`${path} is complex`);
  const readValue = readSimpleValue[type];
  const canonical = canonicalForm(path);
  return (input, reading) => {
    const read = readValue(input);
    if (!(read instanceof Wrong)) {
      const formed = canonical === undefined || typeof read !== "string" ? read : canonical(read);
      return formed === read || !tolerates(reading, "canonicalValues") ? read : formed;
    }
    if (type === "boolean" && typeof input === "string") {
      const text = input.toLowerCase();
      if ((text === "true" || text === "false") && tolerates(reading, "coerceStringBooleans")) return text === "true";
    }
    report(reading, path, `${read.what}, not ${jsonTypeName(input)}`.replace(/(string), not string$/, "$1"));
    return undefined;
  };
}

function compileComplex(attribute: AttributeDefinition, path: string): ReadAttribute {
  const { subAttributes = [], multiValued } = attribute;
  const readObject = compileObject(subAttributes, `${path}.`);
  const hasValue = subAttributes.some(({ name }) => name === "value");
  return (input, reading) => {
    if (isJsonObject(input)) {
      const read = readObject(input, reading);
      const isEmptied = hasValue && !multiValued && read?.value === "";
      return isEmptied && tolerates(reading, "emptyValueUnassigns") ? undefined : read;
    }
    if (hasValue && typeof input === "string" && tolerates(reading, "coerceSimpleToComplex")) {
      return input === "" ? undefined : readObject({ value: input }, reading);
    }
    report(reading, path, `must be an object, not ${jsonTypeName(input)}`);
    return undefined;
  };
}

function compileSingle(path: string, readOne: ReadAttribute): ReadAttribute {
  return (input, reading) => {
    if (input === null || input === undefined) return undefined;
    if (!Array.isArray(input)) return readOne(input, reading);
    if (input.length === 0) return undefined;
    if (input.length === 1 && tolerates(reading, "coerceArrayToSingle")) return readOne(input[0], reading);
    report(reading, path, "must be a single value, not an array");
    return undefined;
  };
}

function compileMulti(attribute: AttributeDefinition, path: string, readOne: ReadAttribute): ReadAttribute {
  const valuesMax = attribute.name === "members" ? requestMembersMax : multiValuesMax;
  return (input, reading) => {
    if (input === null || input === undefined) return undefined;
    let values: readonly unknown[];
    if (Array.isArray(input)) values = input;
    else if (tolerates(reading, "coerceSingleToArray")) values = [input];
    else {
      report(reading, path, `must be an array, not ${jsonTypeName(input)}`);
      return undefined;
    }
    if (values.length > valuesMax) {
      report(reading, path, `has ${values.length} values; at most ${valuesMax} are accepted`, "too_large");
      return undefined;
    }
    const read: Json[] = [];
    let primaries = 0;
    for (const value of values) {
      const one = value === null ? undefined : readOne(value, reading);
      if (one === undefined) continue;
      if (isJsonObject(one) && one.primary === true) primaries++;
      read.push(one);
    }
    if (primaries > 1 && tolerates(reading, "lastPrimaryWins")) return withLastPrimary(read);
    if (primaries > 1) report(reading, path, "has more than one value with primary true");
    if (read.length === 0) return undefined;
    return attribute.type === "complex" && attribute.name !== "members" ? withoutTwins(read) : read;
  };
}

/** Values without those whose `type` and `value` an earlier one has (RFC 7643 §2.4): what the later one adds joins that. */
function withoutTwins(values: readonly Json[]): readonly Json[] {
  if (values.length < 2) return values;
  const places = new Map<string, number>();
  const kept: Json[] = [];
  for (const value of values) {
    const named = isJsonObject(value) ? value.value : undefined;
    const key = isJsonObject(value) && typeof named === "string" ? JSON.stringify([value.type, named]) : undefined;
    const place = key === undefined ? undefined : places.get(key);
    const twin = place === undefined ? undefined : kept[place];
    if (place !== undefined && isJsonObject(twin) && isJsonObject(value)) kept[place] = { ...twin, ...value };
    else {
      if (key !== undefined) places.set(key, kept.length);
      kept.push(value);
    }
  }
  return kept;
}

/** The same values, of which only the last that is primary stays so. */
export function withLastPrimary(values: readonly Json[]): readonly Json[] {
  const isPrimary = (value: Json): boolean => isJsonObject(value) && value.primary === true;
  const last = values.findLastIndex(isPrimary);
  return values.map((value, index) =>
    isJsonObject(value) && isPrimary(value) && index !== last ? { ...value, primary: false } : value,
  );
}

/** A named place of an object and how what stands there is read; no `read` means that only the server sets it. */
export interface Slot {
  readonly name: string;
  /** The path as messages write it. */
  readonly path: string;
  readonly required: boolean;
  readonly read: ReadAttribute | undefined;
}

/** The slot of an attribute; what only the server sets is left out whatever the client sent (RFC 7644 §3.3, §3.5.1). */
export function slotOf(attribute: AttributeDefinition, prefix: string): Slot {
  const { name, required, mutability } = attribute;
  const path = prefix + name;
  return { name, path, required, read: mutability === "readOnly" ? undefined : compileAttribute(attribute, path) };
}

/** Reads an object into the values of its slots, in their order; null and undefined are unassigned. */
export type ReadSlots = (input: JsonObject, reading: Reading) => readonly (Json | undefined)[];

/** Compiles the reader of an object with these slots; `prefix` stands before names that none of them has. */
export function compileSlots(slots: readonly Slot[], prefix: string): ReadSlots {
  const places = new Map<string, number>();
  slots.forEach(({ name }, place) => {
    places.set(name, place);
    places.set(name.toLowerCase(), place);
  });
  const required = slots.flatMap((slot, place) => (slot.required && slot.read !== undefined ? [{ slot, place }] : []));
  return (input, reading) => {
    // null: the client named the attribute and it has no value; undefined: the client did not name it.
    const found: (Json | undefined)[] = new Array(slots.length).fill(undefined);
    for (const key in input) {
      if (!Object.hasOwn(input, key) || input[key] === undefined) continue;
      const place = places.get(key) ?? places.get(key.toLowerCase());
      const slot = place === undefined ? undefined : slots[place];
      if (place === undefined || slot === undefined) unknown(reading, prefix + key);
      else if (found[place] !== undefined) report(reading, slot.path, "is given twice", "bad_syntax");
      else found[place] = slot.read?.(input[key], reading) ?? null;
    }
    for (const { slot, place } of required) {
      const value = found[place] ?? null;
      // A required text that is empty says nothing (RFC 7643 §4.1.1).
      const missing = value === null || (typeof value === "string" && value.trim() === "");
      if (missing && !reading.issues.some((issue) => issue.path === slot.path)) {
        report(reading, slot.path, "is required", "required");
      }
    }
    return found;
  };
}

/** Compiles the reader of an object with these attributes; `prefix` stands before their names in messages. */
export function compileObject(attributes: readonly AttributeDefinition[], prefix: string): ReadObject {
  const slots = attributes.map((attribute) => slotOf(attribute, prefix));
  const read = compileSlots(slots, prefix);
  return (input, reading) => {
    const found = read(input, reading);
    let object: Record<string, Json> | undefined;
    for (let place = 0; place < slots.length; place++) {
      const value = found[place] ?? null;
      const slot = slots[place];
      if (value === null || slot === undefined) continue;
      object ??= {};
      object[slot.name] = value;
    }
    return object;
  };
}

function unknown(reading: Reading, path: string): void {
  if (tolerates(reading, "ignoreUnknownAttributes")) return;
  report(reading, path.slice(0, 200), "is not an attribute of the schema", "unknown_attribute");
}
