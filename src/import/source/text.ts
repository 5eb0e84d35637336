import { type Charset, headBytes, sniffCharset } from "./charset.ts";
import { Utf8Decoder } from "./utf8.ts";
import { Utf16Decoder } from "./utf16.ts";
import { Windows1252Decoder } from "./windows1252.ts";

type Decoder = Utf8Decoder | Utf16Decoder | Windows1252Decoder;

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
 * Decodes a file as it arrives, in chunks of any size, which may split characters. Its encoding is found out where it
 * is not `asked` for.
 * Its chunks throw `unsupported_format` for a workbook and `bad_encoding` for text of no accepted encoding.
 *
 * @example for await (const text of decodeText(request.body).chunks) …
 */
export function decodeText(bytes: AsyncIterable<Uint8Array>, asked?: Charset): DecodedText {
  const warnings: string[] = [];
  let decoder: Decoder | undefined;

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
        const start = startDecoder(ready, asked, warnings);
        decoder = start.decoder;
        ready = ready.subarray(start.markBytes);
        head = undefined;
      }
      yield* decodePieces(decoder, ready);
    }
    if (decoder === undefined) {
      const short = head ?? Buffer.alloc(0);
      const start = startDecoder(short, asked, warnings);
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

function startDecoder(head: Buffer, asked: Charset | undefined, warnings: string[]) {
  const { charset, markBytes } = sniffCharset(head, asked);
  return { decoder: newDecoder(charset, markBytes, asked !== undefined, warnings), markBytes };
}

function newDecoder(charset: Charset, markBytes: number, isAsked: boolean, warnings: string[]): Decoder {
  if (charset === "windows-1252") return new Windows1252Decoder(markBytes);
  if (charset !== "utf-8") return new Utf16Decoder(charset, markBytes);
  return new Utf8Decoder(markBytes, isAsked || markBytes > 0, (warning) => warnings.push(warning));
}

function* decodePieces(decoder: Decoder, bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const text = decoder.decode(bytes.subarray(start, start + pieceBytes));
    if (text !== "") yield text;
  }
}
