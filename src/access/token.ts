/** What every token begins with, so that a scanner finds one that leaked. */
export const tokenPrefix = "mst_";

/** A new bearer token, or another secret: 256 random bits in base64url behind the prefix. */
export function randomToken(prefix = tokenPrefix): string {
  return prefix + Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}

/** What is stored of a token: its SHA-256. A hash without salt does, since the token is random itself. */
export function hashToken(token: string): string {
  return new Bun.CryptoHasher("sha256").update(token).digest("hex");
}
