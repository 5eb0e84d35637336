import { shown } from "../../src/bench/figures.ts";
import { textTable } from "../../src/bench/table.ts";
import { binary } from "../e2e/support/binary.ts";
import { type FilterFigures, measureFilters } from "./scale/filters.ts";
import type { Figure } from "./scale/measure.ts";
import { figuresOf, type Options, readOptions } from "./scale/options.ts";
import { performancePage, timesOf } from "./scale/page.ts";
import { measurePages } from "./scale/pages.ts";
import { memoryOf } from "./scale/process.ts";
import { measureReads } from "./scale/reads.ts";
import { machineFacts, type Results, resultsShape } from "./scale/results.ts";
import { measureStarts, type StartFigures } from "./scale/starts.ts";
import { verdicts } from "./scale/targets.ts";
import { inWorld, smallUsers, type World } from "./scale/world.ts";
import { measureWrites } from "./scale/writes.ts";

/*
 * A million users over HTTP: bun test/bench/scale.ts --help. The parts come in an order in which none disturbs the
 * next: reads before writes, and starts when everything else is over.
 */

const options = readOptions(process.argv.slice(2));
if ("help" in options) console.log(options.help);
else if (options.again) await writeAgain(options.page ?? "");
else await measureAll(options);

async function writeAgain(page: string): Promise<void> {
  await Bun.write(page, performancePage(resultsShape.parse(await Bun.file(figuresOf(page)).json())));
}

async function measureAll(chosen: Options): Promise<void> {
  const results = await inWorld(chosen, binary(), measureWorld);
  console.log("");
  const rows = verdicts(results).map(({ what, target, measured, met }) => [what, target, measured, met ? "yes" : "NO"]);
  for (const line of textTable(["what", "target", "measured", "met"], rows, 4)) console.log(line);
  if (chosen.page === undefined) return;
  await Bun.write(figuresOf(chosen.page), `${JSON.stringify(results)}\n`);
  await Bun.write(chosen.page, performancePage(results));
  console.log(`\n${chosen.page} is written`);
}

async function measureWorld(world: World): Promise<Results> {
  const { large, options: chosen } = world;
  const begun = performance.now();
  const figures: Figure[] = [];
  let filters: FilterFigures = { indexed: [], containing: [] };
  for (const [part, measure] of [
    ["reads", measureReads],
    ["pages", measurePages],
  ] as const) {
    if (chosen.only.includes(part)) figures.push(...print(await measure(world)));
  }
  if (chosen.only.includes("filters")) {
    filters = await measureFilters(world, ({ filter, together, alone }) =>
      console.error(`${filter}: p99 ${shown(together.p99Ms)} ms, alone ${shown(alone.p99Ms)} ms`),
    );
    print([...filters.indexed, ...filters.containing].flatMap(({ together, alone }) => [together, alone]));
  }
  if (chosen.only.includes("writes")) figures.push(...print(await measureWrites(world)));
  const memory = await memoryOf(large.server.pid);
  let starts: StartFigures | null = null;
  if (chosen.only.includes("starts")) {
    await large.server.stop();
    starts = await measureStarts(world);
  }
  const { users, groups, importSeconds, databaseBytes } = large.dataset;
  return {
    ...machineFacts(),
    ...{ rounds: chosen.rounds, seconds: chosen.seconds, minutes: (performance.now() - begun) / 60_000 },
    ...{ users, groups: groups.map(({ size }) => size), fewUsers: smallUsers, importSeconds, databaseBytes },
    ...{ figures, filters, memory, starts },
  };
}

/** Shows figures as soon as they are there. */
function print(figures: readonly Figure[]): readonly Figure[] {
  const rows = figures.map((figure) => {
    const { middle, least, most } = figure.perSecond;
    const cells = [figure.connections, shown(middle), `${shown(least)}-${shown(most)}`];
    return [
      figure.name,
      ...cells.map(String),
      ...timesOf(figure),
      figure.cpuMicros === null ? "" : shown(figure.cpuMicros),
    ];
  });
  const header = ["", "connections", "per second", "least-most", "median ms", "p99 ms", "max ms", "CPU µs"];
  for (const line of textTable(header, rows)) console.log(line);
  console.log("");
  return figures;
}
