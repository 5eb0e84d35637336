import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareText } from "../../src/scim/filter/comparable.ts";
import { afterPrefix, everyResource, partsSql, ridsSql } from "../../src/storage/index-scan.ts";
import { sql } from "../../src/storage/sql.ts";

const texts = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc
    .array(fc.constantFrom("a", "b", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"), { maxLength: 3 })
    .map((parts) => parts.join("")),
);

describe("the texts that start with a prefix", () => {
  test("are those from the prefix up to what comes after it, in the order of code points", () => {
    fc.assert(
      fc.property(texts, texts, texts, (prefix, rest, other) => {
        const end = afterPrefix(prefix);
        const isWithin = (text: string): boolean =>
          compareText(text, prefix) >= 0 && (end === undefined || compareText(text, end) < 0);
        expect(isWithin(prefix + rest)).toBe(true);
        expect(isWithin(other)).toBe(other.startsWith(prefix));
      }),
      { numRuns: 2000 },
    );
  });

  test("have no end where nothing comes after them", () => {
    expect(afterPrefix("")).toBeUndefined();
    expect(afterPrefix("\u{10ffff}\u{10ffff}")).toBeUndefined();
    expect(afterPrefix("a\u{10ffff}")).toBe("b");
    expect(afterPrefix("\ud7ff")).toBe("\ue000");
  });
});

describe("a walk", () => {
  const scan = {
    ...everyResource(1, "User"),
    keys: ["value", "resource_rid"],
    bounds: { lower: sql("value >= ?", "a"), upper: sql("value < ?", "b") },
  };

  test("has every entry in one of its parts, and in none twice", () => {
    const entries = [1, 2, 3].flatMap((value) => [1, 2, 3].map((rid) => [value, rid] as const));
    const edges = [undefined, ...entries];
    for (const [index, edge] of edges.entries()) {
      for (const rest of [...entries.slice(index), undefined]) {
        const parts = partsSql({ ...scan, bounds: {} }, edge, rest);
        for (const [value, rid] of entries) {
          const isAfter = edge === undefined || value > edge[0] || (value === edge[0] && rid > edge[1]);
          const isBefore = rest === undefined || value < rest[0] || (value === rest[0] && rid <= rest[1]);
          const holding = parts.filter(({ text, params }) => holds(text, params, value, rid));
          expect({ edge, rest, value, rid, parts: holding.length }).toEqual({
            edge,
            rest,
            value,
            rid,
            parts: isAfter && isBefore ? 1 : 0,
          });
        }
      }
    }
  });

  test("enters its index at its own bounds, but for those that an edge takes the place of", () => {
    expect(ridsSql(scan).params).toEqual([1, "User", "a", "b"]);
    const [left, between] = partsSql(scan, ["ab", 7], undefined);
    expect(left?.params).toEqual([1, "User", "ab", 7]);
    expect(between?.params).toEqual([1, "User", "ab", "b"]);
  });
});

/** Whether an entry satisfies the comparisons with its two keys in a statement. */
function holds(text: string, params: readonly unknown[], value: number, rid: number): boolean {
  const compared = [...text.matchAll(/\b(tenant_id|resource_type|value|resource_rid) (<=|>=|<|>|=) \?/g)];
  return compared.every(([, name, operator], index) => {
    if (name !== "value" && name !== "resource_rid") return true;
    const [left, right] = [name === "value" ? value : rid, Number(params[index])];
    if (operator === "=") return left === right;
    if (operator === "<=") return left <= right;
    if (operator === ">=") return left >= right;
    return operator === "<" ? left < right : left > right;
  });
}
