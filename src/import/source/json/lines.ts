import type { TableRow } from "../table.ts";
import type { JsonCursor } from "./cursor.ts";
import { inBatches, RecordBatch } from "./records.ts";
import { ValueFault, ValueScan } from "./value-scan.ts";

/** What is learnt about JSON lines while they are read. */
export interface LinesFacts {
  blankRows: number;
}

/**
 * The records of JSON lines: each line that is not blank, whether it is JSON or not.
 * Throws TableError (`too_large`) after the rows before the fault.
 */
export function readLines(cursor: JsonCursor, facts: LinesFacts): AsyncGenerator<TableRow[]> {
  const batch = new RecordBatch(cursor);
  return inBatches(cursor, batch, readEach(cursor, batch, facts));
}

async function* readEach(cursor: JsonCursor, batch: RecordBatch, facts: LinesFacts): AsyncGenerator<void> {
  for (let { line } = cursor; ; line = cursor.line) {
    const text = (await cursor.restOfLine())?.trim();
    if (text === undefined) return;
    if (text === "") {
      facts.blankRows++;
      continue;
    }
    refuseDeep(cursor, text, line);
    batch.add(line, text);
    if (batch.isFull) yield;
  }
}

function refuseDeep(cursor: JsonCursor, text: string, line: number): void {
  const fault = faultOf(text);
  if (fault?.kind !== "deep") return;
  cursor.line = line;
  cursor.refuse("too_large", fault.message);
}

function faultOf(text: string): ValueFault | undefined {
  try {
    new ValueScan().scan(text, 0);
    return undefined;
  } catch (error) {
    if (error instanceof ValueFault) return error;
    throw error;
  }
}

/** Whether the brackets of a line that starts with one close exactly at its end. */
export function isWholeLine(line: string): boolean {
  const text = line.trimEnd();
  try {
    return new ValueScan().scan(text, 0) === text.length;
  } catch (error) {
    if (error instanceof ValueFault) return false;
    throw error;
  }
}
