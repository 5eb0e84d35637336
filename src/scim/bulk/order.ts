/** Operations that are carried out together: one, or several that refer to each other in a circle. */
export interface BulkStep {
  /** Places in the request, counted from 0, in its order. */
  readonly places: readonly number[];
  /** Whether they refer to each other, or the one to itself. */
  readonly isCircle: boolean;
}

/** For each operation the places of others. */
type Edges = readonly (readonly number[])[];

/**
 * The order in which operations are carried out: that of the request, but an operation that refers to a later one
 * waits until that is done (RFC 7644 §3.7, §3.7.1), a circle for the last of its operations. So those that wait for
 * nothing, and the POSTs they wait for, come in the very order of the request.
 *
 * @param needs for each operation the places of those that it refers to
 * @param follows for each the places of earlier ones that it does not pass by either, as far as `needs` lets it
 * @example orderSteps([[2], [], []]) // the steps of the places 1, 2, 0
 */
export function orderSteps(needs: Edges, follows: Edges = []): readonly BulkStep[] {
  const after = needs.map((needed, place) => [...needed, ...(follows[place] ?? [])]);
  const steps = circles([...needs.keys()], after).flatMap((step) => {
    if (step.places.length === 1) return [{ ...step, isCircle: refersTo(needs, step) }];
    // What is a circle only because of `follows` is none.
    return circles(step.places, needs).map((inner) => ({ ...inner, isCircle: refersTo(needs, inner) }));
  });
  const turns: number[] = [];
  const timed = steps.map((step) => {
    let turn = step.places.at(-1) ?? 0;
    for (const place of step.places) for (const other of after[place] ?? []) turn = Math.max(turn, turns[other] ?? 0);
    for (const place of step.places) turns[place] = turn;
    return { step, turn };
  });
  return timed.sort((left, right) => left.turn - right.turn).map(({ step }) => step);
}

function refersTo(needs: Edges, { places }: Pick<BulkStep, "places">): boolean {
  const [place = 0] = places;
  return places.length > 1 || needs[place]?.includes(place) === true;
}

interface Visit {
  readonly place: number;
  readonly edges: readonly number[];
  next: number;
}

/**
 * The circles among some places, what they lead to first, and else in their order: Tarjan's algorithm, without
 * recursion.
 */
function circles(among: readonly number[], edges: Edges): readonly { readonly places: readonly number[] }[] {
  const found: { readonly places: readonly number[] }[] = [];
  const isAmong = new Set(among);
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();

  function enter(place: number): Visit {
    index.set(place, index.size);
    low.set(place, index.get(place) ?? 0);
    open.push(place);
    isOpen.add(place);
    const inOrder = [...(edges[place] ?? [])].filter((other) => isAmong.has(other)).sort((left, right) => left - right);
    return { place, edges: inOrder, next: 0 };
  }

  function leave(place: number): void {
    if (low.get(place) !== index.get(place)) return;
    // From the end, where it is: the way from the front is as long as the request.
    const places = open.splice(open.lastIndexOf(place));
    for (const each of places) isOpen.delete(each);
    found.push({ places: places.sort((left, right) => left - right) });
  }

  const lower = (place: number, to: number | undefined): void => {
    low.set(place, Math.min(low.get(place) ?? 0, to ?? 0));
  };

  for (const root of among) {
    if (index.has(root)) continue;
    const path = [enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const other = visit.edges[visit.next++];
      if (other === undefined) {
        path.pop();
        leave(visit.place);
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.place, low.get(visit.place));
      } else if (!index.has(other)) path.push(enter(other));
      else if (isOpen.has(other)) lower(visit.place, index.get(other));
    }
  }
  return found;
}
