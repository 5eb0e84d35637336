import type { Context } from "hono";
import { readBulk } from "../../scim/bulk/request.ts";
import { bulkResponse } from "../../scim/bulk/response.ts";
import { ScimError } from "../../scim/error.ts";
import { etagOf } from "../../scim/resource/etag.ts";
import { requireScope } from "../auth.ts";
import { readJsonBody } from "../body.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { respond } from "../respond.ts";
import { locationsOf, scimBasePath } from "./answer.ts";

/** The handler of Bulk (RFC 7644 §3.7). */
export function bulkHandler({ directory, bulk, log }: Pick<AppPorts, "directory" | "bulk" | "log">) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const caller = requireScope(c, "scim:bulk");
    const body = await readJsonBody(c, bulk.maxPayloadSize, "maxPayloadSize");
    const request = readBulk(body, bulk.maxOperations, originOf(c.req.url) + scimBasePath);
    const outcomes = await directory.bulk(caller, c.get("types"), request);
    const locationOf = locationsOf(c.get("types"), c);
    const results = outcomes.map(({ place, resourceType, id, version, result }) => {
      if (result instanceof ScimError && result.status >= 500) {
        log("error", result.detail, { path: c.req.path, operation: place, cause: Bun.inspect(result.cause) });
      }
      return {
        method: request.entries[place]?.method ?? "",
        bulkId: request.entries[place]?.bulkId,
        location: resourceType === undefined || id === undefined ? undefined : locationOf(resourceType, id),
        version: version === undefined ? undefined : etagOf(version),
        outcome: result,
      };
    });
    return respond(c, JSON.stringify(bulkResponse(results)));
  };
}
