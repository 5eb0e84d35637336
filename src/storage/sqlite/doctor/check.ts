import type { Database } from "bun:sqlite";

/** What the checks look at. */
export interface Examined {
  readonly db: Database;
  readonly file: string;
  readonly dataDir: string;
  readonly keyFile: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** One thing that may be wrong with a data directory: a row of the doctor's table. */
export interface Check {
  readonly name: string;
  /** What a finding is, in words. */
  readonly looksFor: string;
  /** `tables` has sense only in a database that has the tables of this version. */
  readonly needs: "file" | "tables";
  /** A line for each thing that is wrong. */
  readonly look: (at: Examined) => Iterable<string>;
  /** What to tell beside `ok`. */
  readonly note?: (at: Examined) => string;
  /** What the operator does about it. */
  readonly advice: string;
  /** Puts it right, inside a transaction; left out where only the operator can. */
  readonly repair?: (at: Examined) => void;
}

const repairAdvice = "stop the server and run muster doctor --repair";

/** A check by SQL. */
export interface QueryCheck {
  readonly name: string;
  readonly looksFor: string;
  /** Gives a row with the text `found` for each thing that is wrong. */
  readonly find: string;
  /** Statements that put it right. */
  readonly repair: readonly string[];
}

export function queryCheck({ name, looksFor, find, repair }: QueryCheck): Check {
  return {
    name,
    looksFor,
    needs: "tables",
    *look({ db }) {
      for (const { found } of db.query<{ found: string }, []>(find).iterate()) yield found;
    },
    advice: repairAdvice,
    repair: ({ db }) => {
      for (const statement of repair) db.run(statement);
    },
  };
}
