import type { Expression, MemberExpression, ObjectPattern, Super } from "oxc-parser";
import { type Rule, type Source, violationAt, walk } from "./source.ts";

/** A use of a global: `Date.now`, `setTimeout()` when called, `new Date()` without arguments. */
interface Use {
  readonly name: string;
  readonly offset: number;
}

/** Modules that give the same as a global object; "" for those whose exports are globals themselves. */
const modules: Readonly<Record<string, string>> = {
  bun: "Bun",
  crypto: "crypto",
  "node:crypto": "crypto",
  process: "process",
  "node:process": "process",
  "node:perf_hooks": "",
  "node:timers": "",
  "node:timers/promises": "",
};

/** Every use of a global in a file. A local variable of the same name counts too: give it another name. */
function usesIn(source: Source): Use[] {
  const uses: Use[] = [];
  const aliases = importedNames(source, uses);
  walk(source, {
    MemberExpression: (node) => uses.push({ name: dotted(node, aliases) ?? "", offset: node.start }),
    CallExpression: ({ callee, start }) => {
      const name = dotted(callee, aliases);
      if (name !== undefined && !name.includes(".")) uses.push({ name: `${name}()`, offset: start });
    },
    NewExpression: ({ callee, arguments: values, start }) => {
      if (values.length === 0) uses.push({ name: `new ${dotted(callee, aliases)}()`, offset: start });
    },
    VariableDeclarator: ({ id, init }) => {
      const object = init ? dotted(init, aliases) : undefined;
      if (id.type !== "ObjectPattern" || object === undefined) return;
      for (const name of propertyNames(id)) uses.push({ name: `${object}.${name}`, offset: id.start });
    },
  });
  return uses;
}

/** What local names stand for; a name imported from an object's module is a use at once. */
function importedNames(source: Source, uses: Use[]): Map<string, string> {
  const aliases = new Map<string, string>();
  walk(source, {
    ImportDeclaration: ({ source: from, specifiers, importKind }) => {
      const object = modules[from.value];
      if (object === undefined || importKind === "type") return;
      for (const specifier of specifiers) {
        if (specifier.type !== "ImportSpecifier") {
          aliases.set(specifier.local.name, object || "globalThis");
        } else if (specifier.importKind !== "type") {
          const imported = specifier.imported.type === "Literal" ? specifier.imported.value : specifier.imported.name;
          const name = object === "" ? imported : `${object}.${imported}`;
          aliases.set(specifier.local.name, name);
          if (object !== "") uses.push({ name, offset: specifier.start });
        }
      }
    },
  });
  return aliases;
}

/** `process.env` for the expression that reads it; absent for what does not begin with a plain name. */
function dotted(node: Expression | Super, aliases: Map<string, string>): string | undefined {
  if (node.type === "Identifier") return aliases.get(node.name) ?? node.name;
  if (node.type === "MetaProperty") return `${node.meta.name}.${node.property.name}`;
  if (node.type === "ChainExpression") return dotted(node.expression, aliases);
  if (node.type !== "MemberExpression") return undefined;
  const object = dotted(node.object, aliases);
  const property = propertyName(node);
  if (object === undefined || property === undefined) return undefined;
  return object === "globalThis" ? property : `${object}.${property}`;
}

function propertyName({ property, computed }: MemberExpression): string | undefined {
  if (!computed) return property.type === "Identifier" ? property.name : undefined;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined;
}

function propertyNames({ properties }: ObjectPattern): string[] {
  return properties.flatMap((property) =>
    property.type === "Property" && property.key.type === "Identifier" ? [property.key.name] : [],
  );
}

function forbid(rule: string, where: (path: string) => boolean, banned: RegExp, why: string): Rule {
  return (sources) =>
    sources
      .filter(({ path }) => where(path))
      .flatMap((source) =>
        usesIn(source)
          .filter(({ name }) => banned.test(name))
          .map(({ name, offset }) => violationAt(source, offset, rule, `${name}: ${why}`)),
      );
}

/** The environment is read once, by config.ts. */
export const environment: Rule = forbid(
  "environment",
  (path) => path.startsWith("src/") && path !== "src/config.ts",
  /^(process|Bun|import\.meta)\.env$/,
  "only config.ts reads the environment",
);

/** Only main.ts ends the process. */
export const exits: Rule = forbid(
  "exits",
  (path) => path.startsWith("src/") && path !== "src/main.ts",
  /^process\.(exit|reallyExit|abort)$/,
  "only main.ts ends the process",
);

const clock = /^(Date\.now|Date\(\)|new Date\(\)|Temporal\.Now|performance\.\w+|process\.(hrtime|uptime))$/;
const timers = /^(set(Timeout|Interval|Immediate)\(\)|Bun\.(nanoseconds|sleep|sleepSync))$/;
const randomness = /^(Math\.random|crypto\.\w+|Bun\.randomUUIDv7)$/;

/** The engine, the use cases and the import's plan are functions of what goes in: time and ids are passed. */
export const pure: Rule = forbid(
  "pure",
  (path) => /^src\/(scim\/|directory\/|import\/plan)/.test(path),
  new RegExp([clock, timers, randomness].map(({ source }) => source).join("|")),
  "pass time and ids in",
);
