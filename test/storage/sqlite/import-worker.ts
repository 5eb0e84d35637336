import { defaultTenantId } from "../../../src/storage/port.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { writeSignal } from "../../../src/storage/write-signal.ts";
import { create, userContent } from "../contract/world.ts";

/** What a worker is told to import: a user for each id, in one call. */
export interface ImportOrder {
  readonly file: string;
  /** The memory of the signal. */
  readonly buffer: SharedArrayBuffer;
  readonly ids: readonly string[];
}

declare const self: Worker;

self.onmessage = async ({ data: { file, buffer, ids } }: MessageEvent<ImportOrder>) => {
  const store = openSqliteStore({ file, lane: "import", signal: writeSignal(buffer) });
  const results = await store.commit(
    ids.map((id, index) => ({
      tenantId: defaultTenantId,
      changes: [create(userContent({ userName: `imported${index}` }, id, index))],
    })),
  );
  await store.close();
  self.postMessage(results);
};
