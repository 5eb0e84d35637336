import { ScimError } from "../error.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../json.ts";
import { type Reading, tolerates } from "../resource/read.ts";
import type { BoundPath } from "../schema/registry.ts";
import { type Draft, isSecret, putAt, requireWritable, valueAt } from "./draft.ts";
import { selection, templateOf } from "./match.ts";
import { setMembers } from "./member.ts";
import type { SetOp } from "./operation.ts";
import { isSchemas, setSchemas } from "./schemas.ts";
import { type AttributeTarget, isMembers } from "./target.ts";
import {
  attributeText,
  type Changes,
  inPlaceOf,
  isMissing,
  listOf,
  objectForText,
  readChanges,
  readElement,
  readValue,
  withAdded,
  withChanges,
  withOnePrimary,
  withoutSub,
} from "./values.ts";

/**
 * Adds a value to what a path names, or puts it in the place of what is there (RFC 7644 §3.5.2.1, §3.5.2.3).
 *
 * @throws ScimError `mutability`, `noTarget`, `invalidFilter` and what the reader of the attribute reports.
 */
export function setTarget(draft: Draft, op: SetOp, target: AttributeTarget, input: Json): void {
  const { path } = target;
  requireWritable(path);
  if (input === null && op === "add") return;
  if (isMembers(draft.compiled, path)) setMembers(draft, op, target, input);
  else if (isSchemas(path)) setSchemas(draft, op, path, input);
  else setAttribute(draft, op, target, input);
}

function setAttribute(draft: Draft, op: SetOp, target: AttributeTarget, input: Json): void {
  const { path } = target;
  const before = valueAt(draft, path);
  const after = path.attribute.multiValued
    ? setMulti(draft, op, target, listOf(before), input)
    : setSingle(draft.reading, op, path, before, input);
  if (isMissing(path.attribute, after)) {
    const kind = path.attribute.multiValued ? "mutability" : "invalidValue";
    throw new ScimError(kind, `${attributeText(path)} is required.`);
  }
  if (isSecret(path)) requireSecret(path, after);
  putAt(draft, path, after);
}

function requireSecret(path: BoundPath, value: Json | undefined): void {
  if (value === undefined) throw new ScimError("mutability", `${attributeText(path)} can be set, but not taken away.`);
  if (value === "") throw new ScimError("invalidValue", `${attributeText(path)} is empty.`);
}

function setSingle(
  reading: Reading,
  op: SetOp,
  path: BoundPath,
  before: Json | undefined,
  input: Json,
): Json | undefined {
  const { attribute, sub } = path;
  const old = isJsonObject(before) ? before : {};
  if (sub !== undefined) {
    return unlessEmptied(reading, withSub(path, readValue(reading, path, input), op), old, path);
  }
  if (attribute.type !== "complex") return readValue(reading, path, input) ?? (op === "add" ? before : undefined);
  const value = objectForText(reading, path, unwrapped(reading, input));
  if (value === null) return op === "add" ? before : undefined;
  // Not an object: the reader tells what is wrong.
  if (!isJsonObject(value)) return readValue(reading, path, value);
  if (op === "replace" && tolerates(reading, "patchReplaceWhole")) {
    return inPlaceOf(path, old, readValue(reading, path, value));
  }
  return unlessEmptied(reading, readChanges(reading, path, value, op), old, path);
}

function withSub({ sub }: BoundPath, value: Json | undefined, op: SetOp): Changes {
  const isKept = sub === undefined || (value === undefined && op === "add");
  return new Map(isKept ? [] : [[sub.name, value]]);
}

/** A single complex value with changes; one whose `value` is made empty goes altogether, where that is forgiven. */
function unlessEmptied(reading: Reading, changes: Changes, before: JsonObject, path: BoundPath): Json | undefined {
  const after = withChanges(path, before, changes);
  const isEmptied = changes.has("value") && (changes.get("value") ?? "") === "";
  return isEmptied && tolerates(reading, "emptyValueUnassigns") ? undefined : after;
}

/** The one element of an array where a single value belongs; [] is no value. */
function unwrapped(reading: Reading, input: Json): Json {
  if (!isList(input)) return input;
  if (input.length === 0) return null;
  return input.length === 1 && tolerates(reading, "coerceArrayToSingle") ? (input[0] ?? null) : input;
}

function setMulti(
  draft: Draft,
  op: SetOp,
  target: AttributeTarget,
  before: readonly Json[],
  input: Json,
): Json | undefined {
  const { path, filter } = target;
  const after =
    filter === undefined && path.sub === undefined
      ? setWhole(draft, op, path, before, input)
      : setSelected(draft, op, withValueSub(draft.reading, target, input), before, input);
  return after.length === 0 ? undefined : withOnePrimary(draft.reading, path, before, after);
}

function setWhole(draft: Draft, op: SetOp, path: BoundPath, before: readonly Json[], input: Json): readonly Json[] {
  const read = listOf(readValue(draft.reading, path, objectForText(draft.reading, path, input)));
  return op === "add" ? withAdded(draft, before, read) : read;
}

/** `emails[type eq "work"]` with a text means the `value` of those emails. */
function withValueSub(reading: Reading, target: AttributeTarget, input: Json): AttributeTarget {
  const { path } = target;
  const sub = path.attribute.subAttributes?.find(({ name }) => name === "value");
  if (path.sub !== undefined || sub === undefined || typeof input !== "string") return target;
  return tolerates(reading, "coerceSimpleToComplex") ? { ...target, path: { ...path, sub } } : target;
}

/** What an operation makes of a value that its filter selects. */
interface Edit {
  readonly changes: Changes;
  /** The value that takes the place of the selected ones; undefined when the changes are made to them instead. */
  readonly whole: Json | undefined;
}

function setSelected(
  draft: Draft,
  op: SetOp,
  { path, filter }: AttributeTarget,
  before: readonly Json[],
  input: Json,
): readonly Json[] {
  const selects = selection(draft, path, filter, before.length);
  const isSelected = before.map((value) => selects(value));
  const hasMatch = isSelected.includes(true);
  const edit = readEdit(draft.reading, op, path, input, hasMatch);
  if (!hasMatch && input === null && tolerates(draft.reading, "patchRemoveNoMatch")) return before;
  if (!hasMatch) return [...before, created(draft.reading, op, { kind: "attribute", path, filter }, edit)];
  return before.flatMap((value, index) => {
    if (isSelected[index] !== true || !isJsonObject(value)) return [value];
    const { changes, whole } = edit;
    const after = whole === undefined ? withChanges(path, value, changes) : inPlaceOf(path, value, whole);
    return after === undefined ? [] : [after];
  });
}

function readEdit(reading: Reading, op: SetOp, path: BoundPath, input: Json, hasMatch: boolean): Edit {
  if (path.sub !== undefined) return { changes: withSub(path, readValue(reading, path, input), op), whole: undefined };
  const value = unwrapped(reading, input);
  if (value === null) return { changes: new Map(), whole: op === "replace" ? {} : undefined };
  if (!isJsonObject(value)) return { changes: new Map(), whole: readElement(reading, path, value) };
  if (op === "replace" && hasMatch && !tolerates(reading, "patchReplaceMerges"))
    return { changes: new Map(), whole: readElement(reading, path, value) ?? {} };
  return { changes: readChanges(reading, path, value, op), whole: undefined };
}

const creates = { add: "patchAddCreates", replace: "patchReplaceCreates" } as const;

/** The value that a filter without a match describes, with what the operation sets in it. */
function created(reading: Reading, op: SetOp, { path, filter }: AttributeTarget, { changes }: Edit): Json {
  const sets = [...changes.values()].some((value) => value !== undefined);
  const template = sets ? templateOf(filter) : undefined;
  if (template === undefined || !tolerates(reading, creates[op])) {
    throw new ScimError("noTarget", `The path selects none of the ${attributeText(path)}.`);
  }
  const described = readChanges(reading, withoutSub(path), template, "add");
  const value = readElement(
    reading,
    withoutSub(path),
    withChanges(path, {}, new Map([...described, ...changes])) ?? {},
  );
  if (value !== undefined) return value;
  throw new ScimError("invalidValue", `The value says nothing of the ${attributeText(path)}.`);
}
