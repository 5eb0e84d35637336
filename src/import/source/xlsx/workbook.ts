import { TableError } from "../table.ts";
import type { Archive } from "./archive.ts";
import { sharedStringsPartBytesMax, sheetNamesShownMax, smallPartBytesMax } from "./limits.ts";
import type { NumberFormat } from "./number-format.ts";
import { folderOf, type ListedSheet, RelationshipsHandler, relationshipsOf, WorkbookHandler } from "./parts.ts";
import { SharedStringsHandler, TextPool } from "./shared-strings.ts";
import { StylesHandler } from "./styles.ts";
import { readXml, type XmlHandler } from "./xml.ts";

/** What the cells of a workbook's sheets refer to. */
export interface Workbook {
  readonly texts: TextPool;
  /** By the number of the style of a cell. */
  readonly formats: readonly NumberFormat[];
  /** True where days are counted from 1904, false where from 1900. */
  readonly from1904: boolean;
}

/** A workbook and the sheet of it that is to be read. */
export interface WorkbookSheet extends Workbook {
  readonly sheet: string;
  /** The part of the archive that has the sheet. */
  readonly part: string;
}

const saveOtherwise = "save the table as an Excel workbook (.xlsx) or as CSV (UTF-8)";

/** Archives that are no workbook of this format, by a part that only they have. */
const foreignParts: readonly (readonly [part: string, problem: string])[] = [
  ["xl/workbook.bin", `the file is a binary Excel workbook (.xlsb); ${saveOtherwise} instead`],
  ["word/document.xml", `the file is a Word document; ${saveOtherwise} instead`],
  ["ppt/presentation.xml", `the file is a presentation; ${saveOtherwise} instead`],
  ["mimetype", `the file is an OpenDocument file (.ods) or another one of its kind; ${saveOtherwise} instead`],
  ["index/document.iwa", `the file is a Numbers spreadsheet; export it from Numbers to Excel or CSV instead`],
];

/**
 * Reads what the archive says about its sheets and their cells, and chooses the sheet: the one of this name, or the
 * first one that is visible. Throws TableError: `unsupported_format`, `unknown_sheet`, `bad_xlsx`, `too_large`.
 */
export async function readWorkbook(archive: Archive, name: string | undefined): Promise<WorkbookSheet> {
  const read = (part: string, handler: XmlHandler, bytesMax = smallPartBytesMax): Promise<void> =>
    readXml(part, archive.text(part, bytesMax), handler);
  const book = await workbookPart(archive, read);
  const workbook = new WorkbookHandler();
  await read(book, workbook);
  const relationships = new RelationshipsHandler(folderOf(book));
  await read(relationshipsOf(book), relationships);
  const tables = workbook.sheets.filter(({ relationship }) => kindOf(relationships, relationship) === "worksheet");
  const chosen = chooseSheet(tables, name);
  const part = relationships.targets.get(chosen.relationship)?.part ?? "";

  const styles = new StylesHandler();
  const stylesPart = relationships.ofKind("styles");
  if (stylesPart !== undefined && archive.has(stylesPart)) await read(stylesPart, styles);
  const texts = new TextPool();
  const textsPart = relationships.ofKind("sharedStrings");
  if (textsPart !== undefined && archive.has(textsPart)) {
    await read(textsPart, new SharedStringsHandler(texts), sharedStringsPartBytesMax);
  }
  return { texts, formats: styles.formats, from1904: workbook.from1904, sheet: chosen.name, part };
}

/** The part that lists the sheets. */
async function workbookPart(
  archive: Archive,
  read: (part: string, handler: XmlHandler) => Promise<void>,
): Promise<string> {
  const foreign = foreignParts.find(([part]) => archive.has(part))?.[1];
  if (foreign !== undefined) throw new TableError("unsupported_format", foreign);
  const root = new RelationshipsHandler("");
  if (archive.has("_rels/.rels")) await read("_rels/.rels", root);
  const part = root.ofKind("officeDocument") ?? "xl/workbook.xml";
  if (archive.has(part)) return part;
  const problem = "the file is a ZIP archive and no Excel workbook; unpack it and upload the table in it";
  throw new TableError("unsupported_format", problem);
}

function kindOf(relationships: RelationshipsHandler, id: string): string | undefined {
  return relationships.targets.get(id)?.kind;
}

function chooseSheet(sheets: readonly ListedSheet[], name: string | undefined): ListedSheet {
  if (name === undefined) {
    const visible = sheets.find(({ isVisible }) => isVisible);
    if (visible === undefined) throw new TableError("bad_xlsx", "the workbook has no sheet that is visible");
    return visible;
  }
  const lower = name.toLowerCase();
  const named =
    sheets.find((sheet) => sheet.name === name) ?? sheets.find((sheet) => sheet.name.toLowerCase() === lower);
  if (named !== undefined) return named;
  const shown = sheets.slice(0, sheetNamesShownMax).map((sheet) => JSON.stringify(sheet.name));
  const more = sheets.length > shown.length ? ` and ${sheets.length - shown.length} more` : "";
  const asked = JSON.stringify(name.slice(0, 64));
  throw new TableError("unknown_sheet", `there is no sheet ${asked}; the sheets are ${shown.join(", ")}${more}`);
}
