import { expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "../../src/access/scope.ts";
import { hashToken, randomToken } from "../../src/access/token.ts";
import { databaseFile, readConfig, type SettingName } from "../../src/config.ts";
import { type Server, start } from "../../src/server.ts";
import type { ChangeSet, SetResult } from "../../src/storage/change.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";

/** The administrator of every test server. */
export const admin = { userName: "admin", password: "the-admin-password-of-the-tests" } as const;

/** A JSON object that nobody has looked into yet. */
export type Body = Readonly<Record<string, unknown>>;

/** What a header is set to; null leaves out what the helper would have sent. */
export type HeaderValues = Readonly<Record<string, string | null>>;

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as an object; fails the test when it is none. */
  readonly json: Body;
  /** The header, or the empty string. */
  header(name: string): string;
}

export interface TokenOptions {
  readonly scopes: readonly Scope[];
  /** A profile, with tolerances more or less: `entra`, `compatible+lastPrimaryWins`. */
  readonly profile?: string;
  readonly expiresAt?: number;
}

export interface TestServer {
  readonly url: string;
  /** A bearer token with every scope. */
  readonly token: string;
  readonly dataDir: string;
  readonly server: Server;
  /** What the server wrote for its operator. */
  readonly log: readonly string[];
  /**
   * Sends a request as the administrator and checks what every answer must keep: no secret, and no status of 500 or
   * more. An object is sent as SCIM JSON; text and bytes go as they are, with the Content-Type of `headers` or none.
   */
  request(method: string, path: string, body?: Body | string | Uint8Array, headers?: HeaderValues): Promise<Answer>;
  /** Makes a bearer token, as `muster token create` does beside a running server. */
  makeToken(options: TokenOptions): Promise<string>;
  /** Changes the database beside the running server. */
  commit(...changes: ChangeSet["changes"]): Promise<SetResult | undefined>;
  /** Works on the database beside the running server. */
  withStore<T>(work: (store: Store) => Promise<T>): Promise<T>;
  /** From now on no answer may contain this. */
  keepSecret(secret: string): void;
  stop(): Promise<void>;
}

/** Starts what `muster serve` starts, on a free port and an empty data directory. */
export async function startServer(
  settings: Partial<Record<SettingName, string>> = {},
  dataDir = mkdtempSync(join(tmpdir(), "muster-test-")),
): Promise<TestServer> {
  const token = randomToken();
  const chosen = { adminUsername: admin.userName, adminPassword: admin.password, adminToken: token };
  const result = readConfig({ host: "127.0.0.1", port: "0", dataDir, ...chosen, ...settings }, {});
  if ("error" in result) throw new Error(result.error);
  const log: string[] = [];
  const server = await start(result.config, (level, message, fields = {}) => {
    log.push(JSON.stringify({ level, message, ...fields }));
  });
  const { url } = server;
  const secrets = new Set([token, hashToken(token), admin.password]);

  async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = openSqliteStore({ file: databaseFile(dataDir) });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  async function commit(...changes: ChangeSet["changes"]): Promise<SetResult | undefined> {
    const [committed] = await withStore((store) => store.commit([{ tenantId: defaultTenantId, changes }]));
    return committed;
  }

  return {
    url,
    token,
    dataDir,
    server,
    log,
    commit,
    withStore,
    keepSecret: (secret) => void secrets.add(secret),
    async request(method, path, body, headers = {}) {
      for (const secret of passwordsIn(body)) secrets.add(secret);
      const sent = requestInit(method, token, body, headers);
      const response = await fetch(url + path, sent);
      const answer = await readAnswer(response);
      expectNoSecret(answer, secrets);
      expect(answer.status, `${method} ${path.slice(0, 200)}: ${answer.text}\n${log.join("\n")}`).toBeLessThan(500);
      return answer;
    },
    async makeToken({ scopes, profile = "compatible", expiresAt }) {
      const made = randomToken();
      const id = Bun.randomUUIDv7();
      const hash = hashToken(made);
      for (const secret of [made, hash]) secrets.add(secret);
      const at = Date.now();
      const change = { kind: "createToken", id, name: "test", hash, scopes, profile, at } as const;
      const committed = await commit({ ...change, expiresAt: expiresAt ?? null });
      expect(committed?.applied).toBe(true);
      return made;
    },
    async stop() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
      for (const line of log) for (const secret of secrets) expect(line).not.toContain(secret);
    },
  };
}

function requestInit(
  method: string,
  token: string,
  body: Body | string | Uint8Array | undefined,
  given: HeaderValues,
): RequestInit {
  const isObject = typeof body === "object" && !(body instanceof Uint8Array);
  const headers = new Headers({ Authorization: `Bearer ${token}` });
  if (isObject) headers.set("Content-Type", "application/scim+json");
  for (const [name, value] of Object.entries(given)) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  // Bytes and not text, to which fetch would add a Content-Type.
  const content = isObject ? JSON.stringify(body) : body;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { method, headers, redirect: "manual", ...(bytes !== undefined && { body: Buffer.from(bytes) }) };
}

/** Reads an answer to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    header: (name) => response.headers.get(name) ?? "",
    get json() {
      return object(JSON.parse(text));
    },
  };
}

/** The value as an object; fails the test when it is none. */
export function object(value: unknown): Body {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`not an object: ${Bun.inspect(value).slice(0, 500)}`);
  }
  return value as Body;
}

/** The value as a list of objects; fails the test when it is none. */
export function objects(value: unknown): readonly Body[] {
  if (!Array.isArray(value)) throw new Error(`not an array: ${Bun.inspect(value).slice(0, 500)}`);
  return value.map(object);
}

/** The value as text; fails the test when it is none. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(`not a string: ${Bun.inspect(value).slice(0, 500)}`);
  return value;
}

function passwordsIn(body: Body | string | Uint8Array | undefined): readonly string[] {
  if (typeof body !== "object" || body instanceof Uint8Array) return [];
  return Object.entries(body).flatMap(([name, value]) =>
    name.toLowerCase() === "password" && typeof value === "string" && value !== "" ? [value] : [],
  );
}

/** What no answer may contain: a password, in clear or hashed, or a token. The page of the documentation is none of ours. */
function expectNoSecret(answer: Answer, secrets: ReadonlySet<string>): void {
  const said = `${answer.text}\n${JSON.stringify([...answer.headers])}`;
  for (const secret of secrets) if (said.includes(secret)) throw new Error(`the answer contains the secret ${secret}`);
  if (!answer.header("Content-Type").includes("json")) return;
  const hint = /.{0,60}("password[a-z]*"\s*:\s*"|\$argon2).{0,60}/i.exec(said)?.[0];
  if (hint !== undefined) throw new Error(`the answer contains a password: ${hint}`);
}

/** The Authorization header of Basic. */
export function basic(userName: string, password: string): string {
  return `Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`;
}

/** A name that no other test uses. */
export function unique(prefix = "user"): string {
  return `${prefix}-${crypto.randomUUID()}`;
}

/** Milliseconds to wait for an answer over a plain connection: many times what any takes. */
const rawAnswerMsMax = 2000;

/** What came back over a plain connection, for requests that fetch would not send as they are. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/**
 * Sends these bytes and reads until the server closes or a whole answer with Content-Length is there. The status is
 * 0 when nothing comes back.
 *
 * @param lines of the head; `Host`, the token and `Connection: close` are added
 */
export async function rawRequest(
  { url, token }: Pick<TestServer, "url" | "token">,
  target: string,
  lines: readonly string[] = [],
  body = "",
  authorization = `Bearer ${token}`,
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url);
  const own = lines.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`];
  const head = [target, ...own, `Authorization: ${authorization}`, "Connection: close", ...lines].join("\r\n");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let received = "";
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(_, chunk) {
        received += chunk.toString("latin1");
        if (isWhole(received)) resolve(received);
      },
      close: () => resolve(received),
      error: (_, error) => reject(error),
    },
  });
  socket.write(`${head}\r\n\r\n${body}`);
  // A server that waits for more than was sent has not answered: the test sees status 0, and the server stops.
  const deadline = setTimeout(() => resolve(received), rawAnswerMsMax);
  const answer = await promise.finally(() => {
    clearTimeout(deadline);
    socket.terminate();
  });
  const split = answer.indexOf("\r\n\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  const bytes = Buffer.from(answer.slice(split + 4), "latin1");
  return { status, head: answer.slice(0, split), body: bytes.toString("utf8") };
}

function isWhole(answer: string): boolean {
  const split = answer.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, split))?.[1];
  return split >= 0 && length !== undefined && answer.length >= split + 4 + Number(length);
}
