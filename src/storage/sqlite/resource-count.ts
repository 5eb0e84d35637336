import type { Database } from "bun:sqlite";

/** One resource more or less of a type. */
export interface Counted {
  readonly tenantId: number;
  readonly resourceType: string;
  readonly by: 1 | -1;
}

/** Adds up over a transaction how many resources of each type came and went, and writes it once at its end. */
export function resourceCounts(db: Database) {
  const write = db.prepare(
    `INSERT INTO resource_count (tenant_id, resource_type, count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );
  const sums = new Map<string, { tenantId: number; resourceType: string; by: number }>();
  return {
    add(counted: readonly Counted[]): void {
      for (const { tenantId, resourceType, by } of counted) {
        const key = `${tenantId} ${resourceType}`;
        const sum = sums.get(key);
        if (sum === undefined) sums.set(key, { tenantId, resourceType, by });
        else sum.by += by;
      }
    },
    finish(): void {
      for (const { tenantId, resourceType, by } of sums.values()) write.run(tenantId, resourceType, by);
      sums.clear();
    },
    forget: () => sums.clear(),
  };
}
