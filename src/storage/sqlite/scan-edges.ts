import type { IndexScan, ScanEdge } from "../index-scan.ts";

/** How long edges are good for: the more is written meanwhile, the more unlike are the parts between them. */
const edgesMsMax = 600_000;
/** Walks whose edges are kept; those of a million entries take some ten kilobytes. */
const walksMax = 200;

/**
 * Where walks through whole indexes have rested. Any place will do to part a walk, so those of an earlier one do, and
 * to look for new ones costs half as much as the walk itself.
 */
export interface ScanEdges {
  of(scan: IndexScan): readonly ScanEdge[];
  keep(scan: IndexScan, edges: readonly ScanEdge[]): void;
}

const none: readonly ScanEdge[] = [];

export function scanEdges(): ScanEdges {
  const kept = new Map<string, { readonly edges: readonly ScanEdge[]; readonly until: number }>();
  return {
    of(scan) {
      const known = kept.get(keyOf(scan));
      return known === undefined || known.until < performance.now() ? none : known.edges;
    },
    keep(scan, edges) {
      if (scan.extent !== "all" || edges === this.of(scan)) return;
      if (kept.size >= walksMax) kept.clear();
      kept.set(keyOf(scan), { edges, until: performance.now() + edgesMsMax });
    },
  };
}

function keyOf({ from, keys, base, bounds, extent }: IndexScan): string {
  return JSON.stringify([extent, from, keys, base, bounds]);
}
