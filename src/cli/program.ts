import { Command } from "@commander-js/extra-typings";
import { version } from "../assets.ts";
import { backupCommand } from "./backup.ts";
import { benchCommand } from "./bench.ts";
import { doctorCommand } from "./doctor.ts";
import { explainCommand } from "./explain.ts";
import { exportCommand } from "./export.ts";
import { importCommand } from "./import.ts";
import { importsCommand } from "./imports.ts";
import type { Io } from "./io.ts";
import { migrateCommand } from "./migrate.ts";
import { openapiCommand } from "./openapi.ts";
import { restoreCommand } from "./restore.ts";
import { serveCommand } from "./serve.ts";
import { tokenCommand } from "./token.ts";
import { userCommand } from "./user.ts";

/** Every command of the binary. */
export function createProgram(io: Io): Command {
  return new Command("muster")
    .description("A directory of users and groups that speaks SCIM and takes users in in bulk.")
    .version(version)
    .addCommand(serveCommand(io))
    .addCommand(importCommand(io))
    .addCommand(importsCommand(io))
    .addCommand(exportCommand(io))
    .addCommand(tokenCommand(io))
    .addCommand(userCommand(io))
    .addCommand(backupCommand(io))
    .addCommand(restoreCommand(io))
    .addCommand(doctorCommand(io))
    .addCommand(explainCommand(io))
    .addCommand(migrateCommand(io))
    .addCommand(openapiCommand(io))
    .addCommand(benchCommand(io))
    .showHelpAfterError("(muster --help tells more)");
}
