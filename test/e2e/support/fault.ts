import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fault of the disk under one server. */
export interface Fault {
  /** From now on the files of the database take no more. */
  begin(pid: number): void;
  /** From now on they do again. */
  end(pid: number): void;
  /** Takes everything back; to be called whatever became of the server. */
  dispose(): void;
}

/** A way to make the disk fail for real. */
export interface FaultKind {
  readonly name: string;
  /** Prepares a data directory that is not there yet. */
  readonly prepare: (dataDir: string) => Fault;
}

/** Runs a command of the system. */
function command(...args: readonly string[]): void {
  const { success, stderr } = Bun.spawnSync([...args], { stderr: "pipe" });
  if (!success) throw new Error(`${args.join(" ")}: ${stderr.toString().trim()}`);
}

/** Room for a small directory; filling it takes a moment. */
const diskBytes = 64 * 1_048_576;

/** Writes until nothing more fits. */
function fill(path: string): void {
  const descriptor = openSync(path, "w");
  try {
    for (const bytes of [1_048_576, 4096, 1]) {
      const piece = Buffer.alloc(bytes, "x");
      while (fits(descriptor, piece)) {
        // Once more.
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

function fits(descriptor: number, piece: Buffer): boolean {
  try {
    return writeSync(descriptor, piece) > 0;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false;
    throw error;
  }
}

const fullDisk: FaultKind = {
  name: "a full disk",
  prepare(dataDir) {
    mkdirSync(dataDir, { mode: 0o700 });
    command("mount", "-t", "tmpfs", "-o", `size=${diskBytes},mode=700`, "tmpfs", dataDir);
    const filler = join(dataDir, "filler");
    return {
      begin: () => fill(filler),
      end: () => rmSync(filler),
      dispose: () => command("umount", "--lazy", dataDir),
    };
  },
};

const readOnlyFiles: FaultKind = {
  name: "files that can only be read",
  prepare(dataDir) {
    const files = () => [join(dataDir, "muster.db"), join(dataDir, "muster.db-wal")].filter(existsSync);
    return {
      begin: () => command("chattr", "+i", ...files()),
      end: () => command("chattr", "-i", ...files()),
      dispose() {
        if (files().length > 0) command("chattr", "-i", ...files());
      },
    };
  },
};

/** The kernel refuses every byte that a process writes to a file: needs no rights, so it works in any container. */
const noBytes: FaultKind = {
  name: "files that take not a byte (a limit on the size of files)",
  prepare: () => ({
    begin: (pid) => command("prlimit", "--pid", String(pid), "--fsize=0:"),
    end: (pid) => command("prlimit", "--pid", String(pid), "--fsize=unlimited:"),
    dispose: () => undefined,
  }),
};

export const faultKinds: readonly FaultKind[] = [fullDisk, readOnlyFiles, noBytes];

/** Why a kind of fault can not be had on this machine; undefined when it can. */
export function hindrance(kind: FaultKind): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "muster-fault-"));
  const dataDir = join(folder, "data");
  try {
    const fault = kind.prepare(dataDir);
    try {
      mkdirSync(dataDir, { recursive: true });
      for (const name of ["muster.db", "muster.db-wal"]) closeSync(openSync(join(dataDir, name), "w"));
      const sleeper = Bun.spawn(["sleep", "60"]);
      try {
        fault.begin(sleeper.pid);
        fault.end(sleeper.pid);
      } finally {
        sleeper.kill();
      }
    } finally {
      fault.dispose();
    }
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
