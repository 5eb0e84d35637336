import { ScimError } from "../scim/error.ts";
import type { Change } from "../storage/change.ts";
import type { ImportJob, ImportRequest } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";
import { dropInput } from "./input.ts";
import { insist } from "./insist.ts";
import { advance } from "./job.ts";
import { readImportRequest, requireKnownFields, type UploadFields } from "./request.ts";
import { inputPieceBytes } from "./source/input.ts";

/** Bytes of one file: a gibibyte, about five million rows of 200 bytes. */
export const importFileBytesMax = 1_073_741_824;

/** Characters of an Idempotency-Key. */
export const idempotencyKeyCharsMax = 255;

export interface Upload {
  readonly tenantId: number;
  readonly fileName: string;
  readonly createdBy: string;
  /** Who uploads may change users that have a role. */
  readonly asAdministrator: boolean;
  /** What the client calls this upload: sent again, it finds the job that is there. */
  readonly idempotencyKey?: string;
  /** How what comes in is to be imported, where that is not for its sender to say. */
  readonly request?: ImportRequest;
  /** The import whose refused rows these are. */
  readonly retryOf?: string;
}

/** What became of an upload: a job that waits for the runner, or the one that the same upload made before. */
export interface Received {
  readonly job: ImportJob;
  readonly isRepeated: boolean;
}

export interface UploadPorts {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
  /** Aborted when the process is about to end; left out of one that ends anyway. */
  readonly stopping?: AbortSignal;
}

/**
 * Takes a file into the database, a piece at a time, and leaves a job that waits for the runner. What the sender says
 * beside the file may come after it, so `fields` is asked for at the end.
 *
 * @throws ScimError tooLarge or invalidValue; conflict when the idempotency key stands for another file. The job is
 *   then `failed` and its input gone
 */
export async function receiveImport(
  ports: UploadPorts,
  upload: Upload,
  bytes: AsyncIterable<Uint8Array>,
  fields: () => UploadFields,
): Promise<Received> {
  const { store, now, newId, stopping } = ports;
  const { tenantId, fileName, createdBy, idempotencyKey, retryOf } = upload;
  const importId = newId();
  const commit = (...changes: Change[]) => store.commit([{ tenantId, changes }]);
  const request = readImportRequest({});
  const retry = retryOf === undefined ? {} : { retryOf };
  await commit({ kind: "createImport", id: importId, request, fileName, createdBy, ...retry, at: now() });
  try {
    const hash = new Bun.CryptoHasher("sha256");
    const fileBytes = await storeInput(bytes, async (sequence, piece) => {
      hash.update(piece);
      const [result] = await commit({ kind: "appendInput", importId, sequence, bytes: piece });
      if (result?.applied !== true) throw new ScimError("conflict", "The import was ended while its file came in.");
    });
    const whole = { fileBytes, sha256: hash.digest("hex") };
    const asked = fields();
    requireKnownFields(Object.keys(asked));
    const read = upload.request ?? readImportRequest(asked, upload.asAdministrator);
    if (fileBytes === 0) throw new ScimError("invalidValue", "The file is empty.");
    await requireMapping(store, tenantId, read);
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    const [result] = await commit(advance(importId, "upload", { ...whole, ...key, request: read }));
    if (result?.applied === false) return { job: await repeated(store, upload, importId, whole), isRepeated: true };
  } catch (error) {
    const message = error instanceof ScimError ? error.detail : "The upload ended early.";
    await insist(() => failUpload(store, tenantId, importId, message, now()), stopping);
    throw error;
  }
  return { job: await jobOf(store, tenantId, importId), isRepeated: false };
}

async function jobOf(store: Store, tenantId: number, importId: string): Promise<ImportJob> {
  const job = await store.imports.job(tenantId, importId);
  if (job === undefined) throw new ScimError("internal");
  return job;
}

/** The job that an earlier upload with the same idempotency key made; this one leaves no trace. */
async function repeated(
  store: Store,
  { tenantId, idempotencyKey }: Upload,
  importId: string,
  { sha256 }: { readonly sha256: string },
): Promise<ImportJob> {
  const known = idempotencyKey === undefined ? undefined : await store.imports.jobByKey(tenantId, idempotencyKey);
  if (known === undefined) throw new ScimError("conflict", "The import was ended while its file came in.");
  if (known.sha256 !== sha256) {
    throw new ScimError("conflict", `The Idempotency-Key stands for another file, that of the import ${known.id}.`);
  }
  await dropInput(store, tenantId, importId);
  await store.commit([{ tenantId, changes: [{ kind: "deleteImport", importId }] }]);
  return known;
}

/** @throws ScimError invalidValue when the mapping that is asked for is not there */
async function requireMapping(store: Store, tenantId: number, { options }: ImportRequest): Promise<void> {
  if (options.mapping === "") return;
  const records = await store.definitions.all(tenantId);
  if (records.some(({ definition, key }) => definition === "importMapping" && key === options.mapping)) return;
  throw new ScimError("invalidValue", `There is no import mapping ${JSON.stringify(options.mapping)}.`);
}

/** Hands the bytes on in pieces of one size, but for the last; tells how many there were. */
async function storeInput(
  bytes: AsyncIterable<Uint8Array>,
  store: (sequence: number, piece: Uint8Array) => Promise<void>,
): Promise<number> {
  const piece = new Uint8Array(inputPieceBytes);
  let filled = 0;
  let sequence = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    await store(sequence++, piece.slice(0, filled));
    filled = 0;
  };
  for await (const chunk of bytes) {
    total += chunk.byteLength;
    if (total > importFileBytesMax)
      throw new ScimError("tooLarge", `The file is larger than ${importFileBytesMax} bytes.`);
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + inputPieceBytes - filled);
      piece.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
      if (filled === inputPieceBytes) await flush();
    }
  }
  if (filled > 0) await flush();
  return total;
}

/** Ends the jobs whose upload a restart cut off; the sender got no answer and sends again. */
export async function failCutUploads({ store, now, stopping }: Omit<UploadPorts, "newId">): Promise<void> {
  const received = await store.imports.jobsInStates(["received"]);
  const cut = received.filter(({ fileBytes }) => fileBytes === 0);
  const message = "The upload was cut off by a restart.";
  for (const { tenantId, id } of cut) {
    await insist(() => failUpload(store, tenantId, id, message, now()), stopping);
  }
}

async function failUpload(
  store: Store,
  tenantId: number,
  importId: string,
  message: string,
  finished: number,
): Promise<void> {
  await store.commit([{ tenantId, changes: [advance(importId, "fail", { message, finished })] }]);
  await dropInput(store, tenantId, importId);
}
