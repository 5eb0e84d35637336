import { errorBody, type ScimError } from "../error.ts";
import type { Json, JsonObject } from "../json.ts";
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

/** How the result of an operation is written. */
export interface BulkShape {
  readonly status: (code: number) => Json;
  readonly response: (error: ScimError) => Json;
  /** Whether an operation that failed tells where its resource is. */
  readonly placesFailures: boolean;
}

/** As RFC 7644 §3.7.3 has it. */
export const ownBulkShape: BulkShape = {
  status: String,
  response: (error) => ({ ...errorBody(error) }),
  placesFailures: true,
};

/** The body of the answer to a Bulk request: results in the order of the request (RFC 7644 §3.7.3). */
export function bulkResponse(results: readonly BulkResult[], shape: BulkShape = ownBulkShape): JsonObject {
  return { schemas: [bulkResponseUrn], Operations: results.map((result) => resultJson(result, shape)) };
}

function resultJson({ method, bulkId, location, version, outcome }: BulkResult, shape: BulkShape): JsonObject {
  const isPlaced = typeof outcome === "number" || shape.placesFailures;
  return {
    method,
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    ...(location !== undefined && isPlaced && { location }),
    status: shape.status(typeof outcome === "number" ? outcome : outcome.status),
    ...(typeof outcome !== "number" && { response: shape.response(outcome) }),
  };
}
