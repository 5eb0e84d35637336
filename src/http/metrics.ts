import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { Tolerance } from "../scim/profile.ts";
import type { App } from "./openapi/components.ts";

/** What the server counts of itself. */
export interface Metrics {
  /** A tolerance of a profile fired in a request. */
  tolerated(profile: string, tolerance: Tolerance): void;
  /** Everything counted so far, as Prometheus reads it. */
  text(): Promise<string>;
}

const contentType = "text/plain; version=0.0.4; charset=utf-8";

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

/** Mounts what Prometheus reads: counts and times, and nothing of anybody. */
export function mountMetrics(app: App, metrics: Metrics): void {
  app.get("/metrics", async () => new Response(await metrics.text(), { headers: { "Content-Type": contentType } }));
}
