import { argon2Scheme } from "./argon2.ts";
import { bcryptScheme } from "./bcrypt.ts";
import { cryptSchemes } from "./crypt.ts";
import { fromHex, ldapScheme, saltedDigestScheme } from "./digest.ts";
import { djangoScheme, pbkdf2Scheme } from "./pbkdf2.ts";
import { phpassScheme } from "./phpass.ts";
import type { HashScheme } from "./scheme.ts";
import { firescryptScheme, scryptScheme } from "./scrypt.ts";

/** Every scheme whose hashes are taken in. */
export const hashSchemes: readonly HashScheme[] = Object.freeze([
  argon2Scheme,
  bcryptScheme,
  scryptScheme,
  firescryptScheme,
  pbkdf2Scheme,
  djangoScheme,
  ...cryptSchemes,
  ldapScheme,
  saltedDigestScheme,
  phpassScheme,
]);

/** Characters of a hash: the longest that is known has not half as many. */
const hashCharsMax = 1024;

/** A hash as it is stored, which says its own scheme; or what is wrong with it, in a sentence without the hash. */
export type ReadHash = { readonly hash: string; readonly isWeak: boolean } | { readonly wrong: string };

export interface ReadHashOptions {
  /** What an export calls the algorithm in a column of its own: `MD5`, `SHA-1`, `crypt`. */
  readonly algorithm?: string;
  /** Whether hashes are taken that are quick to try passwords against. */
  readonly acceptWeak: boolean;
}

/** The scheme of a hash, by how it begins. */
export function schemeOf(hash: string): HashScheme | undefined {
  return hashSchemes.find(({ prefix }) => prefix.test(hash));
}

/**
 * Reads a password hash of another system: modular crypt and PHC strings, `{SSHA}` and its kin, Django's, phpass, and
 * digests in hexadecimal when their algorithm is told.
 *
 * @example readPasswordHash("$2y$10$…", { acceptWeak: true }) // { hash: "$2y$10$…", isWeak: false }
 */
export function readPasswordHash(text: string, { algorithm, acceptWeak }: ReadHashOptions): ReadHash {
  if (text.length > hashCharsMax) return { wrong: `the hash is longer than ${hashCharsMax} characters` };
  const hash = canonical(text.trim(), algorithm);
  const scheme = schemeOf(hash);
  if (scheme === undefined) {
    const hint = algorithm === undefined ? "" : `, nor one of the algorithm that is named`;
    return { wrong: `the hash begins like none that is known${hint}` };
  }
  const wrong = scheme.refuse(hash);
  if (wrong !== undefined) return { wrong };
  const { isWeak, name } = scheme;
  if (isWeak && !acceptWeak) return { wrong: `${name} hashes are quick to guess, and acceptWeakHashes is false` };
  return { hash, isWeak };
}

function canonical(text: string, algorithm: string | undefined): string {
  const crypt = /^\{crypt\}/i.exec(text);
  if (crypt !== null) return text.slice(crypt[0].length);
  return algorithm === undefined ? text : (fromHex(text, algorithm) ?? text);
}
