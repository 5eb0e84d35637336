import { closeSync, fsyncSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** Waits until the disk has a file, or the names in a directory. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Gives a finished file its name, in the place of what has it: whatever happens, one of the two is there, and whole. */
export function putInPlace(finished: string, path: string): void {
  syncPath(finished);
  renameSync(finished, path);
  syncPath(dirname(path));
}
