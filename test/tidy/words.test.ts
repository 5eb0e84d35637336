import { expect, test } from "bun:test";
import { check } from "./source.ts";
import { words } from "./words.ts";

/** The words in two parts, so that this file does not say them. */
const banned: readonly (readonly [string, string])[] = [
  ["// TO", "DO: later"],
  ["FIX", "ME"],
  ["test.on", "ly('a')"],
  ["describe.on", "ly('a')"],
  ["it.on", "ly.each([])"],
  ["test.sk", "ip('a')"],
  ["it.to", "do('a')"],
  ["expect(tr", "ue).toBe(a)"],
  ["npm config set registry.np", "mjs.org"],
  ["docker://regis", "try.example.org"],
  ["cd /wor", "k/main"],
  ["file:///wor", "k/main"],
];

test.each(banned)("words: %s…", (first, second) => {
  const places = ["src/a.ts", "test/a.json", "docs/a.md", "scripts/a.sh", ".ci/a.yml", "README.md", "Dockerfile"];
  for (const path of places) expect(check(words, path, `\n${first}${second}`)).toHaveLength(1);
  expect(check(words, "bun.lock", first + second)).toEqual([]);
});

test.each([
  "const todo = 1; // to do",
  "TODOS",
  "test.skipIf(url === undefined)('a', f)",
  "expect(trueName).toBe(a)",
  "the registry of schemas",
  "https://example.com/work/a",
  "https://work/",
  "src/work/a.ts ../work/ /workers/",
])("words: nothing against %s", (text) => {
  expect(check(words, "src/a.ts", text)).toEqual([]);
});

test("words: the line is named", () => {
  expect(check(words, "docs/a.md", `a\nb FIX${""}ME`)[0]).toStartWith("2 ");
});
