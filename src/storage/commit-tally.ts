/*
 * What a connection counts of its commits, in memory that other threads may read: the import worker writes, the
 * metrics of the server read. Each tally has one writer; a count of 64 bits is never seen half written.
 */

/** Upper ends of the buckets of a histogram; what lies above the last has a bucket of its own. */
export type Buckets = readonly number[];

/** Sets that shared a transaction. */
export const setBuckets: Buckets = [1, 2, 4, 8, 16, 32, 64, 128, 512, 2048, 10_000];
/** Seconds from BEGIN to COMMIT. */
export const secondBuckets: Buckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Counts of one histogram. */
export interface HistogramFigures {
  /** For each bucket how many fell into it and into no earlier one; one more than there are ends. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface TallyFigures {
  /** SQLite's own word for how it waits for the disk: 2 is full, 1 normal; 0 while no connection was opened. */
  readonly synchronous: number;
  readonly sets: HistogramFigures;
  readonly seconds: HistogramFigures;
  /** Sets that were refused whole. */
  readonly refused: number;
  /** Commits and reads that the store could not answer. */
  readonly failures: Readonly<Record<StoreUse, number>>;
}

export type StoreUse = "commit" | "read";

export interface CommitTally {
  /** The memory to hand to another thread. */
  readonly buffer: SharedArrayBuffer;
  opened(synchronous: number): void;
  /** A transaction is durable. */
  committed(sets: number, refused: number, seconds: number): void;
  failed(use: StoreUse): void;
  figures(): TallyFigures;
}

const cell = { synchronous: 0, refused: 1, commitFailures: 2, readFailures: 3, setSum: 4, secondSum: 5 } as const;
const setCounts = Object.keys(cell).length;
const secondCounts = setCounts + setBuckets.length + 1;
const cells = secondCounts + secondBuckets.length + 1;

/** A tally over new memory, or over that of another thread. */
export function commitTally(buffer = new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT)): CommitTally {
  const memory = new Float64Array(buffer);
  const add = (index: number, by: number): void => {
    memory[index] = at(index) + by;
  };
  const at = (index: number): number => memory[index] ?? 0;
  const from = (first: number, buckets: Buckets): readonly number[] => [
    ...memory.subarray(first, first + buckets.length + 1),
  ];
  return {
    buffer,
    opened: (synchronous) => {
      memory[cell.synchronous] = synchronous;
    },
    committed(sets, refused, seconds) {
      add(cell.setSum, sets);
      add(cell.secondSum, seconds);
      add(cell.refused, refused);
      add(setCounts + bucketOf(setBuckets, sets), 1);
      add(secondCounts + bucketOf(secondBuckets, seconds), 1);
    },
    failed: (use) => add(use === "commit" ? cell.commitFailures : cell.readFailures, 1),
    figures: () => ({
      synchronous: at(cell.synchronous),
      sets: { counts: from(setCounts, setBuckets), sum: at(cell.setSum) },
      seconds: { counts: from(secondCounts, secondBuckets), sum: at(cell.secondSum) },
      refused: at(cell.refused),
      failures: { commit: at(cell.commitFailures), read: at(cell.readFailures) },
    }),
  };
}

/** The bucket into which a value falls: the first whose end is not below it. */
export function bucketOf(buckets: Buckets, value: number): number {
  let index = 0;
  while (index < buckets.length && value > (buckets[index] ?? 0)) index++;
  return index;
}
