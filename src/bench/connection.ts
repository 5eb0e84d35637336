import type { Socket } from "bun";
import { type Answer, AnswerReader } from "./answer.ts";

/** Where requests go, and as who. */
export interface Target {
  /** Of it only scheme, host and port count. */
  readonly origin: URL;
  readonly token: string;
}

/** A request, as it is before it is known to whom it goes. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  /** JSON; none when left out. */
  readonly body?: string;
  /** Further header fields, each line with its end: `Prefer: return=minimal\r\n`. */
  readonly fields?: string;
}

/** The server can not be reached. */
export class UnreachableError extends Error {}
/** The connection ended before the answer was whole. */
export class LostError extends Error {}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A keep-alive connection that asks one thing at a time. It is opened when it is needed, and again when it was closed. */
export class Connection {
  readonly #target: Target;
  readonly #fixed: string;
  #reader = new AnswerReader();
  #socket: Socket | undefined;
  #unsent: Uint8Array | undefined;
  #pending: Pending | undefined;

  constructor(target: Target) {
    this.#target = target;
    const { origin, token } = target;
    this.#fixed = ` HTTP/1.1\r\nHost: ${origin.host}\r\nAuthorization: Bearer ${token}\r\nAccept: application/scim+json\r\n`;
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @throws UnreachableError, LostError, or ProtocolError when what comes is no HTTP
   */
  async ask(request: Request): Promise<Answer> {
    if (this.#socket === undefined) await this.open();
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
    this.#send(this.#textOf(request));
    return answered;
  }

  /** Connects now, so that no request is measured with it. */
  async open(): Promise<void> {
    if (this.#socket !== undefined) return;
    const { hostname, protocol, port } = this.#target.origin;
    const isSecure = protocol === "https:";
    const name = hostname.replace(/^\[(.*)\]$/, "$1");
    const opened = Promise.withResolvers<void>();
    // It may fail before anybody waits for it.
    opened.promise.catch(() => undefined);
    const fail = (error: Error): void => opened.reject(new UnreachableError(error.message));
    const connecting = Bun.connect({
      hostname: name,
      port: Number(port || (isSecure ? 443 : 80)),
      ...(isSecure && { tls: { serverName: name } }),
      socket: {
        open: () => {
          if (!isSecure) opened.resolve();
        },
        handshake: (_, isAuthorized, error) => {
          if (isAuthorized) opened.resolve();
          else fail(error ?? new Error("the certificate is not trusted"));
        },
        data: (socket, chunk) => this.#receive(socket, chunk),
        drain: (socket) => this.#drain(socket),
        close: (socket) => {
          fail(new Error("the connection was closed at once"));
          this.#closed(socket);
        },
        error: (_, error) => this.#fail(error),
      },
    });
    try {
      this.#reader = new AnswerReader();
      const socket = await connecting.catch((error: Error) => {
        throw new UnreachableError(error.message);
      });
      this.#socket = socket;
      await opened.promise;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Ends the connection; a request under way is lost. */
  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#unsent = undefined;
    socket?.terminate();
    this.#fail(new LostError("the connection was closed before the answer"));
  }

  #textOf({ method, path, body, fields = "" }: Request): string {
    const head = `${method} ${path}${this.#fixed}${fields}`;
    if (body === undefined) return `${head}\r\n`;
    return `${head}Content-Type: application/scim+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  #send(text: string): void {
    const written = this.#socket?.write(text) ?? 0;
    // A byte is a character at least, and most requests are sent whole.
    if (written >= text.length && written >= Buffer.byteLength(text)) return;
    this.#unsent = Buffer.from(text).subarray(Math.max(0, written));
  }

  #drain(socket: Socket): void {
    if (this.#unsent === undefined || socket !== this.#socket) return;
    const written = socket.write(this.#unsent);
    this.#unsent = written < this.#unsent.length ? this.#unsent.subarray(Math.max(0, written)) : undefined;
  }

  #receive(socket: Socket, chunk: Buffer): void {
    try {
      const answer = this.#reader.push(chunk);
      if (answer !== undefined) this.#answered(socket, answer);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      this.close();
    }
  }

  #answered(socket: Socket, answer: Answer): void {
    if (answer.closes) {
      this.#socket = undefined;
      socket.end();
    }
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(answer);
  }

  #closed(socket: Socket): void {
    if (socket !== this.#socket) return;
    const answer = this.#reader.end();
    if (answer !== undefined) this.#answered(socket, answer);
    else this.close();
  }

  #fail(error: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(error);
  }
}
