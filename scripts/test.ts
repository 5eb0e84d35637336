import { join } from "node:path";

/*
 * Runs the tests and ends with the line `N passed, N failed`. Arguments go to bun test. A test that needs more than
 * its own limit says so itself; this one is for a slow machine.
 */
const args = ["test", "--timeout", "30000", ...process.argv.slice(2)];
const tests = Bun.spawn([process.execPath, ...args], {
  cwd: join(import.meta.dir, ".."),
  stdout: "inherit",
  stderr: "pipe",
});
const decoder = new TextDecoder();
let tail = "";
for await (const chunk of tests.stderr) {
  process.stderr.write(chunk);
  tail = (tail + decoder.decode(chunk, { stream: true })).slice(-10_000);
}
const exitCode = await tests.exited;
const count = (what: string): number => Number(new RegExp(`^\\s*(\\d+) ${what}$`, "m").exec(tail)?.[1] ?? 0);
const [passed, failed, skipped] = [count("pass"), count("fail"), count("skip")];
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(exitCode);
