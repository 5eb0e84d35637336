import { shown } from "../../../src/bench/figures.ts";
import { type Figure, ratio } from "./measure.ts";
import type { Results } from "./results.ts";
import { bulkUsers, memberNames } from "./writes.ts";

/** One line of the table of targets. */
export interface Verdict {
  /** By which a reason is found, where the target is missed. */
  readonly key: string;
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

const percent = (share: number): string => `${shown(100 * share)} %`;
const times = (factor: number): string => `${factor.toFixed(2)} ×`;
const ms = (figure: number): string => `${shown(figure)} ms`;
const perSecond = ({ perSecond: rate }: Figure): string => `${shown(rate.middle)}/s`;

/** What was measured beside what was wished for; targets of which something was not measured are left out. */
export function verdicts(results: Results): readonly Verdict[] {
  const figures = new Map(results.figures.map((figure) => [figure.name, figure]));
  const found: Verdict[] = [];
  for (const { needs, judge } of judgements) {
    const needed = needs.flatMap((name) => figures.get(name) ?? []);
    if (needed.length === needs.length) found.push(...judge(needed));
  }
  return [...found, ...filterVerdicts(results), ...processVerdicts(results)];
}

interface Judgement {
  /** The figures that it looks at, by name. */
  readonly needs: readonly string[];
  readonly judge: (figures: readonly Figure[]) => readonly Verdict[];
}

/** A rate that is to be at least so much of another one. */
function share(key: string, what: string, names: readonly [string, string], least: number, of: string): Judgement {
  return {
    needs: names,
    judge: ([one, other]) => {
      if (one === undefined || other === undefined) return [];
      const found = ratio(one, other);
      const target =
        least < 1 ? `≥ ${Math.round(100 * least)} % of ${of}` : `≥ ${least === 1 ? "" : `${least} × `}${of}`;
      const measured = `${least < 1 ? percent(found) : times(found)} (${perSecond(one)} of ${perSecond(other)})`;
      return [{ key, what, target, measured, met: found >= least }];
    },
  };
}

/** A latency that is to be at most so many times another one, for all connections together and for one alone. */
function slower(key: string, what: string, names: readonly [string, string], most: number, of: string): Judgement {
  return {
    needs: names,
    judge: ([one, other]) => {
      if (one === undefined || other === undefined) return [];
      const found = one.medianMs / other.medianMs;
      const measured = `${times(found)} (${ms(one.medianMs)}, ${ms(other.medianMs)})`;
      return [{ key, what, target: `≤ ${most} × ${of}`, measured, met: found <= most }];
    },
  };
}

const alone = (name: string): string => `${name}, alone`;
const walked = "page in a walk by startIndex";
const bulk = `Bulk of ${bulkUsers} creates`;

const judgements: readonly Judgement[] = [
  share("get", "GET by id", ["GET by id", "bare handler"], 0.4, "a bare hono handler"),
  share("userName", "userName eq", ["userName eq", "GET by id"], 0.8, "GET by id"),
  share("email", "emails.value eq", ["emails.value eq", "GET by id"], 0.6, "GET by id"),
  share("post", "POST, full durability", ["POST", "a transaction each"], 3, "one transaction per request"),
  share("patch", "PATCH of one attribute", ["PATCH of one attribute", "POST"], 0.8, "POST"),
  share("put", "PUT", ["PUT", "POST"], 0.8, "POST"),
  { needs: [bulk, "POST"], judge: bulkVerdict },
  { needs: memberNames, judge: flatMembers },
  ...memberNames.map((name, index) =>
    share(`member-rate-${index}`, `add and remove ${name}`, [name, "POST"], 1, "POST's rate"),
  ),
  { needs: ["first page"], judge: firstPage },
  slower("walk", "9,000th page of a walk by startIndex", [walked, "first page"], 5, "the first page's latency"),
  slower("walk-alone", "the same, one connection", [alone(walked), alone("first page")], 5, "the first page's latency"),
  { needs: ["page at random", alone("page at random")], judge: jumps },
  share("flat-get", "GET by id beside few users", ["GET by id", "GET by id, few users"], 0.7, "that"),
  share("flat-eq", "userName eq beside few users", ["userName eq", "userName eq, few users"], 0.7, "that"),
  share(
    "flat-member",
    "add and remove members of the large group, beside few users",
    [memberNames[2] ?? "", "members of the large group, few users"],
    0.7,
    "that",
  ),
];

function bulkVerdict([one, other]: readonly Figure[]): readonly Verdict[] {
  const [each, single] = [one?.cpuMicros ?? Number.NaN, other?.cpuMicros ?? Number.NaN];
  const measured = `${percent(each / single)} (${shown(each)} of ${shown(single)} µs)`;
  const what = `Bulk of ${bulkUsers} creates, CPU a user`;
  return [{ key: "bulk", what, target: "≤ 1/3 of POST", measured, met: each / single <= 1 / 3 }];
}

/** The longest of what a change of members takes, across the sizes of groups. */
function flatMembers(groups: readonly Figure[]): readonly Verdict[] {
  const most = 1.3;
  return (["add", "remove"] as const).map((kind) => {
    const p99s = groups.map(({ kinds }) => kinds[kind]?.p99Ms ?? Number.NaN);
    const found = Math.max(...p99s) / Math.min(...p99s);
    return {
      key: `member-${kind}`,
      what: `${kind} one member, p99 from the smallest group to the largest`,
      target: `within ${most} × of each other`,
      measured: `${times(found)} (${p99s.map(ms).join(", ")})`,
      met: found <= most,
    };
  });
}

function firstPage([page]: readonly Figure[]): readonly Verdict[] {
  if (page === undefined) return [];
  const least = 800;
  const met = page.perSecond.middle >= least;
  return [{ key: "first-page", what: "first page of 100", target: `≥ ${least}/s`, measured: perSecond(page), met }];
}

function jumps(pages: readonly Figure[]): readonly Verdict[] {
  const most = 50;
  return pages.map(({ connections, medianMs, p99Ms }) => ({
    key: connections === 1 ? "jump-alone" : "jump",
    what: connections === 1 ? "the same, one connection" : "page of 100 at random by startIndex",
    target: `≤ ${most} ms`,
    measured: `${ms(medianMs)}, p99 ${ms(p99Ms)}`,
    met: medianMs <= most,
  }));
}

const filterKinds = [
  { kind: "indexed", what: "filters on indexed paths, page of 100 by userName, p99", most: 30 },
  { kind: "containing", what: "co on indexed paths, p99", most: 300 },
] as const;

function filterVerdicts({ filters }: Results): readonly Verdict[] {
  return filterKinds.flatMap(({ kind, what, most }) =>
    (["together", "alone"] as const).flatMap((way) => {
      const figures = filters[kind].map((each) => each[way]);
      const [first] = figures;
      if (first === undefined) return [];
      const slowest = figures.reduce((worst, figure) => (figure.p99Ms > worst.p99Ms ? figure : worst));
      const within = figures.filter(({ p99Ms }) => p99Ms <= most).length;
      return [
        {
          key: way === "alone" ? `filter-${kind}-alone` : `filter-${kind}`,
          what: way === "alone" ? "the same, one connection" : `${figures.length} ${what}`,
          target: `≤ ${most} ms`,
          measured: `${within} of ${figures.length}; the slowest ${slowest.unanswered > 0 ? "> " : ""}${ms(slowest.p99Ms)}: ${slowest.name.replace(", alone", "")}`,
          met: within === figures.length,
        },
      ];
    }),
  );
}

const megabytes = (bytes: number): string => `${shown(bytes / 1_000_000)} MB`;

function processVerdicts({ memory, starts }: Results): readonly Verdict[] {
  const found: Verdict[] = [];
  if (memory !== null) {
    const most = 300_000_000;
    const what = "resident memory after all of it, mapped file pages apart";
    const measured = `${megabytes(memory.own)} (and ${megabytes(memory.mapped)} of mapped file pages)`;
    found.push({ key: "memory", what, target: `≤ ${megabytes(most)}`, measured, met: memory.own <= most });
  }
  const mostMs = 60;
  for (const [kind, spread] of Object.entries(starts ?? {})) {
    const what = kind === "full" ? "start to first answer, all users" : "start to first answer, no users";
    const measured = `${ms(spread.middle)} (${shown(spread.least)} to ${shown(spread.most)})`;
    found.push({ key: `start-${kind}`, what, target: `≤ ${mostMs} ms`, measured, met: spread.middle <= mostMs });
  }
  return found;
}
