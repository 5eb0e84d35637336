import type { ResourceType } from "../../scim/schema/registry.ts";
import { readColumn } from "../column.ts";
import { type Column, RowBuilder, shownValue, splitList } from "../row.ts";
import { type Dialect, FileError } from "./dialect.ts";
import { tooManyCells } from "./ragged.ts";

/** A column of group names to join, parted by semicolons; `groups` of the schema is read-only. */
const groupsHeader = "groups";
/** The column a report adds; a file that is fixed and uploaded again may keep it. */
const errorHeader = "_error";

type Use =
  | { readonly kind: "attribute"; readonly column: Column }
  | { readonly kind: "groups" | "ignored" }
  | undefined;

function useOf(header: string, type: ResourceType): Use {
  const name = header.trim().toLowerCase();
  if (name === errorHeader) return { kind: "ignored" };
  if (name === groupsHeader) return { kind: "groups" };
  const target = readColumn(header, type);
  return target === undefined ? undefined : { kind: "attribute", column: { header: header.trim(), target } };
}

/** The attributes by which a file shows that it holds users. */
const keys: ReadonlySet<string> = new Set(["userName", "emails.value"]);

function bindHeader(header: readonly string[], type: ResourceType): readonly NonNullable<Use>[] {
  const uses = header.map((name) => useOf(name, type));
  const unknown = header.flatMap((name, index) =>
    uses[index] === undefined ? [`${JSON.stringify(name.slice(0, 64))} (column ${index + 1})`] : [],
  );
  if (unknown.length > 0) {
    throw new FileError(
      "unknown_column",
      `line 1: no attribute of ${type.name} is called ${unknown.slice(0, 10).join(", ")}`,
    );
  }
  const known = uses.flatMap((use) => (use === undefined ? [] : [use]));
  const taken = new Map<string, string>();
  for (const use of known) {
    if (use.kind !== "attribute") continue;
    const { header: name, target } = use.column;
    const place = `${target.text} ${target.slot ?? "list"}`;
    const first = taken.get(place);
    if (first !== undefined) {
      throw new FileError(
        "duplicate_column",
        `line 1: the columns ${JSON.stringify(first)} and ${JSON.stringify(name)} name the same attribute`,
      );
    }
    taken.set(place, name);
  }
  if (!known.some((use) => use.kind === "attribute" && use.column.target.text === "userName")) {
    throw new FileError("missing_column", "line 1: there is no column userName");
  }
  return known;
}

/** A table whose headers are paths of SCIM attributes. */
export const scimPathDialect: Dialect = {
  id: "scim-path",
  title: "headers are paths of SCIM attributes",
  match: "userName",

  recognise(header, type) {
    const uses = header.map((name) => useOf(name, type));
    if (uses.includes(undefined)) return undefined;
    const key = uses.find((use) => use?.kind === "attribute" && keys.has(use.column.target.text));
    return key?.kind === "attribute"
      ? `every header is the path of a SCIM attribute, ${key.column.header} among them`
      : undefined;
  },

  bind(header, type) {
    const uses = bindHeader(header, type);
    const schemas = [type.base.id, ...type.extensions.map(({ schema }) => schema.id)];
    const columnAt = (path: string): number =>
      uses.findIndex((use) => use.kind === "attribute" && use.column.target.text === path);
    const userName = columnAt("userName");
    return {
      map({ row, line, cells }) {
        const builder = new RowBuilder(schemas);
        let groups: readonly string[] = [];
        uses.forEach((use, index) => {
          const text = cellText(cells[index]);
          if (text === "") return;
          if (use.kind === "attribute") builder.put(use.column, isTrimmed(use.column) ? text.trim() : text);
          else if (use.kind === "groups") groups = splitList(text, ";");
        });
        const key = cellText(cells[userName]).trim() || null;
        const problems = [...builder.problems, ...tooManyCells(cells, uses.length)];
        return { row, line, key, body: builder.build(), groups, problems, warnings: [] };
      },
      source({ cells }, path) {
        const index = columnAt(path);
        const use = uses[index];
        if (use?.kind !== "attribute") return {};
        return { column: use.column.header, ...shownValue(use.column.target, cellText(cells[index])) };
      },
    };
  },
};

/** A cell that says \N has no value. */
function cellText(cell: string | undefined): string {
  return cell === undefined || cell === "\\N" ? "" : cell;
}

/** Blanks around a password are part of it; around anything else they are a slip of the spreadsheet. */
function isTrimmed({ target }: Column): boolean {
  return target.path.attribute.returned !== "never";
}
