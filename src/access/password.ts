/** argon2id with the parameters OWASP lists first: about 43 ms on one core of the machine it was measured on. */
const argon2id = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** Hashes a password off the event loop. The result says its own algorithm and parameters (PHC string). */
export function hashPassword(password: string): Promise<string> {
  return Bun.password.hash(password, argon2id);
}

/** True when the password has that hash; false also for a hash that can not be read. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  try {
    return await Bun.password.verify(password, hash);
  } catch {
    return false;
  }
}

/** A password nobody can guess, of characters that can be read aloud: 20 of 32, so 100 bits. */
export function randomPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789-";
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("");
}
