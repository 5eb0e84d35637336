import type { Context } from "hono";
import type { Principal } from "../../access/principal.ts";
import type { Metrics } from "../metrics.ts";
import { prefers } from "../prefer.ts";

/** The preference of a client that wants to know what was forgiven. */
const explain = "muster-explain";

/** Counts the tolerances that a request needed, and names them to who asks with `Prefer: muster-explain`. */
export function tellTolerated(c: Context, { profile }: Principal, metrics: Metrics, response: Response): Response {
  const asks = prefers(c, explain);
  if (!asks && profile.fired?.size === 0) return response;
  const fired = [...(profile.fired ?? [])].sort();
  for (const each of fired) metrics.tolerated(profile.name, each);
  if (!asks) return response;
  response.headers.append("Preference-Applied", explain);
  response.headers.set("Muster-Tolerated", fired.join(", "));
  return response;
}
