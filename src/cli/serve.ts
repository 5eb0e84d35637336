import { Command } from "@commander-js/extra-typings";
import { chosenTokenCharsMin } from "../access/first-start.ts";
import { type Server, start } from "../server.ts";
import { NewerDatabaseError } from "../storage/migrations.ts";
import { DataDirectoryInUseError } from "../storage/sqlite/lock.ts";
import { CliError, type Io } from "./io.ts";
import { configFrom, secretSettingsHelp, settingOptions } from "./settings.ts";

/** `muster serve`: migrates if needed, then serves until SIGTERM or SIGINT. */
export function serveCommand(io: Io): Command {
  const command = new Command("serve").description("migrate if needed, then serve");
  for (const option of settingOptions()) command.addOption(option);
  command.addHelpText("after", secretSettingsHelp());
  return command.action(async (options) => {
    const config = configFrom(options, io);
    if (config.adminToken !== undefined && config.adminToken.length < chosenTokenCharsMin) {
      io.err(`warning: MUSTER_ADMIN_TOKEN has less than ${chosenTokenCharsMin} characters and may be guessed`);
    }
    const log = (level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      io.err(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
    const server = await start(config, log).catch((error: unknown) => {
      throw startError(error, config.host, config.port);
    });
    const first = server.firstStart;
    if (first?.randomPassword !== undefined) {
      io.out(`administrator ${JSON.stringify(first.userName)} made with the password ${first.randomPassword}`);
      io.out(`it is shown this once; change it with: muster user password ${first.userName}`);
    }
    // Whoever reads the address may send a signal at once.
    const stopped = untilSignal(server, io);
    io.out(`listening on ${server.url}`);
    await stopped;
  });
}

/** The error in words, where it is one that the operator can mend. */
function startError(error: unknown, host: string, port: number): unknown {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (taken) return new CliError(`port ${port} of ${host} is in use; choose another with --port`);
  const known = error instanceof DataDirectoryInUseError || error instanceof NewerDatabaseError;
  return known ? new CliError(error.message) : error;
}

function untilSignal(server: Server, io: Io): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const stop = (signal: string): void => {
      if (stopping) return;
      stopping = true;
      io.err(`${signal}: answering what is under way, then stopping`);
      server.stop().then(resolve, reject);
    };
    process.on("SIGTERM", () => stop("SIGTERM"));
    process.on("SIGINT", () => stop("SIGINT"));
    process.on("SIGHUP", () => {
      try {
        server.reload();
        io.err("SIGHUP: the TLS files were read again");
      } catch (error) {
        io.err(`SIGHUP: the TLS files could not be read, the old ones stay: ${String(error)}`);
      }
    });
  });
}
