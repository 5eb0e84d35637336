import type { Database, Statement } from "bun:sqlite";
import type { SqlValue } from "../sql.ts";

/** Prepared statements kept; a filter's shape makes its text, so that clients could make any number of them. */
const statementsMax = 256;

export type Prepare = <Row>(sql: string) => Statement<Row, SqlValue[]>;

/** Prepares statements whose text depends on the request, and keeps those used last. */
export function statementCache(db: Database): Prepare {
  const kept = new Map<string, Statement<unknown, SqlValue[]>>();
  return <Row>(sql: string) => {
    const statement = kept.get(sql) ?? db.prepare<unknown, SqlValue[]>(sql);
    kept.delete(sql);
    kept.set(sql, statement);
    const oldest = kept.keys().next();
    if (kept.size > statementsMax && oldest.done === false) kept.delete(oldest.value);
    return statement as Statement<Row, SqlValue[]>;
  };
}

/** Runs reads against one state of the database. */
export function snapshot<T>(db: Database, read: () => T): T {
  db.run("BEGIN");
  try {
    return read();
  } finally {
    db.run("COMMIT");
  }
}
