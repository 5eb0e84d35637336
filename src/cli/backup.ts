import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { type Config, databaseFile, keyFileOf } from "../config.ts";
import { backUp, type Holdings } from "../storage/sqlite/backup.ts";
import { bytesOf } from "../storage/sqlite/read-stats.ts";
import { CliError, type Io } from "./io.ts";
import { shownNumber } from "./number.ts";
import { configFrom, onDataDir } from "./settings.ts";

/** `muster backup FILE`: a copy of the database as it is at one moment, with or without a server running. */
export function backupCommand(io: Io): Command<[string]> {
  const command = new Command("backup")
    .description("write a copy of the database, beside a running server or without one")
    .argument("<file>", "where to; nobody but its owner may read it")
    .option("--force", "take the place of a file that is there", false)
    .addHelpText("after", "\nExit status: 0 the backup is written and on disk, 1 nothing was written.\n");
  return onDataDir(command).action((given, options) => {
    const config = configFrom(options, io);
    const path = resolve(given);
    const file = requireDatabase(config);
    refuseOwnFiles(config, path);
    if (existsSync(path) && !options.force) throw new CliError(`${path} is there already; --force takes its place`);
    if (!existsSync(dirname(path))) throw new CliError(`there is no directory ${dirname(path)}`);
    io.err(`writing ${path} from ${shownNumber(bytesOf(file))} bytes`);
    const holdings = backUp(file, path);
    io.out(`${path}: ${holdingsText(holdings)}`);
    const key = keyFileOf(config);
    if (existsSync(key)) io.out(`the key file ${key} belongs to this backup: keep a copy of it, in another place`);
    if (holdings.importsUnderWay > 0) {
      io.out("an import is under way: the backup holds its file too, with passwords that stand in it");
    }
  });
}

/** `1,234 users, 5 groups, 6,789,012 bytes` */
export function holdingsText({ users, groups, bytes }: Holdings): string {
  return `${shownNumber(users)} users, ${shownNumber(groups)} groups, ${shownNumber(bytes)} bytes`;
}

/** The database of the data directory. */
export function requireDatabase({ dataDir }: Pick<Config, "dataDir">): string {
  const file = databaseFile(dataDir);
  if (!existsSync(file)) throw new CliError(`there is no database ${file}; name --data`);
  return file;
}

/** A backup that took the name of the database itself would pull it away from under the server. */
export function refuseOwnFiles({ dataDir }: Pick<Config, "dataDir">, path: string): void {
  const real = (name: string): string => (existsSync(name) ? realpathSync(name) : name);
  const isOwn = real(dirname(path)) === real(dataDir) && basename(path).startsWith(basename(databaseFile(dataDir)));
  if (isOwn || real(path) === real(databaseFile(dataDir))) {
    throw new CliError(`${path} is a file of the database itself; name another`);
  }
}
