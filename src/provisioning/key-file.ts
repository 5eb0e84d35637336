import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";

const keyBytes = 32;

/** The file of the key is there, and holds none. */
export class KeyFileError extends Error {
  constructor(path: string) {
    super(`${path} is no key file: it must hold ${keyBytes} bytes in base64`);
    this.name = "KeyFileError";
  }
}

/**
 * The key that encrypts the secrets of connectors; made when it is needed for the first time, for its owner alone. It
 * is kept beside the database and not in it, so that a copy of the one opens nothing without the other.
 *
 * @throws KeyFileError, or the system's error when the file can not be read or made
 */
export function readKeyFile(path: string): Uint8Array {
  if (!existsSync(path)) {
    // Exclusively: of two processes that make it at once one fails, and no secret is sealed with a key that is lost.
    writeFileSync(path, `${randomBytes(keyBytes).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
    chmodSync(path, 0o600);
  }
  const key = Buffer.from(readFileSync(path, "utf8").trim(), "base64");
  if (key.byteLength !== keyBytes) throw new KeyFileError(path);
  return key;
}
