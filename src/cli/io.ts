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
  /** Text of a file that was asked for, as it is. */
  write(text: string): void;
  /** Text about the work: warnings, progress, log. */
  err(line: string): void;
  /** Draws over the line drawn before; does nothing where nobody watches. */
  draw(line: string): void;
  readonly isTerminal: boolean;
  exitCode: number;
}

/** Control characters, which could steer a terminal or forge a line. */
const controls = /\p{Cc}/gu;
const controlsButBreaks = /(?![\n\t])\p{Cc}/gu;

/** Where the text of a process goes. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** The Io of a process. What it is given may hold anybody's data: control characters in it are shown as U+FFFD. */
export function processIo(stdout: Output = process.stdout, stderr: Output = process.stderr): Io {
  let drawn = false;
  const clear = (): void => {
    if (drawn) stderr.write("\r\x1b[K");
    drawn = false;
  };
  return {
    out(line) {
      clear();
      stdout.write(`${line.replaceAll(controls, "\ufffd")}\n`);
    },
    write(text) {
      clear();
      stdout.write(text);
    },
    err(line) {
      clear();
      stderr.write(`${line.replaceAll(controlsButBreaks, "\ufffd")}\n`);
    },
    draw(line) {
      stderr.write(`\r\x1b[K${line}`);
      drawn = true;
    },
    isTerminal: stderr.isTTY === true,
    exitCode: 0,
  };
}
