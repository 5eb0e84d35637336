import { CliError, processIo } from "./cli/io.ts";
import { createProgram } from "./cli/program.ts";

// What this process writes holds people's data and hashes of their passwords: it is nobody else's to read.
process.umask(0o077);
const io = processIo();
try {
  await createProgram(io).parseAsync(process.argv);
} catch (error) {
  // What the system refuses (a file, an address, a directory) is told in its words; anything else is our mistake.
  const told = error instanceof CliError || (error instanceof Error && "syscall" in error);
  io.err(`muster: ${told ? error.message : Bun.inspect(error)}`);
  io.exitCode = error instanceof CliError ? error.exitCode : 1;
}
process.exit(io.exitCode);
