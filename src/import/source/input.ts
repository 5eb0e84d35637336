import type { ImportReads } from "../../storage/port.ts";

/**
 * Bytes of one piece of a file in the store; only the last piece is shorter, so where a byte stands is arithmetic. Few
 * enough to hold, many enough to write at disk speed.
 */
export const inputPieceBytes = 1_048_576;

/** The bytes of a file, from front to back or at any place. */
export interface Input {
  /** Bytes of the whole file. */
  readonly size: number;
  /** The file from its first byte on, in chunks of any size. */
  stream(): AsyncIterable<Uint8Array>;
  /**
   * The `length` bytes at `offset`, fewer where the file ends before; for looking only, as it may be a view into what
   * is kept.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The file of an import as the store has it: `size` bytes in pieces of `inputPieceBytes`, of which one is held. */
export function storedInput(reads: ImportReads, tenantId: number, importId: string, size: number): Input {
  let held: { readonly sequence: number; readonly bytes: Uint8Array } | undefined;

  async function pieceAt(sequence: number): Promise<Uint8Array> {
    if (held?.sequence === sequence) return held.bytes;
    const bytes = await reads.inputPiece(tenantId, importId, sequence);
    if (bytes === undefined) return new Uint8Array(0);
    held = { sequence, bytes };
    return bytes;
  }

  return {
    size,
    stream: () => reads.input(tenantId, importId),
    async read(offset, length) {
      const end = Math.min(offset + length, size);
      const parts: Uint8Array[] = [];
      for (let at = offset; at < end; ) {
        const start = at % inputPieceBytes;
        const piece = await pieceAt(Math.floor(at / inputPieceBytes));
        const part = piece.subarray(start, start + end - at);
        if (part.byteLength === 0) break;
        parts.push(part);
        at += part.byteLength;
      }
      const [only, ...others] = parts;
      return only === undefined || others.length > 0 ? Buffer.concat(parts) : only;
    },
  };
}

/** A file that is in memory. */
export function bytesInput(bytes: Uint8Array): Input {
  return {
    size: bytes.byteLength,
    async *stream() {
      yield bytes;
    },
    async read(offset, length) {
      return bytes.subarray(offset, offset + length);
    },
  };
}
