import { ScimError } from "../scim/error.ts";
import type { AppPorts } from "./context.ts";
import type { App } from "./openapi/components.ts";

const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/** Mounts the probes: alive at all, able to answer from the store, and what Prometheus reads, which names nobody. */
export function mountHealth(app: App, { store, version, metrics }: AppPorts): void {
  app.get("/metrics", async () => new Response(await metrics.text(), { headers: { "Content-Type": metricsType } }));
  app.get("/healthz", (c) => c.json({ status: "ok", version }));
  app.get("/readyz", async (c) => {
    try {
      await store.check();
    } catch (cause) {
      throw new ScimError("unavailable", "The store does not answer.", { cause });
    }
    return c.json({ status: "ready" });
  });
}
