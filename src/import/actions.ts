import { ScimError } from "../scim/error.ts";
import type { ImportProgress } from "../storage/change.ts";
import type { ImportJob } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";
import { failedFile, failedFileFormat } from "./failed-file.ts";
import { dropInput } from "./input.ts";
import { advance, isSettled, type JobEvent, nextState } from "./job.ts";
import type { UploadFields } from "./request.ts";
import { undoMsMax } from "./undo-job.ts";
import { type Received, receiveImport, type UploadPorts } from "./upload.ts";

/*
 * What somebody may ask of a job that is there. Each throws ScimError conflict when the job is in no state for it.
 */

/** How often a job is looked at again that moves on at the same moment. */
const triesMax = 10;

export type ActionPorts = Pick<UploadPorts, "store" | "now">;

/** Moves a job on, as one who asks; throws conflict when it is in no state for that. */
async function move(store: Store, job: ImportJob, event: JobEvent, why: string, more: ImportProgress): Promise<void> {
  const [result] = await store.commit([{ tenantId: job.tenantId, changes: [advance(job.id, event, more)] }]);
  if (result?.applied !== true) throw new ScimError("conflict", `The import is ${job.state}; ${why}.`);
}

/** Has a dry run carried out. */
export async function applyPlan({ store, now }: ActionPorts, job: ImportJob): Promise<void> {
  const request = { ...job.request, dryRun: false };
  const why = "only one whose plan waits can be applied";
  if (job.state !== "planned") throw new ScimError("conflict", `The import is ${job.state}; ${why}.`);
  await move(store, job, "queue", why, { request, started: now() });
}

/** Ends a job: at once when nothing is done for it, else between two chunks; rows that are carried out stay. */
export async function cancelImport({ store, now }: ActionPorts, job: ImportJob): Promise<void> {
  const why = "only one that has not ended can be cancelled";
  let current = job;
  for (let tries = 0; tries < triesMax; tries++) {
    const { state, tenantId, id } = current;
    if (nextState(state, "cancel") === undefined) break;
    const waits = (state === "received" && current.fileBytes === 0) || isSettled(current);
    const end = { message: "cancelled; nothing was imported", finished: now() };
    const change = waits
      ? { ...advance(id, "cancel", end), from: [state] }
      : ({ kind: "advanceImport", importId: id, from: [state], to: state, isCancelled: true } as const);
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    if (result?.applied === true) {
      if (waits) await dropInput(store, tenantId, id);
      return;
    }
    current = (await store.imports.job(tenantId, id)) ?? current;
  }
  throw new ScimError("conflict", `The import is ${current.state}; ${why}.`);
}

/** Has what an import did taken back. */
export async function undoImport({ store, now }: ActionPorts, job: ImportJob): Promise<void> {
  const days = undoMsMax / 86_400_000;
  if (job.finished !== null && now() - job.finished > undoMsMax) {
    throw new ScimError("conflict", `The import ended more than ${days} days ago; it can not be undone any more.`);
  }
  const why = "only one that has ended and changed something can be undone";
  await move(store, job, "undo", why, { phase: { since: now(), done: 0 } });
}

/** Who asks for another try of the refused rows. */
export interface Retry {
  readonly createdBy: string;
  readonly asAdministrator: boolean;
  /** What is to be otherwise than the first time. */
  readonly fields: UploadFields;
}

/**
 * Makes an import of the rows that another one refused or did not reach, with what that one was asked.
 *
 * @throws ScimError conflict when it has not ended or has no such rows, or what an upload is refused for
 */
export async function retryImport(ports: UploadPorts, job: ImportJob, retry: Retry): Promise<Received> {
  const { store } = ports;
  const { shape, tenantId, id } = job;
  if (!isSettled(job) || job.state === "planned") {
    throw new ScimError("conflict", `The import is ${job.state}; its rows can be tried again when it has ended.`);
  }
  const [kept] = await store.imports.keptRows(tenantId, id, 0, 1);
  if (shape === null || kept === undefined) throw new ScimError("conflict", "The import has no refused rows.");
  const { createdBy, asAdministrator, fields } = retry;
  const fileName = `retry of ${job.fileName}`.slice(0, 255);
  // Records of a connector are still about who they are about.
  const request = job.request.options.connectorId === "" ? {} : { request: { ...job.request, dryRun: false } };
  const upload = { tenantId, fileName, createdBy, asAdministrator, retryOf: id, ...request };
  return receiveImport(ports, upload, encoded(failedFile(store, job, shape)), () => ({
    ...fieldsOf(job),
    ...(failedFileFormat(shape) === "csv" && { delimiter: shape.delimiter, charset: "utf-8" }),
    ...fields,
  }));
}

/** What was asked of a job, as one would ask it again. */
function fieldsOf({ request }: ImportJob): UploadFields {
  const { dialect, mode, match, options } = request;
  const { onError, empty, unknownColumns, mapping } = options;
  const { createGroups, updatePasswords, acceptWeakHashes, keepPasswords } = options;
  return {
    dialect,
    mode,
    match,
    onError,
    empty,
    unknownColumns,
    mapping,
    createGroups: String(createGroups),
    updatePasswords: String(updatePasswords),
    acceptWeakHashes: String(acceptWeakHashes),
    keepPasswords: String(keepPasswords),
  };
}

async function* encoded(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of text) yield encoder.encode(piece);
}
