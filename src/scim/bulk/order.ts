/** Operations that are carried out together: one, or several that refer to each other in a circle. */
export interface BulkStep {
  /** Places in the request, counted from 0, in its order. */
  readonly places: readonly number[];
  /** Whether they refer to each other, or the one to itself. */
  readonly isCircle: boolean;
}

interface Visit {
  readonly place: number;
  next: number;
}

/**
 * The order in which operations are carried out: that of the request, but what an operation refers to comes before it
 * (RFC 7644 §3.7, §3.7.1). Circles are found by Tarjan's algorithm, without recursion.
 *
 * @param needs for each operation the places of those that it refers to
 * @example orderSteps([[1], []]) // [{ places: [1], isCircle: false }, { places: [0], isCircle: false }]
 */
export function orderSteps(needs: readonly (readonly number[])[]): readonly BulkStep[] {
  const steps: BulkStep[] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();

  function enter(place: number): Visit {
    index.set(place, index.size);
    low.set(place, index.get(place) ?? 0);
    open.push(place);
    isOpen.add(place);
    return { place, next: 0 };
  }

  function leave(place: number): void {
    if (low.get(place) !== index.get(place)) return;
    const places = open.splice(open.indexOf(place));
    for (const each of places) isOpen.delete(each);
    const isCircle = places.length > 1 || needs[place]?.includes(place) === true;
    steps.push({ places: places.sort((left, right) => left - right), isCircle });
  }

  const lower = (place: number, to: number | undefined): void => {
    low.set(place, Math.min(low.get(place) ?? 0, to ?? 0));
  };

  for (let root = 0; root < needs.length; root++) {
    if (index.has(root)) continue;
    const path = [enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const need = needs[visit.place]?.[visit.next++];
      if (need === undefined) {
        path.pop();
        leave(visit.place);
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.place, low.get(visit.place));
      } else if (!index.has(need)) path.push(enter(need));
      else if (isOpen.has(need)) lower(visit.place, index.get(need));
    }
  }
  return steps;
}
