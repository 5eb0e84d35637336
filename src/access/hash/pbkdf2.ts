import { pbkdf2 } from "node:crypto";
import { fromBase64, type HashScheme, isSame, malformed, tooCostly } from "./scheme.ts";

/** Two million rounds of SHA-256 are about a second on one core. */
const iterationsMax = 2_000_000;
const keyBytesMax = 128;

function derive(password: string, salt: Uint8Array, iterations: number, bytes: number, digest: string) {
  return new Promise<Buffer>((resolve, reject) => {
    pbkdf2(password, salt, iterations, bytes, digest, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

interface Parts {
  readonly digest: string;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly key: Buffer;
}

function refuse(name: string, parts: Parts | undefined): string | undefined {
  const isWhole = parts !== undefined && parts.iterations > 0 && parts.key.byteLength >= 16;
  if (!isWhole || parts.key.byteLength > keyBytesMax) return malformed(name);
  return parts.iterations > iterationsMax ? tooCostly(name, "number of rounds", iterationsMax) : undefined;
}

async function verify(password: string, parts: Parts | undefined): Promise<boolean> {
  if (parts === undefined) return false;
  const { digest, iterations, salt, key } = parts;
  return isSame(await derive(password, salt, iterations, key.byteLength, digest), key);
}

/** `$pbkdf2-sha256$29000$salt$key` of passlib, and `$pbkdf2-sha256$i=29000,l=32$salt$key` of the PHC format. */
const modular =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:(\d{1,9})|i=(\d{1,9})(?:,l=\d{1,4})?)\$([A-Za-z0-9./+_-]*)={0,2}\$([A-Za-z0-9./+_-]+)={0,2}$/;

function modularParts(hash: string): Parts | undefined {
  const match = modular.exec(hash);
  if (match === null) return undefined;
  const [, digest = "sha1", plain, named, salt = "", key = ""] = match;
  return { digest, iterations: Number(plain ?? named), salt: fromBase64(salt), key: fromBase64(key) };
}

/** PBKDF2 (RFC 8018) with SHA-1, SHA-256 or SHA-512. */
export const pbkdf2Scheme: HashScheme = {
  name: "pbkdf2",
  isWeak: false,
  prefix: /^\$pbkdf2/,
  refuse: (hash) => refuse("pbkdf2", modularParts(hash)),
  verify: (password, hash) => verify(password, modularParts(hash)),
};

const django = /^pbkdf2_(sha1|sha256)\$(\d{1,9})\$([^$]{1,128})\$([A-Za-z0-9+/]+)={0,2}$/;

function djangoParts(hash: string): Parts | undefined {
  const match = django.exec(hash);
  if (match === null) return undefined;
  const [, digest = "", iterations, salt = "", key = ""] = match;
  return { digest, iterations: Number(iterations), salt: Buffer.from(salt), key: fromBase64(key) };
}

/** Django's: `pbkdf2_sha256$260000$salt$key`, whose salt is text. */
export const djangoScheme: HashScheme = {
  name: "Django pbkdf2",
  isWeak: false,
  prefix: /^pbkdf2_/,
  refuse: (hash) => refuse("Django pbkdf2", djangoParts(hash)),
  verify: (password, hash) => verify(password, djangoParts(hash)),
};
