import { basename } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { type Config, keyFileOf } from "../config.ts";
import type { Check } from "../storage/sqlite/doctor/check.ts";
import { type CheckReport, checks, examine, type Patient, repair } from "../storage/sqlite/doctor/examine.ts";
import { bytesOf } from "../storage/sqlite/read-stats.ts";
import { requireDatabase } from "./backup.ts";
import { lockOrExplain } from "./data.ts";
import type { Io } from "./io.ts";
import { shownNumber } from "./number.ts";
import { configFrom, onDataDir } from "./settings.ts";

/** Bytes of a file that takes seconds to read. */
const longBytes = 268_435_456;

/** The exit status when something was found. */
const findingsCode = 2;

const exitStatusHelp = `
Exit status: 0 all is well, 2 something was found, 1 it could not be looked at.
`;

/** `muster doctor`: looks whether a data directory is as it should be, beside a running server or without one. */
export function doctorCommand(io: Io): Command {
  const command = new Command("doctor")
    .description("check the database: damage, orphans, counters, versions, file modes; writes nothing by itself")
    .option("--repair", "recompute counters, remove orphans and close files to others; no server may run", false)
    .option("--json", "print one JSON object instead of a line a check", false)
    .addHelpText("after", exitStatusHelp);
  return onDataDir(command).action((options) => {
    const config = configFrom(options, io);
    const patient = { file: requireDatabase(config), keyFile: keyFileOf(config), now: Date.now() };
    const { reports, repaired } = options.repair ? repairLocked(io, config, patient) : looked(io, patient);
    if (options.json) io.out(JSON.stringify(jsonOf(patient, reports, repaired)));
    else tell(io, reports, repaired);
    io.exitCode = reports.some(({ state }) => state === "finding") ? findingsCode : 0;
  });
}

interface Looked {
  readonly reports: readonly CheckReport[];
  readonly repaired: readonly Check[];
}

function looked(io: Io, patient: Patient): Looked {
  return { reports: examine(patient, progress(io, patient)), repaired: [] };
}

/** Looks, repairs and looks again, with the data directory to itself. */
function repairLocked(io: Io, { dataDir }: Config, patient: Patient): Looked {
  const lock = lockOrExplain(dataDir);
  try {
    const { reports } = looked(io, patient);
    const repaired = repair(patient, reports);
    return { reports: repaired.length === 0 ? reports : looked(io, patient).reports, repaired };
  } finally {
    lock.release();
  }
}

/** Says which check is made: the first reads the whole file, and some count every row of a table. */
function progress(io: Io, { file }: Patient): (check: Check) => void {
  const size = `${basename(file)}, ${shownNumber(bytesOf(file))} bytes`;
  return ({ name }) => {
    if (io.isTerminal) io.draw(`${size}: ${name} …`);
    else if (name === checks[0]?.name && bytesOf(file) >= longBytes) io.err(`reading ${size}`);
  };
}

/** A line a check, and below a finding what it is and what to do. */
function tell(io: Io, reports: readonly CheckReport[], repaired: readonly Check[]): void {
  const width = Math.max(...reports.map(({ check }) => check.name.length));
  for (const { check, state, found, samples, note } of reports) {
    const about = { ok: note ?? `no ${check.looksFor}`, finding: check.looksFor, skipped: "not of this version" }[
      state
    ];
    io.out(`${state.padEnd(8)} ${check.name.padEnd(width)}  ${about}`.trimEnd());
    for (const sample of samples) io.out(`           ${sample}`);
    if (found > samples.length) io.out(`           and ${shownNumber(found - samples.length)} more`);
    if (state === "finding") io.out(`         → ${check.advice}`);
  }
  for (const { name } of repaired) io.out(`repaired ${name}`);
  const findings = reports.filter(({ state }) => state === "finding").length;
  io.out(
    findings === 0 ? `${reports.length} checks, all is well` : `${reports.length} checks, ${findings} with findings`,
  );
}

function jsonOf({ file }: Patient, reports: readonly CheckReport[], repaired: readonly Check[]) {
  return {
    database: file,
    ok: reports.every(({ state }) => state === "ok"),
    checks: reports.map(({ check: { name, looksFor, advice }, state, found, samples, note }) => ({
      name,
      looksFor,
      state,
      found,
      samples,
      ...(note !== undefined && { note }),
      ...(state === "finding" && { advice }),
    })),
    repaired: repaired.map(({ name }) => name),
  };
}
