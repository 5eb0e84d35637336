import { ScimError } from "../scim/error.ts";
import type { AppPorts } from "./context.ts";
import type { App } from "./openapi/components.ts";
import type { JsonSchema } from "./openapi/schema.ts";
import { type Description, describe } from "./route.ts";

const metricsType = "text/plain; version=0.0.4; charset=utf-8";

function probe(path: string, operationId: string, summary: string, type: string, schema: JsonSchema): Description {
  const responses = { 200: { description: summary, content: { [type]: { schema } } } };
  return { method: "get", path, operationId, summary, tags: ["Probes"], responses, errors: [], isPublic: true };
}

const text: JsonSchema = { type: "string" };
const descriptions: readonly Description[] = [
  probe("/healthz", "isAlive", "The process lives", "application/json", {
    type: "object",
    properties: { status: text, version: text },
  }),
  probe("/readyz", "isReady", "The store answers", "application/json", {
    type: "object",
    properties: { status: text },
  }),
  probe("/metrics", "getMetrics", "What is counted, as Prometheus reads it", "text/plain", text),
];

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
  for (const description of descriptions) describe(app, description);
}
