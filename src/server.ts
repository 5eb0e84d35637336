import { mkdirSync, readFileSync } from "node:fs";
import http from "node:http";
import { availableParallelism } from "node:os";
import { createSecureContext } from "node:tls";
import { ensureAdministrator, type FirstStart } from "./access/first-start.ts";
import { hashPassword } from "./access/password.ts";
import { createAuthenticator } from "./access/principal.ts";
import { version } from "./assets.ts";
import { type Config, databaseFile } from "./config.ts";
import { createDirectory } from "./directory/resources.ts";
import { createApp } from "./http/app.ts";
import type { AppPorts } from "./http/context.ts";
import type { App } from "./http/openapi/components.ts";
import { failCutUploads } from "./import/upload.ts";
import type { FromWorker, ToWorker } from "./import/worker-message.ts";
import { compileTypes } from "./scim/resource/type.ts";
import { coreRegistry } from "./scim/schema/registry.ts";
import type { Store } from "./storage/port.ts";
import { lockDataDirectory } from "./storage/sqlite/lock.ts";
import { openSqliteStore } from "./storage/sqlite/store.ts";
import { type WriteSignal, writeSignal } from "./storage/write-signal.ts";

export interface Server {
  /** `http://127.0.0.1:8080`, with the port that was really taken. */
  readonly url: string;
  /** What was made because this was the first start; undefined on every later one. */
  readonly firstStart: FirstStart | undefined;
  /** Reads the TLS files again. */
  reload(): void;
  /** Answers what is under way, lets the import finish its chunk, and closes the store. */
  stop(): Promise<void>;
}

/** Seconds a connection may be silent while an answer is made: an import may be waited for this long. */
const idleSeconds = 120;

/** How long requests under way may take once the server is to stop. */
const drainMsMax = 10_000;

/** Bytes of a request's head: a filter of the most characters, each percent-encoded, and more, so that a longer one is told. */
const headBytesMax = 131_072;

/**
 * Starts everything: lock, store, administrator, import worker, HTTP. The tests start this same thing on port 0.
 *
 * @throws DataDirectoryInUseError, NewerDatabaseError, or the system's error when an address or a file can not be had
 */
export async function start(config: Config, log: AppPorts["log"]): Promise<Server> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDataDirectory(config.dataDir);
  const signal = writeSignal();
  let store: Store | undefined;
  try {
    store = openSqliteStore({ file: databaseFile(config.dataDir), signal });
    const ports = await openPorts(config, store, log);
    await failCutUploads(ports);
    const worker = startWorker(config, signal, log);
    const { listener, firstStart } = await listen(config, { ...ports, wakeImports: worker.wake }, store);
    const url = listener.url.origin;
    lock.announce(url);
    const opened = store;
    return {
      url,
      firstStart,
      reload: listener.reload,
      async stop() {
        await listener.stop();
        await worker.stop();
        await opened.close();
        lock.release();
      },
    };
  } catch (error) {
    await store?.close();
    lock.release();
    throw error;
  }
}

type OpenPorts = Omit<AppPorts, "wakeImports">;

async function openPorts(config: Config, store: Store, log: AppPorts["log"]): Promise<OpenPorts> {
  const now = Date.now;
  const newId = () => Bun.randomUUIDv7();
  return {
    version,
    store,
    directory: createDirectory({ store, now, newId, hashPassword }),
    types: compileTypes(coreRegistry),
    authenticator: createAuthenticator(store, now),
    now,
    newId,
    bulk: { maxOperations: config.bulkMaxOperations, maxPayloadSize: config.bulkMaxPayloadSize },
    log,
  };
}

async function listen(config: Config, ports: AppPorts, store: Store) {
  const userType = ports.types.get("User");
  const { adminUsername: userName, adminPassword: password, adminToken: token } = config;
  const firstStart = userType && (await ensureAdministrator(store, userType, { userName, password, token }, ports));
  return { listener: openListener(config, createApp(ports).fetch), firstStart };
}

function openListener(config: Config, fetch: App["fetch"]) {
  // Bun lets it be set, its types do not say so.
  Object.assign(http, { maxHeaderSize: headBytesMax });
  const serve = (port: number) =>
    Bun.serve({
      fetch,
      hostname: config.host,
      port,
      development: false,
      // Without it Bun, told that this is no development, shares a port with whoever has it already.
      reusePort: false,
      idleTimeout: idleSeconds,
      // Each kind of body has a limit of its own, with an answer that names it.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      ...tlsOptions(config),
    });
  let server = serve(config.port);
  const { url } = server;
  let earlier: Promise<unknown> = Promise.resolve();
  return {
    url,
    /** Bun.serve's own reload keeps the certificate it started with: a new listener takes the port over. */
    reload() {
      const { tls } = tlsOptions(config);
      if (tls === undefined) return;
      // Throws for files that are none, before anything is given up.
      createSecureContext(tls);
      earlier = Promise.all([earlier, server.stop()]);
      server = serve(Number(url.port));
    },
    async stop() {
      const drained = Promise.all([earlier, server.stop()]);
      // Whoever stalls in the middle of a request does not hold up the others for ever.
      const timer = setTimeout(() => void server.stop(true), drainMsMax);
      await drained;
      clearTimeout(timer);
    },
  };
}

function tlsOptions({ tlsCert, tlsKey }: Config): { readonly tls?: { readonly cert: string; readonly key: string } } {
  if (tlsCert === undefined || tlsKey === undefined) return {};
  return { tls: { cert: readFileSync(tlsCert, "utf8"), key: readFileSync(tlsKey, "utf8") } };
}

/** Starts the thread that runs imports; it takes up what an earlier process left. */
function startWorker(config: Config, signal: WriteSignal, log: AppPorts["log"]) {
  const worker = new Worker(new URL("./worker.ts", import.meta.url).href);
  const send = (message: ToWorker): void => worker.postMessage(message);
  const stopped = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === "stopped") stopped.resolve();
    else log("error", "import interrupted; it will be tried again", { import: data.importId, cause: data.error });
  };
  worker.onerror = (event) => log("error", "import worker failed", { cause: event.message });
  send({
    kind: "start",
    file: databaseFile(config.dataDir),
    buffer: signal.buffer,
    hashesAtOnce: availableParallelism(),
  });
  return {
    wake: () => send({ kind: "wake" }),
    async stop() {
      send({ kind: "stop" });
      await stopped.promise;
      worker.terminate();
    },
  };
}

/** The application without a store behind it: for its description, which needs none. */
export function describedApp(): App {
  const nothing = (): never => {
    throw new Error("this application only describes itself");
  };
  const absent = new Proxy({}, { get: nothing });
  return createApp({
    version,
    store: absent as Store,
    directory: absent as AppPorts["directory"],
    types: compileTypes(coreRegistry),
    authenticator: { authenticate: nothing },
    wakeImports: nothing,
    now: nothing,
    newId: nothing,
    bulk: { maxOperations: 0, maxPayloadSize: 0 },
    log: nothing,
  });
}
