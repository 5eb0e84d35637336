import type { AuditLine } from "../audit.ts";

/** A line of the trail as it is hashed: of the document after the change by its own hash. */
export interface HashedLine extends Omit<AuditLine, "after" | "hash"> {
  readonly afterHash: Uint8Array | null;
}

/** What stands in the place of the hash before the first line. */
export const firstHash = new Uint8Array(32);

export function sha256(text: string): Uint8Array {
  return new Bun.CryptoHasher("sha256").update(text).digest();
}

/** The hash of a line: that of the line before it and of everything in it. */
export function lineHash(before: Uint8Array, line: HashedLine): Uint8Array {
  const { sequence, at, action, actor, targetType, targetId, details, afterHash } = line;
  const { kind, id, name, address } = actor;
  const after = afterHash === null ? null : Buffer.from(afterHash.buffer, afterHash.byteOffset, 32).toString("hex");
  const said = [sequence, at, action, kind, id, name, address, targetType, targetId, details, line.before, after];
  return new Bun.CryptoHasher("sha256").update(before).update(JSON.stringify(said)).digest();
}
