export type SqlValue = string | number | null;

/** A piece of SQL with the values of its parameters, in order. */
export interface Sql {
  readonly text: string;
  readonly params: readonly SqlValue[];
}

export function sql(text: string, ...params: readonly SqlValue[]): Sql {
  return { text, params };
}

/** Pieces joined by AND or OR, each in brackets; undefined when there are none. */
export function joined(pieces: readonly Sql[], operator: "AND" | "OR"): Sql | undefined {
  const [first] = pieces;
  if (pieces.length < 2) return first;
  const text = pieces.map((piece) => `(${piece.text})`).join(` ${operator} `);
  return { text, params: pieces.flatMap(({ params }) => params) };
}

/** All of the pieces that are there, at least one, joined by AND. */
export function conjunction(pieces: readonly (Sql | undefined)[]): Sql {
  const known = pieces.filter((piece) => piece !== undefined);
  return { text: known.map(({ text }) => `(${text})`).join(" AND "), params: known.flatMap(({ params }) => params) };
}

/** ` AND (…)`, or nothing. */
export function andAlso(piece: Sql | undefined): string {
  return piece === undefined ? "" : ` AND (${piece.text})`;
}
