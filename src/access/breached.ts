import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { SettingError } from "../config.ts";

/*
 * A file of passwords that others are known to use: one a line, or the SHA-1 of each in ascending order, as the lists
 * of Have I Been Pwned have it (`HASH:count`), in which a search reads some twenty lines however long the list is.
 */

/** Bytes of a list in clear text, which is kept in memory. */
const clearBytesMax = 67_108_864;
/** Bytes that a line of hashes has at most. */
const hashLineBytesMax = 64;

const hashLine = /^[0-9a-f]{40}(?::\d+)?\r?$/i;

/**
 * Opens a list.
 *
 * @returns whether a password is in it
 * @throws SettingError
 */
export function openBreachedList(file: string): (password: string) => boolean {
  try {
    const descriptor = openSync(file, "r");
    const { size } = fstatSync(descriptor);
    const start = Buffer.alloc(Math.min(size, hashLineBytesMax));
    readSync(descriptor, start, 0, start.length, 0);
    const [first = ""] = start.toString("latin1").split("\n");
    if (hashLine.test(first)) return (password) => hasHash(descriptor, size, sha1(password));
    closeSync(descriptor);
    if (size > clearBytesMax) {
      const most = `more than ${clearBytesMax} bytes of passwords in clear text`;
      throw new SettingError(`${file} has ${most}: use a list of SHA-1 hashes in ascending order`);
    }
    const known = new Set(readFileSync(file, "utf8").split(/\r?\n/).filter(Boolean));
    return (password) => known.has(password);
  } catch (cause) {
    if (cause instanceof SettingError) throw cause;
    throw new SettingError(`the list of passwords ${file} can not be read`, { cause });
  }
}

function sha1(password: string): string {
  return new Bun.CryptoHasher("sha1").update(password).digest("hex").toUpperCase();
}

/** Looks for a hash between two places of the file, by halves. */
function hasHash(descriptor: number, size: number, wanted: string): boolean {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { start, end, hash } = lineAt(descriptor, size, middle);
    if (hash === wanted) return true;
    if (hash < wanted) low = end;
    else high = start;
  }
  return false;
}

/** The line in which a place of the file lies. */
function lineAt(descriptor: number, size: number, place: number) {
  const from = Math.max(0, place - hashLineBytesMax);
  const bytes = Buffer.alloc(Math.min(size - from, 2 * hashLineBytesMax));
  readSync(descriptor, bytes, 0, bytes.length, from);
  const text = bytes.toString("latin1");
  const begins = text.lastIndexOf("\n", place - from - 1) + 1;
  const ends = text.indexOf("\n", place - from);
  const line = text.slice(begins, ends < 0 ? undefined : ends);
  return { start: from + begins, end: ends < 0 ? size : from + ends + 1, hash: line.slice(0, 40).toUpperCase() };
}
