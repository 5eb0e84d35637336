import type { Place } from "../storage/port.ts";

/** Where the next page of a walk by index begins. */
export interface Rest {
  readonly place: Place;
  /** Matches, as the page before told them. */
  readonly total: number;
}

/**
 * Remembers where pages by index ended. Who goes on with the next index is led on from the last resource of the page
 * before, and not to so many from the first: what is removed meanwhile makes nobody be skipped, what is added makes
 * nobody come twice, and the nine thousandth page costs what the first one does (RFC 7644 §3.4.2.4 leaves this open).
 */
export interface Walks {
  /** The place of a walk; undefined when nobody has come there, or too long ago: then it is found by counting. */
  find(walk: string, startIndex: number): Rest | undefined;
  remember(walk: string, startIndex: number, rest: Rest): void;
}

/** Places that are remembered; one takes some hundred bytes. */
const restsMax = 10_000;
/** Characters of what a walk is told by: longer queries are walked by counting. */
const walkCharsMax = 2000;
/** How long a walk may pause. */
const restMsMax = 600_000;

/** @param now milliseconds since 1970 */
export function createWalks(now: () => number): Walks {
  const rests = new Map<string, Rest & { readonly until: number }>();
  const keyOf = (walk: string, startIndex: number): string => `${startIndex} ${walk}`;
  return {
    find(walk, startIndex) {
      const rest = rests.get(keyOf(walk, startIndex));
      return rest === undefined || rest.until < now() ? undefined : rest;
    },
    remember(walk, startIndex, rest) {
      if (walk.length > walkCharsMax) return;
      const key = keyOf(walk, startIndex);
      // Those that were used last are kept.
      rests.delete(key);
      rests.set(key, { ...rest, until: now() + restMsMax });
      const oldest = rests.keys().next();
      if (rests.size > restsMax && oldest.done === false) rests.delete(oldest.value);
    },
  };
}
