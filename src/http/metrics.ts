import type { Tolerance } from "../scim/profile.ts";
import type { CommitTally } from "../storage/commit-tally.ts";
import type { Store } from "../storage/port.ts";
import { type RequestCounts, requestCounts } from "./request-counts.ts";

/** What the server counts of itself. No label names anybody, or what a tenant made. */
export interface Metrics {
  /** A tolerance of a profile fired in a request. */
  tolerated(profile: string, tolerance: Tolerance): void;
  readonly requests: RequestCounts;
  /** Everything counted so far, as Prometheus reads it. */
  text(): Promise<string>;
}

/** What is looked at when somebody asks. */
export interface Watched {
  readonly store: Pick<Store, "stats">;
  /** What each connection that writes counts, by its lane. */
  readonly tallies: Readonly<Record<string, CommitTally>>;
}

/** How often a tolerance fired under a profile. */
export interface ToleranceCount {
  readonly profile: string;
  readonly tolerance: Tolerance;
  count: number;
}

/** Counts in plain numbers; what tells them to Prometheus is loaded when it asks for the first time. */
export function createMetrics(watched?: Watched): Metrics {
  const requests = requestCounts();
  const tolerated = new Map<string, ToleranceCount>();
  let exposition: Promise<() => Promise<string>> | undefined;
  return {
    // A profile may be spelt with tolerances more or less: counted under the name it is built on.
    tolerated: (spelt, tolerance) => {
      const [profile = spelt] = spelt.split(/[+-](?=[A-Za-z]*[A-Z])/, 1);
      const key = `${profile} ${tolerance}`;
      const known = tolerated.get(key);
      if (known === undefined) tolerated.set(key, { profile, tolerance, count: 1 });
      else known.count++;
    },
    requests,
    async text() {
      exposition ??= import("./metrics-text.ts").then(({ metricsText }) => metricsText(tolerated, requests, watched));
      return (await exposition)();
    },
  };
}
