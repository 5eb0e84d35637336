import { describe, expect, test } from "bun:test";
import { barrels, databases, edges, honoRooms, housed, reachable, stores } from "./imports.ts";
import { check, parseSource, show } from "./source.ts";

describe("edges", () => {
  const from = (path: string, text: string) => check(edges, path, text);

  test("a room imports from itself and from the rooms above it", () => {
    const http = `import { a } from "./route.ts"; import { b } from "../directory/users.ts"; import { z } from "zod";`;
    expect(from("src/http/app.ts", http)).toEqual([]);
    expect(from("src/server.ts", `import "./http/app.ts"; new URL("./worker.ts", import.meta.url);`)).toEqual([]);
    expect(from("src/main.ts", `import { run } from "./cli/run.ts";`)).toEqual([]);
    expect(from("test/scim/a.test.ts", `import "../../src/main.ts";`)).toEqual([]);
  });

  test.each([
    `import { app } from "../http/app.ts";`,
    `import type { App } from "../http/app.ts";`,
    `export { app } from "../http/app.ts";`,
    `export * from "../http/app.ts";`,
    `const app = await import("../http/app.ts");`,
    `let app: import("../http/app.ts").App;`,
    `const app = require("../http/app.ts");`,
    `import app = require("../http/app.ts");`,
    `new Worker(new URL("../http/app.ts", import.meta.url));`,
  ])("a room does not import from a room below it: %s", (text) => {
    expect(from("src/directory/a.ts", text)).toEqual(["1 directory may not import http: src/http/app.ts"]);
  });

  test("a comment, a string and another URL are no imports", () => {
    const text = `// import "../http/app.ts"\nconst a = 'import "../http/app.ts"'; new URL("../http/app.ts", base);`;
    expect(from("src/directory/a.ts", text)).toEqual([]);
  });

  test("scim imports nothing outside itself", () => {
    const text = `import "./b.ts";\nimport "zod";\nimport "node:fs";\nimport "../config.ts";\nimport "../scim1/a.ts";`;
    expect(from("src/scim/a.ts", text).map((line) => line[0])).toEqual(["2", "3", "4", "5"]);
    expect(from("src/scim/filter/a.ts", `import "../urn.ts";`)).toEqual([]);
  });

  test("src imports neither tests nor code beside it; data it may", () => {
    expect(from("src/http/a.ts", `import "../../test/b.ts";`)).toEqual(["1 src/ does not import tests: test/b.ts"]);
    expect(from("src/http/a.ts", `import "../../scripts/b.ts";`)).toHaveLength(1);
    expect(from("src/http/a.ts", `import spec from "../../openapi.json";`)).toEqual([]);
  });

  test("all but scim import assets.ts, which embeds data from anywhere but no code", () => {
    expect(from("src/config.ts", `import "./assets.ts";`)).toEqual([]);
    expect(from("src/assets.ts", `import css from "./ui/style.css" with { type: "text" };`)).toEqual([]);
    expect(from("src/assets.ts", `import "./ui/page.tsx";`)).toHaveLength(1);
  });

  test("a computed address hides the edge", () => {
    expect(from("src/http/a.ts", "import(name)")).toEqual(["1 import by a literal: a computed address hides the edge"]);
  });
});

test("housed: a file outside the rooms is named", () => {
  for (const path of ["src/utils.ts", "src/lib/a.ts", "src/server/a.ts"])
    expect(check(housed, path, "")).toHaveLength(1);
  for (const path of ["src/worker.ts", "src/ui/a.css", "src/css.d.ts", "lib/a.ts"]) {
    expect(check(housed, path, "")).toEqual([]);
  }
});

describe("stores", () => {
  test.each(["src/server.ts", "src/worker.ts", "src/cli/backup.ts", "src/storage/sqlite/b.ts", "test/a.ts"])(
    "%s may open a store",
    (path) => {
      const up = "../".repeat(path.split("/").length - 1) || "./";
      expect(check(stores, path, `import { open } from "${up}src/storage/sqlite/a.ts";`)).toEqual([]);
    },
  );

  test("nobody else may, not even the port; the port is for all", () => {
    expect(check(stores, "src/http/a.ts", `import type { Db } from "../storage/sqlite/a.ts";`)).toHaveLength(1);
    expect(check(stores, "src/storage/port.ts", `import "./sqlite/a.ts";`)).toHaveLength(1);
    expect(check(stores, "src/storage/postgres/a.ts", `import "../sqlite/a.ts";`)).toHaveLength(1);
    expect(check(stores, "src/http/a.ts", `import "../storage/port.ts"; import "../storage/change.ts";`)).toEqual([]);
  });
});

test("hono: in http/ and ui/ only, its JSX in mail/ too", () => {
  const all = `import "hono";\nimport "hono/jsx";\nimport type { A } from "@hono/zod-openapi";`;
  expect(check(honoRooms, "src/directory/a.ts", all)).toHaveLength(3);
  expect(check(honoRooms, "src/mail/a.tsx", all).map((line) => line[0])).toEqual(["1", "3"]);
  expect(check(honoRooms, "src/http/a.ts", all)).toEqual([]);
  expect(check(honoRooms, "src/ui/a.tsx", all)).toEqual([]);
  expect(check(honoRooms, "src/access/a.ts", `import "honorific"; import "./hono.ts";`)).toEqual([]);
});

test("databases: drizzle and SQLite in storage/ only", () => {
  const all = `import "drizzle-orm";\nimport "drizzle-orm/bun-sqlite";\nimport { Database } from "bun:sqlite";`;
  expect(check(databases, "src/import/a.ts", all)).toHaveLength(3);
  expect(check(databases, "src/storage/sqlite/a.ts", all)).toEqual([]);
  expect(check(databases, "test/storage/a.ts", all)).toEqual([]);
});

test("barrels: no export * and no index.ts but the engine's", () => {
  const text = `export * from "./a.ts";\nexport { b } from "./b.ts";`;
  expect(check(barrels, "src/http/a.ts", text)).toHaveLength(1);
  expect(check(barrels, "src/http/index.ts", "")).toHaveLength(1);
  expect(check(barrels, "src/scim/filter/index.ts", "")).toHaveLength(1);
  expect(check(barrels, "src/scim/index.ts", text)).toEqual([]);
  expect(check(barrels, "test/index.ts", text)).toEqual([]);
});

test("reachable: a file that neither main.ts nor worker.ts leads to is named", () => {
  const main = parseSource("src/main.ts", `import { a } from "./cli/a.ts"; import type { T } from "./scim/t.ts";`);
  const files = ["src/cli/a.ts", "src/scim/t.ts", "src/scim/dead.ts", "src/ambient.d.ts", "test/a.ts"];
  const tree = [main, ...files.map((path) => parseSource(path, ""))];
  expect(reachable(tree).map(({ file }) => file)).toEqual(["src/scim/dead.ts"]);
  const worker = parseSource("src/worker.ts", `import "./scim/dead.ts"; import "./main.ts";`);
  expect(reachable([...tree, worker]).map(show)).toEqual([]);
});
