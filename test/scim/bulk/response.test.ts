import { describe, expect, test } from "bun:test";
import { type BulkResult, bulkResponse } from "../../../src/scim/bulk/response.ts";
import { ScimError } from "../../../src/scim/error.ts";
import { bulkResponseUrn, errorUrn } from "../../../src/scim/urn.ts";

const result: BulkResult = {
  method: "POST",
  bulkId: "a",
  location: "https://example.com/v2/Users/42",
  version: 'W/"1"',
  outcome: 201,
};

/** The only result of a response, as JSON. */
function shown(one: BulkResult): unknown {
  const { schemas, Operations, ...rest } = JSON.parse(JSON.stringify(bulkResponse([one])));
  expect([schemas, rest]).toEqual([[bulkResponseUrn], {}]);
  expect(Operations.length).toBe(1);
  return Operations[0];
}

describe("the answer to a Bulk request", () => {
  test("B-2 B-14 names its schema and the operations, and nothing else", () => {
    expect(bulkResponse([])).toEqual({ schemas: [bulkResponseUrn], Operations: [] });
  });

  test("B-9 B-10 AM-19 tells of what succeeded where it is, and its status as text", () => {
    expect(shown(result)).toEqual({
      method: "POST",
      bulkId: "a",
      version: 'W/"1"',
      location: "https://example.com/v2/Users/42",
      status: "201",
    });
    expect(shown({ ...result, method: "DELETE", bulkId: undefined, version: undefined, outcome: 204 })).toEqual({
      method: "DELETE",
      location: "https://example.com/v2/Users/42",
      status: "204",
    });
  });

  test("B-11 tells of what failed the error", () => {
    const outcome = new ScimError("uniqueness", "userName is in use.");
    expect(shown({ ...result, location: undefined, version: undefined, outcome })).toEqual({
      method: "POST",
      bulkId: "a",
      status: "409",
      response: { schemas: [errorUrn], status: "409", scimType: "uniqueness", detail: "userName is in use." },
    });
  });

  test("B-11 has no scimType for an error that has none, and no cause", () => {
    const outcome = new ScimError("internal", undefined, { cause: new Error("the secret cause") });
    const failed = { ...result, location: undefined, version: undefined, outcome };
    expect(shown(failed)).toMatchObject({
      status: "500",
      response: { schemas: [errorUrn], status: "500", detail: "Internal error" },
    });
    expect(JSON.stringify(shown(failed))).not.toMatch(/secret cause|scimType/);
  });

  test("B-31 keeps the order of the results", () => {
    const { Operations } = bulkResponse(["a", "c", "b"].map((bulkId) => ({ ...result, bulkId })));
    expect(Operations).toMatchObject([{ bulkId: "a" }, { bulkId: "c" }, { bulkId: "b" }]);
  });
});
