import { describe, expect, test } from "bun:test";
import { latencyOf, median, percentile, shown } from "../../src/bench/figures.ts";
import { textTable } from "../../src/bench/table.ts";

describe("a percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  test("is by the nearest rank, always one that was measured", () => {
    expect([0, 0.01, 0.5, 0.99, 0.991, 1].map((share) => percentile(hundred, share))).toEqual([1, 1, 50, 99, 100, 100]);
    expect([0.5, 0.99].map((share) => percentile([7], share))).toEqual([7, 7]);
  });

  test("of nothing is no number", () => {
    expect([percentile([], 0.5), median([])]).toEqual([Number.NaN, Number.NaN]);
  });

  test("is of times in any order", () => {
    expect(latencyOf([9, 1, 10, 5])).toEqual({ medianMs: 5, p99Ms: 10, maxMs: 10 });
  });
});

test("the median of an even number is between the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
});

test("a figure is shown with three digits below a hundred, and whole above", () => {
  expect([0.123, 9.999, 12.34, 99.96, 100, 12_345.6, Number.NaN].map(shown)).toEqual([
    "0.12",
    "10.00",
    "12.3",
    "100.0",
    "100",
    "12,346",
    "-",
  ]);
});

test("a table has its words to the left and its figures to the right", () => {
  expect(
    textTable(
      ["", "per second"],
      [
        ["create", "1"],
        ["userName eq", "12,000"],
      ],
    ),
  ).toEqual(["             per second", "create                1", "userName eq      12,000"]);
});
