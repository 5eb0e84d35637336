import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const help = `
Measures a server with very many users over HTTP, each figure beside its raw limit of the same run.

  bun run bench scale [--users N] [--rounds N] [--seconds S] [--only NAME]… [--fresh] [--page FILE] [--cache DIR]
  bun run bench scale --again

  --users    how many users (1000000); they are loaded once and kept
  --rounds   how often each measurement is repeated, in turn with the others (5)
  --seconds  how long each repetition takes (1.5)
  --only     measure this alone: reads, pages, filters, writes, starts; may be given several times
  --fresh    load the users anew
  --page     where the page goes (docs/performance.md, and its figures beside it; nowhere for less than a million users)
  --again    measure nothing: write the page again from its figures, after its words or the reasons in
             test/bench/scale/reasons.json have changed
  --cache    where the loaded users are kept ($XDG_CACHE_HOME/muster-bench, or muster-bench in the temporary directory)

Some 10 GB of disk are needed for a million users. Nothing else should run meanwhile.
`;

export const parts = ["reads", "pages", "filters", "writes", "starts"] as const;
export type Part = (typeof parts)[number];

export interface Options {
  readonly users: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly Part[];
  readonly fresh: boolean;
  readonly again: boolean;
  /** Undefined writes none. */
  readonly page: string | undefined;
  readonly cache: string;
}

const usersDefault = 1_000_000;
const root = join(import.meta.dir, "../../..");

/** Where the figures of a page are kept. */
export function figuresOf(page: string): string {
  return `${page.replace(/\.md$/, "")}.json`;
}

/** The options, or the help that was asked for. */
export function readOptions(args: readonly string[]): Options | { readonly help: string } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: "string", default: String(usersDefault) },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "1.5" },
      only: { type: "string", multiple: true, default: [...parts] },
      fresh: { type: "boolean", default: false },
      again: { type: "boolean", default: false },
      page: { type: "string" },
      cache: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return { help };
  const users = above0("--users", values.users);
  if (users < 4000) throw new Error("--users must be 4000 or more");
  const isWhole = users >= usersDefault && values.only.length === parts.length;
  return {
    users,
    rounds: above0("--rounds", values.rounds),
    seconds: above0("--seconds", values.seconds),
    only: values.only.map(partNamed),
    fresh: values.fresh,
    again: values.again,
    page: values.page ?? (isWhole ? join(root, "docs", "performance.md") : undefined),
    cache: values.cache ?? join(process.env.XDG_CACHE_HOME || tmpdir(), "muster-bench"),
  };
}

function above0(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0) || !Number.isFinite(number)) throw new Error(`${name} must be a number above 0`);
  return number;
}

function partNamed(name: string): Part {
  const part = parts.find((each) => each === name);
  if (part === undefined) throw new Error(`--only must be one of ${parts.join(", ")}`);
  return part;
}
