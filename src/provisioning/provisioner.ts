import { actingAs } from "../access/actor.ts";
import type { Sealer } from "../access/seal.ts";
import { applyPlan } from "../import/actions.ts";
import { finalStates } from "../import/job.ts";
import type { UploadPorts } from "../import/upload.ts";
import { ScimError } from "../scim/error.ts";
import { type Types, userTypeOf } from "../scim/resource/type.ts";
import type { Actor } from "../storage/audit.ts";
import type { ImportJob } from "../storage/import.ts";
import type { ConnectorRecord, ExtractionRecord, ProvisioningChange } from "../storage/provisioning.ts";
import { connectorOf, type LdapConnector, openSecret, type ScimConnector } from "./connector.ts";
import { extract } from "./extract.ts";
import { ldapSource } from "./ldap-source.ts";
import { compileRules, type MappedEntry } from "./mapping-rule.ts";
import type { Outbound } from "./outbound.ts";
import { scimSource } from "./scim-source.ts";
import { authorizer, type ScimLogin } from "./scim-token.ts";
import { type Glimpse, type Source, SourceError } from "./source.ts";

/** What taking users out of other places needs of the world. */
export interface ProvisionerPorts extends UploadPorts {
  /** By the key file, which is made when a secret is to be kept for the first time. */
  readonly sealer: () => Sealer;
  readonly outbound: Outbound;
  readonly typesOf: (tenantId: number) => Types | Promise<Types>;
  readonly wakeImports: () => void;
  readonly stopping: AbortSignal;
  readonly log: (level: "info" | "warn" | "error", message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** Who asks for something to be done. */
export interface Asking {
  readonly name: string;
  readonly asAdministrator: boolean;
  readonly actor: Actor;
}

/** What was seen of a source, as it is there and as it would come in. */
export interface Preview extends Glimpse {
  readonly mapped: readonly MappedEntry[];
}

/** What came of asking for everything that was extracted to be imported. */
export interface ImportedExtraction {
  readonly extraction: ExtractionRecord;
  readonly outcome: "queued" | "nothing" | "parked" | "waiting" | "gone";
}

export interface Provisioner {
  /** Seals a secret for a connector. */
  readonly sealer: () => Sealer;
  /** Looks at a source; throws ScimError conflict with what it says when nothing can be had of it. */
  preview(record: ConnectorRecord, limit: number): Promise<Preview>;
  /** Begins an extraction; throws ScimError conflict while another one of this connector is under way. */
  launch(record: ConnectorRecord, asking: Asking): Promise<{ readonly id: string; readonly ended: Promise<void> }>;
  /** Has all that was extracted imported, oldest first; what is parked waits. */
  importAll(tenantId: number): Promise<readonly ImportedExtraction[]>;
  /** Has one extraction imported, unless it is parked. */
  importOne(tenantId: number, extractionId: string): Promise<void>;
  /** Has one extraction imported that was parked: somebody says that it is meant. */
  approve(extraction: ExtractionRecord): Promise<void>;
  /** Tells of those that a restart cut off. */
  failCut(): Promise<void>;
}

export function createProvisioner(ports: ProvisionerPorts): Provisioner {
  const { store, now, stopping } = ports;
  const launch = launcher(ports);
  return {
    sealer: ports.sealer,
    launch,
    async preview(record, limit) {
      const map = compileRules(connectorOf(record).rules, userTypeOf(await ports.typesOf(record.tenantId)).type);
      const glimpse = await seen(() => sourceOf(ports, record).look(limit, stopping));
      return { ...glimpse, mapped: glimpse.entries.map(map) };
    },
    async importAll(tenantId) {
      const done: ImportedExtraction[] = [];
      for (const extraction of await store.provisioning.extractionsIn("exported", tenantId)) {
        done.push({ extraction, outcome: extraction.isParked ? "parked" : await importOne(ports, extraction) });
      }
      ports.wakeImports();
      return done;
    },
    async importOne(tenantId, extractionId) {
      const extraction = await store.provisioning.extraction(tenantId, extractionId);
      if (extraction?.state !== "exported" || extraction.isParked) return;
      await importOne(ports, extraction);
      ports.wakeImports();
    },
    async approve(extraction) {
      if (!extraction.isParked || extraction.state !== "exported") {
        throw new ScimError("conflict", "The extraction does not wait for approval.");
      }
      if ((await importOne(ports, extraction)) === "waiting") {
        throw new ScimError("conflict", "The extraction is not planned yet; try again.");
      }
      ports.wakeImports();
    },
    async failCut() {
      for (const { tenantId, id } of await store.provisioning.extractionsIn("started")) {
        const error = "The extraction was cut off by a restart.";
        const change = {
          kind: "endExtraction",
          id,
          state: "failed",
          at: now(),
          records: 0,
          unchanged: 0,
          error,
        } as const;
        await store.commit([{ tenantId, changes: [change] }]);
      }
    },
  };
}

function sourceOf(ports: ProvisionerPorts, record: ConnectorRecord): Source {
  const connector = connectorOf(record);
  const secret = openSecret(ports.sealer(), record);
  return connector.kind === "scim" ? scimOf(ports, connector, secret) : ldapOf(ports, connector, secret);
}

function scimOf({ outbound, now }: ProvisionerPorts, connector: ScimConnector, secret: string): Source {
  const { url: base, count, filter, ca } = connector;
  const authorize = authorizer(outbound, loginOf(connector, secret), now, ca);
  return scimSource({ outbound, authorize, base, count, filter, ca });
}

function ldapOf({ outbound }: ProvisionerPorts, connector: LdapConnector, password: string): Source {
  const { url, startTls, ca, baseDn, filter, count, authentication } = connector;
  return ldapSource({ outbound, url, startTls, ca, baseDn, filter, count, bindDn: authentication.bindDn, password });
}

/** What begins extractions: of each connector one at a time. */
function launcher(ports: ProvisionerPorts): Provisioner["launch"] {
  const { store, now, newId } = ports;
  const busy = new Set<string>();
  return async (record, asking) => {
    const { id, tenantId, name } = record;
    const key = `${tenantId} ${id}`;
    if (!connectorOf(record).enabled) {
      throw new ScimError("conflict", `The connector ${JSON.stringify(name)} is switched off.`);
    }
    if (busy.has(key)) {
      throw new ScimError("conflict", "An extraction of this connector is under way; wait for its end.");
    }
    // Without a secret it would only fail later, with nobody there to be told.
    sourceOf(ports, record);
    busy.add(key);
    const extractionId = newId();
    const change = { kind: "startExtraction", id: extractionId, connectorId: id, at: now() } as const;
    try {
      await store.commit([{ tenantId, changes: [change] }]);
    } catch (error) {
      busy.delete(key);
      throw error;
    }
    const ended = actingAs(asking.actor, () => run(ports, record, extractionId, asking))
      .catch((error: unknown) => {
        ports.log("error", "the end of an extraction can not be kept", { cause: Bun.inspect(error) });
      })
      .finally(() => busy.delete(key));
    return { id: extractionId, ended };
  };
}

async function run(
  ports: ProvisionerPorts,
  record: ConnectorRecord,
  extractionId: string,
  asking: Asking,
): Promise<void> {
  const { store, now, stopping, log } = ports;
  const { tenantId } = record;
  const end = async (more: Ended): Promise<void> => {
    const change = { kind: "endExtraction", id: extractionId, at: now(), ...more } as const;
    await store.commit([{ tenantId, changes: [change] }]);
  };
  try {
    const { type } = userTypeOf(await ports.typesOf(tenantId));
    const made = await extract(ports, connectorOf(record), sourceOf(ports, record), type, asking, stopping);
    const { importId, ...counts } = made;
    await end({ state: "exported", ...counts, ...(importId !== undefined && { importId }) });
    if (importId !== undefined) ports.wakeImports();
  } catch (error) {
    const told = error instanceof SourceError ? error.message : error instanceof ScimError ? error.detail : undefined;
    if (told === undefined) log("error", "an extraction failed", { connector: record.id, cause: Bun.inspect(error) });
    await end({ state: "failed", records: 0, unchanged: 0, error: told ?? "Internal error" });
  }
}

/** Has the plan of an extraction carried out; one that is still being made waits for the next time. */
async function importOne(
  ports: ProvisionerPorts,
  { tenantId, id, importId }: ExtractionRecord,
): Promise<ImportedExtraction["outcome"]> {
  const note = () => ports.store.commit([{ tenantId, changes: [{ kind: "noteImported", id }] }]);
  if (importId === null) {
    await note();
    return "nothing";
  }
  const job = await plannedJob(ports, tenantId, importId);
  if (job?.state === "planned") await applyPlan(ports, job);
  else if (job !== undefined && !finalStates.has(job.state)) return "waiting";
  await note();
  return job?.state === "planned" ? "queued" : "gone";
}

/** The job once its plan is made. */
async function plannedJob(
  { store, now, stopping }: ProvisionerPorts,
  tenantId: number,
  importId: string,
): Promise<ImportJob | undefined> {
  const until = now() + planWaitMs;
  for (;;) {
    const job = await store.imports.job(tenantId, importId);
    const isUnderWay = job?.state === "received" || job?.state === "parsing";
    if (!isUnderWay || now() >= until || stopping.aborted) return job;
    await Bun.sleep(lookMs);
  }
}

/** What is told of the end of an extraction. */
type Ended = Omit<Extract<ProvisioningChange, { kind: "endExtraction" }>, "kind" | "id" | "at">;

/** How long somebody who asks for an import waits for the plan that it carries out, and how often it is looked at. */
const planWaitMs = 30_000;
const lookMs = 50;

function loginOf({ authentication }: ScimConnector, secret: string): ScimLogin {
  switch (authentication.type) {
    case "APIKEY":
      return { type: "APIKEY", apiKey: secret };
    case "BASIC":
      return { type: "BASIC", userName: authentication.userName, password: secret };
    case "CLIENT_SECRET_POST": {
      const { tokenUrl, clientId, scope } = authentication;
      return { type: "CLIENT_SECRET_POST", tokenUrl, clientId, clientSecret: secret, scope };
    }
  }
}

async function seen<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    if (!(cause instanceof SourceError)) throw cause;
    throw new ScimError("conflict", `Nothing can be had of the source: ${cause.message}.`, { cause });
  }
}
