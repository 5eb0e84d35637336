import type { ResourceType } from "../../scim/schema/registry.ts";
import { isWrongCell, readColumn } from "../column.ts";
import { type Column, RowBuilder, shownValue, splitList } from "../row.ts";
import { type Dialect, FileError } from "./dialect.ts";
import { tooManyCells } from "./ragged.ts";

/** A column of group names to join, parted by semicolons; `groups` of the schema is read-only. */
const groupsHeader = "groups";
/** The column a report adds; a file that is fixed and uploaded again may keep it. */
const errorHeader = "_error";

/** What a column is for. `place` is what it fills: no two columns may fill one. */
type Use =
  | { readonly kind: "attribute"; readonly place: string; readonly header: string; readonly column: Column }
  | { readonly kind: "groups"; readonly place: string; readonly header: string }
  | { readonly kind: "ignored" };

function useOf(name: string, type: ResourceType): Use | undefined {
  const header = name.trim();
  if (header.toLowerCase() === errorHeader) return { kind: "ignored" };
  if (header.toLowerCase() === groupsHeader) return { kind: "groups", place: groupsHeader, header };
  const target = readColumn(header, type);
  if (target === undefined) return undefined;
  const place = `${target.text} ${target.slot ?? "list"}`;
  return { kind: "attribute", place, header, column: { header, target } };
}

/** The attributes by which a file shows that it holds users. */
const keys: ReadonlySet<string> = new Set(["userName", "emails.value"]);

/**
 * What each column of a header is for.
 *
 * @throws FileError when a column is unknown, or is there twice, or userName is missing
 */
function bindHeader(header: readonly string[], type: ResourceType): readonly Use[] {
  const uses = header.map((name) => useOf(name, type));
  const unknown = header.flatMap((name, index) =>
    uses[index] === undefined ? [`${JSON.stringify(name.slice(0, 64))} (column ${index + 1})`] : [],
  );
  if (unknown.length === header.length) {
    // A file without a header: its first row may hold a password, and is not repeated.
    throw new FileError(
      "missing_column",
      `line 1: no column names an attribute of ${type.name}; is the header missing?`,
    );
  }
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 10).join(", ");
    throw new FileError("unknown_column", `line 1: no attribute of ${type.name} is called ${shown}`);
  }
  const known = uses.filter((use) => use !== undefined);
  requireOnce(known);
  if (!known.some((use) => use.kind === "attribute" && use.column.target.text === "userName")) {
    throw new FileError("missing_column", "line 1: there is no column userName");
  }
  return known;
}

function requireOnce(uses: readonly Use[]): void {
  const taken = new Map<string, string>();
  for (const use of uses) {
    if (use.kind === "ignored") continue;
    const first = taken.get(use.place);
    if (first !== undefined) {
      const columns = `the columns ${JSON.stringify(first)} and ${JSON.stringify(use.header)}`;
      throw new FileError("duplicate_column", `line 1: ${columns} name the same attribute`);
    }
    taken.set(use.place, use.header);
  }
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
    const columnsOf = (path: string): readonly number[] =>
      uses.flatMap((use, index) => (use.kind === "attribute" && use.column.target.text === path ? [index] : []));
    const [userName = 0] = columnsOf("userName");
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
        const columns = columnsOf(path).flatMap((index) => {
          const use = uses[index];
          return use?.kind === "attribute" ? [{ ...use.column, text: cellText(cells[index]) }] : [];
        });
        // Several columns may fill one attribute; the message is about the one whose cell is wrong.
        const column = columns.find(({ target, text }) => text !== "" && isWrongCell(text, target.path)) ?? columns[0];
        return column === undefined ? {} : { column: column.header, ...shownValue(column.target, column.text) };
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
