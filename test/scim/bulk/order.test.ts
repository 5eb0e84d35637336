import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { orderSteps } from "../../../src/scim/bulk/order.ts";
import { fuzzRuns } from "../../support/fuzz.ts";

type Edges = readonly (readonly number[])[];

/** The steps as the places of each. */
const placesOf = (needs: Edges, follows?: Edges) => orderSteps(needs, follows).map(({ places }) => [...places]);
/** When each place has its turn. */
function turnsOf(needs: Edges, follows?: Edges): readonly number[] {
  const turns: number[] = [];
  for (const [turn, places] of placesOf(needs, follows).entries()) for (const place of places) turns[place] = turn;
  return turns;
}

describe("the order of operations", () => {
  test.each<[string, Edges, readonly (readonly number[])[]]>([
    ["nothing", [], []],
    ["operations without references", [[], [], []], [[0], [1], [2]]],
    ["references to what was before", [[], [0], [0, 1]], [[0], [1], [2]]],
    ["B-17 an operation that waits for the next", [[1], []], [[1], [0]]],
    [
      "B-17 B-21 an operation that waits comes when it can, and the others are not moved",
      [[2], [], [], []],
      [[1], [2], [0], [3]],
    ],
    ["several that wait for the same one, in their order", [[3], [3], [], [], []], [[2], [3], [0], [1], [4]]],
    ["one that waits for one that waits", [[1], [3], [], []], [[2], [3], [1], [0]]],
    ["one that waits for two", [[3, 1], [], [], []], [[1], [2], [3], [0]]],
    ["B-18 two that refer to each other, when the last of them is reached", [[2], [], [0], []], [[1], [0, 2], [3]]],
    ["B-18 three in a circle", [[1], [2], [0]], [[0, 1, 2]]],
    ["B-18 a circle that waits for another operation", [[1], [0, 3], [], []], [[2], [3], [0, 1]]],
    ["what waits for a circle", [[1], [2], [1], []], [[1, 2], [0], [3]]],
  ])("%s", (_, needs, expected) => {
    expect(placesOf(needs)).toEqual(expected.map((places) => [...places]));
  });

  test("B-18 an operation that refers to itself is a circle, and one alone is none", () => {
    expect(orderSteps([[0], [], [1]])).toEqual([
      { places: [0], isCircle: true },
      { places: [1], isCircle: false },
      { places: [2], isCircle: false },
    ]);
    expect(orderSteps([[1], [0]])).toEqual([{ places: [0, 1], isCircle: true }]);
  });

  test("B-21 what follows an operation that waits waits with it", () => {
    expect(placesOf([[2], [], [], []], [[], [0], [], [1]])).toEqual([[2], [0], [1], [3]]);
    expect(placesOf([[], [], []], [[], [0], [1]])).toEqual([[0], [1], [2]]);
  });

  test("B-18 what only follows in a circle is no circle: what is needed comes first", () => {
    expect(orderSteps([[1], []], [[], [0]])).toEqual([
      { places: [1], isCircle: false },
      { places: [0], isCircle: false },
    ]);
    // Each follows one that needs the other.
    expect(orderSteps([[3], [2], [], []], [[], [], [0], [1]]).map(({ isCircle }) => isCircle)).toEqual(
      Array(4).fill(false),
    );
    expect(orderSteps([[1], [0], [], []], [[], [], [1], [2]])).toEqual([
      { places: [0, 1], isCircle: true },
      { places: [2], isCircle: false },
      { places: [3], isCircle: false },
    ]);
  });
});

const runs = { numRuns: fuzzRuns(300) };

/** Graphs small enough to look at every way through them. */
const graphs = fc
  .integer({ min: 0, max: 8 })
  .chain((size) =>
    fc.array(fc.array(fc.nat({ max: Math.max(size - 1, 0) }), { maxLength: 3 }), { minLength: size, maxLength: size }),
  );
const graphsWithFollowers = graphs.chain((needs) =>
  fc.tuple(
    fc.constant(needs),
    fc.tuple(
      ...needs.map((_, place) =>
        place === 0 ? fc.constant<number[]>([]) : fc.array(fc.nat({ max: place - 1 }), { maxLength: 2 }),
      ),
    ),
  ),
);

/** Whether there is a way of one step or more from each place to each. */
function reach(edges: Edges): readonly (readonly boolean[])[] {
  const all = [...edges.keys()];
  const ways = edges.map((to) => all.map((place) => to.includes(place)));
  for (const via of all) {
    for (const from of all) {
      for (const to of all) {
        const row = ways[from];
        if (row?.[via] && ways[via]?.[to]) row[to] = true;
      }
    }
  }
  return ways;
}

const joined = (needs: Edges, follows: Edges): Edges =>
  needs.map((needed, place) => [...needed, ...(follows[place] ?? [])]);

describe("the order of any operations", () => {
  test("has every operation in just one step", () => {
    fc.assert(
      fc.property(graphsWithFollowers, ([needs, follows]) => {
        const places = placesOf(needs, follows).flat();
        expect(places.toSorted((left, right) => left - right)).toEqual([...needs.keys()]);
      }),
      runs,
    );
  });

  test("B-17 has what an operation needs in an earlier step, or in the same circle", () => {
    fc.assert(
      fc.property(graphsWithFollowers, ([needs, follows]) => {
        const turns = turnsOf(needs, follows);
        for (const [place, needed] of needs.entries()) {
          for (const other of needed) expect(turns[other]).toBeLessThanOrEqual(turns[place] ?? -1);
        }
      }),
      runs,
    );
  });

  test("B-18 has the circles that there are, as every way through the graph shows them", () => {
    fc.assert(
      fc.property(graphsWithFollowers, ([needs, follows]) => {
        const ways = reach(needs);
        for (const { places, isCircle } of orderSteps(needs, follows)) {
          const [first = 0] = places;
          const circle = needs.flatMap((_, place) =>
            place === first || (ways[first]?.[place] && ways[place]?.[first]) ? [place] : [],
          );
          expect([...places]).toEqual(circle);
          expect(isCircle).toBe(ways[first]?.[first] === true);
        }
      }),
      runs,
    );
  });

  test("B-21 is that of the request when nothing refers to what comes later", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const needs = graph.map((needed, place) => needed.filter((other) => other < place));
        expect(placesOf(needs)).toEqual(needs.map((_, place) => [place]));
      }),
      runs,
    );
  });

  test("B-21 is that of the request for all that wait for nothing", () => {
    fc.assert(
      fc.property(graphsWithFollowers, ([needs, follows]) => {
        const ways = reach(joined(needs, follows));
        const turns = turnsOf(needs, follows);
        const calm = needs.flatMap((_, place) =>
          ways[place]?.indexOf(true, place) === -1 ? [turns[place] ?? -1] : [],
        );
        expect(calm).toEqual(calm.toSorted((left, right) => left - right));
      }),
      runs,
    );
  });

  test("B-21 has nobody wait longer than for the last that they lead to", () => {
    fc.assert(
      fc.property(graphsWithFollowers, ([needs, follows]) => {
        const ways = reach(joined(needs, follows));
        const turns = turnsOf(needs, follows);
        const lastOf = (place: number): number => Math.max(place, ways[place]?.lastIndexOf(true) ?? -1);
        for (const place of needs.keys()) {
          for (const other of needs.keys()) {
            const isLater = other > lastOf(place) && lastOf(other) === other;
            if (isLater) expect(turns[place]).toBeLessThan(turns[other] ?? -1);
          }
        }
      }),
      runs,
    );
  });

  test("B-21 has those that follow after those that they follow, where that is no circle", () => {
    fc.assert(
      fc.property(graphsWithFollowers, ([needs, follows]) => {
        const ways = reach(joined(needs, follows));
        const turns = turnsOf(needs, follows);
        for (const [place, followed] of follows.entries()) {
          for (const other of followed) {
            if (!ways[other]?.[place]) expect(turns[other]).toBeLessThan(turns[place] ?? -1);
          }
        }
      }),
      runs,
    );
  });
});

describe("100,000 operations", () => {
  const size = 100_000;
  const places = Array.from({ length: size }, (_, place) => place);

  test("in a chain to the front are carried out from its end", () => {
    const steps = orderSteps(places.map((place) => (place + 1 < size ? [place + 1] : [])));
    expect(steps.map(({ places: [place] }) => place)).toEqual(places.toReversed());
  });

  test("in a chain to the back are carried out in their order", () => {
    const steps = orderSteps(places.map((place) => (place > 0 ? [place - 1] : [])));
    expect(steps.map(({ places: [place] }) => place)).toEqual(places);
  });

  test("in one circle are one step", () => {
    const steps = orderSteps(places.map((place) => [(place + 1) % size]));
    expect(steps).toEqual([{ places, isCircle: true }]);
  });

  test("that all refer to the last are carried out after it", () => {
    const last = size - 1;
    const steps = orderSteps(places.map((place) => (place < last ? [last] : [])));
    expect(steps.map(({ places: [place] }) => place)).toEqual([last, ...places.slice(0, last)]);
  });

  test("and one that refers to all of them", () => {
    const last = size - 1;
    const steps = orderSteps(places.map((place) => (place === 0 ? places.slice(1) : [])));
    expect(steps.map(({ places: [place] }) => place)).toEqual([...places.slice(1, last + 1), 0]);
  });
});
