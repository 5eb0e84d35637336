import { expect, test } from "bun:test";
import fc from "fast-check";
import { SeenKeys } from "../../src/import/seen.ts";

test("says of every key what a Map would say", () => {
  const keys = fc.array(fc.oneof(fc.string(), fc.string({ maxLength: 2 }), fc.constantFrom("", "a", "A", "é")), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(keys, (all) => {
      const seen = new SeenKeys();
      const known = new Map<string, number>();
      all.forEach((key, index) => {
        const row = index + 2;
        expect(seen.firstRow(key, row)).toBe(known.get(key));
        if (!known.has(key)) known.set(key, row);
      });
    }),
  );
});

test("remembers a hundred thousand keys, and where each was first", () => {
  const seen = new SeenKeys();
  const count = 100_000;
  for (let row = 1; row <= count; row++) {
    if (seen.firstRow(`user${row}@example.org`, row) !== undefined) throw new Error(`row ${row} was said to be known`);
  }
  for (let row = 1; row <= count; row++) {
    const first = seen.firstRow(`user${row}@example.org`, count + row);
    if (first !== row) throw new Error(`row ${row} was said to be ${first}`);
  }
});
