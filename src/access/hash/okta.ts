import type { JsonObject } from "../../scim/json.ts";
import { type SaltedDigest, saltedDigestText } from "./digest.ts";
import { type ReadHash, readPasswordHash } from "./read.ts";

const digests: Readonly<Record<string, SaltedDigest["algorithm"]>> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-512": "sha512",
};

/** The digests under PBKDF2, as Okta names them. */
const macs: Readonly<Record<string, string>> = {
  SHA1_HMAC: "sha1",
  SHA256_HMAC: "sha256",
  SHA512_HMAC: "sha512",
};

/**
 * Reads the `hash` object of an Okta password: `{ algorithm, workFactor, salt, saltOrder, value }`.
 *
 * @param acceptWeak as readPasswordHash takes it
 */
export function readOktaHash(hash: JsonObject, acceptWeak: boolean): ReadHash {
  const text = hashText(hash);
  return text === undefined
    ? { wrong: "the hash object names no known algorithm, or lacks its parts" }
    : readPasswordHash(text, { acceptWeak });
}

function hashText(hash: JsonObject): string | undefined {
  const { algorithm, workFactor, salt = "", saltOrder, value, iterationCount, digestAlgorithm } = hash;
  if (typeof algorithm !== "string" || typeof value !== "string" || typeof salt !== "string") return undefined;
  if (algorithm === "BCRYPT") {
    return typeof workFactor === "number" ? `$2a$${String(workFactor).padStart(2, "0")}$${salt}${value}` : undefined;
  }
  if (algorithm === "PBKDF2") {
    const mac =
      typeof digestAlgorithm === "string" && Object.hasOwn(macs, digestAlgorithm) ? macs[digestAlgorithm] : undefined;
    const trim = (text: string): string => text.replace(/=+$/, "");
    return mac && typeof iterationCount === "number"
      ? `$pbkdf2-${mac}$i=${iterationCount}$${trim(salt)}$${trim(value)}`
      : undefined;
  }
  const known = Object.hasOwn(digests, algorithm) ? digests[algorithm] : undefined;
  if (known === undefined) return undefined;
  const place = saltOrder === "PREFIX" ? "prefix" : "suffix";
  const [saltBytes, sum] = [salt, value].map((text) => Buffer.from(text, "base64"));
  if (saltBytes === undefined || sum === undefined) return undefined;
  return saltedDigestText({ kind: "digest", algorithm: known, place, salt: saltBytes, sum });
}
