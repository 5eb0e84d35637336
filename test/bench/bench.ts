import { join } from "node:path";

/*
 * Every measurement, one after the other, each in a process of its own. Rates depend on the minute; read the ratios,
 * whose two sides were measured in the same run.
 */
const benches = ["filter.ts", "csv.ts", "get.ts", "patch.ts", "hostile.ts", "import.ts"];
const commit = Bun.spawnSync(["git", "rev-parse", "--short", "HEAD"]).stdout.toString().trim() || "no commit";
const { arch, platform, version } = process;
console.log(
  `bun ${Bun.version} (node ${version}), ${platform} ${arch}, ${navigator.hardwareConcurrency} cores, ${commit}\n`,
);
for (const bench of benches) {
  console.log(`--- ${bench}`);
  const run = Bun.spawnSync([process.execPath, join(import.meta.dir, bench)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.exitCode !== 0) process.exit(run.exitCode ?? 1);
  console.log("");
}
