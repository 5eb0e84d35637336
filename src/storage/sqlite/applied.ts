import type { Change, ChangeKind, Effect, Refusal } from "../change.ts";

/** What applying changes adds up over a transaction, written once at its end. */
export interface Tally {
  /** Adds to the number of resources of a type; forgotten with the set when it is refused. */
  count(tenantId: number, resourceType: string, by: 1 | -1): void;
  /** The row that the running set created or changed, for the import row that caused it. */
  touched(rid: number): void;
  /** The document that the running change put in the place of another; undefined where there is none. */
  wrote(before: string | undefined, after: string | undefined): void;
  /** Secrets were overwritten in the database; what the log still holds of them goes after the commit. */
  overwrote(): void;
}

/** What a change made of a document. */
export interface Documents {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Carries out one kind of change inside a transaction. It looks before it writes: a refusal has written nothing. */
export type Apply<K extends ChangeKind> = (
  tenantId: number,
  change: Extract<Change, { kind: K }>,
  tally: Tally,
) => Effect | Refusal;

/** The effect of a change that touches no resource. */
export const noEffect: Effect = Object.freeze({ changed: true, version: 0, created: 0, modified: 0 });
