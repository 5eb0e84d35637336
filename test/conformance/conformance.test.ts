import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { deviations } from "./deviations.ts";
import { conformancePage } from "./page.ts";
import { heldStatements, statements } from "./statements.ts";
import { readTitles } from "./titles.ts";

const titles = await readTitles();
const tested = new Set(titles.flatMap(({ ids }) => ids));
const different = new Set(deviations.map(({ id }) => id));

describe("the statements of SCIM", () => {
  test("each have an id of their own", () => {
    const ids = statements.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.length).toBeGreaterThan(500);
  });

  test("each have a test whose title names them, or a reason why not", () => {
    const open = heldStatements.filter(({ id }) => !tested.has(id) && !different.has(id));
    expect(open.map(({ id, text }) => `${id} ${text}`)).toEqual([]);
  });
});

describe("the title of a test", () => {
  test("names statements that there are", () => {
    const known = new Set(statements.map(({ id }) => id));
    const unknown = titles.flatMap(({ file, line, ids }) =>
      ids.filter((id) => !known.has(id)).map((id) => `${file}:${line} ${id}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe("a deviation", () => {
  test("is told once, of a statement that there is, with a reason", () => {
    const known = new Set(statements.map(({ id }) => id));
    expect(deviations.filter(({ id }) => !known.has(id))).toEqual([]);
    expect(different.size).toBe(deviations.length);
    for (const { id, reason } of deviations) expect(reason.length, id).toBeGreaterThan(20);
  });

  test("has no test, which would show that it is none", () => {
    expect(deviations.filter(({ id }) => tested.has(id))).toEqual([]);
  });
});

test("docs/conformance.md is what `bun run conformance` writes", async () => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/conformance.md")).text();
  expect(page === conformancePage(titles), "run `bun run conformance`").toBe(true);
});
