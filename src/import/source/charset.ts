import { TableError } from "./table.ts";

/** The character encodings a file may have. */
export type Charset = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** Bytes looked at before anything is decoded: enough to tell UTF-16 without a mark from text with a stray NUL. */
export const headBytes = 256;

/** What the head of a file says about its encoding. */
export interface Sniffed {
  readonly charset: Charset;
  /** Length of the byte order mark; 0 where there is none and the charset is a guess. */
  readonly markBytes: number;
}

interface Signature {
  readonly bytes: readonly number[];
  readonly what: string;
}

/** Files that are often sent by mistake. */
const foreignSignatures: readonly Signature[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: "an Excel workbook (.xlsx) or another ZIP archive" },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: "an old Excel workbook (.xls)" },
  { bytes: [0xff, 0xfe, 0x00, 0x00], what: "UTF-32 text" },
];

const byteOrderMarks: readonly { readonly bytes: readonly number[]; readonly charset: Charset }[] = [
  { bytes: [0xef, 0xbb, 0xbf], charset: "utf-8" },
  { bytes: [0xff, 0xfe], charset: "utf-16le" },
  { bytes: [0xfe, 0xff], charset: "utf-16be" },
];

/**
 * Tells the encoding from the first bytes of a file, UTF-8 where nothing speaks against it.
 * Throws `unsupported_format` for a file that is no text.
 */
export function sniffCharset(head: Uint8Array): Sniffed {
  const foreign = foreignSignatures.find(({ bytes }) => startsWith(head, bytes));
  if (foreign !== undefined) {
    throw new TableError("unsupported_format", `the file is ${foreign.what}; save the table as CSV (UTF-8) instead`);
  }
  const mark = byteOrderMarks.find(({ bytes }) => startsWith(head, bytes));
  if (mark !== undefined) return { charset: mark.charset, markBytes: mark.bytes.length };
  return { charset: guessByNuls(head), markBytes: 0 };
}

function startsWith(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}

/** In UTF-16 text of a western language one byte of nearly every pair is NUL, and always the same one. */
function guessByNuls(head: Uint8Array): Charset {
  const pairs = Math.floor(Math.min(head.length, headBytes) / 2);
  const nuls = [0, 0] as [number, number];
  for (let index = 0; index < pairs * 2; index++) {
    if (head[index] === 0) nuls[index % 2 === 0 ? 0 : 1]++;
  }
  const [first, second] = nuls;
  const enough = Math.max(2, pairs / 2);
  if (first === 0 && second >= enough) return "utf-16le";
  if (second === 0 && first >= enough) return "utf-16be";
  return "utf-8";
}
