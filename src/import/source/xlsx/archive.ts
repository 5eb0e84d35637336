import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { type Input, inputPieceBytes } from "../input.ts";
import { TableError } from "../table.ts";
import { anyRatioBytesMax, archiveDirectoryBytesMax, archiveEntriesMax, packedRatioMax } from "./limits.ts";

/** Fixed bytes of one entry of the directory, before its names (APPNOTE 4.3.12). */
const entryHeadBytes = 46;

/** Lets the ZIP reader read the input, and keeps what the input itself failed with apart from what is wrong with it. */
class InputReader extends RandomAccessReader {
  failure: { readonly error: unknown } | undefined;
  readonly #input: Input;

  constructor(input: Input) {
    super();
    this.#input = input;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#read(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, bytes.byteLength);
      },
      (error) => callback(error),
    );
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#range(start, end), { objectMode: false });
  }

  async *#range(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      // Up to the end of a piece, so that each piece is fetched once.
      const bytes = await this.#read(at, Math.min(end - at, inputPieceBytes - (at % inputPieceBytes)));
      if (bytes.byteLength === 0) return;
      yield bytes;
      at += bytes.byteLength;
    }
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#input.read(offset, length);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

/** A ZIP archive of which parts are read, one after the other. Nothing is written to disk. */
export class Archive {
  readonly #reader: InputReader;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(reader: InputReader, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#reader = reader;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** Reads the directory of an archive. Throws TableError: `bad_xlsx` where it is damaged, or `too_large`. */
  static async open(input: Input): Promise<Archive> {
    const reader = new InputReader(input);
    return telling(reader, "its directory", async () => {
      const zip = await fromRandomAccessReaderPromise(reader, input.size, { autoClose: false });
      if (zip.entryCount > archiveEntriesMax) {
        throw new TableError("too_large", `the workbook has more than ${archiveEntriesMax} parts`);
      }
      const entries = new Map<string, Entry>();
      let bytes = 0;
      for await (const entry of zip.eachEntry()) {
        bytes += entryHeadBytes + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
        if (bytes > archiveDirectoryBytesMax) {
          throw new TableError("too_large", `the workbook's directory has more than ${archiveDirectoryBytesMax} bytes`);
        }
        entries.set(entry.fileName.toLowerCase(), entry);
      }
      return new Archive(reader, zip, entries);
    });
  }

  /** Whether there is a part of this name, in any case. */
  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /**
   * The text of a part, which must be UTF-8, in chunks.
   * Throws TableError: `bad_xlsx` where it is missing or damaged, `too_large` where it would unpack to more than
   * `bytesMax` or is packed as tight as only a bomb is.
   */
  async *text(name: string, bytesMax: number): AsyncGenerator<string> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) throw new TableError("bad_xlsx", `the workbook has no part ${name}`);
    checkEntry(entry, name, bytesMax);
    const stream = await telling(this.#reader, name, () => this.#zip.openReadStreamPromise(entry));
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const chunks = stream[Symbol.asyncIterator]();
    let sum = 0;
    try {
      for (;;) {
        const text = await telling(this.#reader, name, async () => {
          const next: IteratorResult<Buffer> = await chunks.next();
          if (next.done) {
            if (sum !== entry.crc32) throw new Error("its checksum is wrong");
            return { last: decoder.decode() };
          }
          sum = crc32(next.value, sum);
          return decoder.decode(next.value, { stream: true });
        });
        if (typeof text !== "string") {
          if (text.last !== "") yield text.last;
          return;
        }
        if (text !== "") yield text;
      }
    } finally {
      stream.destroy();
    }
  }

  /** Lets go of the input. */
  close(): void {
    this.#zip.close();
  }
}

function checkEntry(entry: Entry, name: string, bytesMax: number): void {
  const { uncompressedSize, compressedSize } = entry;
  if (entry.isEncrypted()) {
    throw new TableError("unsupported_format", "the archive is encrypted; save the workbook without a password");
  }
  if (uncompressedSize > bytesMax) {
    throw new TableError("too_large", `the part ${name} unpacks to ${uncompressedSize} bytes, more than ${bytesMax}`);
  }
  if (uncompressedSize > anyRatioBytesMax && uncompressedSize > compressedSize * packedRatioMax) {
    const problem = `the part ${name} is packed more than ${packedRatioMax} times, as no real workbook is`;
    throw new TableError("too_large", `${problem}; save the table as CSV (UTF-8) instead`);
  }
}

/** Does some reading of the archive, and tells as `bad_xlsx` what it finds wrong. */
async function telling<T>(reader: InputReader, what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (reader.failure !== undefined) throw reader.failure.error;
    if (error instanceof TableError) throw error;
    throw new TableError("bad_xlsx", `the workbook is damaged or cut off: ${what} can not be read; save it again`);
  }
}
