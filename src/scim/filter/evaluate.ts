import { isJsonObject, type Json, type JsonObject, own } from "../json.ts";
import type { Operator } from "./ast.ts";
import type { BoundComparison, BoundFilter, Target } from "./bound.ts";
import { comparable, compareText } from "./comparable.ts";

/** The values a target has, wherever the names of this part of the filter are looked up. */
type ValuesOf = (target: Target) => readonly Json[];

/**
 * Whether a resource satisfies a filter (RFC 7644 §3.4.2.2). The resource is whole and under the names of its
 * schemas, with extensions under their URNs; only own properties are read.
 *
 * @example evaluate(bindFilter(parseFilter('userName sw "b"'), userType, strictProfile), { userName: "Bjensen" }) // true
 */
export function evaluate(filter: BoundFilter, resource: JsonObject): boolean {
  return holds(filter, (target) => valuesIn(resource, target));
}

/** Whether one value of a complex attribute satisfies a filter bound to its sub-attributes (RFC 7644 §3.5.2). */
export function evaluateElement(filter: BoundFilter, element: JsonObject): boolean {
  return holds(filter, ({ sub }) => (sub === undefined ? [] : valuesAt(element, sub)));
}

function holds(filter: BoundFilter, valuesOf: ValuesOf): boolean {
  switch (filter.kind) {
    case "and":
      return filter.terms.every((term) => holds(term, valuesOf));
    case "or":
      return filter.terms.some((term) => holds(term, valuesOf));
    case "not":
      return !holds(filter.filter, valuesOf);
    case "present":
      return valuesOf(filter.target).some(isPresent);
    case "element":
      return valuesOf(filter.target).some((value) => isJsonObject(value) && evaluateElement(filter.filter, value));
    case "compare":
      return compares(filter, valuesOf(filter.target));
  }
}

function compares({ target, operator, value: literal }: BoundComparison, values: readonly Json[]): boolean {
  // `ne` is the negation of `eq`: true when none of the values is equal, so also when there is none.
  const isDenied = operator === "ne";
  const asked = isDenied ? "eq" : operator;
  const test = tests[asked];
  const some = values.some((value) => {
    const found = comparable(target, asked, value);
    return found !== undefined && test(found, literal);
  });
  return isDenied ? !some : some;
}

type Scalar = string | number | boolean;

/** Both sides have the type of the attribute, so a pair of different types can only come from damaged data. */
const tests: Readonly<Record<Exclude<Operator, "ne">, (value: Scalar, literal: Scalar) => boolean>> = Object.freeze({
  eq: (value, literal) => value === literal,
  co: (value, literal) => String(value).includes(String(literal)),
  sw: (value, literal) => String(value).startsWith(String(literal)),
  ew: (value, literal) => String(value).endsWith(String(literal)),
  gt: (value, literal) => order(value, literal) > 0,
  ge: (value, literal) => order(value, literal) >= 0,
  lt: (value, literal) => order(value, literal) < 0,
  le: (value, literal) => order(value, literal) <= 0,
});

/** Negative, zero or positive as the value is below, at or above the literal; NaN when they have no order. */
function order(value: Scalar, literal: Scalar): number {
  if (typeof value === "string" && typeof literal === "string") return compareText(value, literal);
  return typeof value === "number" && typeof literal === "number" ? value - literal : Number.NaN;
}

function isPresent(value: Json): boolean {
  if (value === null || value === "") return false;
  if (Array.isArray(value)) return value.some(isPresent);
  return isJsonObject(value) ? Object.values(value).some((part) => part !== undefined && isPresent(part)) : true;
}

function valuesIn(resource: JsonObject, { extension, attribute, sub }: Target): readonly Json[] {
  const holder = extension === undefined ? resource : own(resource, extension);
  if (!isJsonObject(holder)) return [];
  const values = valuesAt(holder, attribute);
  if (sub === undefined) return values;
  return values.flatMap((value) => (isJsonObject(value) ? valuesAt(value, sub) : []));
}

/** The values under a name: those of an array, or the one there is. */
function valuesAt(object: JsonObject, name: string): readonly Json[] {
  const value = own(object, name);
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
