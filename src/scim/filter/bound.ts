import type { AttributeType } from "../schema/schema.ts";
import type { Operator } from "./ast.ts";

/**
 * A filter that a resource type understands: every name is resolved, every literal has the type of its attribute.
 * Plain frozen data with two readers, the evaluator and the compilers to SQL, which must agree on what it means.
 */

export type SimpleType = Exclude<AttributeType, "complex">;

/** Where a value stands in a resource, under the names of the schema, and how it compares. */
export interface Target {
  /** The URN of the extension whose object holds the attribute; absent for core and common attributes. */
  readonly extension?: string;
  readonly attribute: string;
  readonly sub?: string;
  /** The type of what is named last. */
  readonly type: AttributeType;
  /** True when the path can have several values: those of the attribute, or in an element those of `sub`. */
  readonly multiValued: boolean;
  readonly caseExact: boolean;
}

export interface SimpleTarget extends Target {
  readonly type: SimpleType;
}

export interface BoundJunction {
  readonly kind: "and" | "or";
  readonly terms: readonly BoundFilter[];
}

export interface BoundNegation {
  readonly kind: "not";
  readonly filter: BoundFilter;
}

/**
 * True when some value compares like this; `ne` when no value is equal, so also when there is none.
 *
 * `value` is in the form that `comparable` gives: folded text unless `caseExact`, the milliseconds of a dateTime.
 * Null is never compared: `eq null` is bound as the negation of a presence.
 */
export interface BoundComparison {
  readonly kind: "compare";
  readonly target: SimpleTarget;
  readonly operator: Operator;
  readonly value: string | number | boolean;
}

/** True when the target has a value that is not empty; a complex one when any of its sub-attributes has. */
export interface BoundPresence {
  readonly kind: "present";
  readonly target: Target;
}

/** True when one value of the target satisfies the filter, whose targets have the same attribute and a `sub`. */
export interface BoundElement {
  readonly kind: "element";
  readonly target: Target;
  readonly filter: BoundFilter;
}

export type BoundFilter = BoundJunction | BoundNegation | BoundComparison | BoundPresence | BoundElement;
