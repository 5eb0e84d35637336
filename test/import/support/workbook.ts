import { columnLetters } from "../../../src/import/source/xlsx/reference.ts";
import { type ZipEntry, zip } from "./zip.ts";

/** A cell: a text, a number, a boolean, an empty one, a number shown by a format, or the XML of one. */
export type WrittenCell =
  | string
  | number
  | boolean
  | null
  | { readonly value: number; readonly format: string | number }
  | { readonly type: string; readonly content: string };

export interface WrittenSheet {
  readonly name: string;
  /** The rows from row 1 on; an empty one is left out of the file, as is an empty cell. */
  readonly rows: readonly (readonly WrittenCell[])[];
  readonly state?: "hidden" | "veryHidden";
}

export interface WrittenWorkbook {
  readonly sheets: readonly WrittenSheet[];
  /** Texts stand in the cells where false, in a part of their own where true, as Excel writes them. */
  readonly shared?: boolean;
  readonly from1904?: boolean;
  /** Further parts, or others instead of those that are written. */
  readonly parts?: readonly ZipEntry[];
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const documents = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packages = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';

/** A workbook of these sheets in the bytes of an .xlsx file. */
export function workbook({ sheets, shared = true, from1904 = false, parts = [] }: WrittenWorkbook): Buffer {
  const texts = new Map<string, number>();
  const formats = new Map<string | number, number>();
  const written = sheets.map(({ rows }) => sheetXml(rows, shared ? texts : undefined, formats));
  const listed = sheets.map(({ name, state }, index) => {
    const shown = state === undefined ? "" : ` state="${state}"`;
    return `<sheet name="${escapeXml(name)}" sheetId="${index + 1}"${shown} r:id="rId${index + 1}"/>`;
  });
  const links = sheets.map((_, index) =>
    relationship(`rId${index + 1}`, "worksheet", `worksheets/sheet${index + 1}.xml`),
  );
  const entries: ZipEntry[] = [
    { name: "_rels/.rels", data: relationships([relationship("rId1", "officeDocument", "xl/workbook.xml")]) },
    {
      name: "xl/workbook.xml",
      data: `${declaration}<workbook ${main} xmlns:r="${documents}"><workbookPr date1904="${from1904 ? 1 : 0}"/><sheets>${listed.join("")}</sheets></workbook>`,
    },
    {
      name: "xl/_rels/workbook.xml.rels",
      data: relationships([
        ...links,
        relationship("rIdStyles", "styles", "styles.xml"),
        relationship("rIdTexts", "sharedStrings", "/xl/sharedStrings.xml"),
      ]),
    },
    { name: "xl/styles.xml", data: stylesXml(formats) },
    { name: "xl/sharedStrings.xml", data: textsXml(texts) },
    ...written.map((data, index) => ({ name: `xl/worksheets/sheet${index + 1}.xml`, data })),
  ];
  const replaced = new Set(parts.map(({ name }) => name));
  return zip([...entries.filter(({ name }) => !replaced.has(name)), ...parts]);
}

/** A text as it stands in XML; control characters as workbooks have them. */
export function escapeXml(text: string): string {
  return text
    .replace(/_x[0-9A-Fa-f]{4}_/g, (found) => `_x005F${found}`)
    .replace(/[\0-\x08\x0b-\x1f]/g, (found) => `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The XML of a sheet with these rows in its `sheetData`. */
export function sheetOf(rows: string): string {
  return `${declaration}<worksheet ${main}><sheetData>${rows}</sheetData></worksheet>`;
}

function sheetXml(
  rows: WrittenSheet["rows"],
  texts: Map<string, number> | undefined,
  formats: Map<string | number, number>,
): string {
  const written = rows.map((cells, row) => {
    const inside = cells.map((cell, column) => cellXml(cell, `${columnLetters(column)}${row + 1}`, texts, formats));
    return cells.length === 0 ? "" : `<row r="${row + 1}">${inside.join("")}</row>`;
  });
  return sheetOf(written.join(""));
}

function cellXml(
  cell: WrittenCell,
  reference: string,
  texts: Map<string, number> | undefined,
  formats: Map<string | number, number>,
): string {
  if (cell === null) return "";
  if (typeof cell === "number") return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === "boolean") return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === "string") {
    if (texts === undefined) {
      return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`;
    }
    return `<c r="${reference}" t="s"><v>${indexOf(texts, cell)}</v></c>`;
  }
  if ("content" in cell) return `<c r="${reference}" t="${cell.type}">${cell.content}</c>`;
  // Style 0 is the general one.
  return `<c r="${reference}" s="${indexOf(formats, cell.format) + 1}"><v>${cell.value}</v></c>`;
}

function indexOf<T>(known: Map<T, number>, value: T): number {
  const index = known.get(value) ?? known.size;
  known.set(value, index);
  return index;
}

function stylesXml(formats: ReadonlyMap<string | number, number>): string {
  const ids = [...formats.keys()].map((format, index) => (typeof format === "number" ? format : 164 + index));
  const codes = [...formats.keys()].map((format, index) =>
    typeof format === "number" ? "" : `<numFmt numFmtId="${ids[index]}" formatCode="${escapeXml(format)}"/>`,
  );
  const styles = [0, ...ids].map((id) => `<xf numFmtId="${id}"/>`);
  const base = '<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>';
  return `${declaration}<styleSheet ${main}><numFmts>${codes.join("")}</numFmts>${base}<cellXfs>${styles.join("")}</cellXfs></styleSheet>`;
}

function textsXml(texts: ReadonlyMap<string, number>): string {
  const items = [...texts.keys()].map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`);
  return `${declaration}<sst ${main} uniqueCount="${texts.size}">${items.join("")}</sst>`;
}

function relationship(id: string, kind: string, target: string): string {
  return `<Relationship Id="${id}" Type="${documents}/${kind}" Target="${target}"/>`;
}

function relationships(inside: readonly string[]): string {
  return `${declaration}<Relationships ${packages}>${inside.join("")}</Relationships>`;
}
