import type { AttributePath } from "../path.ts";

/** A filter as written: frozen plain data that knows nothing of schemas (RFC 7644 §3.4.2.2). */

export type Operator = "eq" | "ne" | "co" | "sw" | "ew" | "gt" | "ge" | "lt" | "le";
export type Literal = string | number | boolean | null;

/** Two or more filters joined as written: grouping is kept, so that printing and parsing gives the same tree. */
export interface Junction {
  readonly kind: "and" | "or";
  readonly terms: readonly Filter[];
}

export interface Negation {
  readonly kind: "not";
  readonly filter: Filter;
}

export interface Comparison {
  readonly kind: "compare";
  readonly path: AttributePath;
  readonly operator: Operator;
  readonly value: Literal;
  /** Where the path begins in the text, for error messages. */
  readonly at?: number;
}

export interface Presence {
  readonly kind: "present";
  readonly path: AttributePath;
  readonly at?: number;
}

/** `emails[…]`: true when one element satisfies the whole inner filter, whose names are sub-attributes. */
export interface ElementFilter {
  readonly kind: "element";
  readonly path: AttributePath;
  readonly filter: Filter;
  readonly at?: number;
}

export type Filter = Junction | Negation | Comparison | Presence | ElementFilter;

/** Two or more filters, all or one of which must hold. */
export function junction(kind: "and" | "or", terms: readonly Filter[]): Junction {
  return Object.freeze({ kind, terms: Object.freeze(terms) });
}

/** A filter that must not hold. */
export function not(filter: Filter): Negation {
  return Object.freeze({ kind: "not", filter });
}

/** `path operator value`. */
export function compare(path: AttributePath, operator: Operator, value: Literal, at: number): Comparison {
  return Object.freeze({ kind: "compare", path: Object.freeze(path), operator, value, at });
}

/** `path pr`. */
export function present(path: AttributePath, at: number): Presence {
  return Object.freeze({ kind: "present", path: Object.freeze(path), at });
}

/** `path[filter]`. */
export function element(path: AttributePath, filter: Filter, at: number): ElementFilter {
  return Object.freeze({ kind: "element", path: Object.freeze(path), filter, at });
}

/**
 * `emails[inner].value eq "x"`, which the filter grammar leaves out and clients send: one element satisfies both.
 * The path selects the values of those elements, so `ne` and `eq null` deny that any of them is equal or present,
 * as they do on a plain path.
 */
export function selected(path: AttributePath, inner: Filter, test: Comparison | Presence, at: number): Filter {
  const some = (term: Filter) => element(path, junction("and", [inner, term]), at);
  if (test.kind === "present" || (test.operator !== "ne" && test.value !== null)) return some(test);
  const testAt = test.at ?? at;
  if (test.value !== null) return not(some(compare(test.path, "eq", test.value, testAt)));
  if (test.operator === "ne") return some(present(test.path, testAt));
  return test.operator === "eq" ? not(some(present(test.path, testAt))) : some(test);
}
