import { expect, test } from "bun:test";
import { createWalks } from "../../src/directory/walks.ts";

const rest = (row: number) => ({ place: { key: null, row }, total: 9 });

test("a place is found by its walk and its index, and by no other", () => {
  const walks = createWalks(() => 0);
  walks.remember("a", 101, rest(7));
  expect(walks.find("a", 101)).toMatchObject(rest(7));
  expect(walks.find("a", 102)).toBeUndefined();
  expect(walks.find("b", 101)).toBeUndefined();
});

test("a place is forgotten after a while, and the newest holds", () => {
  let now = 0;
  const walks = createWalks(() => now);
  walks.remember("a", 101, rest(7));
  walks.remember("a", 101, rest(8));
  expect(walks.find("a", 101)).toMatchObject(rest(8));
  now = 3_600_000;
  expect(walks.find("a", 101)).toBeUndefined();
});

test("no more places are kept than there is room for, and no long ones", () => {
  const walks = createWalks(() => 0);
  for (let index = 0; index < 10_001; index++) walks.remember("a", index, rest(index));
  expect(walks.find("a", 0)).toBeUndefined();
  expect(walks.find("a", 1)).toMatchObject(rest(1));
  walks.remember("x".repeat(5000), 1, rest(1));
  expect(walks.find("x".repeat(5000), 1)).toBeUndefined();
});
