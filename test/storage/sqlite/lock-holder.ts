import { lockDataDirectory } from "../../../src/storage/sqlite/lock.ts";

// Takes the lock of the directory it is told and keeps it until its input ends, or says why it can not.
const [, , directory = "", url] = process.argv;
try {
  const lock = lockDataDirectory(directory);
  if (url !== undefined) lock.announce(url);
  console.log("held");
  await Bun.stdin.text();
  lock.release();
} catch (error) {
  console.log(String(error));
  process.exitCode = 1;
}
