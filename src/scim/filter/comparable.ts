import type { Json } from "../json.ts";
import { foldCase } from "../resource/fold.ts";
import { instantOf } from "../resource/value.ts";
import type { Operator } from "./ast.ts";
import type { SimpleTarget, SimpleType } from "./bound.ts";

const order: readonly Operator[] = ["gt", "ge", "lt", "le"];
const none: ReadonlySet<Operator> = new Set();
const ordered: ReadonlySet<Operator> = new Set(order);
const textual: ReadonlySet<Operator> = new Set([...order, "co", "sw", "ew"]);

/** What each type can be asked besides `eq` and `ne` (RFC 7644 §3.4.2.2, table 3). */
const operatorsOf: Readonly<Record<SimpleType, ReadonlySet<Operator>>> = Object.freeze({
  string: textual,
  reference: textual,
  boolean: none,
  binary: none,
  decimal: ordered,
  integer: ordered,
  dateTime: ordered,
});

/** True when the operator makes sense for the type. */
export function suits(operator: Operator, type: SimpleType): boolean {
  return operator === "eq" || operator === "ne" || operatorsOf[type].has(operator);
}

const readers: Readonly<Record<SimpleType, (value: Json) => string | number | boolean | undefined>> = Object.freeze({
  string: (value) => (typeof value === "string" ? value : undefined),
  reference: (value) => (typeof value === "string" ? value : undefined),
  boolean: (value) => (typeof value === "boolean" ? value : undefined),
  binary: (value) => (typeof value === "string" ? value : undefined),
  decimal: (value) => (typeof value === "number" ? value : undefined),
  integer: (value) => (typeof value === "number" ? value : undefined),
  dateTime: (value) => (typeof value === "string" ? instantOf(value) : undefined),
});

/**
 * The form in which a value of the target compares, the same for literals and for what resources hold: text folded
 * unless case-exact, a dateTime as its instant in milliseconds, a whole `$ref` without its version segment.
 *
 * @returns undefined when the value is not of the target's type.
 */
export function comparable(
  target: SimpleTarget,
  operator: Operator,
  value: Json,
): string | number | boolean | undefined {
  const read = readers[target.type](value);
  if (typeof read !== "string") return read;
  const isWhole = operator === "eq" || operator === "ne";
  const plain = isWhole && target.type === "reference" && target.sub === "$ref" ? unversioned(read) : read;
  return target.caseExact ? plain : foldCase(plain);
}

/**
 * Two URIs of a resource are the same whether or not they name a version of the protocol, and whichever they name
 * (RFC 7643 §2.4).
 *
 * @example unversioned("https://example.com/scim/v2/Users/42") // "https://example.com/scim/Users/42"
 */
function unversioned(uri: string): string {
  const segments = uri.split("/");
  const version = segments.length - 3;
  if (!/^v\d+(?:\.\d+)*$/.test(segments[version] ?? "")) return uri;
  return segments.toSpliced(version, 1).join("/");
}

/** Surrogates come after the rest of the basic plane: units then order as code points do, and as UTF-8 bytes do. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Orders two texts by code point, as SQLite's BINARY and PostgreSQL's "C" collation do; `<` orders UTF-16 units. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
