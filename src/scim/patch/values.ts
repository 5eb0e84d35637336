import { ScimError } from "../error.ts";
import { isJsonObject, isList, type Json, type JsonObject, own } from "../json.ts";
import { compileAttribute, type Reading, report, tolerates } from "../resource/read.ts";
import { issuesError } from "../resource/resource.ts";
import { type BoundPath, boundPathText, findAttribute } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import { type Draft, requireSame, spend } from "./draft.ts";

/** What an operation does to the sub-attributes of one value, by name; undefined takes one away. */
export type Changes = ReadonlyMap<string, Json | undefined>;

/**
 * Throws what a reading could not forgive.
 *
 * @throws ScimError of the first issue.
 */
export function settle(reading: Reading): void {
  const error = issuesError(reading.issues);
  if (error !== undefined) throw error;
}

/**
 * Reads a value of what the path names, as in the body of a POST; undefined for null, [] and {}.
 *
 * @throws ScimError as the reader of the attribute reports it: `invalidValue`, `invalidSyntax`, `tooLarge`.
 */
export function readValue(reading: Reading, path: BoundPath, input: Json): Json | undefined {
  const read = compileAttribute(path.sub ?? path.attribute, boundPathText(path))(input, reading);
  settle(reading);
  return read;
}

/** Reads one value of an attribute, multi-valued or not; what readValue throws. */
export function readElement(reading: Reading, path: BoundPath, input: Json): Json | undefined {
  return readValue(reading, { ...path, attribute: { ...path.attribute, multiValued: false } }, input);
}

/** A string where an object belongs, as that object; everything else as it is. */
export function objectForText(reading: Reading, { attribute, sub }: BoundPath, input: Json): Json {
  if (sub !== undefined || attribute.type !== "complex") return input;
  if (findAttribute(attribute.subAttributes ?? [], "value") === undefined) return input;
  const objectOf = (value: Json): Json =>
    typeof value === "string" && tolerates(reading, "coerceSimpleToComplex") ? { value } : value;
  return attribute.multiValued && isList(input) ? input.map(objectOf) : objectOf(input);
}

/**
 * Reads a part of a complex value, name by name; what only the server sets is left out (RFC 7644 §3.5.1).
 *
 * @throws ScimError as readValue does, and `invalidSyntax` for a name that is unknown or given twice.
 */
export function readChanges(reading: Reading, path: BoundPath, value: JsonObject, op: "add" | "replace"): Changes {
  const changes = new Map<string, Json | undefined>();
  for (const [name, input] of Object.entries(value)) {
    const sub = findAttribute(path.attribute.subAttributes ?? [], name);
    if (sub === undefined) reportUnknown(reading, `${boundPathText(path)}.${name}`);
    else if (changes.has(sub.name))
      report(reading, `${boundPathText(path)}.${sub.name}`, "is given twice", "bad_syntax");
    else if (sub.mutability !== "readOnly") {
      const read = readValue(reading, { ...path, sub }, input ?? null);
      if (read !== undefined || op === "replace") changes.set(sub.name, read);
    }
  }
  settle(reading);
  return changes;
}

/** Notes a name that no schema has, unless the profile leaves it out. */
export function reportUnknown(reading: Reading, name: string): void {
  if (tolerates(reading, "ignoreUnknownAttributes")) return;
  report(reading, name.slice(0, 200), "is not an attribute of the schema", "unknown_attribute");
}

/**
 * A complex value with changes, in the order of the schema; undefined when no sub-attribute has a value any more.
 *
 * @throws ScimError `mutability` when an immutable sub-attribute would change.
 */
export function withChanges(path: BoundPath, before: JsonObject, changes: Changes): JsonObject | undefined {
  const after: Record<string, Json> = {};
  let isEmpty = true;
  for (const sub of path.attribute.subAttributes ?? []) {
    const old = own(before, sub.name);
    const value = changes.has(sub.name) ? changes.get(sub.name) : old;
    requireSame(sub, old, value, boundPathText({ ...path, sub }));
    if (value === undefined) continue;
    after[sub.name] = value;
    isEmpty = false;
  }
  return isEmpty ? undefined : after;
}

/**
 * A complex value in the place of another.
 *
 * @throws ScimError `mutability` when an immutable sub-attribute would change.
 */
export function inPlaceOf(path: BoundPath, before: JsonObject, after: Json | undefined): JsonObject | undefined {
  const named = isJsonObject(after) ? after : {};
  const everySub = path.attribute.subAttributes ?? [];
  return withChanges(path, before, new Map(everySub.map((sub) => [sub.name, own(named, sub.name)])));
}

/** The values with those of `more` that are not among them yet (RFC 7644 §3.5.2.1); throws `tooMany`. */
export function withAdded(draft: Draft, values: readonly Json[], more: readonly Json[]): readonly Json[] {
  const { keys } = draft;
  const known = keys.get(values);
  if (known === undefined) spend(draft, values.length);
  const seen = known ?? new Set(values.map(keyOf));
  const fresh = more.filter((value) => {
    const key = keyOf(value);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  const after = fresh.length === 0 ? values : [...values, ...fresh];
  keys.set(after, seen);
  return after;
}

function keyOf(value: Json): string {
  return JSON.stringify(value);
}

/**
 * One value at most is primary: where an operation made another one so, those that were are no longer
 * (RFC 7644 §3.5.2). A value that the operation touched is not the object it was.
 *
 * @throws ScimError `invalidValue` when the operation itself makes several primary.
 */
export function withOnePrimary(
  reading: Reading,
  path: BoundPath,
  before: readonly Json[],
  after: readonly Json[],
): readonly Json[] {
  const primaries = after.filter(isPrimary);
  if (primaries.length < 2) return after;
  const old = new Set(before);
  const made = primaries.filter((value) => !old.has(value));
  if (made.length > 1 && !tolerates(reading, "lastPrimaryWins")) {
    throw new ScimError("invalidValue", `${attributeText(path)} gets more than one value with primary true.`);
  }
  const kept = made.at(-1);
  return kept === undefined ? after : after.map((value) => (value !== kept ? demoted(value) : value));
}

function isPrimary(value: Json): boolean {
  return isJsonObject(value) && own(value, "primary") === true;
}

function demoted(value: Json): Json {
  return isJsonObject(value) && isPrimary(value) ? { ...value, primary: false } : value;
}

/** The path of the attribute of which the path names a sub-attribute. */
export function withoutSub({ sub: _, ...path }: BoundPath): BoundPath {
  return path;
}

/** How messages call the attribute of a path, whatever its sub-attribute. */
export function attributeText(path: BoundPath): string {
  return boundPathText(withoutSub(path));
}

/** The values of a multi-valued attribute; a value that is not there has none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

/** True for what a required attribute may not become: nothing, or a text that says nothing (RFC 7643 §4.1.1). */
export function isMissing({ required }: AttributeDefinition, value: Json | undefined): boolean {
  return required && (value === undefined || (typeof value === "string" && value.trim() === ""));
}
