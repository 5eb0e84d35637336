/** How much is done at once when resources are looked for; the answers are the same whatever these are. */
export interface FindLimits {
  /** Candidates that are looked at one by one; where an index has more of them, sets are made instead. */
  readonly candidates: number;
  /** Fewer candidates than these have their documents looked at sooner than another index. */
  readonly fewCandidates: number;
  /** Documents that are read without a look at the other requests: about three milliseconds. */
  readonly documents: number;
  /** Entries of an index that are gathered between two such looks: about two milliseconds. */
  readonly indexEntries: number;
  /** Entries of an order that are walked between two such looks. */
  readonly orderEntries: number;
  /** Resources that are sorted by one statement: about ten milliseconds. */
  readonly sorted: number;
}

export const findLimits: FindLimits = Object.freeze({
  candidates: 10_000,
  fewCandidates: 50,
  documents: 300,
  indexEntries: 10_000,
  orderEntries: 2000,
  sorted: 10_000,
});
