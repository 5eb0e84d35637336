import { ScimError } from "../scim/error.ts";
import type { Actor } from "../storage/audit.ts";
import type { Store } from "../storage/port.ts";
import type { ConnectorRecord } from "../storage/provisioning.ts";
import { connectorOf } from "./connector.ts";
import type { Provisioner, ProvisionerPorts } from "./provisioner.ts";
import { dueAt } from "./schedule.ts";

/** How often it is looked whether a schedule is due. */
const lookMs = 10_000;

/** Nobody: what a schedule does is nobody's deed, and has no more rights than a provisioner. */
const actor: Actor = { kind: "system", id: "", name: "schedule", address: "" };

export type SchedulerPorts = Pick<ProvisionerPorts, "store" | "now" | "newId" | "log">;

export interface Scheduler {
  /** Launches what is due; told of what was missed. */
  look(): Promise<void>;
  stop(): void;
}

/** Launches connectors by their schedules: each at its times, and never twice at once. */
export function startScheduler(
  ports: SchedulerPorts,
  provisioner: Pick<Provisioner, "launch" | "importOne">,
): Scheduler {
  const { store, now, log } = ports;
  const up = now();
  /** Until when each connector was looked after, where that is later than its history tells. */
  const cared = new Map<string, number>();
  let isLooking = false;

  async function lookAt(record: ConnectorRecord): Promise<void> {
    const { schedule, enabled } = connectorOf(record);
    if (schedule === null || !enabled) return;
    const at = now();
    const due = dueAt(schedule, await since(store, record, cared.get(record.id) ?? 0), up, at);
    if (due.kind === "wait") return;
    cared.set(record.id, at);
    if (due.kind === "missed") {
      const times = due.times === 1 ? "a run" : `${due.times} runs`;
      await tell(ports, record, `missed ${times}, the first at ${isoOf(due.first)}: the server was not up`);
      return;
    }
    try {
      const { id, ended } = await provisioner.launch(record, { name: actor.name, asAdministrator: false, actor });
      if (schedule.import) void ended.then(() => provisioner.importOne(record.tenantId, id)).catch(report);
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      await tell(ports, record, `missed a run at ${isoOf(at)}: ${error.detail}`);
    }
  }

  const report = (cause: unknown): void => log("error", "a schedule can not be kept", { cause: Bun.inspect(cause) });

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      for (const { tenantId } of await store.access.tenants()) {
        for (const record of await store.provisioning.connectors(tenantId)) await lookAt(record);
      }
    } finally {
      isLooking = false;
    }
  }

  const timer = setInterval(() => void look().catch(report), lookMs);
  return { look, stop: () => clearInterval(timer) };
}

/** Until when a connector was looked after: its last extraction, or its last change. */
async function since(
  { provisioning }: Store,
  { tenantId, id, modified }: ConnectorRecord,
  known: number,
): Promise<number> {
  const [last] = await provisioning.extractions({ tenantId, connectorId: id, offset: 0, limit: 1 });
  return Math.max(known, modified, last?.started ?? 0);
}

/** Notes in the history what did not happen. */
async function tell({ store, now, newId }: SchedulerPorts, record: ConnectorRecord, error: string): Promise<void> {
  const { tenantId, id: connectorId } = record;
  const [id, at] = [newId(), now()];
  const ended = { kind: "endExtraction", id, state: "failed", at, records: 0, unchanged: 0, error } as const;
  await store.commit([{ tenantId, changes: [{ kind: "startExtraction", id, connectorId, at }, ended] }]);
}

const isoOf = (at: number): string => new Date(at).toISOString();
