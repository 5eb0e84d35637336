import { expect, test } from "bun:test";
import { anyTypes, casts, documented, nonNull, silencers, sql } from "./tidy/code.ts";
import { environment, exits, pure } from "./tidy/globals.ts";
import { barrels, databases, edges, honoRooms, housed, reachable, stores } from "./tidy/imports.ts";
import { fileSizes, functionSizes, lineLengths } from "./tidy/size.ts";
import { parses, type Rule, readTree, show } from "./tidy/source.ts";
import { words } from "./tidy/words.ts";

// The style of the house, as tests. What each rule finds and lets pass is shown beside it, in test/tidy/.
const rules: Readonly<Record<string, Rule>> = {
  "every file parses": parses,
  "every file stands in a room": housed,
  "a room imports only from rooms above it": edges,
  "a store is opened only where everything is wired": stores,
  "hono is for http/ and ui/": honoRooms,
  "databases are for storage/": databases,
  "SQL is for storage/": sql,
  "only config.ts reads the environment": environment,
  "only main.ts ends the process": exits,
  "the engine, the use cases and the plan have no clock and no randomness": pure,
  "no any": anyTypes,
  "no casts in the engine": casts,
  "no non-null assertions": nonNull,
  "nothing silences the checker": silencers,
  "files are at most 400 lines": fileSizes(),
  "functions are at most 70 lines": functionSizes(),
  "lines are at most 140 characters": lineLengths,
  "no barrels": barrels,
  "every file is reachable": reachable,
  "functions and classes of the engine and the port are documented": documented,
  "no banned words": words,
};

const tree = readTree();

test("the tree is there", () => {
  expect(tree.some(({ code }) => code !== undefined)).toBe(true);
});

test.each(Object.entries(rules))("%s", (_, rule) => {
  expect(rule(tree).map(show)).toEqual([]);
});
