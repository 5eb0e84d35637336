import { type BulkRules, bulkMethods, ownBulkRules, readPath } from "../scim/bulk/request.ts";
import { ownBulkShape } from "../scim/bulk/response.ts";
import { errorBody, ScimError } from "../scim/error.ts";
import { isJsonObject, type Json, ownInAnyCase } from "../scim/json.ts";
import { type Dialect, ownDialect, worded } from "./dialect.ts";

/* How the Janssen server speaks SCIM 2.0 (jans-scim, `BulkWebService` and the services beside it). */

const methods: ReadonlySet<string> = new Set(bulkMethods);

/** Refuses a request before anything of it is carried out: all operations have the shape that their method asks for. */
function requireAll(operations: readonly Json[], base: string): void {
  for (const operation of operations) requireOperation(operation, base);
}

function requireOperation(operation: Json, base: string): void {
  const object = isJsonObject(operation) ? operation : {};
  const path = ownInAnyCase(object, "path");
  if (typeof path !== "string" || path === "") throw refused("path parameter is required");
  const given = ownInAnyCase(object, "method");
  const method = typeof given === "string" ? given.toUpperCase() : String(given ?? null);
  if (!methods.has(method)) throw refused(`method not recognized: ${method.slice(0, 100)}`);
  const { id } = pathOf(path, method, base);
  if ((method === "POST") !== (id === undefined)) throw refused(notConsistent(method));
  if (method !== "DELETE" && !isJsonObject(ownInAnyCase(object, "data"))) {
    throw refused(`data parameter is required for method ${method}`);
  }
}

function pathOf(path: string, method: string, base: string) {
  try {
    return readPath(path, base);
  } catch (cause) {
    throw new ScimError("invalidSyntax", notConsistent(method), { cause });
  }
}

const notConsistent = (method: string): string => `path parameter is not consistent with method ${method}`;

function refused(detail: string): ScimError {
  return new ScimError("invalidSyntax", detail);
}

const bulkRules: BulkRules = {
  ...ownBulkRules,
  bulkIdIsOptional: true,
  zeroIsNoLimit: true,
  none: () => new ScimError("invalidValue", "No operations supplied"),
  tooMany: (_, operationsMax) => `The number of operations exceed the maxOperations value (${operationsMax}). `,
  requireAll,
};

export const janssenDialect: Dialect = {
  ...ownDialect,
  words: {
    uniqueness: ({ resourceType, value }) => (resourceType === "User" ? `User '${value}' already exists` : undefined),
    notFound: ({ id }) => (id === undefined ? undefined : `Resource ${id} not found`),
  },
  errorBody: (error) => ({ ...errorBody(error), ...(error.subject?.limit !== undefined && { scimType: "" }) }),
  bulkRules,
  bulkShape: {
    ...ownBulkShape,
    response: (error) => ({ ...errorBody(worded(janssenDialect, error)) }),
    placesFailures: false,
  },
  tellsBothLimits: true,
  payloadTooLarge: (bytesMax) => `The size of the bulk operation exceeds the maxPayloadSize (${bytesMax} bytes). `,
};
