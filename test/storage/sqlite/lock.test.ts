import { expect, test } from "bun:test";
import { join } from "node:path";
import { DataDirectoryInUseError, lockDataDirectory } from "../../../src/storage/sqlite/lock.ts";
import { type Folder, inFolder } from "./folder.ts";

const url = "http://127.0.0.1:8080";

/** Starts a process that takes the folder; tells the line it prints: `held`, or why it could not. */
async function startHolder({ path }: Folder, ...announced: readonly string[]) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "lock-holder.ts"), path, ...announced], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    said += new TextDecoder().decode(value);
  }
  return { said: said.trim(), child };
}

/** Ends a process of this test and waits until it is gone. */
async function end(
  { child }: Awaited<ReturnType<typeof startHolder>>,
  signal: "SIGTERM" | "SIGKILL" = "SIGTERM",
): Promise<void> {
  child.kill(signal);
  await child.exited;
}

test("a second process is told that the data directory is in use", () =>
  inFolder(async (folder) => {
    const lock = lockDataDirectory(folder.path);
    const second = await startHolder(folder);
    expect(second.said).toBe(
      `DataDirectoryInUseError: the data directory ${folder.path} is in use by another muster process`,
    );
    expect(await second.child.exited).toBe(1);
    lock.release();
  }));

test("a second process is told where the server listens that holds the data directory", () =>
  inFolder(async (folder) => {
    const lock = lockDataDirectory(folder.path);
    lock.announce(url);
    const second = await startHolder(folder);
    expect(second.said).toBe(
      `DataDirectoryInUseError: the data directory ${folder.path} is in use by the server at ${url}`,
    );
    await second.child.exited;
    lock.release();
  }));

test("whoever finds the data directory in use reads the address of another process", () =>
  inFolder(async (folder) => {
    const holder = await startHolder(folder, url);
    expect(holder.said).toBe("held");
    let error: unknown;
    try {
      lockDataDirectory(folder.path);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(DataDirectoryInUseError);
    expect(error).toMatchObject({ url });
    await end(holder);
  }));

test("a lock that is released is free", () =>
  inFolder(async (folder) => {
    const lock = lockDataDirectory(folder.path);
    lock.announce(url);
    lock.release();
    const second = await startHolder(folder);
    expect(second.said).toBe("held");
    expect(() => lockDataDirectory(folder.path)).toThrow("in use by another muster process");
    await end(second);
    lockDataDirectory(folder.path).release();
  }));

test("a process that is killed leaves the lock free", () =>
  inFolder(async (folder) => {
    const holder = await startHolder(folder, url);
    expect(holder.said).toBe("held");
    expect(() => lockDataDirectory(folder.path)).toThrow(DataDirectoryInUseError);
    await end(holder, "SIGKILL");
    const lock = lockDataDirectory(folder.path);
    expect(() => lockDataDirectory(folder.path)).toThrow("in use by another muster process");
    lock.release();
  }));

test("two directories have a lock each", () =>
  inFolder((first) =>
    inFolder((second) => {
      const locks = [lockDataDirectory(first.path), lockDataDirectory(second.path)];
      for (const lock of locks) lock.release();
      expect(() => lockDataDirectory(first.path).release()).not.toThrow();
    }),
  ));
