/** Must, should, may; what large clients depend on though no RFC says it; what the RFCs leave open. */
export type Level = "M" | "S" | "O" | "I" | "A";

/** One testable fact about a SCIM server. */
export interface Statement {
  readonly id: string;
  readonly level: Level;
  /** Where it comes from: `44 §3.12` is section 3.12 of RFC 7644. */
  readonly source: string;
  readonly text: string;
}

export interface Section {
  readonly title: string;
  readonly statements: readonly Statement[];
}

const line = /^([A-Z]{1,3}-[A-Z]?\d+) +([MSOIA]) \| ([^|]+) \| ([^|]+)$/;

/** A section from its table: a line each of `id level | source | text`. */
export function section(title: string, table: string): Section {
  const statements = table
    .trim()
    .split("\n")
    .map((row): Statement => {
      const [, id = "", level = "", source = "", text = ""] = line.exec(row.trim()) ?? [];
      if (!isLevel(level)) throw new Error(`not a statement: ${row}`);
      return { id, level, source, text };
    });
  return { title, statements };
}

const isLevel = (text: string): text is Level => /^[MSOIA]$/.test(text);
