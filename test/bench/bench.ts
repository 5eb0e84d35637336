import { join } from "node:path";

/*
 * Every measurement, one after the other, each in a process of its own; or one of them, by its name and with what it
 * takes: bun run bench scale --help. Rates depend on the minute; read the ratios, whose two sides were measured in the
 * same run.
 */
const benches = ["filter", "csv", "get", "patch", "hostile", "import", "beside", "xlsx", "passwords", "scale"];
const [name, ...args] = process.argv.slice(2);
const chosen = name === undefined ? benches : benches.filter((bench) => bench === name);
if (chosen.length === 0) {
  console.error(`there is no measurement ${name}; there are ${benches.join(", ")}`);
  process.exit(1);
}
const commit = Bun.spawnSync(["git", "rev-parse", "--short", "HEAD"]).stdout.toString().trim() || "no commit";
const { arch, platform, version } = process;
console.log(
  `bun ${Bun.version} (node ${version}), ${platform} ${arch}, ${navigator.hardwareConcurrency} cores, ${commit}\n`,
);
for (const bench of chosen) {
  console.log(`--- ${bench}`);
  const run = Bun.spawnSync([process.execPath, join(import.meta.dir, `${bench}.ts`), ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.exitCode !== 0) process.exit(run.exitCode ?? 1);
  console.log("");
}
