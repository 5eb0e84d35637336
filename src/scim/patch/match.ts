import type { Filter } from "../filter/ast.ts";
import { bindElementFilter } from "../filter/bind.ts";
import type { BoundFilter } from "../filter/bound.ts";
import { evaluateElement } from "../filter/evaluate.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { BoundPath } from "../schema/registry.ts";
import { type Draft, spend, termsIn } from "./draft.ts";
import { withoutSub } from "./values.ts";

/** Whether an operation is about a value. */
export type Selects = (value: Json) => value is JsonObject;

/**
 * Compiles the brackets of a path into a test; without brackets every value passes.
 *
 * @throws ScimError `invalidFilter` for a filter that the attribute does not have, `tooMany` for too much work.
 */
export function selection(draft: Draft, path: BoundPath, filter: Filter | undefined, values: number): Selects {
  if (filter === undefined) {
    spend(draft, values);
    return isJsonObject;
  }
  const bound = boundElement(draft, path, filter);
  spend(draft, termsIn(bound) * values);
  return (value): value is JsonObject => isJsonObject(value) && evaluateElement(bound, value);
}

/** Binds the brackets of a path; throws `invalidFilter` as bindElementFilter does. */
export function boundElement({ reading }: Draft, path: BoundPath, filter: Filter): BoundFilter {
  return bindElementFilter(filter, withoutSub(path), reading.profile);
}

/**
 * The value that a filter describes: that of `eq` and of `and` of those. No filter describes an empty one.
 *
 * @returns undefined for every other filter: what it selects can not be made from it.
 * @example templateOf(parse('type eq "work" and primary eq true')) // { type: "work", primary: true }
 */
export function templateOf(filter: Filter | undefined): JsonObject | undefined {
  const template = new Map<string, Json>();
  return filter === undefined || describe(filter, template) ? Object.fromEntries(template) : undefined;
}

function describe(filter: Filter, template: Map<string, Json>): boolean {
  if (filter.kind === "and") return filter.terms.every((term) => describe(term, template));
  if (filter.kind !== "compare" || filter.operator !== "eq" || filter.value === null) return false;
  const name = filter.path.name.toLowerCase();
  if (template.has(name)) return template.get(name) === filter.value;
  template.set(name, filter.value);
  return true;
}

/** The texts of `value eq "…"`, or of several joined by `or`; undefined for every other filter. */
export function valuesIn(filter: Filter): readonly string[] | undefined {
  if (filter.kind === "or") {
    const terms = filter.terms.map(valuesIn);
    return terms.every((term) => term !== undefined) ? terms.flat() : undefined;
  }
  if (filter.kind !== "compare" || filter.operator !== "eq" || typeof filter.value !== "string") return undefined;
  const { urn, name, sub } = filter.path;
  return urn === undefined && sub === undefined && name.toLowerCase() === "value" ? [filter.value] : undefined;
}
