import { createHash } from "node:crypto";
import { type HashScheme, isSame, malformed, tooCostly } from "./scheme.ts";

/** The rounds double with it: 2^18 MD5 sums are about a tenth of a second. */
const logMax = 18;
const roundsPerTurn = 2048;

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const form = /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/;

function encode(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    const value = a | ((b ?? 0) << 8) | ((c ?? 0) << 16);
    const chars = c !== undefined ? 4 : b !== undefined ? 3 : 2;
    for (let index = 0; index < chars; index++) text += alphabet.charAt((value >> (6 * index)) & 63);
  }
  return text;
}

/** The portable hashes of phpass, as WordPress and phpBB keep them. */
export const phpassScheme: HashScheme = {
  name: "phpass",
  isWeak: true,
  prefix: /^\$[PH]\$/,
  refuse(hash) {
    const log = alphabet.indexOf(form.exec(hash)?.[1] ?? "!");
    if (log < 7) return malformed("phpass");
    return log > logMax ? tooCostly("phpass", "logarithm of rounds", logMax) : undefined;
  },
  async verify(password, hash) {
    const [, log = ".", salt = "", text = ""] = form.exec(hash) ?? [];
    const bytes = Buffer.from(password);
    let sum = createHash("md5").update(salt).update(bytes).digest();
    const rounds = 2 ** alphabet.indexOf(log);
    for (let round = 0; round < rounds; round++) {
      sum = createHash("md5").update(sum).update(bytes).digest();
      if (round % roundsPerTurn === roundsPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
    }
    return isSame(Buffer.from(encode(sum)), Buffer.from(text));
  },
};
