import { type Rule, type Source, type Violation, violationAt, walk } from "./source.ts";

/** Calls `find` for every file that `where` holds for and gathers what it reports. */
function inFiles(
  rule: string,
  where: RegExp,
  find: (source: Source, report: (offset: number, message: string) => void) => void,
): Rule {
  return (sources) =>
    sources
      .filter(({ path }) => where.test(path))
      .flatMap((source) => {
        const found: Violation[] = [];
        find(source, (offset, message) => found.push(violationAt(source, offset, rule, message)));
        return found;
      });
}

/** The type `any` switches the checker off. */
export const anyTypes: Rule = inFiles("any", /^(src|test)\//, (source, report) =>
  walk(source, { TSAnyKeyword: ({ start }) => report(start, "say what it is, or unknown") }),
);

/** The engine proves its types: no casts but `as const`. */
export const casts: Rule = inFiles("casts", /^src\/scim\//, (source, report) => {
  const cast = (node: { start: number; typeAnnotation: { type: string; start: number; end: number } }): void => {
    const { start, end } = node.typeAnnotation;
    if (source.text.slice(start, end) !== "const") report(node.start, "narrow the type instead of casting");
  };
  walk(source, { TSAsExpression: cast, TSTypeAssertion: cast });
});

/** A `!` claims what the checker could not prove. */
export const nonNull: Rule = inFiles("nonNull", /^src\//, (source, report) =>
  walk(source, {
    TSNonNullExpression: ({ start }) => report(start, "handle the absent value instead of !"),
    VariableDeclarator: ({ definite, start }) => definite && report(start, "assign at once instead of !"),
    PropertyDefinition: ({ definite, start }) => definite && report(start, "assign in the constructor instead of !"),
  }),
);

/** Comments that silence the checker. */
export const silencers: Rule = inFiles("silencers", /^(src|test)\//, (source, report) => {
  for (const { value, start } of source.code?.comments ?? []) {
    const [, directive] = /^[\s/*]*@ts-(ignore|expect-error|nocheck)\b/m.exec(value) ?? [];
    if (directive !== undefined) report(start, `mend the type instead of @ts-${directive}`);
  }
});

const statement =
  /^\s*(SELECT|INSERT|UPDATE|DELETE FROM|REPLACE INTO|CREATE|ALTER|DROP|PRAGMA|BEGIN|SAVEPOINT|ATTACH|VACUUM|WITH)\s/;

/** SQL stands in storage/; the connector that reads a foreign database over SQL has its own query. */
export const sql: Rule = inFiles("sql", /^src\/(?!storage\/|provisioning\/(.*\/)?sql)/, (source, report) =>
  walk(source, {
    Literal: ({ value, start }) => {
      if (typeof value === "string" && statement.test(value)) report(start, "SQL belongs to storage/");
    },
    TemplateLiteral: ({ quasis: [first], start }) => {
      if (statement.test(first?.value.cooked ?? "")) report(start, "SQL belongs to storage/");
    },
  }),
);

/** What an exported function or class promises is written above it. */
export const documented: Rule = inFiles(
  "documented",
  /^src\/(scim\/|storage\/(port|change)\.ts$)/,
  (source, report) => {
    const groups = new Map<string, number[]>();
    for (const { name, start } of exportedCallables(source)) groups.set(name, [...(groups.get(name) ?? []), start]);
    for (const [name, starts] of groups) {
      if (!starts.some((start) => hasDoc(source, start)))
        report(starts[0] ?? 0, `${name} needs a doc comment above it`);
    }
  },
);

/** The functions and classes at the top level, by name, where the statement begins; an overload is one more of its name. */
function callables(source: Source): { name: string; start: number; exported: boolean }[] {
  return (source.code?.program.body ?? []).flatMap((statement) => {
    const { start } = statement;
    const exported = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
    const node = exported ? statement.declaration : statement;
    switch (node?.type) {
      case "FunctionDeclaration":
      case "TSDeclareFunction":
      case "ClassDeclaration":
        return [{ name: node.id?.name ?? "default", start, exported }];
      case "ArrowFunctionExpression":
        return [{ name: "default", start, exported }];
      case "VariableDeclaration":
        return node.declarations.flatMap(({ id, init }) =>
          id.type === "Identifier" && /Function|^ClassE/.test(init?.type ?? "")
            ? [{ name: id.name, start, exported }]
            : [],
        );
      default:
        return [];
    }
  });
}

function exportedCallables(source: Source): { name: string; start: number }[] {
  const later = new Set<string>();
  walk(source, {
    ExportSpecifier: ({ local }) => local.type === "Identifier" && later.add(local.name),
    ExportDefaultDeclaration: ({ declaration }) => declaration.type === "Identifier" && later.add(declaration.name),
  });
  return callables(source).filter(({ name, exported }) => exported || later.has(name));
}

/** Between a doc comment and what it describes stand line comments at most, and no blank line. */
function hasDoc({ text, code }: Source, start: number): boolean {
  const doc = code?.comments.findLast(({ type, end }) => type === "Block" && end <= start);
  if (!doc?.value.startsWith("*")) return false;
  const between = text.slice(doc.end, start).split("\n");
  return between.every((line, index) => {
    const edge = index === 0 || index === between.length - 1;
    return line.trim() === "" ? edge : line.trim().startsWith("//");
  });
}
