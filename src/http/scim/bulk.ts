import type { Context } from "hono";
import type { BulkOutcome } from "../../directory/bulk.ts";
import { type BulkRequest, readBulk } from "../../scim/bulk/request.ts";
import { type BulkResult, bulkResponse } from "../../scim/bulk/response.ts";
import { ScimError } from "../../scim/error.ts";
import { isJsonObject, isList, ownInAnyCase } from "../../scim/json.ts";
import { etagOf } from "../../scim/resource/etag.ts";
import type { Dialect } from "../../scim1/dialect.ts";
import { requireScope } from "../auth.ts";
import { parseJson, readJsonBytes } from "../body.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import type { BulkLimits } from "../mounts.ts";
import { respond } from "../respond.ts";
import { baseOf, locationsOf, mountOf } from "./answer.ts";

/** The handler of Bulk (RFC 7644 §3.7). */
export function bulkHandler(ports: Pick<AppPorts, "directory" | "bulk" | "log">) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    requireScope(c, "scim:bulk");
    const { limits, dialect } = mountOf(c);
    const { maxOperations } = ports.bulk[limits];
    const body = parseJson(await readPayload(c, dialect, ports.bulk[limits]));
    const request = readBulk(body, maxOperations, baseOf(c), dialect.bulkRules);
    const results = await runRequest(c, ports, request);
    return respond(c, JSON.stringify(bulkResponse(results, dialect.bulkShape)));
  };
}

/** How much longer than it may be a body is read all the same, by those who tell of both limits at once. */
const overlongFactor = 1.5;

/**
 * The bytes of a Bulk request.
 *
 * @throws ScimError unsupportedMediaType, or tooLarge
 */
async function readPayload(c: Context<AppEnv>, dialect: Dialect, limits: BulkLimits): Promise<Uint8Array> {
  const { maxOperations, maxPayloadSize } = limits;
  const refusal = payloadTooLarge(dialect, maxPayloadSize);
  if (!dialect.tellsBothLimits) return readJsonBytes(c, maxPayloadSize, refusal);
  const bytes = await readJsonBytes(c, Math.floor(overlongFactor * maxPayloadSize), refusal);
  if (bytes.byteLength <= maxPayloadSize) return bytes;
  const given = operationsIn(bytes);
  if (given <= maxOperations) throw refusal;
  const detail = refusal.detail + dialect.bulkRules.tooMany(given, maxOperations);
  throw new ScimError("tooLarge", detail, { subject: { limit: "maxPayloadSize" } });
}

/** How many operations a body has; none where it is no Bulk request. */
function operationsIn(bytes: Uint8Array): number {
  try {
    const body = parseJson(bytes);
    const operations = isJsonObject(body) ? ownInAnyCase(body, "Operations") : undefined;
    return isList(operations) ? operations.length : 0;
  } catch (error) {
    if (error instanceof ScimError) return 0;
    throw error;
  }
}

/** What refuses a Bulk request of too many bytes. */
export function payloadTooLarge(dialect: Dialect, bytesMax: number): ScimError {
  return new ScimError("tooLarge", dialect.payloadTooLarge(bytesMax), { subject: { limit: "maxPayloadSize" } });
}

/** Carries out a request; tells what came of its operations, and the operator of what should not have come of them. */
export async function runRequest(
  c: Context<AppEnv>,
  { directory, log }: Pick<AppPorts, "directory" | "log">,
  request: BulkRequest,
): Promise<readonly BulkResult[]> {
  const outcomes = await directory.bulk(c.get("principal"), c.get("types"), request);
  for (const { error, operations } of failuresIn(outcomes)) {
    log("error", error.detail, { path: c.req.path, operations, cause: Bun.inspect(error.cause) });
  }
  const locationOf = locationsOf(c.get("types"), c);
  // An id that the client made up may hold anything.
  const segment = (id: string): string => encodeURIComponent(id.toWellFormed());
  return outcomes.map(({ place, resourceType, id, version, result }) => ({
    method: request.entries[place]?.method ?? "",
    bulkId: request.entries[place]?.bulkId,
    location: resourceType === undefined || id === undefined ? undefined : locationOf(resourceType, segment(id)),
    version: version === undefined ? undefined : etagOf(version),
    outcome: result,
  }));
}

/** What the operator must know, with the places of the operations that it befell: a store that is away befalls many. */
function failuresIn(outcomes: readonly BulkOutcome[]) {
  const failures = new Map<unknown, { readonly error: ScimError; readonly operations: number[] }>();
  for (const { place, result } of outcomes) {
    if (!(result instanceof ScimError) || result.status < 500) continue;
    const cause = result.cause ?? result;
    const known = failures.get(cause);
    if (known === undefined) failures.set(cause, { error: result, operations: [place] });
    else known.operations.push(place);
  }
  return failures.values();
}
