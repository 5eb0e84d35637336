import { CliError, processIo } from "./cli/io.ts";
import { createProgram } from "./cli/program.ts";

// What this process writes holds people's data and hashes of their passwords: it is nobody else's to read.
process.umask(0o077);
const io = processIo();
try {
  await createProgram(io).parseAsync(process.argv);
} catch (error) {
  if (error instanceof CliError) {
    io.err(`muster: ${error.message}`);
    io.exitCode = error.exitCode;
  } else {
    io.err(`muster: ${Bun.inspect(error)}`);
    io.exitCode = 1;
  }
}
process.exit(io.exitCode);
