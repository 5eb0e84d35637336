import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorText } from "../../src/cli/error-text.ts";
import type { Io } from "../../src/cli/io.ts";
import { createProgram } from "../../src/cli/program.ts";
import { databaseFile } from "../../src/config.ts";
import type { Store } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { createWorld, type World } from "../storage/contract/world.ts";
import { testIo } from "./io.ts";

/** A data directory, as the commands of operations see it. */
export interface Place {
  /** A folder that holds the data directory and has room for more. */
  readonly path: string;
  readonly dataDir: string;
  readonly file: string;
  /** Runs a command on the data directory. */
  run(...args: readonly string[]): Promise<Ran>;
  withStore<T>(work: (store: Store, world: World) => Promise<T>): Promise<T>;
}

export interface Ran {
  readonly lines: readonly string[];
  readonly errors: readonly string[];
  readonly exitCode: number;
  /** The line that the command failed with. */
  readonly failure: string | undefined;
}

/** Runs a test in a data directory with an empty database that nobody else may read. */
export async function inDataDir(work: (place: Place) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), "muster-cli-"));
  const umask = process.umask(0o077);
  const dataDir = join(path, "data");
  const file = databaseFile(dataDir);
  const place: Place = {
    path,
    dataDir,
    file,
    async run(...args) {
      const io: Io & { readonly lines: string[]; readonly errors: string[] } = testIo();
      const failure = await createProgram(io)
        .parseAsync([...args, "--data", dataDir], { from: "user" })
        .then(
          () => undefined,
          (error: unknown) => errorText(error),
        );
      return { lines: io.lines, errors: io.errors, exitCode: failure === undefined ? io.exitCode : 1, failure };
    },
    async withStore(use) {
      const store = openSqliteStore({ file });
      try {
        return await use(store, createWorld({ store, reopen: async () => store, dispose: async () => {} }));
      } finally {
        await store.close();
      }
    },
  };
  try {
    await place.run("migrate");
    chmodSync(dataDir, 0o700);
    await work(place);
  } finally {
    process.umask(umask);
    rmSync(path, { recursive: true, force: true });
  }
}
