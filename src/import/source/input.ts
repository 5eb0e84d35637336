import type { ImportJob } from "../../storage/import.ts";
import type { Store } from "../../storage/port.ts";

/** Bytes of one piece of the input in the database: few enough to hold, many enough to write at disk speed. */
export const inputPieceBytes = 1_048_576;

/** The bytes of a file, from its start or from anywhere. */
export interface Input {
  /** In bytes. */
  readonly size: number;
  /** All of it, in order. */
  stream(): AsyncIterable<Uint8Array>;
  /** So many bytes from an offset; fewer at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The file of a job, which lies in the store in pieces of `inputPieceBytes`. */
export function storedInput(
  store: Pick<Store, "imports">,
  { tenantId, id, fileBytes }: Pick<ImportJob, "tenantId" | "id" | "fileBytes">,
): Input {
  let kept: { readonly sequence: number; readonly bytes: Uint8Array } | undefined;
  const piece = async (sequence: number): Promise<Uint8Array> => {
    if (kept?.sequence === sequence) return kept.bytes;
    const bytes = (await store.imports.inputPiece(tenantId, id, sequence)) ?? new Uint8Array();
    kept = { sequence, bytes };
    return bytes;
  };
  return {
    size: fileBytes,
    stream: () => store.imports.input(tenantId, id),
    async read(offset, length) {
      const end = Math.min(offset + length, fileBytes);
      const parts: Uint8Array[] = [];
      for (let at = offset; at < end; ) {
        const sequence = Math.floor(at / inputPieceBytes);
        const start = at - sequence * inputPieceBytes;
        const part = (await piece(sequence)).subarray(start, start + end - at);
        if (part.byteLength === 0) break;
        parts.push(part);
        at += part.byteLength;
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    },
  };
}

/** A file in memory. */
export function bytesInput(bytes: Uint8Array): Input {
  return {
    size: bytes.byteLength,
    async *stream() {
      yield bytes;
    },
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}
