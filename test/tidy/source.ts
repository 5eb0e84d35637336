import { readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { type Comment, type Program, parseSync, Visitor, type VisitorObject } from "oxc-parser";

/** What a rule finds: where, which rule, and what to do about it. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** A file of the tree. `path` is relative to the root, with slashes; a binary file has no text. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** The syntax tree; absent for what is not TypeScript under src/ or test/. */
  readonly code?: Code;
}

export interface Code {
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  readonly errors: readonly { readonly message: string; readonly offset: number }[];
}

/** An edge to another file or package, however it is written. */
export interface Import {
  /** As it stands in the source; absent when it is computed. */
  readonly specifier?: string;
  /** The path in the tree that a relative specifier leads to. */
  readonly path?: string;
  readonly offset: number;
}

/** A pure rule over the tree. */
export type Rule = (sources: readonly Source[]) => Violation[];

const root = join(import.meta.dir, "../..");

/** Reads and parses every file that git tracks or would track: a new file counts before it is added. */
export function readTree(): Source[] {
  const git = Bun.spawnSync(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  if (!git.success) throw new Error(`git ls-files: ${git.stderr}`);
  const paths = new Set(git.stdout.toString().split("\0"));
  return [...paths]
    .filter((path) => path !== "" && statSync(join(root, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return parseSource(path, text.includes("\0") ? "" : text);
    });
}

/** A source from its path and text; the rules' own tests make theirs up with it. */
export function parseSource(path: string, text: string): Source {
  if (!/^(src|test)\/.*\.tsx?$/.test(path)) return { path, text };
  const { program, comments, errors } = parseSync(path, text, { preserveParens: false });
  return {
    path,
    text,
    code: {
      program,
      comments,
      imports: findImports(path, program),
      errors: errors.map(({ message, labels }) => ({ message, offset: labels[0]?.start ?? 0 })),
    },
  };
}

/** Every static, type-only and dynamic import, re-export, `require` and `new URL("./x", import.meta.url)`. */
function findImports(path: string, program: Program): Import[] {
  const imports: Import[] = [];
  const add = (node: { type: string; value?: unknown; start: number }): void => {
    const specifier = node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
    if (specifier === undefined) imports.push({ offset: node.start });
    else if (!specifier.startsWith(".")) imports.push({ specifier, offset: node.start });
    else imports.push({ specifier, path: posix.join(posix.dirname(path), specifier), offset: node.start });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => node.source && add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === "Identifier" && callee.name === "require" && first) add(first);
    },
    NewExpression: ({ callee, arguments: [first, base] }) => {
      if (callee.type !== "Identifier" || callee.name !== "URL" || !first) return;
      if (base?.type === "MemberExpression" && base.object.type === "MetaProperty") add(first);
    },
  }).visit(program);
  return imports;
}

/** Walks the syntax tree; a file without one has nothing to walk. */
export function walk(source: Source, visitor: VisitorObject): void {
  if (source.code) new Visitor(visitor).visit(source.code.program);
}

/** A violation at an offset into the source. */
export function violationAt(source: Source, offset: number, rule: string, message: string): Violation {
  return { file: source.path, line: lineAt(source.text, offset), rule, message };
}

/** The line, counted from 1, on which an offset stands. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** `file:line message`, as a test prints it. */
export function show({ file, line, rule, message }: Violation): string {
  return `${file}:${line} ${rule}: ${message}`;
}

/** The violations of one rule in one made-up file, as `line message`. */
export function check(rule: Rule, path: string, text: string): string[] {
  return rule([parseSource(path, text)]).map(({ line, message }) => `${line} ${message}`);
}

/** A file that does not parse hides from every other rule. */
export const parses: Rule = (sources) =>
  sources.flatMap((source) =>
    (source.code?.errors ?? []).map(({ message, offset }) => violationAt(source, offset, "parses", message)),
  );
