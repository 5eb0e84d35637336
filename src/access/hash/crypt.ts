import { createHash } from "node:crypto";
import { type HashScheme, isSame, malformed, tooCostly } from "./scheme.ts";

/*
 * The schemes of crypt(3): MD5 (FreeBSD) and SHA-256 and SHA-512 (U. Drepper, "Unix crypt using SHA-256 and SHA-512").
 */

/** Rounds that one check may take: a few seconds of one core, during which others run. */
const roundsMax = 1_000_000;
const roundsMin = 1000;
const usualRounds = 5000;
/** Rounds between two turns of the event loop: a few milliseconds. */
const roundsPerTurn = 1000;

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Three bytes as four characters, the lowest bits first. */
function encode(bytes: readonly number[], order: readonly (readonly number[])[]): string {
  return order
    .map((group) => {
      let value = group.reduce((sum, index) => (sum << 8) | (bytes[index] ?? 0), 0);
      let text = "";
      for (let left = group.length + 1; left > 0; left--) {
        text += alphabet.charAt(value & 63);
        value >>>= 6;
      }
      return text;
    })
    .join("");
}

function digest(algorithm: string, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** So many bytes of a text that repeats itself. */
function repeated(bytes: Uint8Array, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

async function turn(round: number): Promise<void> {
  if (round % roundsPerTurn === roundsPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
}

async function md5Crypt(password: Buffer, salt: Buffer): Promise<string> {
  const alternate = digest("md5", password, salt, password);
  const parts = [password, Buffer.from("$1$"), salt, repeated(alternate, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) {
    parts.push((bits & 1) === 1 ? Buffer.from([0]) : password.subarray(0, 1));
  }
  let sum = digest("md5", ...parts);
  for (let round = 0; round < 1000; round++) {
    const isOdd = round % 2 === 1;
    const inputs = [isOdd ? password : sum];
    if (round % 3 !== 0) inputs.push(salt);
    if (round % 7 !== 0) inputs.push(password);
    inputs.push(isOdd ? sum : password);
    sum = digest("md5", ...inputs);
  }
  return encode([...sum], [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]]);
}

/** The places of the bytes of a sum in the text, three at a time. */
function shaOrder(length: 32 | 64): readonly (readonly number[])[] {
  const third = length === 32 ? 10 : 21;
  const groups = Array.from({ length: third }, (_, step) => {
    const three = [step, step + third, step + 2 * third];
    const turns = length === 32 ? (2 * step) % 3 : step % 3;
    return [...three.slice(turns), ...three.slice(0, turns)];
  });
  return length === 32 ? [...groups, [31, 30]] : [...groups, [63]];
}

async function shaCrypt(algorithm: "sha256" | "sha512", password: Buffer, salt: Buffer, rounds: number) {
  const length = algorithm === "sha256" ? 32 : 64;
  const alternate = digest(algorithm, password, salt, password);
  const parts = [password, salt, repeated(alternate, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? alternate : password);
  let sum = digest(algorithm, ...parts);
  const passwords = repeated(
    digest(algorithm, ...Array.from({ length: password.length }, () => password)),
    password.length,
  );
  const times = 16 + (sum[0] ?? 0);
  const salts = repeated(digest(algorithm, ...Array.from({ length: times }, () => salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1;
    const inputs = [isOdd ? passwords : sum];
    if (round % 3 !== 0) inputs.push(salts);
    if (round % 7 !== 0) inputs.push(passwords);
    inputs.push(isOdd ? sum : passwords);
    sum = digest(algorithm, ...inputs);
    await turn(round);
  }
  return encode([...sum], shaOrder(length));
}

interface Parts {
  readonly rounds: number;
  readonly salt: Buffer;
  readonly text: string;
}

/** @param textChars of the hash itself, behind its salt */
function partsOf(hash: string, textChars: number): Parts | undefined {
  const match = /^\$[156]\$(?:rounds=(\d{1,9})\$)?([^$]{0,16})\$([./A-Za-z0-9]+)$/.exec(hash);
  const [, rounds = String(usualRounds), salt = "", text = ""] = match ?? [];
  if (match === null || text.length !== textChars) return undefined;
  return { rounds: Math.max(roundsMin, Number(rounds)), salt: Buffer.from(salt), text };
}

function cryptScheme(
  name: string,
  digit: "1" | "5" | "6",
  textChars: number,
  hashOf: (password: Buffer, parts: Parts) => Promise<string>,
): HashScheme {
  return {
    name,
    isWeak: digit === "1",
    prefix: new RegExp(`^\\$${digit}\\$`),
    refuse(hash) {
      const parts = partsOf(hash, textChars);
      if (parts === undefined) return malformed(name);
      return parts.rounds > roundsMax ? tooCostly(name, "number of rounds", roundsMax) : undefined;
    },
    async verify(password, hash) {
      const parts = partsOf(hash, textChars);
      if (parts === undefined) return false;
      const made = await hashOf(Buffer.from(password), parts);
      return isSame(Buffer.from(made), Buffer.from(parts.text));
    },
  };
}

/** Of the salt, MD5 reads eight bytes. */
const md5SaltBytes = 8;

export const cryptSchemes: readonly HashScheme[] = [
  cryptScheme("md5crypt", "1", 22, (password, { salt }) => md5Crypt(password, salt.subarray(0, md5SaltBytes))),
  cryptScheme("sha256crypt", "5", 43, (password, { salt, rounds }) => shaCrypt("sha256", password, salt, rounds)),
  cryptScheme("sha512crypt", "6", 86, (password, { salt, rounds }) => shaCrypt("sha512", password, salt, rounds)),
];
