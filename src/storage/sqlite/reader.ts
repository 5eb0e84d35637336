import type { Database } from "bun:sqlite";
import { type AttributeIndexes, attributeIndexes } from "./attribute-index.ts";
import type { FindLimits } from "./limits.ts";
import type { ScanEdges } from "./scan-edges.ts";
import { type Prepare, statementCache } from "./statements.ts";

/** A connection to read by, with what is known of it. */
export interface Reader {
  readonly db: Database;
  readonly prepare: Prepare;
  readonly indexes: AttributeIndexes;
  readonly limits: FindLimits;
  /** Shared by the connections to one database. */
  readonly edges: ScanEdges;
}

export function readerOf(db: Database, limits: FindLimits, edges: ScanEdges): Reader {
  return { db, prepare: statementCache(db), indexes: attributeIndexes(db), limits, edges };
}
