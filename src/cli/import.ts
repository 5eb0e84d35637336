import { existsSync } from "node:fs";
import { Command, Option } from "@commander-js/extra-typings";
import { autoDialect, dialects } from "../import/dialect/detect.ts";
import { checkFields, importLocally } from "./import-local.ts";
import { importRemotely } from "./import-remote.ts";
import { CliError, type Io } from "./io.ts";
import { remoteFrom } from "./remote.ts";
import { configFrom, onDataDir, settingOptions } from "./settings.ts";

const exitStatusHelp = `
Exit status: 0 all rows are in, 2 some rows were refused, 1 nothing was done,
             3 the server went away and the import may go on.
`;

/** `muster import FILE`: into a running server, or straight into the data directory. */
export function importCommand(io: Io): Command<[string]> {
  const known = [autoDialect, ...dialects.map(({ id }) => id)].join(", ");
  const command = new Command("import")
    .description("import users from a file, into a running server (--url) or straight into the data directory")
    .argument("<file>", "a CSV file")
    .option("--dialect <id>", `how the file is written: ${known}`, autoDialect)
    .option("--mode <mode>", "what to do with the rows: create", "create")
    .option("--match <attribute>", "by which attribute a row finds an existing user: userName", "userName")
    .option("--dry-run", "plan only: tell what would happen, change nothing", false)
    .option("--url <url>", "the running server")
    .addOption(new Option("--token <token>", "bearer token for --url, with the scope import:write (MUSTER_TOKEN)"))
    .addHelpText("after", exitStatusHelp);
  for (const option of settingOptions(["durability"])) command.addOption(option);
  return onDataDir(command).action(async (file, options) => {
    if (!existsSync(file)) throw new CliError(`there is no file ${file}`);
    const { dialect, mode, match, dryRun } = options;
    const fields = { dialect, mode, match, dryRun: String(dryRun) };
    checkFields(fields);
    const remote = remoteFrom(options);
    if (remote === undefined) await importLocally(io, configFrom(options, io), file, fields);
    else await importRemotely(io, remote, file, fields);
  });
}
