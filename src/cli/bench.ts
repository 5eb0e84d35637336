import { Command, Option } from "@commander-js/extra-typings";
import type { Target } from "../bench/connection.ts";
import { UnreachableError } from "../bench/connection.ts";
import { reportLines, wrongIn } from "../bench/report.ts";
import { runBench } from "../bench/run.ts";
import { findService, type Service, ServiceError } from "../bench/service.ts";
import { tokenFromEnvironment } from "../config.ts";
import { CliError, type Io } from "./io.ts";

const exitStatusHelp = `
It makes users and a group whose names begin with muster-bench-, and deletes them at the end, also when it is stopped.
The server should have nothing else to do meanwhile. What it refuses is n/a; each answer is checked.

Exit status: 0 measured, 2 some answers were wrong, 1 it could not run to its end.
`;

const wrongAnswersCode = 2;

/** `muster bench --url URL`: measures a server of SCIM 2.0, this one or another. */
export function benchCommand(io: Io): Command {
  return new Command("bench")
    .description("measure a SCIM 2.0 server")
    .requiredOption("--url <url>", "the server, or the base of its SCIM")
    .addOption(new Option("--token <token>", "bearer token that may read, write and use Bulk (MUSTER_TOKEN)"))
    .option("--users <count>", "users to make", wholeUpTo(100_000), 500)
    .option("--connections <count>", "requests under way at a time", wholeUpTo(1000), 16)
    .option("--seconds <count>", "how long each kind of request is measured", wholeUpTo(3600), 3)
    .option("--json", "print JSON instead of a table", false)
    .addHelpText("after", exitStatusHelp)
    .action(async (options) => {
      const origin = URL.parse(options.url);
      if (origin?.protocol !== "http:" && origin?.protocol !== "https:") {
        throw new CliError("--url must be an http or https URL");
      }
      const token = options.token ?? tokenFromEnvironment();
      if (token === undefined) throw new CliError("bench needs --token, or the variable MUSTER_TOKEN");
      // What a header can not hold would be two requests.
      if (!/^[\x21-\x7e]+$/.test(token)) throw new CliError("the token holds characters that no token may have");
      const target = { origin, token };
      const { users, connections, seconds } = options;
      await bench(io, target, { users, connections, seconds, json: options.json });
    });
}

function wholeUpTo(most: number): (text: string) => number {
  return (text) => {
    const number = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= most)) throw new CliError(`${JSON.stringify(text)} must be a whole number from 1 to ${most}`);
    return number;
  };
}

interface Options {
  readonly users: number;
  readonly connections: number;
  readonly seconds: number;
  readonly json: boolean;
}

async function bench(io: Io, target: Target, { json, ...options }: Options): Promise<void> {
  const service = await serviceAt(target);
  const prefix = `muster-bench-${crypto.randomUUID().slice(0, 8)}-`;
  const stopped = new AbortController();
  const stop = (): void => {
    io.err("stopping: what was made is deleted first");
    stopped.abort();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const onPhase = ({ name }: { readonly name: string }): void => {
      if (io.isTerminal) io.draw(`measured: ${name}`);
    };
    const report = await runBench(target, service, { ...options, prefix, signal: stopped.signal, onPhase });
    const about = { url: shownUrl(target), ...options };
    const lines = json ? JSON.stringify({ ...about, ...report }, null, 2).split("\n") : reportLines(report);
    for (const line of lines) io.out(line);
    if (report.left > 0) io.err(`${report.left} resources whose names begin with ${prefix} could not be deleted`);
    if (report.failure !== undefined) throw new CliError(`${shownUrl(target)}: ${report.failure}`);
    if (wrongIn(report) > 0) io.exitCode = wrongAnswersCode;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** The address without what may be secret in it. */
function shownUrl({ origin }: Target): string {
  return origin.origin + origin.pathname;
}

async function serviceAt(target: Target): Promise<Service> {
  const url = shownUrl(target);
  try {
    return await findService(target);
  } catch (error) {
    if (error instanceof ServiceError) throw new CliError(`${url}: ${error.message}`);
    if (error instanceof UnreachableError) throw new CliError(`${url} can not be reached: ${error.message}`);
    throw error instanceof Error ? new CliError(`${url}: ${error.message}`) : error;
  }
}
