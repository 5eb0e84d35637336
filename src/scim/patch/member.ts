import { ScimError } from "../error.ts";
import type { BoundFilter } from "../filter/bound.ts";
import { evaluateElement } from "../filter/evaluate.ts";
import { isJsonObject, type Json, type JsonObject, own } from "../json.ts";
import type { BoundPath } from "../schema/registry.ts";
import { type Draft, spend, termsIn } from "./draft.ts";
import { boundElement, valuesIn } from "./match.ts";
import { readNamed } from "./named.ts";
import type { SetOp } from "./operation.ts";
import type { AttributeTarget } from "./target.ts";
import { listOf, objectForText, readValue } from "./values.ts";

/** What a PATCH does to the members of a group; `add` and `remove` have nothing in common. */
export interface MemberDelta {
  /** All members that are not in `add` go. */
  readonly reset: boolean;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * Adds members, or puts them in the place of all there are (RFC 7643 §4.2, RFC 7644 §3.5.2.1, §3.5.2.3).
 *
 * @throws ScimError `mutability` for the sub-attributes of a member, `invalidValue` for a member without `value`.
 */
export function setMembers({ reading, members }: Draft, op: SetOp, target: AttributeTarget, input: Json): void {
  const { path, filter } = target;
  if (path.sub !== undefined || filter !== undefined) throw immutable();
  const ids = idsOf(listOf(readValue(reading, path, objectForText(reading, path, input))));
  if (op === "replace") resetMembers(members);
  for (const id of ids) {
    members.remove.delete(id);
    members.add.add(id);
  }
}

/**
 * Takes members away: those of a filter, those that are named, or all (RFC 7644 §3.5.2.2). Who is no member is gone
 * already.
 *
 * @throws ScimError `mutability` for the sub-attributes of a member, `invalidFilter`.
 */
export function removeMembers(draft: Draft, { path, filter }: AttributeTarget, named: Json | undefined): void {
  const { members, reading } = draft;
  if (path.sub !== undefined) throw immutable();
  let ids: readonly string[] | undefined;
  if (filter !== undefined) ids = valuesIn(filter) ?? selectedIds(draft, path, boundElement(draft, path, filter));
  else if (named !== undefined) ids = idsOf(readNamed(reading, path, named));
  if (ids === undefined) resetMembers(members);
  for (const id of ids ?? []) {
    members.add.delete(id);
    if (!members.reset) members.remove.add(id);
  }
}

/** The members that a filter selects of those there are at this point of the request. */
function selectedIds(draft: Draft, path: BoundPath, filter: BoundFilter): readonly string[] {
  const { members, memberRows } = draft;
  if (memberRows === undefined) throw new Error(`${path.attribute.name} were not read`);
  if (asksFor(filter, "$ref")) {
    throw new ScimError("invalidFilter", "members.$ref can not select members; use value.");
  }
  spend(draft, termsIn(filter) * (memberRows.length + members.add.size));
  const known = new Map(
    memberRows.map(({ id, resourceType, display }): [string, JsonObject] => [
      id,
      { value: id, type: resourceType, ...(display !== null && { display }) },
    ]),
  );
  const present = members.reset ? [] : [...known.keys()].filter((id) => !members.remove.has(id));
  // Of a member that this request adds, no more is known than who it is.
  const ids = new Set([...present, ...members.add]);
  return [...ids].filter((id) => evaluateElement(filter, known.get(id) ?? { value: id }));
}

function asksFor(filter: BoundFilter, sub: string): boolean {
  if ("terms" in filter) return filter.terms.some((term) => asksFor(term, sub));
  return filter.kind === "not" ? asksFor(filter.filter, sub) : filter.target.sub === sub;
}

/** What the operations so far come to; undefined when they leave the members as they are. */
export function deltaOf({ members }: Draft): MemberDelta | undefined {
  const { reset, add, remove } = members;
  if (!reset && add.size === 0 && remove.size === 0) return undefined;
  return { reset, add: [...add], remove: [...remove] };
}

function resetMembers(members: Draft["members"]): void {
  members.reset = true;
  members.add.clear();
  members.remove.clear();
}

function idsOf(values: readonly Json[]): readonly string[] {
  return values.map((member) => {
    const id = isJsonObject(member) ? own(member, "value") : undefined;
    if (typeof id !== "string" || id === "") throw new ScimError("invalidValue", "members.value is required.");
    return id;
  });
}

function immutable(): ScimError {
  return new ScimError("mutability", "What is known of a member can not be changed; remove it and add another.");
}
