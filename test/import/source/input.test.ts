import { expect, test } from "bun:test";
import { inputPieceBytes, storedInput } from "../../../src/import/source/input.ts";
import { defaultTenantId } from "../../../src/storage/port.ts";
import { inDirectory } from "../support/directory.ts";

test("a stored file is read at any place, and one piece of it is held", () =>
  inDirectory(async (directory) => {
    const bytes = Buffer.alloc(2 * inputPieceBytes + 1_000);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) % 4_294_967_296, at);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < bytes.length; start += 700_001) yield bytes.subarray(start, start + 700_001);
    }
    const { id, fileBytes } = await directory.receive(chunks());
    const { imports } = directory.store;
    const asked: number[] = [];
    const reads = {
      ...imports,
      inputPiece(tenantId: number, importId: string, sequence: number) {
        asked.push(sequence);
        return imports.inputPiece(tenantId, importId, sequence);
      },
    };
    const input = storedInput(reads, defaultTenantId, id, fileBytes);
    expect(input.size).toBe(bytes.length);
    const end = inputPieceBytes;
    const places: readonly (readonly [number, number])[] = [
      [0, 10],
      [end - 10, 10],
      [end - 5, 10],
      [end, 1],
      [5, 2 * end],
      [2 * end + 990, 100],
      [bytes.length, 5],
      [0, 0],
    ];
    for (const [offset, length] of places) {
      const found = await input.read(offset, length);
      expect(Buffer.from(found).equals(bytes.subarray(offset, offset + length))).toBe(true);
    }
    expect(asked).toEqual([0, 1, 0, 1, 2]);
    expect(Buffer.concat(await Array.fromAsync(input.stream())).equals(bytes)).toBe(true);
  }));
