import type { Answer } from "../../../src/bench/answer.ts";
import { countIn, told } from "../../../src/bench/check.ts";
import type { Ask, Check, Script } from "../../../src/bench/load.ts";
import type { Dataset } from "./dataset.ts";
import { compare, contestant, type Figure } from "./measure.ts";
import { type World, wanderer } from "./world.ts";

export const pageCount = 100;
/** Where walks by index are measured: around the 9,000th page of 10,000. */
const deep = { from: 0.8, at: 0.9, to: 1 };
const userSchema = '"resourceType":"User"';

/** The page that begins at that place of the order of creation holds just those who stand there. */
function holdsPageAt(dataset: Dataset, place: number): Check {
  return (answer) => {
    if (answer.status !== 200) return told(answer);
    const [first, last] = [dataset.idAt(place), dataset.idAt(place + pageCount - 1)];
    const inOrder = answer.body.indexOf(`"id":"${first}"`) < answer.body.indexOf(`"id":"${last}"`);
    if (!answer.body.includes(`"id":"${first}"`) || !inOrder) return `the page at ${place} is another one`;
    const found = countIn(answer.body, userSchema);
    return found === pageCount ? undefined : `the page at ${place} holds ${found} users`;
  };
}

function pageAt(dataset: Dataset, page: number): Ask {
  const place = page * pageCount;
  const path = `/scim/v2/Users?startIndex=${place + 1}&count=${pageCount}`;
  return { method: "GET", path, check: holdsPageAt(dataset, place) };
}

/** Each connection walks from page to page, from a place of its own between the 8,000th and the 10,000th. */
function walk(dataset: Dataset, connections: number): Script {
  const pages = Math.floor(dataset.users / pageCount);
  const start = Math.floor(pages * (connections === 1 ? deep.at : deep.from));
  const end = Math.floor(pages * deep.to);
  const stride = Math.floor((end - start) / connections);
  const at = Array.from({ length: connections }, (_, connection) => start + connection * stride);
  return (connection) => {
    const page = at[connection] ?? start;
    at[connection] = page + 1 < end ? page + 1 : start;
    return pageAt(dataset, page);
  };
}

function jump(dataset: Dataset): Script {
  const page = wanderer(Math.floor(dataset.users / pageCount), 5);
  return () => pageAt(dataset, page());
}

const cursorIn = (answer: Answer): string | undefined =>
  /"nextCursor":"([^"]+)"/.exec(answer.body.toString("latin1", 0, 2000))?.[1] ??
  /"nextCursor":"([^"]+)"/.exec(answer.body.toString("latin1", Math.max(0, answer.body.length - 2000)))?.[1];

/** Each connection follows the cursors from the first page on. */
function cursorWalk(dataset: Dataset, connections: number): Script {
  const walks = Array.from({ length: connections }, () => ({ cursor: "", place: 0 }));
  return (connection) => {
    const walk = walks[connection] ?? { cursor: "", place: 0 };
    const { place } = walk;
    const right = holdsPageAt(dataset, place);
    return {
      method: "GET",
      path: `/scim/v2/Users?cursor=${encodeURIComponent(walk.cursor)}&count=${pageCount}`,
      check(answer) {
        const next = cursorIn(answer);
        // Behind the last whole page the walk begins again.
        const goesOn = place + 2 * pageCount <= dataset.users;
        walk.cursor = goesOn ? (next ?? "") : "";
        walk.place = goesOn ? place + pageCount : 0;
        return right(answer) ?? (goesOn && next === undefined ? "there is no next cursor" : undefined);
      },
    };
  };
}

/** Pages of a list without a filter, by index and by cursor. */
export async function measurePages({ large, options }: World): Promise<readonly Figure[]> {
  const { dataset, server: target } = large;
  const scripts = {
    "first page": () => () => pageAt(dataset, 0),
    "page in a walk by startIndex": (connections: number) => walk(dataset, connections),
    "page at random": () => jump(dataset),
    "page in a walk by cursor": (connections: number) => cursorWalk(dataset, connections),
  } satisfies Record<string, (connections: number) => Script>;
  const contestants = Object.entries(scripts).flatMap(([name, script]) => [
    contestant({ name, target, script: script(16) }),
    contestant({ name: `${name}, alone`, target, script: script(1), connections: 1 }),
  ]);
  return compare(contestants, { ...options, rounds: Math.min(3, options.rounds) });
}
