import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { coreTypes } from "../scim/resource/type.ts";
import { secondBuckets, setBuckets } from "../storage/commit-tally.ts";
import { builtInUserType } from "../storage/port.ts";
import type { StoreStats } from "../storage/stats.ts";
import { histogramText } from "./histogram-text.ts";
import type { ToleranceCount, Watched } from "./metrics.ts";
import { type RequestCounts, requestSecondBuckets } from "./request-counts.ts";

/** Makes what tells the counts to Prometheus. */
export function metricsText(
  toleranceCounts: ReadonlyMap<string, ToleranceCount>,
  requests: RequestCounts,
  watched: Watched | undefined,
): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const tolerated = new Counter({
    name: "muster_tolerated_total",
    help: "requests in which a tolerance of the profile was needed",
    labelNames: ["profile", "tolerance"],
    registers: [registry],
  });
  const answered = new Counter({
    name: "muster_http_requests_total",
    help: "requests answered",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  const tellStore = watched === undefined ? undefined : storeMetrics(registry, watched);
  return async () => {
    tolerated.reset();
    for (const { profile, tolerance, count } of toleranceCounts.values()) tolerated.inc({ profile, tolerance }, count);
    const figures = requests.figures();
    answered.reset();
    for (const { method, route, statuses } of figures) {
      for (const [status, count] of statuses) answered.inc({ method, route, status }, count);
    }
    const seconds = histogramText(
      "muster_http_request_seconds",
      "seconds from a request to the head of its answer",
      requestSecondBuckets,
      figures.map(({ method, route, seconds }) => ({ labels: { method, route }, figures: seconds })),
    );
    const ofStore = (await tellStore?.()) ?? "";
    return `${await registry.metrics()}\n${seconds}${ofStore}`;
  };
}

/** Registers what is told of the store; the function that this gives sets it, and tells the histograms. */
function storeMetrics(registry: Registry, { store, tallies }: Watched): () => Promise<string> {
  const counters = commitMetrics(registry, tallies);
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const database = gauge("muster_database_bytes", "bytes of the database file");
  const log = gauge("muster_database_log_bytes", "bytes of the write-ahead log");
  const resources = gauge("muster_resources", "resources by type; types of an administrator's own together", "type");
  const jobs = gauge("muster_import_jobs", "imports by state", "state");
  const rows = gauge("muster_import_rows", "rows of imports by outcome", "outcome");
  const fill = (target: Gauge, label: string, counts: ReadonlyMap<string, number>): void => {
    target.reset();
    for (const [name, count] of counts) target.set({ [label]: name }, count);
  };
  return async () => {
    counters.fill();
    // A store that does not answer leaves its gauges as they were; the failure is counted.
    const stats = await store.stats().catch(() => undefined);
    if (stats !== undefined) {
      database.set(stats.databaseBytes);
      log.set(stats.logBytes);
      fill(resources, "type", byKnownType(stats.resources));
      fill(jobs, "state", stats.importJobs);
      fill(rows, "outcome", stats.importRows);
    }
    return counters.histograms();
  };
}

function commitMetrics(registry: Registry, tallies: Watched["tallies"]) {
  const counter = (name: string, help: string, ...labelNames: string[]): Counter =>
    new Counter({ name, help, labelNames: ["lane", ...labelNames], registers: [registry] });
  const refused = counter("muster_refused_sets_total", "change sets that were refused whole");
  const failures = counter("muster_store_failures_total", "commits and reads that the store could not do", "use");
  const synchronous = new Gauge({
    name: "muster_store_synchronous",
    help: "how a connection waits for the disk, in SQLite's numbers: 2 is full, 1 normal",
    labelNames: ["lane"],
    registers: [registry],
  });
  const figures = () => Object.entries(tallies).map(([lane, tally]) => ({ lane, ...tally.figures() }));
  return {
    fill(): void {
      for (const metric of [refused, failures, synchronous]) metric.reset();
      for (const { lane, ...tally } of figures()) {
        refused.inc({ lane }, tally.refused);
        for (const [use, count] of Object.entries(tally.failures)) failures.inc({ lane, use }, count);
        // The import lane has no connection before the first look for work.
        if (tally.synchronous > 0) synchronous.set({ lane }, tally.synchronous);
      }
    },
    histograms(): string {
      const of = (pick: "sets" | "seconds") =>
        figures().map(({ lane, ...tally }) => ({ labels: { lane }, figures: tally[pick] }));
      return [
        histogramText("muster_commit_sets", "change sets that shared a transaction", setBuckets, of("sets")),
        histogramText("muster_commit_seconds", "seconds from BEGIN to COMMIT", secondBuckets, of("seconds")),
      ].join("");
    },
  };
}

/** The name of a type that an administrator made is theirs. */
function byKnownType(resources: StoreStats["resources"]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [type, count] of resources) {
    const name = coreTypes.byName.has(type) || type === builtInUserType ? type : "custom";
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return counts;
}
