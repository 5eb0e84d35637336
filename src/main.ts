import { errorText } from "./cli/error-text.ts";
import { CliError, processIo } from "./cli/io.ts";
import { createProgram } from "./cli/program.ts";

// What this process writes holds people's data and hashes of their passwords: it is nobody else's to read.
process.umask(0o077);
const io = processIo();
try {
  await createProgram(io).parseAsync(process.argv);
} catch (error) {
  io.err(`muster: ${errorText(error)}`);
  io.exitCode = error instanceof CliError ? error.exitCode : 1;
}
// A pipe that is read slowly has not taken everything yet, and what it has not would be lost.
await new Promise<void>((resolve) => {
  process.stdout.once("error", (error) => {
    io.err(`muster: ${errorText(error)}`);
    io.exitCode ||= 1;
    resolve();
  });
  process.stdout.end(() => resolve());
});
process.exit(io.exitCode);
