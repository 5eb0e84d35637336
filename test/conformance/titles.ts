import { join } from "node:path";
import { Glob } from "bun";
import type { Argument, Expression } from "oxc-parser";
import { lineAt, parseSource, type Source, walk } from "../tidy/source.ts";

/** The name of a test or of a group of tests, and the statements that it begins with. */
export interface Title {
  /** The file, below test/. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly ids: readonly string[];
}

const here = join(import.meta.dir, "..");
const testFiles = ["**/*.test.ts", "storage/contract/*.ts"].map((pattern) => new Glob(pattern));
/** What looks like the id of a statement; encodings look like one and are none. */
const idPattern = /^(?!UTF-)[A-Z]{1,3}-[A-Z]?\d+$/;

/** The titles of every test there is, by file and line. */
export async function readTitles(): Promise<Title[]> {
  const found = testFiles.flatMap((glob) => [...glob.scanSync({ cwd: here })]);
  // The tests of this page make titles up.
  const files = found.filter((file) => !file.startsWith("conformance/")).sort();
  const texts = await Promise.all(files.map((file) => Bun.file(join(here, file)).text()));
  return files.flatMap((file, index) => titlesIn(parseSource(`test/${file}`, texts[index] ?? "")));
}

/**
 * What `test` and `describe` are called with, and what tables of tests give them: the first text of a row, and the
 * names of properties. A text of a table counts only when it begins with the id of a statement.
 */
export function titlesIn(source: Source): Title[] {
  const found = new Map<number, Title>();
  const add = (node: Node | null | undefined, ofTable: boolean): void => {
    const text = textOf(node);
    if (node === null || node === undefined || text === undefined || found.has(node.start)) return;
    const ids = leadingIds(text);
    if (ofTable && ids.length === 0) return;
    const line = lineAt(source.text, node.start);
    found.set(node.start, { file: source.path.replace(/^test\//, ""), line, text, ids });
  };
  walk(source, {
    CallExpression: ({ callee, arguments: [first] }) => {
      if (/^(test|describe|it)$/.test(rootName(callee))) add(first, false);
    },
    ArrayExpression: ({ elements: [first] }) => add(first, true),
    Property: ({ key }) => add(key, true),
  });
  return [...found.values()].sort((one, other) => one.line - other.line);
}

/** The ids at the head of a title, as whole words: `PA-A1` is not `A-1`. */
export function leadingIds(text: string): string[] {
  const words = text.split(/[\s,:]+/);
  const end = words.findIndex((word) => !idPattern.test(word));
  return end === -1 ? words : words.slice(0, end);
}

type Node = Argument | Expression | { readonly type: string; readonly start: number };

/** The text of a literal, or of a template up to what it fills in. */
function textOf(node: Node | null | undefined): string | undefined {
  if (node?.type === "Literal" && "value" in node && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && "quasis" in node) return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** `test` of `test("…")`, `test.each(rows)("…")` and `test.skipIf(condition)("…")`. */
function rootName(callee: Expression): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "CallExpression") return rootName(callee.callee);
  if (callee.type === "MemberExpression" && callee.object.type !== "Super") return rootName(callee.object);
  return "";
}
