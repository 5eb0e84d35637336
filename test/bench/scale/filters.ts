import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { told } from "../../../src/bench/check.ts";
import type { Ask, Script } from "../../../src/bench/load.ts";
import type { Dataset } from "./dataset.ts";
import { containing, type FilterCase, indexed, type Search } from "./filter-cases.ts";
import { compare, contestant, type Figure, type Question } from "./measure.ts";
import type { Options } from "./options.ts";
import { pageCount } from "./pages.ts";
import { folded, personAt } from "./person.ts";
import { call, type Running } from "./process.ts";
import type { World } from "./world.ts";

/** Different values for one filter, so that no answer is remembered for the next. */
export const variants = 8;
/** There are many filters, and each is measured for itself. */
const filterRoundsMax = 3;

export interface FilterFigures {
  readonly indexed: readonly FilterFigure[];
  readonly containing: readonly FilterFigure[];
}

/** What a filter came to. */
export interface FilterFigure {
  readonly filter: string;
  readonly least: number;
  readonly most: number;
  readonly together: Figure;
  readonly alone: Figure;
}

interface Expected extends Search {
  readonly name: string;
  readonly total: number;
}

/** What each filter looks for among so many users. */
function searchesOf(users: number, cases: readonly FilterCase[]) {
  return cases.flatMap(({ name, search }) =>
    Array.from({ length: variants }, (_, variant) => ({ name, ...search(variant, users) })),
  );
}

/** How many people each search must find. */
export function totalsOf(users: number, searches: readonly Search[]): readonly number[] {
  const totals = searches.map(() => 0);
  for (let number = 0; number < users; number++) {
    const person = folded(personAt(number));
    searches.forEach(({ matches }, index) => {
      if (matches(person)) totals[index] = (totals[index] ?? 0) + 1;
    });
  }
  return totals;
}

/** The searches with what they must find, counted once and kept beside the users: a million of them take a while. */
async function expectedOf({ directory, users }: Dataset): Promise<readonly Expected[]> {
  const searches = searchesOf(users, [...indexed, ...containing]);
  const key = Bun.hash(searches.map(({ filter }) => filter).join("\n")).toString(36);
  const file = join(directory, `totals-${key}.json`);
  if (!existsSync(file)) await Bun.write(file, JSON.stringify(totalsOf(users, searches)));
  const totals = z.array(z.number()).parse(await Bun.file(file).json());
  return searches.map((search, index) => ({ ...search, total: totals[index] ?? 0 }));
}

function pathOf({ filter }: Search): string {
  return `/scim/v2/Users?filter=${encodeURIComponent(filter)}&sortBy=userName&count=${pageCount}`;
}

function askFor(search: Expected): Ask {
  const count = Buffer.from(`"totalResults":${search.total},`);
  return {
    method: "GET",
    path: pathOf(search),
    check: (answer) => {
      if (answer.status !== 200) return told(answer);
      return answer.body.includes(count) ? undefined : `${search.filter}: not ${count}`;
    },
  };
}

const list = z.object({
  totalResults: z.number(),
  Resources: z.array(z.object({ id: z.string(), userName: z.string() })).default([]),
});

/** Looks at a whole answer once: the right people, in order. Of the later ones the total is looked at. */
async function verify(server: Running, search: Expected): Promise<void> {
  const { totalResults, Resources } = await call(server, pathOf(search), list);
  const wrong = (what: string): Error => new Error(`${search.filter}: ${what}`);
  if (totalResults !== search.total) throw wrong(`totalResults is ${totalResults} instead of ${search.total}`);
  if (Resources.length !== Math.min(search.total, pageCount)) throw wrong(`${Resources.length} users on the page`);
  let last = "";
  for (const { userName } of Resources) {
    if (userName < last) throw wrong(`${userName} stands behind ${last}`);
    last = userName;
    const person = personAt(Number(userName.split(".").at(-1)));
    if (person.userName !== userName || !search.matches(folded(person))) throw wrong(`${userName} is no match`);
  }
}

/** Filters on indexed attributes, and those that look inside of values: pages of 100 sorted by userName. */
export async function measureFilters(
  { large, options }: World,
  onFilter: (figure: FilterFigure) => void,
): Promise<FilterFigures> {
  const expected = await expectedOf(large.dataset);
  const figures = async (cases: readonly FilterCase[]): Promise<FilterFigure[]> => {
    const found: FilterFigure[] = [];
    for (const { name } of cases) {
      const searches = expected.filter((search) => search.name === name);
      const figure = await measureFilter(large.server, name, searches, options);
      onFilter(figure);
      found.push(figure);
    }
    return found;
  };
  return { indexed: await figures(indexed), containing: await figures(containing) };
}

async function measureFilter(
  target: Running,
  name: string,
  searches: readonly Expected[],
  { rounds, seconds }: Options,
): Promise<FilterFigure> {
  const asks = searches.map(askFor);
  const script = (): Script => {
    let next = 0;
    return () => asks[next++ % asks.length];
  };
  const pace = { rounds: Math.min(filterRoundsMax, rounds), seconds: seconds / 2 };
  const measure = async (question: Question): Promise<Figure> => {
    const [figure] = await compare([contestant(question)], pace);
    if (figure === undefined) throw new Error("nothing was measured");
    return figure;
  };
  const alone = await measure({ name: `${name}, alone`, target, script: script(), connections: 1 });
  // What gives no answer to one gives none to many.
  const together = alone.unanswered > 0 ? { ...alone, name } : await measure({ name, target, script: script() });
  for (const search of alone.unanswered > 0 ? [] : searches.slice(0, 1)) await verify(target, search);
  const totals = searches.map(({ total }) => total);
  return { filter: name, least: Math.min(...totals), most: Math.max(...totals), together, alone };
}
