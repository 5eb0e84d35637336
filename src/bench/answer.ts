/** An answer of HTTP/1.1, whole. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** Whether the connection ends with it. */
  readonly closes: boolean;
}

/** What came is no answer of HTTP/1.1. */
export class ProtocolError extends Error {}

/** Where a body ends: after so many bytes, after the last chunk, or with the connection. */
type Body =
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "untilClose" };

interface Head {
  readonly status: number;
  readonly body: Body;
  /** Bytes of the head, with the empty line. */
  readonly bytes: number;
  readonly closes: boolean;
}

/** Bytes of a head; no server sends more. */
const headBytesMax = 262_144;
const emptyLine = "\r\n\r\n";

/** Puts the answers of one connection together (RFC 9112 §6.3), one after the other: none may come unasked. */
export class AnswerReader {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #head: Head | undefined;

  /**
   * Takes what came, and gives the answer when it is whole.
   *
   * @throws ProtocolError
   */
  push(chunk: Buffer): Answer | undefined {
    this.#pieces.push(chunk);
    this.#bytes += chunk.length;
    this.#head ??= this.#readHead();
    while (this.#head !== undefined && this.#head.status < 200) {
      const rest = this.#joined().subarray(this.#head.bytes);
      this.#reset(rest);
      this.#head = this.#readHead();
    }
    return this.#head === undefined ? undefined : this.#whole(this.#head);
  }

  /** The answer that the end of the connection makes whole; undefined when there is none. */
  end(): Answer | undefined {
    const head = this.#head;
    if (head?.body.kind !== "untilClose") return undefined;
    return this.#take(head, this.#joined().subarray(head.bytes));
  }

  #readHead(): Head | undefined {
    const bytes = this.#joined();
    const end = bytes.indexOf(emptyLine);
    if (end >= 0) return readHead(bytes.toString("latin1", 0, end), end + emptyLine.length);
    if (bytes.length > headBytesMax) throw new ProtocolError(`a head of more than ${headBytesMax} bytes`);
    return undefined;
  }

  #whole(head: Head): Answer | undefined {
    const { body } = head;
    if (body.kind === "untilClose") return undefined;
    if (body.kind === "length") {
      const end = head.bytes + body.bytes;
      if (this.#bytes < end) return undefined;
      if (this.#bytes > end) throw new ProtocolError("bytes behind the end of the answer");
      return this.#take(head, this.#joined().subarray(head.bytes));
    }
    // The last chunk ends so; looking only then keeps a long body from being read again with each piece.
    if (this.#pieces.at(-1)?.at(-1) !== 10) return undefined;
    const chunks = dechunk(this.#joined().subarray(head.bytes));
    return chunks && this.#take(head, chunks);
  }

  #joined(): Buffer {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && first !== undefined) return first;
    const joined = Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }

  #take({ status, closes }: Head, body: Buffer): Answer {
    this.#reset();
    return { status, body, closes };
  }

  #reset(rest?: Buffer): void {
    this.#pieces = rest === undefined ? [] : [rest];
    this.#bytes = rest?.length ?? 0;
    this.#head = undefined;
  }
}

function readHead(raw: string, bytes: number): Head {
  const [, version, code] = /^HTTP\/1\.([01]) (\d{3})(?: |\r|$)/.exec(raw) ?? [];
  if (code === undefined) throw new ProtocolError(`no answer of HTTP/1.1: ${JSON.stringify(raw.slice(0, 60))}`);
  // Field names, and the values looked at here, mean the same in any case.
  const text = raw.toLowerCase();
  const status = Number(code);
  const connection = fieldOf(text, "connection");
  const closes = connection?.includes("close") === true || (version === "0" && connection !== "keep-alive");
  const body = bodyOf(status, text);
  return { status, body, bytes, closes: closes || body.kind === "untilClose" };
}

function bodyOf(status: number, fields: string): Body {
  if (status === 204 || status === 304 || status < 200) return { kind: "length", bytes: 0 };
  if (fieldOf(fields, "transfer-encoding")?.endsWith("chunked") === true) return { kind: "chunked" };
  const length = fieldOf(fields, "content-length");
  if (length === undefined) return { kind: "untilClose" };
  if (!/^\d{1,12}$/.test(length)) throw new ProtocolError(`the Content-Length is ${length.slice(0, 60)}`);
  return { kind: "length", bytes: Number(length) };
}

/** The value of a header field; name and head are in lower case. */
function fieldOf(head: string, name: string): string | undefined {
  const at = head.indexOf(`\r\n${name}:`);
  if (at < 0) return undefined;
  const start = at + name.length + 3;
  const end = head.indexOf("\r\n", start);
  return head.slice(start, end < 0 ? undefined : end).trim();
}

/** The bytes in chunks (RFC 9112 §7.1); undefined while some are missing. */
function dechunk(bytes: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const [, digits] = /^([\da-f]{1,8})\s*(?:;|$)/i.exec(bytes.toString("latin1", at, lineEnd)) ?? [];
    if (digits === undefined) throw new ProtocolError("a chunk without its size");
    const size = Number.parseInt(digits, 16);
    const start = lineEnd + 2;
    if (size === 0) {
      // Trailers may follow, and an empty line ends them.
      const isEnd = bytes.indexOf("\r\n", start) === start || bytes.indexOf(emptyLine, start) >= 0;
      return isEnd ? Buffer.concat(pieces) : undefined;
    }
    if (start + size + 2 > bytes.length) return undefined;
    pieces.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}
