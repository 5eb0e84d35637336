import type { MiddlewareHandler } from "hono";
import type { AppEnv, AppPorts } from "../context.ts";
import { prefers } from "../prefer.ts";

/** The preference of a client that wants to know what was forgiven. */
const explain = "muster-explain";

/** Counts the tolerances that a request needed, and names them to who asks with `Prefer: muster-explain`. */
export function tolerance({ metrics }: Pick<AppPorts, "metrics">): MiddlewareHandler<AppEnv> {
  return async function tolerance(c, next) {
    await next();
    const { name, fired } = c.get("principal").profile;
    for (const each of fired ?? []) metrics.tolerated(name, each);
    if (!prefers(c, explain)) return;
    c.res.headers.append("Preference-Applied", explain);
    c.res.headers.set("Muster-Tolerated", [...(fired ?? [])].sort().join(", "));
  };
}
