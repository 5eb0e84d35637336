import type { Io } from "../../src/cli/io.ts";

/** An Io that remembers what was written. */
export interface TestIo extends Io {
  readonly lines: string[];
  readonly errors: string[];
  readonly drawn: string[];
}

export function testIo(isTerminal = false): TestIo {
  const lines: string[] = [];
  const errors: string[] = [];
  const drawn: string[] = [];
  return {
    lines,
    errors,
    drawn,
    out: (line) => void lines.push(line),
    write: (text) => void lines.push(text),
    err: (line) => void errors.push(line),
    draw: (line) => void drawn.push(line),
    isTerminal,
    exitCode: 0,
  };
}
