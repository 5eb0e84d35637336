import { describe, expect, test } from "bun:test";
import { type BulkEntry, type BulkOperation, readBulk } from "../../../src/scim/bulk/request.ts";
import { ScimError } from "../../../src/scim/error.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { bulkRequestUrn } from "../../../src/scim/urn.ts";
import { outcome } from "../schema/outcome.ts";

const base = "https://example.com/scim/v2";
const data = { userName: "bjensen" };
const post = { method: "POST", path: "/Users", bulkId: "a", data };

const body = (operations: unknown, more: JsonObject = {}) => ({
  schemas: [bulkRequestUrn],
  Operations: operations,
  ...more,
});
const read = (operations: readonly unknown[], more: JsonObject = {}) => readBulk(body(operations, more), 10, base);

/** The one entry of a request. */
function entryOf(operation: unknown): BulkEntry {
  const [entry, ...others] = read([operation]).entries;
  expect(others).toEqual([]);
  if (entry === undefined) throw new Error("no entry");
  return entry;
}

/** What an operation is read as; fails the test when it is refused. */
function operationOf(operation: unknown): BulkOperation {
  const { operation: found } = entryOf(operation);
  if (found instanceof ScimError) throw found;
  return found;
}

/** What an operation is refused with, in a line. */
function refusalOf(operation: unknown): string {
  const { operation: found } = entryOf(operation);
  return found instanceof ScimError ? `${found.kind}: ${found.detail}` : "read";
}

const refused = (input: unknown, operationsMax = 10): string => outcome(() => readBulk(input, operationsMax, base));

describe("the envelope", () => {
  test.each([
    ["B-28 no object", [post]],
    ["B-28 null", null],
    ["B-28 text", "POST"],
    ["B-2 B-28 no schemas", { Operations: [post] }],
    ["B-2 B-28 other schemas", { ...body([post]), schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"] }],
    ["B-2 B-28 schemas that are text", { ...body([post]), schemas: bulkRequestUrn }],
    ["B-3 B-28 no Operations", { schemas: [bulkRequestUrn] }],
    ["B-28 Operations that are an object", body({ 0: post })],
    ["B-28 Operations that are null", body(null)],
    ["B-30 an empty list of operations", body([])],
  ])("%s is invalidSyntax", (_, input) => {
    expect(refused(input)).toStartWith("invalidSyntax: ");
  });

  test("names and the URN are read in any case", () => {
    const input = { SCHEMAS: [bulkRequestUrn.toUpperCase()], operations: [post], failonerrors: 2 };
    const { entries, failOnErrors } = readBulk(input, 10, base);
    expect([entries.length, failOnErrors]).toEqual([1, 2]);
  });

  test("B-24 as many operations as the limit are read", () => {
    const operations = Array.from({ length: 10 }, (_, index) => ({ ...post, bulkId: `${index}` }));
    expect(read(operations).entries.length).toBe(10);
  });

  test("B-23 one more than the limit is tooLarge, and both figures are named", () => {
    const operations = Array.from({ length: 11 }, (_, index) => ({ ...post, bulkId: `${index}` }));
    const detail = "The number of operations, 11, is above maxOperations (10).";
    expect(refused(body(operations))).toBe(`tooLarge: ${detail}`);
  });

  test.each([
    ["B-15 0", 0],
    ["B-15 below 0", -1],
    ["B-15 a fraction", 1.5],
    ["B-15 text", "1"],
    ["B-15 a boolean", true],
    ["B-15 more than a number can be", Number.POSITIVE_INFINITY],
  ])("%s as failOnErrors is invalidValue", (_, failOnErrors) => {
    expect(refused(body([post], { failOnErrors }))).toBe("invalidValue: failOnErrors must be a whole number above 0.");
  });

  test.each([
    [1, 1],
    [1000, 1000],
    [null, undefined],
  ])("failOnErrors %p is read as %p", (failOnErrors, expected) => {
    expect(read([post], { failOnErrors }).failOnErrors).toBe(expected);
  });
});

describe("an operation", () => {
  test("has what its method asks for, and nothing else", () => {
    const more = { version: 'W/"1"', data, bulkId: "b" };
    expect(operationOf({ ...post, ...more })).toEqual({ method: "POST", endpoint: "Users", bulkId: "b", data });
    const at = { endpoint: "Users", id: "42", version: 'W/"1"' };
    expect(operationOf({ method: "PUT", path: "/Users/42", ...more })).toEqual({ method: "PUT", ...at, data });
    expect(operationOf({ method: "PATCH", path: "/Users/42", ...more })).toEqual({ method: "PATCH", ...at, data });
    expect(operationOf({ method: "DELETE", path: "/Users/42", ...more })).toEqual({ method: "DELETE", ...at });
  });

  test("is answered with the method and the bulkId that the client wrote", () => {
    const { method, bulkId } = entryOf({ METHOD: "pOsT", Path: "/Users", BULKID: "x y", DATA: data });
    expect([method, bulkId]).toEqual(["pOsT", "x y"]);
    const other = entryOf({ method: 5, bulkId: 5, path: "/Users" });
    expect([other.method, other.bulkId]).toEqual(["", undefined]);
  });

  test.each(["post", "Put", "pATCH", "delete"])("B-27 %s is understood", (method) => {
    const path = method === "post" ? "/Users" : "/Users/42";
    expect(operationOf({ ...post, method, path }).method).toBe(method.toUpperCase() as "POST");
  });

  test.each([
    ["text", "POST", "invalidSyntax: An operation must be an object, not string."],
    ["null", null, "invalidSyntax: An operation must be an object, not null."],
    ["a list", [], "invalidSyntax: An operation must be an object, not array."],
    [
      "B-26 GET",
      { ...post, method: "GET" },
      'invalidSyntax: method must be one of POST, PUT, PATCH, DELETE, not "GET".',
    ],
    [
      "B-3 no method",
      { path: "/Users", data },
      "invalidSyntax: method must be one of POST, PUT, PATCH, DELETE, not undefined.",
    ],
    [
      "B-3 a method that is no text",
      { ...post, method: ["POST"] },
      "invalidSyntax: method must be one of POST, PUT, PATCH, DELETE, not array.",
    ],
    ["B-3 no path", { ...post, path: undefined }, "invalidSyntax: path must be a string, not undefined."],
    ["B-3 a path that is no text", { ...post, path: 7 }, "invalidSyntax: path must be a string, not number."],
    [
      "B-4 POST to a resource",
      { ...post, path: "/Users/42" },
      "methodNotAllowed: POST names an endpoint, not a resource.",
    ],
    [
      "B-4 PUT of an endpoint",
      { method: "PUT", path: "/Users", data },
      "methodNotAllowed: PUT names a resource, not an endpoint.",
    ],
    [
      "B-4 DELETE of an endpoint",
      { method: "DELETE", path: "/Users/" },
      "methodNotAllowed: DELETE names a resource, not an endpoint.",
    ],
    ["B-5 POST without a bulkId", { ...post, bulkId: undefined }, "invalidSyntax: POST needs a bulkId."],
    ["B-5 an empty bulkId", { ...post, bulkId: "" }, "invalidSyntax: POST needs a bulkId."],
    ["B-5 a bulkId that is no text", { ...post, bulkId: 1 }, "invalidSyntax: POST needs a bulkId."],
    [
      "a bulkId of 256 characters",
      { ...post, bulkId: "x".repeat(256) },
      "invalidSyntax: A bulkId has at most 255 characters.",
    ],
    [
      "B-6 POST without data",
      { ...post, data: undefined },
      "invalidSyntax: POST needs data, an object, not undefined.",
    ],
    [
      "B-6 PUT without data",
      { method: "PUT", path: "/Users/42" },
      "invalidSyntax: PUT needs data, an object, not undefined.",
    ],
    [
      "B-6 PATCH with a list as data",
      { method: "PATCH", path: "/Users/42", data: [] },
      "invalidSyntax: PATCH needs data, an object, not array.",
    ],
    [
      "a version that is no text",
      { method: "DELETE", path: "/Users/42", version: 1 },
      "invalidSyntax: version must be a string, not number.",
    ],
  ])("%s is refused", (_, operation, expected) => {
    expect(refusalOf(operation)).toBe(expected);
  });

  test("B-6 DELETE needs no data, and a version that is null is none", () => {
    expect(operationOf({ method: "DELETE", path: "/Users/42", version: null })).toEqual({
      method: "DELETE",
      endpoint: "Users",
      id: "42",
      version: undefined,
    });
  });

  test("B-5 a bulkId of another POST is refused, and the first one stays", () => {
    const { entries } = read([post, { ...post }, { ...post, bulkId: "b" }]);
    const [first, second, third] = entries.map(({ operation }) => operation);
    expect([first instanceof ScimError, third instanceof ScimError]).toEqual([false, false]);
    expect(second).toMatchObject({
      kind: "invalidSyntax",
      detail: 'The bulkId "a" is that of another operation, too.',
    });
  });

  test("B-5 operations that are no POST may have any bulkId, the same ones too", () => {
    const remove = { method: "DELETE", path: "/Users/42", bulkId: "a" };
    const { entries } = read([post, remove, remove]);
    expect(entries.filter(({ operation }) => operation instanceof ScimError)).toEqual([]);
    expect(entries.map(({ bulkId }) => bulkId)).toEqual(["a", "a", "a"]);
  });
});

describe("a path", () => {
  const targetOf = (path: string) => entryOf({ method: "DELETE", path }).target;

  test.each([
    ["/Users/42", { endpoint: "Users", id: "42" }],
    ["Users/42", { endpoint: "Users", id: "42" }],
    ["/Users", { endpoint: "Users" }],
    ["/users/42/", { endpoint: "users", id: "42" }],
    ["/v2/Users/42", { endpoint: "Users", id: "42" }],
    ["V2/Users", { endpoint: "Users" }],
    [`${base}/Users/42`, { endpoint: "Users", id: "42" }],
    ["HTTPS://Example.com/scim/v2/Users/42", { endpoint: "Users", id: "42" }],
    ["/scim/v2/Users/42", { endpoint: "Users", id: "42" }],
    ["/Users/bulkId:x", { endpoint: "Users", id: "bulkId:x" }],
    ["/Users/bulkId%3Ax%2Fy", { endpoint: "Users", id: "bulkId:x/y" }],
    ["/Users/%F0%9F%91%A9", { endpoint: "Users", id: "👩" }],
    ["/__proto__/constructor", { endpoint: "__proto__", id: "constructor" }],
  ])("B-29 %s is understood", (path, expected) => {
    expect(targetOf(path)).toEqual(expected);
  });

  test.each([
    "",
    "/",
    "//Users",
    "//Users/42",
    "/Users//42",
    "/Users/42/emails",
    "/Users/42?attributes=userName",
    "/Users?filter=x",
    "/Users/42#x",
    "/Users/%zz",
    "/Users/%ff",
    "https://elsewhere.example/scim/v2/Users/42",
    `${base}.example/Users/42`,
    "/other/v2/Users/42",
    "/scim/Users/42",
  ])("B-29 B-4 %s is invalidSyntax", (path) => {
    expect(refusalOf({ method: "DELETE", path })).toBe(
      `invalidSyntax: ${JSON.stringify(path.length > 40 ? `${path.slice(0, 39)}…` : path)} is not the path of an endpoint or a resource.`,
    );
    expect(targetOf(path)).toBeUndefined();
  });

  test.each([
    ["POST", "/Bulk"],
    ["POST", "/.search"],
    ["POST", "/Users/.search"],
    ["POST", "/Schemas"],
    ["DELETE", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"],
    ["PUT", "/ServiceProviderConfig"],
    ["POST", "/resourcetypes"],
    ["PATCH", "/Me"],
    ["DELETE", "/Users/.search"],
  ])("B-26 %s %s is methodNotAllowed", (method, path) => {
    expect(refusalOf({ ...post, method, path })).toStartWith("methodNotAllowed: ");
  });

  test("is known of an operation that is refused for something else", () => {
    expect(entryOf({ method: "PUT", path: "/Users/42" }).target).toEqual({ endpoint: "Users", id: "42" });
    expect(entryOf({ method: "GET", path: "/Users/42" }).target).toEqual({ endpoint: "Users", id: "42" });
    expect(entryOf("GET").target).toBeUndefined();
  });
});
