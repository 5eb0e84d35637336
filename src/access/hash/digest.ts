import { createHash, createHmac } from "node:crypto";
import { fromBase64, type HashScheme, isSame, malformed } from "./scheme.ts";

/*
 * One round of a digest, with or without a salt: what LDAP servers keep in `{SSHA}` and the like, and what others have
 * in hexadecimal. Any of them is tried millions of times a second, so that all are weak.
 */

interface Digest {
  readonly algorithm: "md5" | "sha1" | "sha256" | "sha384" | "sha512";
  readonly bytes: number;
  readonly isSalted: boolean;
}

/** The schemes of RFC 2307 and its successors, by name in upper case. */
const ldapDigests: Readonly<Record<string, Digest>> = {
  MD5: { algorithm: "md5", bytes: 16, isSalted: false },
  SMD5: { algorithm: "md5", bytes: 16, isSalted: true },
  SHA: { algorithm: "sha1", bytes: 20, isSalted: false },
  SSHA: { algorithm: "sha1", bytes: 20, isSalted: true },
  SHA256: { algorithm: "sha256", bytes: 32, isSalted: false },
  SSHA256: { algorithm: "sha256", bytes: 32, isSalted: true },
  SHA384: { algorithm: "sha384", bytes: 48, isSalted: false },
  SSHA384: { algorithm: "sha384", bytes: 48, isSalted: true },
  SHA512: { algorithm: "sha512", bytes: 64, isSalted: false },
  SSHA512: { algorithm: "sha512", bytes: 64, isSalted: true },
};

function ldapParts(hash: string) {
  const match = /^\{([A-Z0-9]+)\}([A-Za-z0-9+/]+={0,2})$/i.exec(hash);
  const name = match?.[1]?.toUpperCase() ?? "";
  const known = Object.hasOwn(ldapDigests, name) ? ldapDigests[name] : undefined;
  if (match === null || known === undefined) return undefined;
  const bytes = fromBase64(match[2] ?? "");
  const isWhole = known.isSalted ? bytes.byteLength > known.bytes : bytes.byteLength === known.bytes;
  return isWhole ? { ...known, sum: bytes.subarray(0, known.bytes), salt: bytes.subarray(known.bytes) } : undefined;
}

/** `{SSHA}base64(digest(password + salt) + salt)`. */
export const ldapScheme: HashScheme = {
  name: "LDAP digest",
  isWeak: true,
  prefix: /^\{S?(?:MD5|SHA)\d*\}/i,
  refuse: (hash) => (ldapParts(hash) === undefined ? malformed("LDAP digest") : undefined),
  async verify(password, hash) {
    const parts = ldapParts(hash);
    if (parts === undefined) return false;
    const { algorithm, salt, sum } = parts;
    return isSame(createHash(algorithm).update(password).update(salt).digest(), sum);
  },
};

const keyedForm =
  /^\$(digest|hmac)\$(md5|sha1|sha256|sha384|sha512),(prefix|suffix|key)\$([A-Za-z0-9+/]*={0,2})\$([A-Za-z0-9+/]+={0,2})$/;

/** How a digest came by its salt, or its key. */
export interface SaltedDigest {
  readonly kind: "digest" | "hmac";
  readonly algorithm: Digest["algorithm"];
  readonly place: "prefix" | "suffix" | "key";
  readonly salt: Uint8Array;
  readonly sum: Uint8Array;
}

/** The text of a digest whose salt stands in front or behind, or of an HMAC with its key: our own form of both. */
export function saltedDigestText({ kind, algorithm, place, salt, sum }: SaltedDigest): string {
  const [saltText, sumText] = [salt, sum].map((bytes) => Buffer.from(bytes).toString("base64"));
  return `$${kind}$${algorithm},${place}$${saltText}$${sumText}`;
}

/** What `saltedDigestText` wrote. */
export const saltedDigestScheme: HashScheme = {
  name: "salted digest",
  isWeak: true,
  prefix: /^\$(?:digest|hmac)\$/,
  refuse: (hash) => (keyedForm.test(hash) ? undefined : malformed("salted digest")),
  async verify(password, hash) {
    const [, kind, algorithm = "", place, saltText = "", sumText = ""] = keyedForm.exec(hash) ?? [];
    if (kind === undefined) return false;
    const [salt, sum] = [fromBase64(saltText), fromBase64(sumText)];
    if (kind === "hmac") return isSame(createHmac(algorithm, salt).update(password).digest(), sum);
    const made = createHash(algorithm);
    if (place === "prefix") made.update(salt).update(password);
    else made.update(password).update(salt);
    return isSame(made.digest(), sum);
  },
};

/** Digests in hexadecimal by the name that an export gives them, in lower case without what is no letter or digit. */
const hexNames: Readonly<Record<string, string>> = {
  md5: "MD5",
  sha1: "SHA",
  sha: "SHA",
  sha256: "SHA256",
  sha384: "SHA384",
  sha512: "SHA512",
};

/** A digest in hexadecimal in the form that says its own algorithm; undefined when it is none. */
export function fromHex(hash: string, algorithm: string): string | undefined {
  const key = algorithm.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const name = Object.hasOwn(hexNames, key) ? hexNames[key] : undefined;
  const known = name === undefined ? undefined : ldapDigests[name];
  if (name === undefined || known === undefined) return undefined;
  if (!/^[0-9a-f]+$/i.test(hash) || hash.length !== known.bytes * 2) return undefined;
  return `{${name}}${Buffer.from(hash, "hex").toString("base64")}`;
}
