import { type Charset, headBytes, sniffCharset } from "./charset.ts";
import { Utf8Decoder } from "./utf8.ts";
import { Utf16Decoder } from "./utf16.ts";

/** Bytes decoded at a time, so that a whole file in one chunk does not become a second copy of itself. */
const pieceBytes = 65_536;

/** A text while it is being decoded: the facts grow as `chunks` is read. */
export interface DecodedText {
  /** Undefined before the first chunk; `utf-8` can still turn out to be `windows-1252`, with a warning. */
  readonly charset: Charset | undefined;
  /** What the person who made the file should know about it. */
  readonly warnings: readonly string[];
  /** The text without its byte order mark; to be read once. Throws TableError. */
  readonly chunks: AsyncIterable<string>;
}

/**
 * Decodes a file of unknown encoding as it arrives, in chunks of any size, which may split characters.
 * A charset that is given is not doubted. Its chunks throw `unsupported_format` for a workbook and `bad_encoding` for
 * text of no accepted encoding.
 *
 * @example for await (const text of decodeText(request.body).chunks) …
 */
export function decodeText(bytes: AsyncIterable<Uint8Array>, charset?: Charset): DecodedText {
  const warnings: string[] = [];
  let decoder: Utf8Decoder | Utf16Decoder | undefined;

  async function* decode(): AsyncGenerator<string> {
    let head: Buffer | undefined = Buffer.alloc(0);
    for await (const chunk of bytes) {
      let ready = asBuffer(chunk);
      if (head !== undefined) {
        head = Buffer.concat([head, ready]);
        if (head.length < headBytes) continue;
        ready = head;
      }
      if (decoder === undefined) {
        const start = startDecoder(ready, warnings, charset);
        decoder = start.decoder;
        ready = ready.subarray(start.markBytes);
        head = undefined;
      }
      yield* decodePieces(decoder, ready);
    }
    if (decoder === undefined) {
      const short = head ?? Buffer.alloc(0);
      const start = startDecoder(short, warnings, charset);
      decoder = start.decoder;
      yield* decodePieces(decoder, short.subarray(start.markBytes));
    }
    const last = decoder.end();
    if (last !== "") yield last;
  }

  return {
    get charset() {
      return decoder?.charset;
    },
    warnings,
    chunks: decode(),
  };
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function startDecoder(
  head: Buffer,
  warnings: string[],
  asked: Charset | undefined,
): { decoder: Utf8Decoder | Utf16Decoder; markBytes: number } {
  const sniffed = sniffCharset(head);
  const charset = asked ?? sniffed.charset;
  const markBytes = charset === sniffed.charset ? sniffed.markBytes : 0;
  const decoder =
    charset === "utf-16le" || charset === "utf-16be"
      ? new Utf16Decoder(charset, markBytes)
      : new Utf8Decoder(markBytes, (warning) => warnings.push(warning), charset === "windows-1252");
  return { decoder, markBytes };
}

function* decodePieces(decoder: Utf8Decoder | Utf16Decoder, bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const text = decoder.decode(bytes.subarray(start, start + pieceBytes));
    if (text !== "") yield text;
  }
}
