import type { Database } from "bun:sqlite";
import { ScimError } from "../../scim/error.ts";
import type { ChangeSet, SetResult } from "../change.ts";
import type { CommitTally } from "../commit-tally.ts";
import type { WriteSignal } from "../write-signal.ts";
import { type Applier, createApplier } from "./apply.ts";
import { type CommitLane, importLog, keepLog, requestLog } from "./open.ts";
import type { ReadAhead } from "./read-ahead.ts";

/** How much an import writes at least before it lets go, in sets or in time: a commit costs about as much. */
const importTurnMin = { sets: 20, ms: 1 } as const;
/** How long a request waits for the word of an import that has the lock; then it waits for the lock itself. */
const importHoldMsMax = 1000;
/** After a time like this without a write, an import is not under way. */
const importQuietSeconds = 10;
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
/** How many tries of an import for the write lock in vain mean that another process has it. */
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
  const writer: Writer = { db, signal, tally, applier, setsAtOnce: setsInTransactionFirst, leavesLog: false };
  const flushers = { requests: commitTogether, import: commitYielding } as const;
  let waiting: Waiting[] = [];
  let turn: Promise<void> | undefined;
  let turnsInARow = 0;

  // A thread before this one may have ended while it had the lock.
  if (lane === "import") signal.setImportHolds(false);

  function flush(done: () => void): void {
    turn = undefined;
    const calls = waiting;
    waiting = [];
    flushers[lane](writer, calls);
    done();
  }

  /** Writes when no import has the lock: until then what only reads goes on. */
  function flushInTurn(done: () => void): void {
    if (lane === "requests") signal.raise();
    const held = lane === "requests" ? signal.untilImportLetsGo(importHoldMsMax) : undefined;
    if (held === undefined) flush(done);
    else void held.then(() => flush(done));
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
          schedule(() => flushInTurn(done));
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
  /** Whether writing the log back is left to the import that is under way. */
  leavesLog: boolean;
}

type Results = readonly SetResult[];

/** How the write lock is had. */
interface Lock {
  take(writer: Writer): void;
  /** It is not needed any more, if it was had. */
  left(writer: Writer): void;
}

const plainLock: Lock = { take: ({ db }) => void db.run("BEGIN IMMEDIATE"), left: () => undefined };

const importLock: Lock = {
  take: beginBetweenRequests,
  left: ({ signal }) => signal.setImportHolds(false),
};

/** Runs `work` between BEGIN and COMMIT, and counts what it answers; nothing of it stays when it throws. */
function transaction<T extends readonly Results[]>(writer: Writer, work: () => T, lock: Lock = plainLock): T {
  const { db, applier, tally } = writer;
  try {
    lock.take(writer);
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
    lock.left(writer);
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

/** Commits what arrived together; the signal was raised for it. */
function commitTogether(writer: Writer, calls: readonly Waiting[]): void {
  try {
    leaveLogToImport(writer);
    const results = transaction(writer, () => calls.map(({ sets }) => sets.map((set) => writer.applier.apply(set))));
    calls.forEach(({ resolve }, index) => void resolve(results[index] ?? []));
  } catch (error) {
    const failure = storeError(error);
    for (const { reject } of calls) reject(failure);
  } finally {
    writer.signal.lower();
  }
}

/** While an import is under way, it writes the log back: a request that did would hold up all others. */
function leaveLogToImport(writer: Writer): void {
  const leaves = writer.signal.importWroteWithin(importQuietSeconds, Date.now());
  if (leaves === writer.leavesLog) return;
  writer.leavesLog = leaves;
  keepLog(writer.db, leaves ? importLog : requestLog);
}

/** Writes the log back when it is long, not as a part of a commit, in which requests would wait for it. */
function writeLogBack(db: Database): void {
  const state = db.query<{ log: number; checkpointed: number }, []>("PRAGMA wal_checkpoint(NOOP)").get();
  if (state !== null && state.log - state.checkpointed >= importLog.pages) {
    db.run("PRAGMA wal_checkpoint(PASSIVE)");
  }
}

/** Commits each call in as many transactions as requests interrupt it. */
function commitYielding(writer: Writer, calls: readonly Waiting[]): void {
  for (const { sets, resolve, reject } of calls) {
    const results: SetResult[] = [];
    try {
      while (results.length < sets.length) {
        const rest = sets.slice(results.length, results.length + writer.setsAtOnce);
        const [part] = transaction(writer, () => [applyUntilWanted(writer, rest)] as const, importLock);
        writer.signal.importWrote(Date.now());
        writeLogBack(writer.db);
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
        signal.setImportHolds(true);
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
  const begun = performance.now();
  for (const set of sets) {
    results.push(applier.apply(set));
    const isTurn = results.length >= importTurnMin.sets || performance.now() - begun >= importTurnMin.ms;
    if (isTurn && signal.isRaised()) break;
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
