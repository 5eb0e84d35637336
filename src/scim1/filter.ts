import { ScimError } from "../scim/error.ts";
import { compare, type Filter, junction, type Literal, present } from "../scim/filter/ast.ts";
import { filterCharsMax } from "../scim/limits.ts";
import { type AttributePath, parseAttributePath } from "../scim/path.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { AttributeDefinition } from "../scim/schema/schema.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";
import { enterprise1Urn } from "./urn.ts";
import { withoutPrimaryPrefix } from "./user-store.ts";

/*
 * WSO2 filters by one attribute and `eq`, which may be written in any case, with or without blanks around it and quotes
 * around the value: `userName Eq "kim"`, `displayNameEqengineer`. In userName and displayName `*` stands for any text.
 */

/** What can be filtered by: an attribute by its name, or by that of one of its parts. */
interface Candidate {
  readonly text: string;
  readonly path: AttributePath;
  readonly isBoolean: boolean;
}

const otherOperator = /^\s*(?:ne|co|sw|ew|gt|ge|lt|le|pr)(?=\W|$)/i;
const equality = /^\s*eq\s*/i;
const quotedText = /^"((?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*)"$/i;
/** Attributes in whose values `*` stands for any text. */
const wildcards: ReadonlySet<string> = new Set(["username", "displayname"]);

/**
 * Reads a filter as WSO2's SCIM 1.1 does.
 *
 * @throws ScimError invalidFilter
 * @example readFilter1(groupType, "displayNameEqengineer") // displayName eq "engineer"
 */
export function readFilter1(type: ResourceType, given: string): Filter {
  if (given.length > filterCharsMax) {
    throw new ScimError("invalidFilter", `The filter is longer than ${filterCharsMax} characters.`);
  }
  const text = given.trim();
  const start = text.toLowerCase();
  const candidate = candidatesOf(type).find((each) => isAttributeOf(start, each.text));
  if (candidate === undefined) throw refusalOf(text);
  const rest = text.slice(candidate.text.length);
  if (otherOperator.test(rest)) throw unsupported();
  const operator = equality.exec(rest)?.[0];
  if (operator === undefined) throw refusalOf(text);
  const value = readValue(rest.slice(operator.length));
  const { path, isBoolean } = candidate;
  if (isBoolean && /^(?:true|false)$/i.test(value)) return equal(path, value.toLowerCase() === "true");
  const isName = path.urn === undefined && path.sub === undefined && wildcards.has(path.name.toLowerCase());
  return isName ? named(path, withoutPrimaryPrefix(value)) : equal(path, value);
}

/** Whether the text begins with the attribute, and what follows begins like an operator. */
function isAttributeOf(text: string, name: string): boolean {
  return text.startsWith(name.toLowerCase()) && /^\s*(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)/.test(text.slice(name.length));
}

function refusalOf(text: string): ScimError {
  const isComparison = /^[\w$.:-]+\s+[a-z]{2}\s/i.test(text) || /^[\w$.:-]+?\s*eq\s*\S/i.test(text);
  const detail = isComparison ? "Filter attribute is not supported.." : "Filter operation is not recognized";
  return new ScimError("invalidFilter", detail);
}

function unsupported(): ScimError {
  return new ScimError("invalidFilter", "Given filter operation is not supported.");
}

/** The value between quotes, or the bare text to the end. */
function readValue(text: string): string {
  const value = text.trim();
  if (quotedText.test(value)) return String(JSON.parse(value));
  if (value === "" || value.includes('"')) throw new ScimError("invalidFilter", "Filter operation is not recognized");
  return value;
}

function equal(path: AttributePath, value: Literal): Filter {
  return compare(path, "eq", value, 0);
}

/** `a*` begins with a, `*a` ends with it, `*a*` contains it, `a*b` begins and ends so; `*` is any name. */
export function named(path: AttributePath, value: string): Filter {
  const parts = value.split("*");
  if (parts.length === 1) return equal(path, value);
  const [first = "", ...more] = parts;
  const last = more.pop() ?? "";
  const inner = more.filter((part) => part !== "");
  // More would need their order, which no operator tells.
  if (inner.length > 1 || (inner.length === 1 && (first !== "" || last !== ""))) throw unsupported();
  const terms = [
    ...(first === "" ? [] : [compare(path, "sw", first, 0)]),
    ...inner.map((part) => compare(path, "co", part, 0)),
    ...(last === "" ? [] : [compare(path, "ew", last, 0)]),
  ];
  const [only = present(path, 0)] = terms;
  return terms.length > 1 ? junction("and", terms) : only;
}

const known = new WeakMap<ResourceType, readonly Candidate[]>();

/** Longest first, so that `name.givenName` is not taken for `name`. */
function candidatesOf(type: ResourceType): readonly Candidate[] {
  const made = known.get(type) ?? makeCandidates(type);
  known.set(type, made);
  return made;
}

function makeCandidates({ base, extensions }: ResourceType): readonly Candidate[] {
  const common = ["id", "externalId"].map((name) => ({ text: name, path: { name }, isBoolean: false }));
  const own = base.attributes.flatMap((attribute) => candidatesIn(attribute, ""));
  const others = extensions.flatMap(({ schema }) => {
    const urn = schema.id === enterpriseUserUrn ? enterprise1Urn : schema.id;
    return schema.attributes.flatMap((attribute) => candidatesIn(attribute, `${urn}:`, schema.id));
  });
  return [...common, ...own, ...others].sort((left, right) => right.text.length - left.text.length);
}

function candidatesIn(attribute: AttributeDefinition, prefix: string, urn?: string): readonly Candidate[] {
  const { name, subAttributes = [] } = attribute;
  const texts = [name, ...subAttributes.map((sub) => `${name}.${sub.name}`)];
  return texts.flatMap((text, index) => {
    const path = parseAttributePath(text);
    const { type } = subAttributes[index - 1] ?? attribute;
    if (path === undefined) return [];
    return [{ text: prefix + text, path: urn === undefined ? path : { ...path, urn }, isBoolean: type === "boolean" }];
  });
}
