import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { Tolerance } from "../scim/profile.ts";

/** What the server counts of itself. */
export interface Metrics {
  /** A tolerance of a profile fired in a request. */
  tolerated(profile: string, tolerance: Tolerance): void;
  /** Everything counted so far, as Prometheus reads it. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const tolerated = new Counter({
    name: "muster_tolerated_total",
    help: "requests in which a tolerance of the profile was needed",
    labelNames: ["profile", "tolerance"],
    registers: [registry],
  });
  return {
    // A profile may be spelt with tolerances more or less: counted under the name it is built on.
    tolerated: (profile, tolerance) => {
      const [base = profile] = profile.split(/[+-](?=[A-Za-z]*[A-Z])/, 1);
      tolerated.inc({ profile: base, tolerance });
    },
    text: () => registry.metrics(),
  };
}
