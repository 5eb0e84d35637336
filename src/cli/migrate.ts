import { Command } from "@commander-js/extra-typings";
import { databaseFile } from "../config.ts";
import { withLockedStore } from "./data.ts";
import type { Io } from "./io.ts";
import { configFrom, onDataDir } from "./settings.ts";

/** `muster migrate`: brings the database to this version without serving it. */
export function migrateCommand(io: Io): Command {
  const command = new Command("migrate").description("bring the database to this version's tables, and end");
  return onDataDir(command).action(async (options) => {
    const config = configFrom(options, io);
    await withLockedStore(config, "requests", (store) => store.check());
    io.out(`${databaseFile(config.dataDir)} has this version's tables`);
  });
}
