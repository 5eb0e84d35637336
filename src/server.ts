import { mkdirSync, readFileSync } from "node:fs";
import { attributed } from "./access/actor.ts";
import { openBreachedList } from "./access/breached.ts";
import { ensureAdministrator, type FirstStart } from "./access/first-start.ts";
import { hashPassword } from "./access/password.ts";
import { createPolicy } from "./access/policy.ts";
import { createAuthenticator } from "./access/principal.ts";
import { createRefusedLogins, type RefusedLogins } from "./access/refused-logins.ts";
import { createSealer, type Sealer, sealingKey } from "./access/seal.ts";
import { invitationOf } from "./applications/invite.ts";
import { version } from "./assets.ts";
import { type Config, compatNames, databaseFile, keyFileOf } from "./config.ts";
import { createAttributeIndexAdmin } from "./directory/attribute-indexes.ts";
import { createCatalog } from "./directory/catalog.ts";
import { createDefinitionAdmin } from "./directory/definitions.ts";
import { createDirectory } from "./directory/resources.ts";
import { createRuleBook } from "./directory/tenant-rules.ts";
import { createWalks } from "./directory/walks.ts";
import { createApp } from "./http/app.ts";
import type { AppEnv, AppPorts } from "./http/context.ts";
import { allowLongHeads } from "./http/head.ts";
import { createMetrics, type Metrics } from "./http/metrics.ts";
import type { App } from "./http/openapi/components.ts";
import { counting } from "./http/request-counts.ts";
import { failCutUploads } from "./import/upload.ts";
import type { FromWorker, ToWorker } from "./import/worker-message.ts";
import { type Outbox, openOutbox } from "./mail/outbox.ts";
import { smtpTransport } from "./mail/smtp.ts";
import { readTemplates } from "./mail/template-files.ts";
import { readKeyFile } from "./provisioning/key-file.ts";
import { createProvisioner, type Provisioner } from "./provisioning/provisioner.ts";
import { startScheduler } from "./provisioning/scheduler.ts";
import { coreTypes, userTypeOf } from "./scim/resource/type.ts";
import { type CommitTally, commitTally } from "./storage/commit-tally.ts";
import { defaultTenantId, type Store } from "./storage/port.ts";
import { type DataDirectoryLock, lockDataDirectory } from "./storage/sqlite/lock.ts";
import { openSqliteStore } from "./storage/sqlite/store.ts";
import { type WriteSignal, writeSignal } from "./storage/write-signal.ts";
import { mountActivate } from "./ui/activate.tsx";

export interface Server {
  /** `http://127.0.0.1:8080`, with the port that was really taken. */
  readonly url: string;
  /** What was made because this was the first start; undefined on every later one. */
  readonly firstStart: FirstStart | undefined;
  /** Reads the TLS files again; rejects for files that are none, and goes on with the old ones. */
  reload(): Promise<void>;
  /** Answers what is under way, lets the import finish its chunk, and closes the store. */
  stop(): Promise<void>;
}

/** Seconds a connection may be silent while an answer is made: an import may be waited for this long. */
const idleSeconds = 120;

/** How long requests under way may take once the server is to stop. */
const drainMsMax = 8_000;

/** How long an import worker that died stays away: what killed it may still be there. */
const workerRestMs = 2_000;

/**
 * Starts everything: lock, store, administrator, import worker, HTTP. The tests start this same thing on port 0.
 *
 * @throws DataDirectoryInUseError, NewerDatabaseError, or the system's error when an address or a file can not be had
 */
export async function start(config: Config, log: AppPorts["log"]): Promise<Server> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDataDirectory(config.dataDir);
  const closers: (() => Promise<void> | void)[] = [() => lock.release()];
  /** Closes in the reverse order of opening. */
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const signal = writeSignal();
    const tallies = { requests: commitTally(), import: commitTally() };
    const file = databaseFile(config.dataDir);
    const { durability, scanRowsMax } = config;
    const store = attributed(openSqliteStore({ file, durability, signal, tally: tallies.requests, scanRowsMax }));
    closers.push(() => store.close());
    const stopping = new AbortController();
    const metrics = createMetrics({ store, tallies });
    // The worker is told of what there is to build, and looks for it when it starts.
    let wake = (): void => undefined;
    let address = "";
    const refused = createRefusedLogins(store, Date.now);
    closers.push(() => refused.flush());
    const outbox = openMails(config, store, () => config.baseUrl ?? address, log);
    closers.push(() => outbox.stop());
    const ports = await openPorts(config, store, metrics, log, stopping.signal, () => wake(), outbox, refused);
    await failCutUploads(ports);
    await ports.provisioner.failCut();
    const scheduler = startScheduler(ports, ports.provisioner);
    closers.push(() => scheduler.stop());
    await ports.catalog.typesOf(defaultTenantId);
    const worker = startWorker(config, signal, tallies.import, log);
    wake = worker.wake;
    closers.push(worker.stop);
    const app = createApp({ ...ports, wakeImports: worker.wake });
    mountActivate(app, ports);
    await allowLongHeads();
    const listener = openListener(
      config,
      counting<AppEnv["Bindings"]>((request, env) => app.fetch(request, env), metrics.requests),
    );
    closers.push(async () => {
      stopping.abort();
      // Both at once: an import in hand need not wait for a request, nor the other way round.
      await Promise.all([listener.stop(), worker.stop()]);
    });
    // After the address is had: the password that this makes is told once, and must not be lost to a taken port.
    const firstStart = await makeAdministrator(config, ports);
    const url = listener.url.origin;
    // Links in mails lead to it.
    address = url;
    outbox.wake();
    announce(lock, url, log);
    return { url, firstStart, reload: listener.reload, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address is a help for commands that find the directory taken; the server does without, on a full disk say. */
function announce(lock: DataDirectoryLock, url: string, log: AppPorts["log"]): void {
  try {
    lock.announce(url);
  } catch (cause) {
    log("warn", "the address could not be written into the data directory", { cause: Bun.inspect(cause) });
  }
}

type OpenPorts = Omit<AppPorts, "wakeImports">;

async function openPorts(
  config: Config,
  store: Store,
  metrics: Metrics,
  log: AppPorts["log"],
  stopping: AbortSignal,
  wake: () => void,
  outbox: Outbox,
  refused: RefusedLogins,
): Promise<OpenPorts> {
  const now = Date.now;
  const catalog = createCatalog(store, wake);
  const rules = createRuleBook(store, now);
  const sealer = createSealer(await sealingKey(store, "cursor"));
  const newId = () => Bun.randomUUIDv7();
  return {
    version,
    store,
    directory: createDirectory({
      store,
      now,
      newId,
      hashPassword,
      cursors: { ...sealer, now },
      walks: createWalks(now),
      rules,
      invitationFor: async (tenantId, userId, user) => {
        const { settings } = await rules.of(tenantId);
        return invitationOf({ now, newId }, { userId, user, application: undefined, settings });
      },
    }),
    catalog,
    definitions: createDefinitionAdmin(store, catalog),
    attributeIndexes: createAttributeIndexAdmin(store, catalog, wake),
    publicDiscovery: config.publicDiscovery,
    metrics,
    provisioner: openProvisioner(config, { store, now, newId, catalog, stopping, wake, log }),
    outbox,
    rules,
    policy: createPolicy(
      async (tenantId) => (await rules.of(tenantId)).settings.passwordCharsMin,
      config.breachedPasswords === undefined ? undefined : openBreachedList(config.breachedPasswords),
    ),
    refused,
    authenticator: createAuthenticator(store, now, refused),
    now,
    newId,
    bulk: {
      own: { maxOperations: config.bulkMaxOperations, maxPayloadSize: config.bulkMaxPayloadSize },
      janssen: {
        maxOperations: config.janssenBulkMaxOperations,
        maxPayloadSize: config.janssenBulkMaxPayloadSize,
      },
    },
    compat: config.compat,
    stopping,
    log,
  };
}

/** What takes users out of other places. */
function openProvisioner(
  config: Config,
  {
    catalog,
    wake,
    ...ports
  }: Pick<OpenPorts, "store" | "now" | "newId" | "catalog" | "stopping" | "log"> & { readonly wake: () => void },
): Provisioner {
  return createProvisioner({
    ...ports,
    sealer: keySealer(config),
    outbound: { allowsPrivate: config.provisioningTargets === "any", requestMsMax: outboundMsMax },
    typesOf: (tenantId) => catalog.typesOf(tenantId),
    wakeImports: wake,
  });
}

/** How long a source may take for one answer. */
const outboundMsMax = 30_000;

/** What encrypts the secrets of connectors: its key is read, or made, when it is needed for the first time. */
function keySealer(config: Config): () => Sealer {
  let sealer: Sealer | undefined;
  return () => {
    sealer ??= createSealer(readKeyFile(keyFileOf(config)));
    return sealer;
  };
}

/** Opens the outbox: it sends where there is a mail server, and keeps what there is to send where there is none. */
function openMails(config: Config, store: Store, baseUrl: () => string, log: AppPorts["log"]): Outbox {
  const { smtpUrl, smtpCa, mailFrom, mailTemplates } = config;
  const ca = smtpCa === undefined ? undefined : readFileSync(smtpCa, "utf8");
  return openOutbox({
    store,
    now: Date.now,
    baseUrl: () => baseUrl().replace(/\/+$/, ""),
    templates: mailTemplates === undefined ? undefined : readTemplates(mailTemplates),
    transport: smtpUrl === undefined || mailFrom === undefined ? undefined : smtpTransport(smtpUrl, mailFrom, ca),
    log,
  });
}

function makeAdministrator(config: Config, ports: OpenPorts): Promise<FirstStart | undefined> {
  const { adminUsername: userName, adminPassword: password, adminToken: token } = config;
  return ensureAdministrator(ports.store, userTypeOf(coreTypes), { userName, password, token }, ports);
}

type Fetch = (request: Request, env: AppEnv["Bindings"]) => Response | Promise<Response>;

function openListener(config: Config, fetch: Fetch) {
  const serve = (port: number) =>
    Bun.serve({
      // A request of HTTP/1.0 may name no host: it is taken for one to the address that it came to.
      fetch: (request, bun) =>
        fetch(request.url.startsWith("/") ? new Request(new URL(request.url, bun.url).href, request) : request, {
          address: () => bun.requestIP(request)?.address,
        }),
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
    async reload() {
      const { tls } = tlsOptions(config);
      if (tls === undefined) return;
      const { createSecureContext } = await import("node:tls");
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

/** Starts the thread that runs imports; it takes up what an earlier process left, and is started anew if it dies. */
function startWorker(config: Config, signal: WriteSignal, tally: CommitTally, log: AppPorts["log"]) {
  const file = databaseFile(config.dataDir);
  const { durability } = config;
  let stopping: Promise<void> | undefined;
  let stopped = Promise.withResolvers<void>();
  let worker = open();

  function open(): Worker {
    const opened = new Worker(new URL("./worker.ts", import.meta.url).href);
    const ended = Promise.withResolvers<void>();
    stopped = ended;
    opened.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "stopped") ended.resolve();
      else log("error", "import interrupted; it will be tried again", { import: data.importId, cause: data.error });
    };
    opened.onerror = (event) => log("error", "import worker failed", { cause: event.message });
    opened.addEventListener("close", () => {
      ended.resolve();
      if (stopping === undefined) setTimeout(reopen, workerRestMs);
    });
    const start = { kind: "start", file, durability, signal: signal.buffer, tally: tally.buffer } as const;
    opened.postMessage(start satisfies ToWorker);
    return opened;
  }

  function reopen(): void {
    if (stopping === undefined) worker = open();
  }

  const send = (message: ToWorker): void => worker.postMessage(message);
  return {
    wake: () => send({ kind: "wake" }),
    stop() {
      stopping ??= finish();
      return stopping;
    },
  };

  async function finish(): Promise<void> {
    send({ kind: "stop" });
    // A worker that died has nothing to finish, and does not answer.
    const timer = setTimeout(stopped.resolve, drainMsMax);
    await stopped.promise;
    clearTimeout(timer);
    worker.terminate();
  }
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
    catalog: { typesOf: nothing, forget: nothing },
    definitions: absent as AppPorts["definitions"],
    attributeIndexes: absent as AppPorts["attributeIndexes"],
    publicDiscovery: false,
    metrics: createMetrics(),
    provisioner: absent as AppPorts["provisioner"],
    outbox: { wake: nothing, render: nothing },
    rules: { of: nothing, forget: nothing },
    policy: { charsMin: nothing, problem: nothing },
    refused: { note: nothing },
    authenticator: { authenticate: nothing, verify: nothing },
    wakeImports: nothing,
    now: nothing,
    newId: nothing,
    stopping: AbortSignal.abort(),
    bulk: { own: { maxOperations: 0, maxPayloadSize: 0 }, janssen: { maxOperations: 0, maxPayloadSize: 0 } },
    compat: compatNames,
    log: nothing,
  });
}
