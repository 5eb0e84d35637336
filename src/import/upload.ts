import { ScimError } from "../scim/error.ts";
import type { Change } from "../storage/change.ts";
import type { ImportJob, ImportRequest } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";
import { autoDialect, dialects } from "./dialect/detect.ts";
import { dropInput } from "./input.ts";
import { insist } from "./insist.ts";
import { legalFrom } from "./job.ts";
import { inputPieceBytes } from "./source/input.ts";

/** Bytes of one file: a gibibyte, about five million rows of 200 bytes. */
export const importFileBytesMax = 1_073_741_824;

export interface Upload {
  readonly tenantId: number;
  readonly fileName: string;
  readonly createdBy: string;
}

/** What may be asked of an import, as text; what is left out has its default. */
export interface UploadFields {
  readonly dialect?: string | undefined;
  readonly mode?: string | undefined;
  readonly match?: string | undefined;
  readonly dryRun?: string | undefined;
}

const flags: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  yes: true,
  false: false,
  "0": false,
  no: false,
};

const fieldNames: ReadonlySet<string> = new Set<keyof UploadFields>(["dialect", "mode", "match", "dryRun"]);

/**
 * Refuses fields that this version does not know: one that is misspelt would else be ignored, and a dry run be none.
 *
 * @throws ScimError invalidValue that names the field
 */
export function requireKnownFields(names: Iterable<string>): void {
  for (const name of names) {
    if (fieldNames.has(name)) continue;
    const known = [...fieldNames].join(", ");
    throw new ScimError(
      "invalidValue",
      `There is no field ${JSON.stringify(name.slice(0, 64))}; the fields are ${known}.`,
    );
  }
}

/**
 * Checks what is asked of an import.
 *
 * @throws ScimError invalidValue that names the field
 */
export function readImportRequest({ dialect = autoDialect, mode, match, dryRun }: UploadFields): ImportRequest {
  const known = [autoDialect, ...dialects.map(({ id }) => id)];
  if (!known.includes(dialect)) throw new ScimError("invalidValue", `dialect must be one of ${known.join(", ")}.`);
  if (mode !== undefined && mode !== "create") throw new ScimError("invalidValue", "mode must be create.");
  if (match !== undefined && match !== "userName") throw new ScimError("invalidValue", "match must be userName.");
  const word = (dryRun ?? "false").toLowerCase();
  const flag = Object.hasOwn(flags, word) ? flags[word] : undefined;
  if (flag === undefined) throw new ScimError("invalidValue", "dryRun must be true or false.");
  return { dialect, mode: "create", match: "userName", dryRun: flag };
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
 * @throws ScimError tooLarge or invalidValue; the job is then `failed` and its input gone
 */
export async function receiveImport(
  ports: UploadPorts,
  upload: Upload,
  bytes: AsyncIterable<Uint8Array>,
  fields: () => UploadFields,
): Promise<ImportJob> {
  const { store, now, newId, stopping } = ports;
  const { tenantId, fileName, createdBy } = upload;
  const importId = newId();
  const commit = (...changes: Change[]) => store.commit([{ tenantId, changes }]);
  const request = readImportRequest({});
  await commit({ kind: "createImport", id: importId, request, fileName, createdBy, at: now() });
  try {
    const fileBytes = await storeInput(bytes, async (sequence, piece) => {
      const [result] = await commit({ kind: "appendInput", importId, sequence, bytes: piece });
      if (result?.applied !== true) throw new ScimError("conflict", "The import was ended while its file came in.");
    });
    const asked = fields();
    requireKnownFields(Object.keys(asked));
    const { dialect, dryRun } = readImportRequest(asked);
    if (fileBytes === 0) throw new ScimError("invalidValue", "The file is empty.");
    await commit({
      kind: "advanceImport",
      importId,
      from: legalFrom.received,
      to: "received",
      fileBytes,
      dialect,
      dryRun,
    });
  } catch (error) {
    const message = error instanceof ScimError ? error.detail : "The upload ended early.";
    await insist(() => failUpload(store, tenantId, importId, message, now()), stopping);
    throw error;
  }
  const job = await store.imports.job(tenantId, importId);
  if (job === undefined) throw new ScimError("internal");
  return job;
}

/** Hands the bytes on in pieces of exactly `inputPieceBytes`, the last one shorter; tells how many bytes there were. */
async function storeInput(
  bytes: AsyncIterable<Uint8Array>,
  store: (sequence: number, piece: Uint8Array) => Promise<void>,
): Promise<number> {
  let pending = new Uint8Array(inputPieceBytes);
  let pendingBytes = 0;
  let sequence = 0;
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.byteLength;
    if (total > importFileBytesMax)
      throw new ScimError("tooLarge", `The file is larger than ${importFileBytesMax} bytes.`);
    for (let start = 0; start < chunk.byteLength; ) {
      const part = chunk.subarray(start, start + inputPieceBytes - pendingBytes);
      pending.set(part, pendingBytes);
      pendingBytes += part.byteLength;
      start += part.byteLength;
      if (pendingBytes < inputPieceBytes) continue;
      await store(sequence++, pending);
      // A new one: the store may still hold the piece it was given.
      pending = new Uint8Array(inputPieceBytes);
      pendingBytes = 0;
    }
  }
  if (pendingBytes > 0) await store(sequence, pending.subarray(0, pendingBytes));
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
  const failed = { kind: "advanceImport", importId, from: legalFrom.failed, to: "failed", message, finished } as const;
  await store.commit([{ tenantId, changes: [failed] }]);
  await dropInput(store, tenantId, importId);
}
