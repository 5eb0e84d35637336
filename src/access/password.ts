import { availableParallelism } from "node:os";
import { ScimError } from "../scim/error.ts";
import { schemeOf } from "./hash/read.ts";

/** argon2id with the parameters OWASP lists first: about 43 ms on one core of the machine it was measured on. */
const argon2id = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** Hashes under way at once, and waiting: beyond that a flood of logins would keep every core busy for minutes. */
const hashesAtOnce = availableParallelism();
const hashesWaitingMax = 200;
/** About what those that wait take on two cores. */
const hashesRetrySeconds = 5;

let underWay = 0;
const waiting: (() => void)[] = [];

/**
 * Runs one hash when there is a core for it.
 *
 * @throws ScimError tooManyRequests when too many wait already
 */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  if (underWay >= hashesAtOnce) {
    if (waiting.length >= hashesWaitingMax) {
      const detail = "Too many passwords are being checked; try again.";
      throw new ScimError("tooManyRequests", detail, { retryAfter: hashesRetrySeconds });
    }
    await new Promise<void>((resolve) => void waiting.push(resolve));
  } else underWay++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) underWay--;
    else next();
  }
}

/**
 * The form in which passwords are compared: blanks of any script as the plain one, letters composed (RFC 8265 §4.2.2,
 * OpaqueString), so that a password is right on every keyboard.
 */
function prepared(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, " ").normalize("NFC");
}

/** Hashes a password off the event loop. The result says its own algorithm and parameters (PHC string). */
export function hashPassword(password: string): Promise<string> {
  return whenFree(() => Bun.password.hash(prepared(password), argon2id));
}

/**
 * True when the password has that hash, of whatever system it is; false also for a hash that can not be read. Other
 * systems hashed what was typed, so that is tried, too.
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const scheme = schemeOf(hash);
  if (scheme === undefined || scheme.refuse(hash) !== undefined) return false;
  const form = prepared(password);
  return whenFree(async () => {
    if (await scheme.verify(form, hash)) return true;
    return form !== password && scheme.verify(password, hash);
  });
}

/** Whether a hash is another than this server makes now: it is then replaced when its password is known. */
export function needsRehash(hash: string): boolean {
  const [, memory = 0, time = 0] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(hash)?.map(Number) ?? [];
  return memory < argon2id.memoryCost || time < argon2id.timeCost;
}

/** A password nobody can guess, of characters that can be read aloud: 20 of 32, so 100 bits. */
export function randomPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789-";
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("");
}
