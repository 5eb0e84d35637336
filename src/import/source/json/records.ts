import { recordCharsMax, type TableRow, tableRowsMax } from "../table.ts";
import type { JsonCursor } from "./cursor.ts";

const batchRowsMax = 512;

/** Collects the records of a JSON text into batches of rows. */
export class RecordBatch {
  rows: TableRow[] = [];
  readonly #cursor: JsonCursor;
  #row = 1;
  #chars = 0;

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor;
  }

  /** Adds the record that starts on `line`. Throws `too_large` where there are too many. */
  add(line: number, text: string): void {
    if (++this.#row > tableRowsMax) {
      this.#cursor.refuse("too_large", `the file has more than ${tableRowsMax} records`);
    }
    this.rows.push({ row: this.#row, line, cells: [text] });
    this.#chars += text.length;
  }

  /** Whether it is time to hand the rows on. */
  get isFull(): boolean {
    return this.rows.length >= batchRowsMax || this.#chars >= recordCharsMax;
  }

  /** The rows since the last call. */
  taken(): TableRow[] {
    const { rows } = this;
    this.rows = [];
    this.#chars = 0;
    return rows;
  }
}

/**
 * Hands on the batches of `read`, which adds to `batch` and yields when it is full, also those before a fault; lets go
 * of the text at the end.
 */
export async function* inBatches(
  cursor: JsonCursor,
  batch: RecordBatch,
  read: AsyncIterable<void>,
): AsyncGenerator<TableRow[]> {
  try {
    for await (const _ of read) yield batch.taken();
  } catch (error) {
    if (batch.rows.length > 0) yield batch.taken();
    throw error;
  } finally {
    await cursor.close();
  }
  if (batch.rows.length > 0) yield batch.taken();
}
