import { shown } from "../../../src/bench/figures.ts";
import { type Figure, ratio, type Spread } from "./measure.ts";
import reasons from "./reasons.json" with { type: "json" };
import type { Results } from "./results.ts";
import { type Verdict, verdicts } from "./targets.ts";

const count = new Intl.NumberFormat("en");

/** The first columns hold words, the others figures. */
const table = (header: readonly string[], rows: readonly (readonly string[])[], words = 1): string =>
  [header, header.map((_, column) => (column < words ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

const code = (text: string): string => `\`${text}\``;
const rateOf = ({ middle, least, most }: Spread): string => `${shown(middle)} (${shown(least)}–${shown(most)})`;

/** Median, 99th percentile and most; of what had no answer in time, the time it was given. */
export const timesOf = ({ medianMs, p99Ms, maxMs, unanswered }: Figure): string[] =>
  [medianMs, p99Ms, maxMs].map((time) => `${unanswered > 0 ? "> " : ""}${shown(time)}`);

/** The page that tells of a run. */
export function performancePage(results: Results): string {
  const sections = [intro(results), targets(results), operations(results), filters(results), method(results)];
  return `${sections.join("\n\n")}\n`;
}

function intro({ users, groups, fewUsers, date, machine, versions, minutes }: Results): string {
  const sizes = groups.map((size) => count.format(size)).join(", ");
  return `<!-- written by \`bun run bench scale\`; change the generator in test/bench/scale, not this page -->

# How fast it is, and beside what

${count.format(users)} users and groups of ${sizes} members, asked over HTTP by a client that waits for each answer and checks it. Each figure stands beside
the raw limit of the same run: absolute figures differ by a factor of two between minutes of a shared machine, ratios much less. A target that is missed stays here with its figure.

${table(
  ["", ""],
  [
    [
      "machine",
      `${machine.cpu}, ${machine.cores} cores for server and client together, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${machine.system}`,
    ],
    ["versions", `Muster ${versions.muster}, Bun ${versions.bun}, SQLite ${versions.sqlite}`],
    ["date", `${date}, ${shown(minutes)} minutes`],
    ["users", `${count.format(users)}; for the flat costs beside ${count.format(fewUsers)}`],
  ],
  2,
)}`;
}

function targets(results: Results): string {
  const why: Readonly<Record<string, string>> = reasons;
  const row = ({ key, what, target, measured, met }: Verdict): string[] => [
    what,
    target,
    measured,
    met ? "yes" : "**no**",
    met ? "" : (why[key] ?? ""),
  ];
  return `## Targets

A ratio is the median of the ratios of the rounds, so it need not be that of the two medians beside it.

${table(["what", "target", "measured", "met", "why not"], verdicts(results).map(row), 5)}`;
}

function operations({ figures, rounds, seconds }: Results): string {
  const row = (figure: Figure): string[] => [
    figure.name,
    String(figure.connections),
    rateOf(figure.perSecond),
    ...timesOf(figure),
    figure.cpuMicros === null ? "" : shown(figure.cpuMicros),
  ];
  const kinds = figures.flatMap(({ name, kinds: found }) =>
    Object.entries(found).map(([kind, { medianMs, p99Ms }]) => [name, kind, shown(medianMs), shown(p99Ms)]),
  );
  const [each, together] = ["a transaction each", "a transaction together"].map((wanted) =>
    figures.find(({ name }) => name === wanted),
  );
  const gain =
    each === undefined || together === undefined
      ? ""
      : ` Group commit alone makes the bare insert ${ratio(together, each).toFixed(1)} times as fast.`;
  const memberTable =
    kinds.length === 0 ? "" : `\n\n${table(["changes of members", "", "median ms", "p99 ms"], kinds)}`;
  return `## Operations

Median of ${rounds} rounds of ${seconds} s, in turn with each other (least–most); of the times the median of the rounds' medians and 99th percentiles, and the longest
of all. CPU is the server's, user and system, for one operation: the steadiest figure. "Alone" is one connection, where nothing waits for anything else. The limits are the bare handler, the
prepared statement, one transaction each and together (a hono handler that inserts the same row with the same indexes), prepared inserts and fdatasync.${gain}

${table(["operation", "connections", "per second", "median ms", "p99 ms", "max ms", "CPU µs"], figures.map(row))}${memberTable}`;
}

function filters({ filters: found }: Results): string {
  const all = [...found.indexed, ...found.containing];
  if (all.length === 0) return "## Filters\n\nNot measured in this run.";
  const rows = all.map(({ filter, least, most, together, alone }) => [
    code(filter),
    least === most ? count.format(least) : `${count.format(least)}–${count.format(most)}`,
    rateOf(together.perSecond),
    ...[together, alone].flatMap((figure) => timesOf(figure).slice(0, 2)),
    together.cpuMicros === null ? "" : shown(together.cpuMicros),
  ]);
  const { connections } = all.reduce(
    (most, { together }) => (together.connections > most.connections ? together : most),
    {
      connections: 0,
    },
  );
  return `## Filters

Pages of 100 sorted by userName, with \`totalResults\`; eight values each, in turn. ${connections} connections, and one alone.

${table(
  ["filter", "matches", "per second", "median ms", "p99 ms", "alone: median ms", "alone: p99 ms", "CPU µs"],
  rows,
)}`;
}

function method({ users, importSeconds, databaseBytes, groups }: Results): string {
  const rate = count.format(Math.round(users / importSeconds));
  return `## How it is measured

\`\`\`sh
npx -y bun@1.4.5 run bench scale             # loads the users once, measures, and writes this page
npx -y bun@1.4.5 run bench scale --help      # fewer users, more rounds, a part of it alone
muster bench --url URL --token TOKEN         # a smaller one against any server of SCIM 2.0
\`\`\`

- The users are a CSV file in an order that is none of the keys', read by \`muster import\` in ${shown(importSeconds)} s (${rate}/s, plan and apply); the groups of ${groups
    .map((size) => count.format(size))
    .join(", ")} members are
  made over SCIM. The database then has ${(databaseBytes / 1e9).toFixed(2)} GB. A user is about 1.1 KB as it is answered: two e-mail addresses, phone, address, role, manager, department, groups.
- The compiled binary serves a copy of it with its default settings (\`synchronous=FULL\`), and is not restarted between measurements.
- The client keeps its connections, sends the next request when an answer is whole, and looks at status and body of each. One wrong answer fails the run. After the changes of
  members each user that was added or removed is read again: none is lost.
- Of what takes longer than a quarter of a second fewer requests are made at a time, so that a slow filter does not make the run endless; the column of connections tells. What has no answer within 10 s is
  given up, and shown as more than that.
- Memory is RssAnon and RssShmem of the server at the end; pages of the mapped database file are the kernel's to take back.`;
}
