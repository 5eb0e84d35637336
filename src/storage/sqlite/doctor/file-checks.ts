import { chmodSync, statSync } from "node:fs";
import { schemaState } from "../migrate.ts";
import { bytesOf } from "../read-stats.ts";
import type { Check, Examined } from "./check.ts";

/** Lines of an integrity check that are told. */
const brokenLinesMax = 20;
/** Bytes of a log that was not written back for long: sixteen times what it is cut to after a large import. */
const logBytesMax = 1_073_741_824;
/** The share of free pages, and the bytes of them, from which it pays to write the file anew. */
const freeShareMax = 0.5;
const freeBytesMin = 67_108_864;
/** Hours after which an import that has not ended is forgotten rather than long. */
const importHoursMax = 24;
const hourMs = 3_600_000;

/** Rights of a file that are others' than its owner's, and the right of anybody to put files into a directory. */
const othersMask = 0o077;
const anybodyWritesMask = 0o002;

function modeOf(path: string): number | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return mode === undefined ? undefined : mode & 0o777;
}

/** The files that hold what nobody else may read. */
const secretFiles = ({ file, keyFile }: Examined): readonly string[] => [file, `${file}-wal`, `${file}-shm`, keyFile];

const isOpen = (path: string): boolean => ((modeOf(path) ?? 0) & othersMask) !== 0;

function numberOf({ db }: Examined, pragma: "page_count" | "page_size" | "freelist_count"): number {
  return Number(Object.values(db.query<Record<string, number>, []>(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
}

const tableFindings = {
  foreign: "this is no database of muster",
  older: "the tables are those of an older version",
  newer: "a newer version wrote this database",
} as const;

interface Unfinished {
  readonly id: string;
  readonly state: string;
  readonly created: number;
}

/** Imports that something will still happen to by itself, oldest first. */
function unfinished({ db }: Examined): readonly Unfinished[] {
  return db
    .query<Unfinished, []>(
      `SELECT id, state, created FROM import_job WHERE state IN ('received', 'parsing', 'queued', 'running', 'undoing')
         OR (state = 'planned' AND dry_run = 0) ORDER BY created`,
    )
    .all();
}

const hoursOf = (at: Examined, created: number): string => `${((at.now - created) / hourMs).toFixed(1)} h old`;

/** What is looked at first: whether the file is whole, and what it is. */
export const identityChecks: readonly Check[] = [
  {
    name: "integrity",
    looksFor: "damage to the file, as SQLite sees it",
    needs: "file",
    look: ({ db }) =>
      db
        .query<{ integrity_check: string }, []>(`PRAGMA integrity_check(${brokenLinesMax})`)
        .all()
        .map(({ integrity_check }) => integrity_check)
        .filter((line) => line !== "ok"),
    note: ({ file }) => `${bytesOf(file)} bytes`,
    advice: "restore a backup with muster restore",
  },
  {
    name: "version",
    looksFor: "tables that are not of this version of muster",
    needs: "file",
    *look({ db }) {
      const state = schemaState(db);
      if (state !== "current") yield tableFindings[state];
    },
    advice: "run muster migrate for an older one, the newer binary for a newer one",
  },
];

export const fileChecks: readonly Check[] = [
  {
    name: "log",
    looksFor: "a write-ahead log that is not written back to the database file",
    needs: "file",
    *look({ file }) {
      const bytes = bytesOf(`${file}-wal`);
      if (bytes > logBytesMax) yield `${bytes} bytes`;
    },
    note: ({ file }) => `${bytesOf(`${file}-wal`)} bytes`,
    advice: "look for a full disk and for long reads of the file (backups, other programs), then restart the server",
  },
  {
    name: "free pages",
    looksFor: "a file that is for the most part empty",
    needs: "file",
    *look(at) {
      const [free, pages] = [numberOf(at, "freelist_count"), numberOf(at, "page_count")];
      if (free > pages * freeShareMax && free * numberOf(at, "page_size") > freeBytesMin) {
        yield `${free} of ${pages} pages are free`;
      }
    },
    note: (at) => `${numberOf(at, "freelist_count")} of ${numberOf(at, "page_count")} pages`,
    advice: "to make the file smaller, stop the server, then muster backup and muster restore --force",
  },
  {
    name: "files",
    looksFor: "database and key files that others may read, and a data directory that anybody may write to",
    needs: "file",
    *look(at) {
      for (const path of secretFiles(at)) {
        if (isOpen(path)) yield `${path} has the mode ${modeOf(path)?.toString(8)}`;
      }
      const mode = modeOf(at.dataDir) ?? 0;
      if ((mode & anybodyWritesMask) !== 0) yield `${at.dataDir} has the mode ${mode.toString(8)}`;
    },
    note: (at) => (modeOf(at.keyFile) === undefined ? "no key file" : `key file ${at.keyFile}`),
    advice: "chmod 600 the files and chmod 700 the directory, or run muster doctor --repair while no server runs",
    repair(at) {
      for (const path of secretFiles(at)) if (isOpen(path)) chmodSync(path, 0o600);
      if (((modeOf(at.dataDir) ?? 0) & anybodyWritesMask) !== 0) chmodSync(at.dataDir, 0o700);
    },
  },
  {
    name: "imports",
    looksFor: `imports that have not ended after ${importHoursMax} hours`,
    needs: "tables",
    *look(at) {
      for (const { id, state, created } of unfinished(at)) {
        if (at.now - created > importHoursMax * hourMs) yield `import ${id}: ${state}, ${hoursOf(at, created)}`;
      }
    },
    note(at) {
      const [oldest, ...more] = unfinished(at);
      if (oldest === undefined) return "none under way";
      return `${more.length + 1} under way, the oldest ${hoursOf(at, oldest.created)}`;
    },
    advice: "start the server, which goes on with them; its log says why when it can not",
  },
];
