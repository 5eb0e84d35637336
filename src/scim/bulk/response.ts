import { errorBody, type ScimError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import { bulkResponseUrn } from "../urn.ts";

/** What came of one operation (RFC 7644 §3.7). */
export interface BulkResult {
  readonly method: string;
  readonly bulkId: string | undefined;
  /** The URI of the resource; undefined for a POST that failed. */
  readonly location: string | undefined;
  /** The ETag of the resource, where there is one after the operation. */
  readonly version: string | undefined;
  /** The HTTP status of a success, or the error. */
  readonly outcome: 200 | 201 | 204 | ScimError;
}

/** The body of the answer to a Bulk request: results in the order of the request (RFC 7644 §3.7.3). */
export function bulkResponse(results: readonly BulkResult[]): JsonObject {
  return { schemas: [bulkResponseUrn], Operations: results.map(resultJson) };
}

function resultJson({ method, bulkId, location, version, outcome }: BulkResult): JsonObject {
  return {
    method,
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    ...(location !== undefined && { location }),
    status: String(typeof outcome === "number" ? outcome : outcome.status),
    ...(typeof outcome !== "number" && { response: { ...errorBody(outcome) } }),
  };
}
