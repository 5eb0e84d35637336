import { refuseForeign, startsWith } from "./signature.ts";

/** The character encodings a file may have. */
export const charsets = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Charset = (typeof charsets)[number];

/** Bytes looked at before anything is decoded: enough to tell UTF-16 without a mark from text with a stray NUL. */
export const headBytes = 256;

/** What the head of a file says about its encoding. */
export interface Sniffed {
  readonly charset: Charset;
  /** Length of the byte order mark; 0 where there is none and the charset is a guess. */
  readonly markBytes: number;
}

const byteOrderMarks: readonly { readonly bytes: readonly number[]; readonly charset: Charset }[] = [
  { bytes: [0xef, 0xbb, 0xbf], charset: "utf-8" },
  { bytes: [0xff, 0xfe], charset: "utf-16le" },
  { bytes: [0xfe, 0xff], charset: "utf-16be" },
];

/**
 * Tells the encoding from the first bytes of a file, UTF-8 where nothing speaks against it; `asked` overrides it.
 * Throws `unsupported_format` for a file that is no text.
 */
export function sniffCharset(head: Uint8Array, asked?: Charset): Sniffed {
  refuseForeign(head);
  const mark = byteOrderMarks.find(({ bytes }) => startsWith(head, bytes));
  if (asked !== undefined) return { charset: asked, markBytes: mark?.charset === asked ? mark.bytes.length : 0 };
  if (mark !== undefined) return { charset: mark.charset, markBytes: mark.bytes.length };
  return { charset: guessByNuls(head), markBytes: 0 };
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
