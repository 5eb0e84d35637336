import { join } from "node:path";
import { headBytesFlag } from "../src/http/head.ts";
import "./assets.ts";

/*
 * Builds dist/muster: one file with the program, the import worker, the migrations and the pages. The binary must not
 * run what lies in its working directory, so it reads neither .env nor bunfig.toml there.
 */
const root = join(import.meta.dir, "..");
const args = [
  "build",
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  `--compile-exec-argv=${headBytesFlag}`,
  ...["--asset", "./assets", "--asset", "./drizzle"],
  ...["src/main.ts", "src/worker.ts"],
  ...["--outfile", "dist/muster"],
];
const { exitCode, stderr } = Bun.spawnSync([process.execPath, ...args], {
  cwd: root,
  stdout: "ignore",
  stderr: "pipe",
});
if (exitCode !== 0) {
  console.error(stderr.toString());
  process.exit(exitCode);
}
console.log(`dist/muster, ${(Bun.file(join(root, "dist", "muster")).size / 1e6).toFixed(1)} MB`);
