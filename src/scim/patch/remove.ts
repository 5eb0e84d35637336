import { ScimError } from "../error.ts";
import { isJsonObject, type Json, own } from "../json.ts";
import { type Reading, tolerates } from "../resource/read.ts";
import { type BoundPath, boundPathText } from "../schema/registry.ts";
import { type Draft, isSecret, putAt, requireWritable, valueAt } from "./draft.ts";
import { selection } from "./match.ts";
import { removeMembers } from "./member.ts";
import { readNamed, without } from "./named.ts";
import { isSchemas, removeSchemas } from "./schemas.ts";
import { type AttributeTarget, isMembers } from "./target.ts";
import { attributeText, isMissing, listOf, withChanges } from "./values.ts";

/**
 * Takes away what a path names (RFC 7644 §3.5.2.2). What is not there is gone already.
 *
 * @param named the values to take away of a multi-valued attribute, where the profile knows such; all without it.
 * @throws ScimError `mutability` for what is read-only, immutable or required; `noTarget` when a filter selects
 *   nothing and the profile does not forgive it.
 */
export function removeTarget(draft: Draft, target: AttributeTarget, named: Json | undefined): void {
  const { path } = target;
  requireWritable(path);
  if (isSecret(path)) throw new ScimError("mutability", `${attributeText(path)} can be set, but not taken away.`);
  if (isMembers(draft.compiled, path)) removeMembers(draft, target, named);
  else if (isSchemas(path)) removeSchemas(draft, path, named);
  else removeAttribute(draft, target, named);
}

function removeAttribute(draft: Draft, target: AttributeTarget, named: Json | undefined): void {
  const { path } = target;
  const before = valueAt(draft, path);
  const after = path.attribute.multiValued ? fromMulti(draft, target, listOf(before), named) : fromSingle(path, before);
  if (isMissing(path.attribute, after)) throw required(attributeText(path));
  putAt(draft, path, after);
}

function required(name: string): ScimError {
  return new ScimError("mutability", `${name} is required and can not be removed.`);
}

function fromSingle(path: BoundPath, before: Json | undefined): Json | undefined {
  const { sub } = path;
  return sub === undefined || !isJsonObject(before) ? undefined : removedSub(path, before);
}

/** A complex value without the sub-attribute that the path ends in; the value itself when it has none. */
function removedSub(path: BoundPath, before: Json): Json | undefined {
  const { sub } = path;
  if (sub === undefined || !isJsonObject(before) || own(before, sub.name) === undefined) return before;
  if (sub.required) throw required(boundPathText(path));
  return withChanges(path, before, new Map([[sub.name, undefined]]));
}

function fromMulti(
  draft: Draft,
  { path, filter }: AttributeTarget,
  before: readonly Json[],
  named: Json | undefined,
): Json | undefined {
  const { reading } = draft;
  let after: readonly Json[] = [];
  if (filter !== undefined || path.sub !== undefined) {
    const selects = selection(draft, path, filter, before.length);
    let matches = 0;
    after = before.flatMap((value) => {
      if (!selects(value)) return [value];
      matches++;
      const rest = path.sub === undefined ? undefined : removedSub(path, value);
      return rest === undefined ? [] : [rest];
    });
    if (matches === 0 && filter !== undefined) requireForgiven(reading, path);
  } else if (named !== undefined) {
    after = without(draft, path, before, readNamed(reading, path, named));
    if (after.length === before.length) requireForgiven(reading, path);
  }
  return after.length === 0 ? undefined : after;
}

function requireForgiven(reading: Reading, path: BoundPath): void {
  if (tolerates(reading, "patchRemoveNoMatch")) return;
  throw new ScimError("noTarget", `The operation selects none of the ${attributeText(path)}.`);
}
