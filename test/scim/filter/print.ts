import type { Filter } from "../../../src/scim/filter/ast.ts";
import type { AttributePath } from "../../../src/scim/path.ts";

/** Writes a filter so that parsing it gives the same tree: a junction inside a junction keeps its parentheses. */
export function print(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.terms.map(printTerm).join(` ${filter.kind} `);
    case "not":
      return `not (${print(filter.filter)})`;
    case "compare":
      return `${printPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case "present":
      return `${printPath(filter.path)} pr`;
    case "element":
      return `${printPath(filter.path)}[${print(filter.filter)}]`;
  }
}

function printTerm(filter: Filter): string {
  return filter.kind === "and" || filter.kind === "or" ? `(${print(filter)})` : print(filter);
}

function printPath({ urn, name, sub }: AttributePath): string {
  return (urn === undefined ? "" : `${urn}:`) + name + (sub === undefined ? "" : `.${sub}`);
}

/** The tree without the positions, which depend on how it was written. */
export function bare(filter: Filter): Filter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, terms: filter.terms.map(bare) };
    case "not":
      return { kind: "not", filter: bare(filter.filter) };
    case "element":
      return { kind: "element", path: filter.path, filter: bare(filter.filter) };
    case "compare":
      return { kind: "compare", path: filter.path, operator: filter.operator, value: filter.value };
    case "present":
      return { kind: "present", path: filter.path };
  }
}
