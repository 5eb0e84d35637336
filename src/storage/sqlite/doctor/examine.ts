import { Database } from "bun:sqlite";
import { dirname } from "node:path";
import { openToRead } from "../open.ts";
import { auditChecks } from "./audit-check.ts";
import type { Check, Examined } from "./check.ts";
import { contentChecks } from "./content-checks.ts";
import { fileChecks, identityChecks } from "./file-checks.ts";
import { indexCheck } from "./index-check.ts";

/** Every check, in the order in which they are made and repaired. */
export const checks: readonly Check[] = [
  ...identityChecks,
  ...contentChecks,
  indexCheck,
  ...auditChecks,
  ...fileChecks,
];

/** Findings of one check that are told in words; the others are counted. */
const samplesMax = 5;

export interface CheckReport {
  readonly check: Check;
  /** `skipped` where there is no sense in looking. */
  readonly state: "ok" | "finding" | "skipped";
  readonly found: number;
  readonly samples: readonly string[];
  readonly note: string | undefined;
}

export interface Patient {
  readonly file: string;
  readonly keyFile: string;
  readonly now: number;
}

/** Looks at a database, beside a running server too, and writes nothing to it. */
export function examine(patient: Patient, onCheck: (check: Check) => void = () => undefined): readonly CheckReport[] {
  return opened(patient, openToRead(patient.file), (at) => {
    at.db.run("PRAGMA query_only = ON");
    const reports: CheckReport[] = [];
    for (const check of checks) {
      onCheck(check);
      const isOurs = reports.every(({ check: { name }, state }) => name !== "version" || state === "ok");
      reports.push(check.needs === "tables" && !isOurs ? skipped(check) : reportOf(check, at));
    }
    return reports;
  });
}

/**
 * Puts right what can be put right, in one transaction; for a database that no server has open.
 *
 * @returns what was repaired; nothing where the file itself is damaged or is not of this version
 */
export function repair(patient: Patient, reports: readonly CheckReport[]): readonly Check[] {
  const isSound = reports.every(({ check, state }) => state === "ok" || !identityChecks.includes(check));
  const ill = reports.filter(({ state, check }) => state === "finding" && check.repair !== undefined);
  if (!isSound || ill.length === 0) return [];
  return opened(patient, new Database(patient.file, { readwrite: true }), (at) => {
    const work = at.db.transaction(() => {
      for (const { check } of ill) check.repair?.(at);
    });
    work.immediate();
    return ill.map(({ check }) => check);
  });
}

function opened<T>({ file, keyFile, now }: Patient, db: Database, work: (at: Examined) => T): T {
  try {
    return work({ db, file, keyFile, now, dataDir: dirname(file) });
  } finally {
    db.close(true);
  }
}

function skipped(check: Check): CheckReport {
  return { check, state: "skipped", found: 0, samples: [], note: undefined };
}

function reportOf(check: Check, at: Examined): CheckReport {
  const samples: string[] = [];
  let found = 0;
  const note = (line: string): void => {
    if (found < samplesMax) samples.push(line);
    found++;
  };
  try {
    for (const line of check.look(at)) note(line);
    const isOk = found === 0;
    return { check, state: isOk ? "ok" : "finding", found, samples, note: isOk ? check.note?.(at) : undefined };
  } catch (error) {
    // A file that is damaged can not be looked at everywhere, and that is a finding, too.
    if (!isDamage(error)) throw error;
    note(`could not be looked at: ${error.message}`);
    return { check, state: "finding", found, samples, note: undefined };
  }
}

function isDamage(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code));
}
