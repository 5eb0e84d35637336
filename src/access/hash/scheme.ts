import { timingSafeEqual } from "node:crypto";

/** One way of hashing passwords: how its hashes are known, what is wrong with one, and how a password is checked. */
export interface HashScheme {
  readonly name: string;
  /** Quick to try passwords against: taken in only where that is allowed, and replaced at the first login. */
  readonly isWeak: boolean;
  /** How its hashes begin. */
  readonly prefix: RegExp;
  /** What is wrong with a hash that begins so, in a sentence without the hash; undefined when nothing is. */
  refuse(hash: string): string | undefined;
  /** Whether the password, byte for byte as it was typed, has the hash; the hash was not refused. */
  verify(password: string, hash: string): Promise<boolean>;
}

/** Equal bytes, compared in a time that does not tell where they differ. */
export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

/** Base64 with `.` or `-_` in the place of `+/`, with or without padding. */
export function fromBase64(text: string): Buffer {
  return Buffer.from(text.replaceAll(".", "+").replaceAll("-", "+").replaceAll("_", "/"), "base64");
}

/** A malformed hash of that scheme. */
export function malformed(name: string): string {
  return `the ${name} hash is not well formed`;
}

/** A hash whose check would cost more than this server is ready to spend on a login. */
export function tooCostly(name: string, what: string, max: number): string {
  return `the ${name} hash has a ${what} above ${max}, which would make each login too expensive`;
}
