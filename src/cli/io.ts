/** A failure that the user can act on: its message is printed as it is, and the code is the exit status. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}

/** Where a command writes, and how the process will end. */
export interface Io {
  /** A line of what was asked for. */
  out(line: string): void;
  /** A line about the work: warnings, progress, log. */
  err(line: string): void;
  /** Draws over the line drawn before; does nothing where nobody watches. */
  draw(line: string): void;
  readonly isTerminal: boolean;
  exitCode: number;
}

export function processIo(): Io {
  let drawn = false;
  const clear = (): void => {
    if (drawn) process.stderr.write("\r\x1b[K");
    drawn = false;
  };
  return {
    out(line) {
      clear();
      process.stdout.write(`${line}\n`);
    },
    err(line) {
      clear();
      process.stderr.write(`${line}\n`);
    },
    draw(line) {
      process.stderr.write(`\r\x1b[K${line}`);
      drawn = true;
    },
    isTerminal: process.stderr.isTTY === true,
    exitCode: 0,
  };
}
