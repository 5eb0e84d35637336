import { errorBody, ScimError } from "../scim/error.ts";
import type { JsonObject } from "../scim/json.ts";
import { type Dialect, type Words, worded } from "./dialect.ts";
import { taken, wso2Dialect } from "./wso2.ts";

/* How WSO2 Identity Server 5.7 speaks SCIM 1.1 (charon 2), where words and refusals are concerned. */

const unparseable = "Request is unparseable, syntactically incorrect, or violates schema";

const words: Words = {
  uniqueness: taken,
  unauthorized: (_, detail) => (detail.startsWith("Password") ? undefined : "Authentication failed for this resource."),
  invalidSyntax: (_, detail) => (detail.startsWith("The body is ") ? unparseable : `${unparseable}. ${detail}`),
  invalidValue: ({ attribute, problem }) =>
    problem === "missing" ? `Required attribute: ${attribute} is missing in the SCIM Object.` : undefined,
};

/** The body of every error: a list of one (draft-scim-api-01 §3.9). */
function errors(error: ScimError): JsonObject {
  const { detail, status } = errorBody(error);
  return { Errors: [{ description: detail, code: status }] };
}

export const wso2Scim1Dialect: Dialect = {
  ...wso2Dialect,
  forgives: [
    ...wso2Dialect.forgives,
    "ignoreUnknownAttributes",
    "coerceSimpleToComplex",
    "coerceSingleToArray",
    "coerceStringBooleans",
    "lastPrimaryWins",
    "patchRemoveByValue",
    "patchRemoveNoMatch",
    "patchReplaceCreates",
    "patchReplaceMerges",
    "patchUnknownPathIgnored",
  ],
  insistsOn: [
    "patchReplaceWhole",
    "patchPathRequired",
    "patchOneValueOnly",
    "patchNoContent",
    "patchNoContentForGroups",
  ],
  words,
  mediaType: "application/json",
  errorBody: errors,
  bulkShape: {
    ...wso2Dialect.bulkShape,
    status: (code) => ({ code: String(code) }),
    response: (error) => errors(worded(wso2Scim1Dialect, error)),
  },
};

/** An error as a method tells it: each has another sentence for what is not there. */
export function saidFor(method: string, error: unknown): unknown {
  if (!(error instanceof ScimError) || error.kind !== "notFound") return error;
  const { resourceType, id } = error.subject ?? {};
  if (resourceType === undefined || id === undefined) return error;
  const [noun, Noun] = resourceType === "User" ? ["user", "User"] : ["group", "Group"];
  const sentences: Readonly<Partial<Record<string, string>>> = {
    GET: `${Noun} with ID ${id}, not found in the user store.`,
    DELETE: "Specified resource does not exist.",
  };
  return new ScimError("notFound", sentences[method] ?? `No ${noun} exists with the given id: ${id}`);
}

/** The refusal of a list without anybody in it. */
export function nobodyListed(resourceType: string, filter: string | undefined): ScimError {
  const what = `${resourceType}s not found in the user store`;
  return new ScimError("notFound", filter === undefined ? `${what}.` : `${what} for the filter: ${filter}`);
}
