import type { ArrowFunctionExpression, Function as FunctionNode, PropertyKey } from "oxc-parser";
import { lineAt, type Rule, type Source, violationAt, walk } from "./source.ts";

/** What may be longer than the limit, with the lines it has: the numbers only fall and the lists only shrink. */
export type Exceptions = Readonly<Record<string, number>>;

const fileLinesMax = 400;
const functionLinesMax = 70;
const lineLengthMax = 140;

/** By path. */
const longFiles: Exceptions = {};
/** By `path#function`. */
const longFunctions: Exceptions = {};

interface Measured {
  readonly name: string;
  readonly lines: number;
  readonly source: Source;
  readonly offset: number;
}

const written = ({ path }: Source): boolean => /^src\/.*\.(tsx?|js|css|html|sql)$/.test(path);

/** Files that a reader takes in at once. */
export function fileSizes(exceptions: Exceptions = longFiles): Rule {
  return (sources) =>
    ratchet(
      "fileSizes",
      fileLinesMax,
      sources.filter(written).map((source) => ({
        name: source.path,
        lines: source.text.replace(/\n$/, "").split("\n").length,
        source,
        offset: 0,
      })),
      exceptions,
    );
}

/** Functions that fit a screen; what stands inside a function counts with it. */
export function functionSizes(exceptions: Exceptions = longFunctions): Rule {
  return (sources) =>
    ratchet("functionSizes", functionLinesMax, sources.filter(written).flatMap(functionsIn), exceptions);
}

/** The formatter breaks lines where it can; a long string is broken by hand. */
export const lineLengths: Rule = (sources) =>
  sources.filter(written).flatMap((source) =>
    source.text.split("\n").flatMap((line, index) => {
      const message = `${line.length} characters, at most ${lineLengthMax}`;
      return line.length > lineLengthMax ? [{ file: source.path, line: index + 1, rule: "lineLengths", message }] : [];
    }),
  );

function ratchet(rule: string, limit: number, measured: readonly Measured[], exceptions: Exceptions) {
  const longest = new Map<string, number>();
  for (const { name, lines } of measured) longest.set(name, Math.max(lines, longest.get(name) ?? 0));
  const tooLong = measured
    .filter(({ name, lines }) => lines > (exceptions[name] ?? limit))
    .map(({ name, lines, source, offset }) =>
      violationAt(source, offset, rule, `${name} has ${lines} lines, at most ${exceptions[name] ?? limit}`),
    );
  const stale = Object.entries(exceptions).flatMap(([name, allowed]) => {
    const lines = longest.get(name) ?? 0;
    if (lines >= allowed && lines > limit) return [];
    const message = lines > limit ? `lower the exception of ${name} to ${lines}` : `${name} needs no exception`;
    return [{ file: name.replace(/#.*/, ""), line: 1, rule, message }];
  });
  return [...tooLong, ...stale];
}

/** Every function with a body, named after its declaration or after what it is assigned to. */
function functionsIn(source: Source): Measured[] {
  const found: Measured[] = [];
  const names = new Map<unknown, string>();
  const measure = (node: FunctionNode | ArrowFunctionExpression): void => {
    const name = names.get(node) ?? node.id?.name ?? "anonymous";
    const lines = lineAt(source.text.slice(node.start, node.end), node.end - node.start);
    found.push({ name: `${source.path}#${name}`, lines, source, offset: node.start });
  };
  const named = ({ key, value }: { key: PropertyKey; value: unknown }): void => {
    if (key.type === "Identifier" || key.type === "PrivateIdentifier") names.set(value, key.name);
  };
  walk(source, {
    VariableDeclarator: ({ id, init }) => id.type === "Identifier" && names.set(init, id.name),
    Property: named,
    PropertyDefinition: named,
    MethodDefinition: named,
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  });
  return found;
}
