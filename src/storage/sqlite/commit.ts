import type { Database } from "bun:sqlite";
import { ScimError } from "../../scim/error.ts";
import type { ChangeSet, SetResult } from "../change.ts";
import type { CommitTally } from "../commit-tally.ts";
import type { WriteSignal } from "../write-signal.ts";
import { type Applier, createApplier } from "./apply.ts";
import type { ReadAhead } from "./read-ahead.ts";

/**
 * Who commits. `requests`: short sets that must not wait, and say so on the signal. `import`: long calls that let go
 * of the write lock as soon as a request wants it.
 */
export type CommitLane = "requests" | "import";

/** Sets between two looks at the signal: about half a millisecond of writing. */
const setsBetweenLooks = 20;
/**
 * Sets in one transaction of an import: what it has gathered for the attribute indexes is written at its end and holds
 * the lock, so that there are few after a request came between, and twice as many after each time that none did.
 */
const setsInTransactionMin = 200;
const setsInTransactionFirst = 2000;
/** How long an import stands aside for requests before it takes its turn again. */
const standAsideMsMax = 250;
/** Request transactions in a row while an import waits; then it gets a gap of `importGapMs`. */
const turnsBeforeGap = 8;
const importGapMs = 2;
/** How long one try of an import for the write lock takes, and how many in vain mean that another process has it. */
export const importLockTryMs = 50;
const importLockTriesMax = 100;

interface Waiting {
  readonly sets: readonly ChangeSet[];
  readonly resolve: (results: readonly SetResult[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface Committer {
  commit(sets: readonly ChangeSet[]): Promise<readonly SetResult[]>;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

/** The one place that writes: commits that arrive in one turn of the event loop share one durable transaction. */
export function createCommitter(
  db: Database,
  lane: CommitLane,
  signal: WriteSignal,
  tally: CommitTally,
  readAhead: ReadAhead,
): Committer {
  const applier = createApplier(db, readAhead);
  const writer: Writer = { db, signal, tally, applier, setsAtOnce: setsInTransactionFirst };
  const flushers = { requests: commitTogether, import: commitYielding } as const;
  let waiting: Waiting[] = [];
  let turn: Promise<void> | undefined;
  let turnsInARow = 0;

  function flush(): void {
    turn = undefined;
    const calls = waiting;
    waiting = [];
    flushers[lane](writer, calls);
  }

  /** Runs `work` once everything that arrived together is there, and not before a waiting import had its gap. */
  function schedule(work: () => void): void {
    turnsInARow = signal.importWaits() ? turnsInARow + 1 : 0;
    if (lane === "import" || turnsInARow < turnsBeforeGap) {
      setImmediate(work);
      return;
    }
    turnsInARow = 0;
    setTimeout(work, importGapMs);
  }

  return {
    commit(sets) {
      return new Promise((resolve, reject) => {
        waiting.push({ sets, resolve, reject });
        turn ??= new Promise((done) => {
          schedule(() => {
            flush();
            done();
          });
        });
      });
    },
    drained: async () => {
      while (turn !== undefined) await turn;
    },
  };
}

interface Writer {
  readonly db: Database;
  readonly signal: WriteSignal;
  readonly tally: CommitTally;
  readonly applier: Applier;
  /** Sets that an import puts into its next transaction. */
  setsAtOnce: number;
}

type Results = readonly SetResult[];

/** Runs `work` between BEGIN and COMMIT, and counts what it answers; nothing of it stays when it throws. */
function transaction<T extends readonly Results[]>(
  writer: Writer,
  work: () => T,
  begin: () => void = () => writer.db.run("BEGIN IMMEDIATE"),
): T {
  const { db, applier, tally } = writer;
  try {
    begin();
    const begun = performance.now();
    const results = work();
    applier.finish();
    db.run("COMMIT");
    let [sets, refused] = [0, 0];
    for (const answered of results) {
      sets += answered.length;
      for (const { applied } of answered) if (!applied) refused++;
    }
    tally.committed(sets, refused, (performance.now() - begun) / 1000);
    return results;
  } catch (error) {
    tally.failed("commit");
    applier.forget();
    if (db.inTransaction) db.run("ROLLBACK");
    throw error;
  } finally {
    if (applier.takeOverwrote()) emptyLog(db);
  }
}

/**
 * Writes the log back and empties it, so that nothing overwritten stays in it. The commit stands whether this works or
 * not: readers that are under way may put it off, and a later checkpoint does it then.
 */
function emptyLog(db: Database): void {
  try {
    db.run("PRAGMA wal_checkpoint(PASSIVE)");
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (!isSqlite(error)) throw error;
  }
}

function commitTogether(writer: Writer, calls: readonly Waiting[]): void {
  writer.signal.raise();
  try {
    const results = transaction(writer, () => calls.map(({ sets }) => sets.map((set) => writer.applier.apply(set))));
    calls.forEach(({ resolve }, index) => void resolve(results[index] ?? []));
  } catch (error) {
    const failure = storeError(error);
    for (const { reject } of calls) reject(failure);
  } finally {
    writer.signal.lower();
  }
}

/** Commits each call in as many transactions as requests interrupt it. */
function commitYielding(writer: Writer, calls: readonly Waiting[]): void {
  for (const { sets, resolve, reject } of calls) {
    const results: SetResult[] = [];
    try {
      while (results.length < sets.length) {
        const rest = sets.slice(results.length, results.length + writer.setsAtOnce);
        const [part] = transaction(
          writer,
          () => [applyUntilWanted(writer, rest)] as const,
          () => beginBetweenRequests(writer),
        );
        for (const result of part) results.push(result);
        writer.setsAtOnce = part.length < rest.length ? setsInTransactionMin : writer.setsAtOnce * 2;
      }
      resolve(results);
    } catch (error) {
      reject(storeError(error));
    }
  }
}

/** Takes the write lock when the requests leave it; gives up only when it is not they who have it. */
function beginBetweenRequests({ db, signal }: Writer): void {
  signal.setImportWaits(true);
  try {
    for (let tries = 0; ; tries++) {
      signal.waitUntilLowered(standAsideMsMax);
      const turns = signal.turns();
      try {
        db.run("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (!isSqlite(error, "SQLITE_BUSY") || tries >= importLockTriesMax) throw error;
        if (signal.turns() !== turns) tries = 0;
      }
    }
  } finally {
    signal.setImportWaits(false);
  }
}

function isSqlite(error: unknown, code = "SQLITE_"): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith(code);
}

function applyUntilWanted({ applier, signal }: Writer, sets: readonly ChangeSet[]): readonly SetResult[] {
  const results: SetResult[] = [];
  for (const set of sets) {
    results.push(applier.apply(set));
    if (results.length % setsBetweenLooks === 0 && signal.isRaised()) break;
  }
  return results;
}

/** A failure of SQLite itself (full disk, lock not had, I/O): the client may try again, the operator reads the cause. */
export function storeError(cause: unknown): ScimError {
  if (cause instanceof ScimError) return cause;
  if (isSqlite(cause) || isClosed(cause)) {
    return new ScimError("unavailable", "The directory can not be reached now; try again.", { cause });
  }
  return new ScimError("internal", undefined, { cause });
}

/** bun:sqlite tells a closed database in words alone. */
function isClosed(cause: unknown): boolean {
  return cause instanceof Error && /closed database|database has closed/i.test(cause.message);
}
