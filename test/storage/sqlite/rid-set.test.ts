import { expect, test } from "bun:test";
import fc from "fast-check";
import { RidSet } from "../../../src/storage/sqlite/rid-set.ts";

const rids = fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200_000 })), {
  maxLength: 60,
});

function setOf(numbers: readonly number[]): RidSet {
  const set = new RidSet();
  for (const number of numbers) set.add(number);
  return set;
}

const sorted = (numbers: Iterable<number>): readonly number[] => [...new Set(numbers)].sort((a, b) => a - b);

test("a set has what was added, once, in the order of the numbers", () => {
  fc.assert(
    fc.property(rids, (numbers) => {
      const set = setOf(numbers);
      expect([...set.upwards()]).toEqual([...sorted(numbers)]);
      expect([...set.downwards()]).toEqual([...sorted(numbers)].reverse());
      expect(set.size).toBe(new Set(numbers).size);
      for (const number of numbers) expect(set.has(number)).toBe(true);
      expect(set.has(200_001)).toBe(false);
    }),
  );
});

test("a walk begins beside any number", () => {
  fc.assert(
    fc.property(rids, fc.integer({ min: 0, max: 300 }), (numbers, edge) => {
      const set = setOf(numbers);
      expect([...set.upwards(edge)]).toEqual(sorted(numbers).filter((number) => number > edge));
      if (edge === 0) return;
      expect([...set.downwards(edge)]).toEqual(
        sorted(numbers)
          .filter((number) => number < edge)
          .reverse(),
      );
    }),
  );
});

test("sets are joined, cut and subtracted as sets are", () => {
  fc.assert(
    fc.property(rids, rids, (left, right) => {
      const [one, other] = [setOf(left), setOf(right)];
      const cases = [
        [one.and(other), left.filter((number) => right.includes(number))],
        [one.or(other), [...left, ...right]],
        [one.without(other), left.filter((number) => !right.includes(number))],
      ] as const;
      for (const [set, expected] of cases) {
        expect([...set.upwards()]).toEqual([...sorted(expected)]);
        expect(set.size).toBe(new Set(expected).size);
      }
    }),
  );
});
