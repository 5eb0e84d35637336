import type { TableRow } from "./table.ts";

/** Batches of rows of which the first one has been read. */
export interface BegunBatches {
  /** Empty where there are no rows at all. */
  readonly first: readonly TableRow[];
  /** These rows, and the batches after the first one. */
  after(rows: TableRow[]): AsyncIterable<TableRow[]>;
  /** Lets go of the input. */
  close(): Promise<void>;
}

/** Reads the first of some batches, none of which is empty. Throws what they throw. */
export async function beginBatches(batches: AsyncGenerator<TableRow[]>): Promise<BegunBatches> {
  const first = await batches.next();
  return {
    first: first.done ? [] : first.value,
    after: (rows) => startingWith(rows, batches),
    async close() {
      await batches.return(undefined);
    },
  };
}

async function* startingWith(first: TableRow[], rest: AsyncGenerator<TableRow[]>): AsyncGenerator<TableRow[]> {
  try {
    if (first.length > 0) yield first;
    yield* rest;
  } finally {
    // Also when the caller leaves before the rest was begun.
    await rest.return(undefined);
  }
}
