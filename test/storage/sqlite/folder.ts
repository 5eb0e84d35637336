import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FindLimits } from "../../../src/storage/sqlite/limits.ts";
import type { CommitLane } from "../../../src/storage/sqlite/open.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import type { OpenedStore } from "../contract/world.ts";

export interface Folder {
  readonly path: string;
  /** Where a database goes. */
  readonly file: string;
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "muster-storage-"));
  return { path, file: join(path, "muster.db"), remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a test with a folder of its own. */
export async function inFolder(run: (folder: Folder) => void | Promise<void>): Promise<void> {
  const folder = temporaryFolder();
  try {
    await run(folder);
  } finally {
    folder.remove();
  }
}

/** A store on a real file, for the contract. */
export async function openInTemporaryFolder(lane: CommitLane, limits?: FindLimits): Promise<OpenedStore> {
  const folder = temporaryFolder();
  const open = () => openSqliteStore({ file: folder.file, lane, ...(limits && { limits }) });
  const store = open();
  let current = store;
  return {
    store,
    async reopen() {
      await current.close();
      current = open();
      return current;
    },
    async dispose() {
      await current.close();
      folder.remove();
    },
  };
}
