import type { Context } from "hono";
import { ScimError } from "../../scim/error.ts";
import type { ImportJob } from "../../storage/import.ts";
import type { Store } from "../../storage/port.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv } from "../context.ts";

/**
 * The import that the address names, of the tenant who asks.
 *
 * @throws ScimError forbidden or notFound
 */
export async function jobOf(c: Context<AppEnv>, store: Store): Promise<ImportJob> {
  const { tenantId } = requireScope(c, "import:write");
  const id = c.req.param("id") ?? "";
  const job = await store.imports.job(tenantId, id);
  if (job === undefined) throw new ScimError("notFound", `Import ${JSON.stringify(id.slice(0, 100))} does not exist.`);
  return job;
}
