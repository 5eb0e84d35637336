import { createCipheriv, scrypt } from "node:crypto";
import { fromBase64, type HashScheme, isSame, malformed, tooCostly } from "./scheme.ts";

/** Bytes of memory that one check may take: 128 · N · r. */
const memoryMax = 67_108_864;
const lanesMax = 16;
const keyBytesMax = 128;

interface Costs {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** @throws RangeError for costs that scrypt does not have */
function derive(password: string, salt: Uint8Array, { ln, r, p }: Costs, keyBytes: number): Promise<Buffer> {
  const options = { N: 2 ** ln, r, p, maxmem: 2 * memoryMax };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

const costs = /^ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})$/;

function readCosts(text: string | undefined): Costs | undefined {
  const [, ln = 0, r = 0, p = 0] = costs.exec(text ?? "")?.map(Number) ?? [];
  return ln > 0 && r > 0 && p > 0 ? { ln, r, p } : undefined;
}

function refuseCosts(name: string, { ln, r, p }: Costs): string | undefined {
  if (128 * 2 ** ln * r > memoryMax) return tooCostly(name, "memory in bytes", memoryMax);
  return p > lanesMax ? tooCostly(name, "parallelism", lanesMax) : undefined;
}

function partsOf(hash: string) {
  const [, , costText, salt, key, separator, signer] = hash.split("$");
  return { costs: readCosts(costText), salt, key, separator, signer };
}

/** scrypt (RFC 7914) as `$scrypt$ln=15,r=8,p=1$salt$key`. */
export const scryptScheme: HashScheme = {
  name: "scrypt",
  isWeak: false,
  prefix: /^\$scrypt\$/,
  refuse(hash) {
    const { costs: asked, salt, key, separator } = partsOf(hash);
    const bytes = fromBase64(key ?? "").byteLength;
    const isWhole = asked !== undefined && salt !== undefined && separator === undefined && bytes >= 16;
    if (!isWhole || bytes > keyBytesMax) return malformed("scrypt");
    return refuseCosts("scrypt", asked);
  },
  async verify(password, hash) {
    const { costs: asked, salt = "", key = "" } = partsOf(hash);
    const expected = fromBase64(key);
    if (asked === undefined) return false;
    return isSame(await derive(password, fromBase64(salt), asked, expected.byteLength), expected);
  },
};

/**
 * Firebase's own: what scrypt derives encrypts the project's signer key, and the result is the hash. Written as
 * `$firescrypt$ln=14,r=8,p=1$salt$hash$salt separator$signer key`.
 */
export const firescryptScheme: HashScheme = {
  name: "firescrypt",
  isWeak: false,
  prefix: /^\$firescrypt\$/,
  refuse(hash) {
    const { costs: asked, salt, key, separator, signer } = partsOf(hash);
    const isWhole = asked !== undefined && salt !== undefined && separator !== undefined;
    if (!isWhole || fromBase64(key ?? "").byteLength === 0 || fromBase64(signer ?? "").byteLength === 0) {
      return malformed("firescrypt");
    }
    return refuseCosts("firescrypt", asked);
  },
  async verify(password, hash) {
    const { costs: asked, salt = "", key = "", separator = "", signer = "" } = partsOf(hash);
    if (asked === undefined) return false;
    const salted = Buffer.concat([fromBase64(salt), fromBase64(separator)]);
    const derived = await derive(password, salted, asked, 64);
    const cipher = createCipheriv("aes-256-ctr", derived.subarray(0, 32), Buffer.alloc(16));
    const made = Buffer.concat([cipher.update(fromBase64(signer)), cipher.final()]);
    return isSame(made, fromBase64(key));
  },
};
