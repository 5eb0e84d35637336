import { Command } from "@commander-js/extra-typings";
import { chosenTokenCharsMin } from "../access/first-start.ts";
import { SettingError } from "../config.ts";
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
    const stopped = untilSignal(server, io, config.tlsCert !== undefined);
    io.out(`listening on ${server.url}`);
    await stopped;
  });
}

/** The error in words, where it is one that the operator can mend. */
function startError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Which of the two codes Bun gives does not tell which of the two reasons it is.
  if (code === "EADDRINUSE" || code === "EADDRNOTAVAIL") {
    const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    const reason = "the port is in use, or the host is no address of this machine";
    return new CliError(`${address} can not be listened on: ${reason}`);
  }
  const kinds = [DataDirectoryInUseError, NewerDatabaseError, SettingError];
  const known = error instanceof Error && kinds.some((kind) => error instanceof kind);
  return known ? new CliError(error.message) : error;
}

/** A signal that comes sooner after the first is the same one, heard twice. */
const secondSignalMsMin = 500;

/**
 * Serves until a signal says to stop, and stops.
 *
 * @throws CliError when a second signal does not let what is under way end
 */
function untilSignal(server: Server, io: Io, hasTls: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let since: number | undefined;
    const stop = (signal: string): void => {
      if (since !== undefined) {
        // One Ctrl-C often comes twice: from the terminal, and passed on by whoever started this process.
        if (performance.now() - since >= secondSignalMsMin) reject(new CliError(`${signal}: ended at once`));
        return;
      }
      since = performance.now();
      io.err(`${signal}: answering what is under way, then stopping (again: at once)`);
      server.stop().then(resolve, reject);
    };
    process.on("SIGTERM", () => stop("SIGTERM"));
    process.on("SIGINT", () => stop("SIGINT"));
    process.on("SIGHUP", () => {
      if (!hasTls) {
        io.err("SIGHUP: no TLS files are set, so there is nothing to read again");
        return;
      }
      server.reload().then(
        () => io.err("SIGHUP: the TLS files were read again"),
        (error: unknown) => io.err(`SIGHUP: the TLS files could not be read, the old ones stay: ${String(error)}`),
      );
    });
  });
}
