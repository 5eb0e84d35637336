import { type BulkRules, ownBulkRules } from "../scim/bulk/request.ts";
import { ownBulkShape } from "../scim/bulk/response.ts";
import { type ErrorSubject, errorBody, ScimError } from "../scim/error.ts";
import { parseFilter } from "../scim/filter/parse.ts";
import { isJsonObject, type Json, ownInAnyCase } from "../scim/json.ts";
import { type Dialect, ownDialect, type Words, worded } from "./dialect.ts";
import { shownGroupName, shownInStore, withoutPrimary } from "./user-store.ts";

/* How WSO2 Identity Server speaks SCIM 2.0 (charon 3). */

const notDecoded = "JSON string could not be decoded properly.";

/** The sentence for a name that is taken; the same by SCIM 1.1 and 2.0. */
export function taken({ resourceType, value = "" }: ErrorSubject): string | undefined {
  if (resourceType === "User") return `User with the name: ${value} already exists in the system.`;
  const name = shownGroupName(value, new Set([value.split("/", 1)[0]?.toUpperCase() ?? ""]));
  return resourceType === "Group" ? `Group with name: ${name} already exists in the system.` : undefined;
}

const words: Words = {
  uniqueness: taken,
  notFound: ({ id }) => (id === undefined ? undefined : "Specified resource does not exist."),
  invalidValue: ({ attribute, problem }) =>
    problem === "missing" ? `Required attribute ${attribute} is missing in the SCIM Object.` : undefined,
};

/** Of every POST is told by its bulkId, so that none may lack one, and no two have the same. */
function requireBulkIds(operations: readonly Json[]): void {
  const seen = new Set<unknown>();
  for (const operation of operations) {
    const object = isJsonObject(operation) ? operation : {};
    const [method, bulkId] = [ownInAnyCase(object, "method"), ownInAnyCase(object, "bulkId") ?? undefined];
    const isPost = typeof method === "string" && method.toUpperCase() === "POST";
    if (isPost && bulkId === undefined) {
      throw new ScimError("invalidValue", `${notDecoded}Required attribute BULK_ID is missing in the request`);
    }
    if (isPost && seen.has(bulkId)) {
      throw new ScimError("invalidValue", `Duplicate bulkId found: ${String(bulkId).slice(0, 100)}`);
    }
    if (isPost) seen.add(bulkId);
  }
}

const bulkRules: BulkRules = {
  ...ownBulkRules,
  zeroIsNoLimit: true,
  tooMany: (given, operationsMax) =>
    `The number of operations in the bulk request: ${given} exceeds the maximum total number of operations count: ${operationsMax}.`,
  requireAll: requireBulkIds,
};

export const wso2Dialect: Dialect = {
  ...ownDialect,
  forgives: ["askPassword", "uniqueGroupNames", "requireKnownStore"],
  words,
  bulkRules,
  bulkShape: {
    ...ownBulkShape,
    status: (code) => ({ code }),
    // A text that holds JSON, and no JSON.
    response: (error) => JSON.stringify(errorBody(worded(wso2Dialect, error))),
  },
  readFilter: (text, profile) => withoutPrimary(parseFilter(text, profile)),
  shown: shownInStore,
  groupName: shownGroupName,
};
