import { ScimError } from "../error.ts";
import type { BoundFilter } from "../filter/bound.ts";
import { isJsonObject, type Json, type JsonObject, own } from "../json.ts";
import { patchComparisonsMax } from "../limits.ts";
import type { Profile } from "../profile.ts";
import { newReading, type Reading } from "../resource/read.ts";
import type { Membership } from "../resource/render.ts";
import type { CompiledType } from "../resource/type.ts";
import { type BoundPath, boundPathText } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";

/** A resource between two operations of one PATCH. */
export interface Draft {
  readonly compiled: CompiledType;
  readonly reading: Reading;
  /** What stands under the names of the schemas; replaced by every change and never changed itself. */
  document: JsonObject;
  readonly members: MemberChanges;
  /** The members before the request; undefined when they were not read. */
  readonly memberRows: readonly Membership[] | undefined;
  /** The keys of the values of a list, so that adding to it again need not gather them again. */
  readonly keys: WeakMap<readonly Json[], Set<string>>;
  /** Comparisons with values so far. */
  comparisons: number;
}

/** What the operations so far do to the members: `add` and `remove` have nothing in common. */
export interface MemberChanges {
  reset: boolean;
  readonly add: Set<string>;
  readonly remove: Set<string>;
}

/** A draft of a resource that nothing was done to yet. */
export function newDraft(
  compiled: CompiledType,
  document: JsonObject,
  profile: Profile,
  memberRows: readonly Membership[] | undefined,
): Draft {
  const members = { reset: false, add: new Set<string>(), remove: new Set<string>() };
  return {
    compiled,
    reading: newReading(profile),
    document,
    members,
    memberRows,
    keys: new WeakMap(),
    comparisons: 0,
  };
}

/** True for two values under the names and in the order of the schema that are equal. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** The value of an attribute, whatever sub-attribute the path ends in. */
export function valueAt({ document }: Draft, { extension, attribute }: BoundPath): Json | undefined {
  if (extension === undefined) return own(document, attribute.name);
  const holder = own(document, extension);
  return isJsonObject(holder) ? own(holder, attribute.name) : undefined;
}

/**
 * Puts a value in the place of an attribute's, or nothing; an extension without values goes (RFC 7643 §3.3).
 *
 * @throws ScimError `mutability` when an immutable value would become another.
 */
export function putAt(draft: Draft, path: BoundPath, value: Json | undefined): void {
  const { extension, attribute } = path;
  requireSame(attribute, valueAt(draft, path), value, boundPathText(path));
  const { document } = draft;
  if (extension === undefined) {
    draft.document = withValue(document, attribute.name, value);
    return;
  }
  const holder = own(document, extension);
  const changed = withValue(isJsonObject(holder) ? holder : {}, attribute.name, value);
  draft.document = withValue(document, extension, Object.keys(changed).length === 0 ? undefined : changed);
}

function withValue(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const { [name]: _, ...rest } = object;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/**
 * What is immutable may be set once (RFC 7643 §2.2), also as a part of what is not.
 *
 * @throws ScimError `mutability` when it has a value and would get another, or none.
 */
export function requireSame(
  { mutability, multiValued, subAttributes = [] }: AttributeDefinition,
  before: Json | undefined,
  after: Json | undefined,
  name: string,
): void {
  if (before === undefined || same(before, after)) return;
  if (mutability === "immutable") throw new ScimError("mutability", `${name} is immutable and has another value.`);
  // Values of many come and go as wholes; a single one takes its parts with it.
  if (multiValued || !isJsonObject(before)) return;
  const left = isJsonObject(after) ? after : {};
  for (const sub of subAttributes) requireSame(sub, own(before, sub.name), own(left, sub.name), `${name}.${sub.name}`);
}

/**
 * What only the server sets is no target.
 *
 * @throws ScimError `mutability` for a read-only attribute or sub-attribute.
 */
export function requireWritable(path: BoundPath): void {
  if (!isReadOnly(path)) return;
  throw new ScimError("mutability", `${boundPathText(path)} is read-only.`);
}

/** True when only the server sets what the path names. */
export function isReadOnly({ attribute, sub }: BoundPath): boolean {
  return attribute.mutability === "readOnly" || sub?.mutability === "readOnly";
}

/** True for what is kept as a hash beside the document: it can be set, and neither shown nor taken away. */
export function isSecret({ attribute: { mutability, returned } }: BoundPath): boolean {
  return mutability === "writeOnly" && returned === "never";
}

/**
 * Counts comparisons before they are made, so that no request costs the product of its operations and the values.
 *
 * @throws ScimError `tooMany`
 */
export function spend(draft: Draft, comparisons: number): void {
  draft.comparisons += comparisons;
  if (draft.comparisons <= patchComparisonsMax) return;
  throw new ScimError("tooMany", "The operations look at more values than the server will process.");
}

/** How many comparisons a filter makes of one value. */
export function termsIn(filter: BoundFilter): number {
  if (filter.kind === "and" || filter.kind === "or") {
    return filter.terms.reduce((sum, term) => sum + termsIn(term), 0);
  }
  return filter.kind === "not" || filter.kind === "element" ? termsIn(filter.filter) : 1;
}
