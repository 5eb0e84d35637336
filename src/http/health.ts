import { ScimError } from "../scim/error.ts";
import type { AppPorts } from "./context.ts";
import type { App } from "./openapi/components.ts";

/** Mounts the probes: alive at all, and able to answer from the store. */
export function mountHealth(app: App, { store, version }: AppPorts): void {
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
