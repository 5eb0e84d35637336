import type { Json, JsonObject } from "../../scim/json.ts";
import { isJsonObject } from "../../scim/json.ts";
import { type SaltedDigest, saltedDigestText } from "./digest.ts";
import { type ReadHash, readPasswordHash } from "./read.ts";

function textAt(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === "string" ? value : undefined;
}

/** Bytes that Auth0 writes as text: hexadecimal, base64 or UTF-8. */
function bytesOf(value: Json | undefined, otherwise: BufferEncoding): Buffer | undefined {
  if (!isJsonObject(value)) return undefined;
  const text = textAt(value, "value");
  const encoding = textAt(value, "encoding") ?? otherwise;
  if (text === undefined || !/^(?:hex|base64|utf-?8)$/.test(encoding)) return undefined;
  return Buffer.from(text, encoding === "hex" || encoding === "base64" ? encoding : "utf8");
}

const digests: Readonly<Record<string, SaltedDigest["algorithm"]>> = {
  md5: "md5",
  sha1: "sha1",
  sha256: "sha256",
  sha512: "sha512",
};

/**
 * Reads the `custom_password_hash` of an Auth0 user: the algorithm, the hash in its encoding, and the salt or key.
 *
 * @param acceptWeak as readPasswordHash takes it
 */
export function readAuth0Hash(custom: JsonObject, acceptWeak: boolean): ReadHash {
  const algorithm = textAt(custom, "algorithm") ?? "";
  const text = hashText(algorithm, custom);
  if (text !== undefined) return readPasswordHash(text, { acceptWeak });
  const shown = /^[a-z0-9]{1,16}$/.test(algorithm) ? algorithm : "that is named";
  return { wrong: `custom_password_hash of the algorithm ${shown} can not be read` };
}

function hashText(algorithm: string, { hash, salt, ...custom }: JsonObject): string | undefined {
  const plain = isJsonObject(hash) ? textAt(hash, "value") : undefined;
  if (["argon2", "bcrypt", "pbkdf2", "ldap"].includes(algorithm)) return plain;
  if (algorithm === "scrypt") return scryptText(custom, bytesOf(hash, "base64"), bytesOf(salt, "utf8"));
  const sum = bytesOf(hash, "hex");
  if (sum === undefined) return undefined;
  if (algorithm === "hmac") return hmacText(hash, sum);
  const known = Object.hasOwn(digests, algorithm) ? digests[algorithm] : undefined;
  if (known === undefined) return undefined;
  const place = isJsonObject(salt) && salt.position === "suffix" ? "suffix" : "prefix";
  const salted = salt === undefined ? Buffer.alloc(0) : bytesOf(salt, "utf8");
  return salted && saltedDigestText({ kind: "digest", algorithm: known, place, salt: salted, sum });
}

function hmacText(hash: Json | undefined, sum: Buffer): string | undefined {
  if (!isJsonObject(hash)) return undefined;
  const key = bytesOf(hash.key, "utf8");
  const algorithm = Object.hasOwn(digests, textAt(hash, "digest") ?? "")
    ? digests[textAt(hash, "digest") ?? ""]
    : undefined;
  if (key === undefined || algorithm === undefined) return undefined;
  return saltedDigestText({ kind: "hmac", algorithm, place: "key", salt: key, sum });
}

function scryptText({ cost, blockSize, parallelization }: JsonObject, key?: Buffer, salt?: Buffer): string | undefined {
  if (key === undefined || salt === undefined) return undefined;
  const ln = Math.log2(typeof cost === "number" ? cost : 16_384);
  if (!Number.isInteger(ln)) return undefined;
  const [r, p] = [blockSize, parallelization].map((value, index) =>
    typeof value === "number" ? value : [8, 1][index],
  );
  const [saltText, keyText] = [salt, key].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
  return `$scrypt$ln=${ln},r=${r},p=${p}$${saltText}$${keyText}`;
}
