import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { databaseFile, keyFileOf } from "../config.ts";
import { bytesOf } from "../storage/sqlite/read-stats.ts";
import { BackupError, restore } from "../storage/sqlite/restore.ts";
import { holdingsText } from "./backup.ts";
import { lockOrExplain } from "./data.ts";
import { CliError, type Io } from "./io.ts";
import { shownNumber } from "./number.ts";
import { configFrom, onDataDir } from "./settings.ts";

/** `muster restore FILE`: puts a backup in the place of the database, while no server runs. */
export function restoreCommand(io: Io): Command<[string]> {
  const command = new Command("restore")
    .description("put a backup in the place of the database; no server may run on it")
    .argument("<file>", "what muster backup wrote, or a copy of muster.db with its muster.db-wal beside it")
    .option("--force", "take the place of a database that is there, which is kept under another name", false)
    .addHelpText("after", "\nExit status: 0 the backup is in place and on disk, 1 nothing was changed.\n");
  return onDataDir(command).action((given, options) => {
    const config = configFrom(options, io);
    const path = resolve(given);
    const file = databaseFile(config.dataDir);
    if (!existsSync(path)) throw new CliError(`there is no file ${path}`);
    if (path === file) throw new CliError(`${path} is the database itself; name a backup`);
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    const lock = lockOrExplain(config.dataDir);
    try {
      if (existsSync(file) && !options.force) {
        throw new CliError(`there is a database ${file}; --force keeps it under another name and takes its place`);
      }
      io.err(`copying and checking ${shownNumber(bytesOf(path))} bytes of ${path}`);
      const { holdings, isOlder, kept } = restoreOrExplain(path, file);
      io.out(`${file}: ${holdingsText(holdings)}`);
      if (kept !== undefined) io.out(`the database from before is kept: ${kept}`);
      if (isOlder) io.out("it is of an older version: the next start brings its tables up");
      if (holdings.importsUnderWay > 0) io.out(`imports that go on at the next start: ${holdings.importsUnderWay}`);
      io.out("tokens, passwords and roles are those of the backup");
      const key = keyFileOf(config);
      if (existsSync(key)) io.out(`the key file ${key} was left as it is; put that of the backup there if it differs`);
    } finally {
      lock.release();
    }
  });
}

function restoreOrExplain(path: string, file: string) {
  try {
    return restore(path, file);
  } catch (error) {
    throw error instanceof BackupError ? new CliError(error.message) : error;
  }
}
