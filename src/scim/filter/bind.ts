import { ScimError } from "../error.ts";
import { jsonTypeName } from "../json.ts";
import type { AttributePath } from "../path.ts";
import { forgives, type Profile } from "../profile.ts";
import { type BoundPath, bindPath, boundPathText, findAttribute, type ResourceType } from "../schema/registry.ts";
import type { Comparison, ElementFilter, Filter, Literal, Operator } from "./ast.ts";
import type {
  BoundComparison,
  BoundElement,
  BoundFilter,
  BoundNegation,
  BoundPresence,
  SimpleTarget,
  SimpleType,
  Target,
} from "./bound.ts";
import { comparable, suits } from "./comparable.ts";
import { quoted, refusal } from "./refusal.ts";

export type { BoundFilter } from "./bound.ts";

/** What names mean at one place of a filter. Elsewhere they may mean something else, or be resolved otherwise. */
interface Scope {
  readonly profile: Profile;
  /** The attribute between whose brackets the names stand. */
  readonly parent?: BoundPath;
  /** Whether what no schema has is absent from every resource, instead of a mistake. */
  readonly mayBeAbsent: () => boolean;
  /** What became of each test, where a filter is bound to several types. */
  readonly ledger?: Ledger | undefined;
  /** @throws ScimError `invalidFilter` when the path names nothing here. */
  readonly resolve: (path: AttributePath, at: number | undefined) => BoundPath;
}

/**
 * Binds a filter to a resource type (RFC 7644 §3.4.2.2, §3.10): names are resolved, literals take the type of
 * their attribute, `eq null` becomes "not present".
 *
 * @throws ScimError `invalidFilter` for an unknown attribute, an operator the type does not have, or a literal of
 *   another type; `sensitive` for an attribute that is never returned.
 * @example bindFilter(parseFilter('emails co "Example"'), userType, strictProfile)
 *   // { kind: "compare", target: { attribute: "emails", sub: "value", … }, operator: "co", value: "example" }
 */
export function bindFilter(filter: Filter, type: ResourceType, profile: Profile): BoundFilter {
  const mayBeAbsent = (): boolean => forgives(profile, "unknownFilterAttributeIsAbsent");
  return bind(filter, { profile, mayBeAbsent, resolve: (path, at) => resolveIn(type, path, at) });
}

/** The tests that some type understands, and those that some type has an attribute for but refuses. */
interface Ledger {
  readonly accepted: Set<Filter>;
  readonly refused: Map<Filter, ScimError>;
}

/**
 * Binds a filter to each of the types that a query is about: an attribute that a type lacks, or has of another kind
 * than the literal, has no value there (RFC 7644 §3.4.2.1).
 *
 * @returns a filter for each type, in their order
 * @throws ScimError as `bindFilter` does, but not for unknown attributes, and not when one of the types understands
 */
export function bindFilterAmongTypes(
  filter: Filter,
  types: readonly ResourceType[],
  profile: Profile,
): readonly BoundFilter[] {
  const ledger: Ledger = { accepted: new Set(), refused: new Map() };
  const bound = types.map((type) =>
    bind(filter, { profile, ledger, mayBeAbsent: () => true, resolve: (path, at) => resolveIn(type, path, at) }),
  );
  for (const [test, error] of ledger.refused) if (!ledger.accepted.has(test)) throw error;
  return bound;
}

/**
 * Binds a filter whose names are sub-attributes of `parent`, as in the brackets of a PATCH path (RFC 7644 §3.5.2).
 *
 * @throws ScimError as `bindFilter` does, and `invalidFilter` when the parent is not complex.
 */
export function bindElementFilter(filter: Filter, parent: BoundPath, profile: Profile): BoundFilter {
  return bind(filter, elementScope(parent, profile, undefined));
}

function elementScope(parent: BoundPath, profile: Profile, at: number | undefined, outer?: Scope): Scope {
  if (parent.sub !== undefined || parent.attribute.type !== "complex") {
    throw refusal(`${boundPathText(parent)} has no sub-attributes to filter by`, at);
  }
  const mayBeAbsent = outer?.mayBeAbsent ?? (() => false);
  const resolve: Scope["resolve"] = (path, pathAt) => resolveInElement(parent, path, pathAt);
  return { profile, parent, mayBeAbsent, ledger: outer?.ledger, resolve };
}

function resolveIn(type: ResourceType, path: AttributePath, at: number | undefined): BoundPath {
  const found = bindPath(type, path);
  if (found !== undefined) return found;
  const { sub, ...whole } = path;
  const parent = sub === undefined ? undefined : bindPath(type, whole);
  if (sub === undefined || parent === undefined) {
    throw unknown(`${quoted(pathText(whole))} is not an attribute of ${type.name}`, at);
  }
  throw unknown(`${quoted(sub)} is not a sub-attribute of ${boundPathText(parent)}`, at);
}

function resolveInElement(parent: BoundPath, path: AttributePath, at: number | undefined): BoundPath {
  const isBare = path.urn === undefined && path.sub === undefined;
  const sub = isBare ? findAttribute(parent.attribute.subAttributes ?? [], path.name) : undefined;
  if (sub !== undefined) return { ...parent, sub };
  throw unknown(`${quoted(pathText(path))} is not a sub-attribute of ${boundPathText(parent)}`, at);
}

function unknown(what: string, at: number | undefined): ScimError {
  const { kind, detail } = refusal(what, at);
  return new UnknownAttribute(kind, detail);
}

function pathText({ urn, name, sub }: AttributePath): string {
  return (urn === undefined ? "" : `${urn}:`) + name + (sub === undefined ? "" : `.${sub}`);
}

/** What matches no resource: `or` of nothing. */
const nothing: BoundFilter = Object.freeze({ kind: "or", terms: Object.freeze([]) });

function bind(filter: Filter, scope: Scope): BoundFilter {
  try {
    const bound = bindKnown(filter, scope);
    scope.ledger?.accepted.add(filter);
    return bound;
  } catch (error) {
    if (!isAbsence(filter, error, scope)) throw error;
    return matchesAbsence(filter) ? negation(nothing) : nothing;
  }
}

/** Whether a test that can not be bound is one that the attribute has no value for. */
function isAbsence(filter: Filter, error: unknown, { mayBeAbsent, ledger }: Scope): boolean {
  if (error instanceof UnknownAttribute) return mayBeAbsent();
  if (ledger === undefined || !(error instanceof ScimError) || error.kind !== "invalidFilter") return false;
  ledger.refused.set(filter, error);
  return true;
}

/** Whether a test holds for an attribute without a value: `ne`, and `eq null`. */
function matchesAbsence(filter: Filter): boolean {
  if (filter.kind !== "compare") return false;
  return filter.value === null ? filter.operator === "eq" : filter.operator === "ne";
}

/** The refusal of a name that nothing has. */
class UnknownAttribute extends ScimError {}

function bindKnown(filter: Filter, scope: Scope): BoundFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return Object.freeze({ kind: filter.kind, terms: Object.freeze(filter.terms.map((term) => bind(term, scope))) });
    case "not":
      return negation(bind(filter.filter, scope));
    case "present":
      return presence(scope.resolve(filter.path, filter.at), scope);
    case "element":
      return bindElement(filter, scope);
    case "compare":
      return bindComparison(filter, scope);
  }
}

function negation(filter: BoundFilter): BoundNegation {
  return Object.freeze({ kind: "not", filter });
}

function presence(path: BoundPath, scope: Scope): BoundPresence {
  return Object.freeze({ kind: "present", target: target(path, scope) });
}

function bindElement(filter: ElementFilter, scope: Scope): BoundElement {
  const parent = scope.resolve(filter.path, filter.at);
  const inner = bind(filter.filter, elementScope(parent, scope.profile, filter.at, scope));
  return Object.freeze({ kind: "element", target: target(parent, scope), filter: inner });
}

function bindComparison(filter: Comparison, scope: Scope): BoundFilter {
  const { operator, value, at } = filter;
  const path = scope.resolve(filter.path, at);
  if (value === null) {
    if (operator === "eq") return negation(presence(path, scope));
    if (operator === "ne") return presence(path, scope);
    throw refusal(`${boundPathText(path)} can not be compared to null by ${operator}`, at);
  }
  const simple = simpleTarget(path, scope, at);
  if (!suits(operator, simple.type)) {
    throw refusal(`${boundPathText(path)} has the type ${simple.type}, which has no operator ${operator}`, at);
  }
  const literal = typed(operator, value, simple, scope);
  if (literal === undefined) {
    const found = typeof value === "string" ? quoted(value) : jsonTypeName(value);
    throw refusal(`${boundPathText(path)} must be compared to ${wanted[simple.type]}, not ${found}`, at);
  }
  return Object.freeze({ kind: "compare", target: simple, operator, value: literal });
}

/** That a secret exists, or how it begins, is itself an answer: what is never returned is never asked about. */
function target(path: BoundPath, scope: Scope): Target {
  const { extension, attribute, sub } = path;
  if (attribute.returned === "never" || sub?.returned === "never") {
    throw new ScimError("sensitive", `${boundPathText(path)} can not be used in a filter.`);
  }
  const { type, caseExact } = sub ?? attribute;
  const several = scope.parent === undefined && attribute.multiValued;
  return Object.freeze({
    ...(extension !== undefined && { extension }),
    attribute: attribute.name,
    ...(sub !== undefined && { sub: sub.name }),
    type,
    multiValued: several || sub?.multiValued === true,
    caseExact,
  });
}

/** The target of a comparison. A complex attribute stands for its `value`: `emails co "@x"`, `manager eq "42"`. */
function simpleTarget(path: BoundPath, scope: Scope, at: number | undefined): SimpleTarget {
  const isWhole = path.sub === undefined && path.attribute.type === "complex";
  const value = isWhole ? findAttribute(path.attribute.subAttributes ?? [], "value") : undefined;
  const named = target(value === undefined ? path : { ...path, sub: value }, scope);
  const { type } = named;
  if (type !== "complex") return Object.freeze({ ...named, type });
  throw refusal(`${boundPathText(path)} is complex; compare one of its sub-attributes`, at);
}

const wanted: Readonly<Record<SimpleType, string>> = Object.freeze({
  string: "a string",
  reference: "a string",
  boolean: "true or false",
  binary: "a string",
  decimal: "a number",
  integer: "a number",
  dateTime: "a date with a time, such as 2026-11-22T09:30:00Z",
});

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** The literal in the form in which values of the target compare; undefined when it is of another type. */
function typed(
  operator: Operator,
  literal: Exclude<Literal, null>,
  simple: SimpleTarget,
  { profile }: Scope,
): BoundComparison["value"] | undefined {
  if (simple.type === "boolean" && typeof literal === "string" && forgives(profile, "coerceStringBooleans")) {
    return booleanWords.get(literal.toLowerCase());
  }
  return comparable(simple, operator, literal);
}
