import { expect, test } from "bun:test";
import { type Exceptions, fileSizes, functionSizes, lineLengths } from "./size.ts";
import { check } from "./source.ts";

const lines = (count: number): string => "f();\n".repeat(count);

test("fileSizes: 400 lines and no more", () => {
  const sizes = (count: number, exceptions: Exceptions = {}, path = "src/a.ts") =>
    check(fileSizes(exceptions), path, lines(count));
  expect(sizes(400)).toEqual([]);
  expect(sizes(401)).toEqual(["1 src/a.ts has 401 lines, at most 400"]);
  expect(sizes(401, {}, "test/a.ts")).toEqual([]);
});

test("fileSizes: an exception holds its number, which only falls", () => {
  const sizes = (count: number) => check(fileSizes({ "src/a.ts": 410 }), "src/a.ts", lines(count));
  expect(sizes(410)).toEqual([]);
  expect(sizes(411)).toEqual(["1 src/a.ts has 411 lines, at most 410"]);
  expect(sizes(405)).toEqual(["1 lower the exception of src/a.ts to 405"]);
  expect(sizes(400)).toEqual(["1 src/a.ts needs no exception"]);
  expect(check(fileSizes({ "src/gone.ts": 410 }), "src/a.ts", "")).toEqual(["1 src/gone.ts needs no exception"]);
});

test.each([
  ["f", (body: string) => `function f() {\n${body}}`],
  ["f", (body: string) => `const f = () => {\n${body}};`],
  ["f", (body: string) => `const f = async function () {\n${body}};`],
  ["f", (body: string) => `class A { f() {\n${body}} }`],
  ["f", (body: string) => `class A { #f = () => {\n${body}} }`],
  ["f", (body: string) => `const a = { f() {\n${body}} };`],
  ["f", (body: string) => `const a = { f: () => {\n${body}} };`],
  ["anonymous", (body: string) => `run(() => {\n${body}});`],
])("functionSizes: 70 lines and no more, %s: %p", (name, wrap) => {
  const sizes = (count: number, exceptions: Exceptions = {}) =>
    check(functionSizes(exceptions), "src/a.ts", wrap(lines(count)));
  expect(sizes(68)).toEqual([]);
  expect(sizes(69)).toEqual([`1 src/a.ts#${name} has 71 lines, at most 70`]);
  expect(sizes(69, { [`src/a.ts#${name}`]: 71 })).toEqual([]);
  expect(sizes(68, { [`src/a.ts#${name}`]: 71 })).toEqual([`1 src/a.ts#${name} needs no exception`]);
});

test("lineLengths: 140 characters and no more", () => {
  expect(check(lineLengths, "src/a.ts", `\n"${"x".repeat(139)}"`)).toEqual(["2 141 characters, at most 140"]);
  expect(check(lineLengths, "src/a.ts", `"${"x".repeat(138)}"\n`)).toEqual([]);
  expect(check(lineLengths, "test/a.ts", "x".repeat(200))).toEqual([]);
});
