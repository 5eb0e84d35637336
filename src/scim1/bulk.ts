import { type BulkResult, bulkResponse } from "../scim/bulk/response.ts";
import { ScimError } from "../scim/error.ts";
import { isJsonObject, isList, type Json, type JsonObject, ownInAnyCase } from "../scim/json.ts";
import { bulkRequestUrn } from "../scim/urn.ts";
import { worded } from "./dialect.ts";
import { core1Urn } from "./urn.ts";
import { wso2Scim1Dialect } from "./wso2-scim1.ts";

/** Makes the data of an operation of 1.1 that of 2.0; throws ScimError for what that operation is refused with. */
export type ToData2 = (method: string, path: string, data: JsonObject) => Promise<JsonObject> | JsonObject;

/**
 * The body of a Bulk request of SCIM 1.1 (draft-scim-api-01 §3.5) as one of 2.0. What is no operation stays as it is,
 * for the reader of 2.0 to refuse; what an operation's data is refused with is told by its place.
 */
export async function toBulk2(
  body: unknown,
  toData: ToData2,
): Promise<{ readonly body: unknown; readonly refused: ReadonlyMap<number, ScimError> }> {
  const refused = new Map<number, ScimError>();
  if (!isJsonObject(body)) return { body, refused };
  const operations = ownInAnyCase(body, "Operations");
  const failOnErrors = ownInAnyCase(body, "failOnErrors");
  const made: (Json | undefined)[] = [];
  for (const [place, operation] of (isList(operations) ? operations : []).entries()) {
    made.push(
      await toOperation2(operation, toData).catch((error: unknown) => refusedAs(operation, place, error, refused)),
    );
  }
  const whole = {
    schemas: [bulkRequestUrn],
    ...(failOnErrors !== undefined && { failOnErrors }),
    ...(operations !== undefined && { Operations: isList(operations) ? made : operations }),
  };
  return { body: whole, refused };
}

function refusedAs(operation: Json, place: number, error: unknown, refused: Map<number, ScimError>): Json {
  if (!(error instanceof ScimError)) throw error;
  refused.set(place, error);
  return operation;
}

async function toOperation2(operation: Json, toData: ToData2): Promise<Json> {
  if (!isJsonObject(operation)) return operation;
  const [method, path, data] = ["method", "path", "data"].map((name) => ownInAnyCase(operation, name));
  if (typeof method !== "string" || typeof path !== "string" || !isJsonObject(data)) return operation;
  // WSO2's own example writes these into the data, too.
  const { path: _, method: __, bulkId: ___, ...own } = data;
  const key = Object.keys(operation).find((name) => name.toLowerCase() === "data") ?? "data";
  return { ...operation, [key]: await toData(method.toUpperCase(), path, own) };
}

/** The body of the answer; `schemas` are those of the request. */
export function bulkResponse1(request: unknown, results: readonly BulkResult[]): JsonObject {
  const schemas = isJsonObject(request) ? ownInAnyCase(request, "schemas") : undefined;
  const { Operations } = bulkResponse(
    // There are no versions in this one.
    results.map((result) => ({ ...result, version: undefined })),
    wso2Scim1Dialect.bulkShape,
  );
  const told = isList(Operations) ? Operations.map((operation, index) => describedOf(operation, results[index])) : [];
  return { schemas: isList(schemas) && schemas.length > 0 ? schemas : [core1Urn], Operations: told };
}

/** A result with the description that 1.1 has in the status of what failed. */
function describedOf(operation: Json, result: BulkResult | undefined): Json {
  const outcome = result?.outcome;
  if (!isJsonObject(operation) || !(outcome instanceof ScimError)) return operation;
  const { detail: description, status } = worded(wso2Scim1Dialect, outcome);
  return { ...operation, status: { code: String(status), description } };
}
