import { describe, expect, test } from "bun:test";
import { anyTypes, casts, documented, nonNull, silencers, sql } from "./code.ts";
import { check, parses } from "./source.ts";

test("parses: a file with a syntax error is named", () => {
  expect(check(parses, "src/a.ts", "\nconst = 1;")[0]).toStartWith("2 ");
  expect(check(parses, "src/ui/a.tsx", "const page = <p>hello</p>;")).toEqual([]);
});

test("any: as a type, wherever it stands", () => {
  const text = "let a: any;\nfunction f(b: any[]): Map<string, any> {}\nconst c = d as any;";
  expect(check(anyTypes, "src/a.ts", text).map((line) => line[0])).toEqual(["1", "2", "2", "3"]);
  expect(check(anyTypes, "test/a.ts", "let a: any;")).toHaveLength(1);
  expect(check(anyTypes, "src/a.ts", `let any: unknown; any = "any"; // any\nlet b: Any;`)).toEqual([]);
});

test("casts: none in scim/ but as const", () => {
  expect(check(casts, "src/scim/a.ts", "a as string;\nb as unknown as C;\n<D>e;")).toHaveLength(4);
  expect(check(casts, "src/scim/a.ts", `import { a as b } from "./b.ts"; [1] as const; ({}) satisfies C;`)).toEqual([]);
  expect(check(casts, "src/http/a.ts", "a as string;")).toEqual([]);
});

test("nonNull: no ! that claims a value", () => {
  expect(check(nonNull, "src/a.ts", "a!.b;\nlet c!: string;\nclass D { e!: string }")).toHaveLength(3);
  expect(check(nonNull, "src/a.ts", "!a; !!a; a !== b; a != b;")).toEqual([]);
  expect(check(nonNull, "test/a.ts", "a!.b;")).toEqual([]);
});

test("silencers: comments that switch the checker off", () => {
  const text = "// @ts-ignore\n/* @ts-expect-error: later */\n// @ts-nocheck\n/**\n * @ts-ignore\n */";
  expect(check(silencers, "src/a.ts", text)).toHaveLength(4);
  expect(check(silencers, "test/a.ts", text)).toHaveLength(4);
  expect(check(silencers, "src/a.ts", `// Why not @ts-ignore: it hides.\nconst a = "// @ts-ignore";`)).toEqual([]);
});

describe("sql", () => {
  test.each([
    '"SELECT 1"',
    "`\n  INSERT INTO users VALUES (1)`",
    "tag`UPDATE users SET a = 1`",
    '"DELETE FROM users"',
    "'PRAGMA journal_mode = WAL'",
  ])("%s belongs to storage/", (text) => {
    expect(check(sql, "src/directory/a.ts", text)).toHaveLength(1);
    expect(check(sql, "src/provisioning/mysql.ts", text)).toHaveLength(1);
    expect(check(sql, "src/storage/sqlite/a.ts", text)).toEqual([]);
    expect(check(sql, "src/provisioning/connectors/sql.ts", text)).toEqual([]);
    expect(check(sql, "test/a.ts", text)).toEqual([]);
  });

  test("prose and names are no SQL", () => {
    const text = `"Select a user"; "SELECT"; "SELECTED row"; "DELETE the user"; "the SELECT 1"; // "SELECT 1"`;
    expect(check(sql, "src/directory/a.ts", text)).toEqual([]);
  });
});

describe("documented", () => {
  const inScim = (text: string) => check(documented, "src/scim/a.ts", text);

  test.each([
    "export function f() {}",
    "export default function () {}",
    "export class F {}",
    "export abstract class F {}",
    "export const f = () => 1;",
    "export const f = function () {};",
    "function f() {}\nexport { f };",
    "function f() {}\nexport default f;",
    "/* no doc */\nexport function f() {}",
    "/** Of something else. */\n\nexport function f() {}",
    "/** Of a. */\nconst a = 1;\nexport function f() {}",
    "/** On one line. */ const a = 1; export function f() {}",
  ])("needs a doc comment: %s", (text) => {
    expect(inScim(text)).toHaveLength(1);
    expect(check(documented, "src/storage/port.ts", text)).toHaveLength(1);
    expect(check(documented, "src/storage/sqlite/a.ts", text)).toEqual([]);
  });

  test.each([
    "/** What it does. */\nexport function f() {}",
    "/**\n * What it does.\n */\n// biome-ignore lint: why\nexport const f = () => 1;",
    "/** What it does. */ export class F {}",
    "/** What it does. */\nfunction f() {}\nexport { f as g };",
    "/** Once for all. */\nexport function f(a: string): void;\nexport function f(a: number): void;\nexport function f() {}",
    "function f() {}",
    "export const limit = 1;\nexport type T = string;\nexport interface I {}",
    `export { f } from "./f.ts";`,
  ])("needs no more: %s", (text) => {
    expect(inScim(text)).toEqual([]);
  });
});
