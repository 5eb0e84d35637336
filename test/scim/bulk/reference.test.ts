import { describe, expect, test } from "bun:test";
import { referenceIn, referencesOf, resolveReferences } from "../../../src/scim/bulk/reference.ts";
import type { BulkOperation } from "../../../src/scim/bulk/request.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { enterpriseUserUrn } from "../../../src/scim/urn.ts";

const post = (data: JsonObject) => ({ method: "POST", endpoint: "Users", bulkId: "self", data }) as const;
const patch = (data: JsonObject) =>
  ({ method: "PATCH", endpoint: "Groups", id: "42", version: undefined, data }) as const;
const patchOf = (...operations: readonly JsonObject[]) => patch({ Operations: operations });

/** The id that a bulkId stands for in these tests. */
const idOf = (bulkId: string): string => `id-of-${bulkId}`;
const resolved = (operation: BulkOperation): BulkOperation => resolveReferences(operation, idOf);

/** What becomes of a value in the data of a POST. */
function whatBecomesOf(value: string): unknown {
  const operation = resolved(post({ value }));
  return "data" in operation ? operation.data.value : undefined;
}

/** What becomes of the operations of a PATCH. */
function operationsOf(...operations: readonly JsonObject[]): unknown {
  const operation = resolved(patchOf(...operations));
  return "data" in operation ? operation.data.Operations : undefined;
}

describe("a value", () => {
  test.each([
    ["bulkId:x", "id-of-x"],
    ["bulkId:x y", "id-of-x y"],
    ["bulkId:a/b", "id-of-a/b"],
    ["bulkId:bulkId:x", "id-of-bulkId:x"],
    ["bulkId:", "id-of-"],
    ["../Users/bulkId:x", "../Users/id-of-x"],
    ["https://example.com/v2/Users/bulkId:x", "https://example.com/v2/Users/id-of-x"],
    ["/bulkId:x", "/id-of-x"],
  ])("B-16 %s becomes %s", (value, expected) => {
    expect(whatBecomesOf(value)).toBe(expected);
  });

  test.each([
    "",
    "x",
    "BulkId:x",
    "bulkid:x",
    " bulkId:x",
    "the bulkId:x",
    "see https://example.com/Users/bulkId:x",
    "../Users/bulkId:x/emails",
    "../Users/bulkId:",
    "../Users/xbulkId:y",
  ])("%p stays as it is", (value) => {
    expect(whatBecomesOf(value)).toBe(value);
    expect(referencesOf(post({ value }))).toEqual([]);
  });

  test("B-16 E-6 is resolved wherever it stands", () => {
    const data = {
      members: [{ value: "bulkId:a" }, { value: "b", $ref: "../Users/bulkId:b" }],
      [enterpriseUserUrn]: { manager: { value: "bulkId:c" } },
      "urn:example:Custom": { owner: "bulkId:d", path: "bulkId:e", others: [["bulkId:f"]] },
      active: true,
      title: null,
      count: 7,
    };
    const operation = post(data);
    expect(referencesOf(operation)).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(resolved(operation)).toEqual(
      post({
        members: [{ value: "id-of-a" }, { value: "b", $ref: "../Users/id-of-b" }],
        [enterpriseUserUrn]: { manager: { value: "id-of-c" } },
        "urn:example:Custom": { owner: "id-of-d", path: "id-of-e", others: [["id-of-f"]] },
        active: true,
        title: null,
        count: 7,
      }),
    );
    expect(data.members).toEqual([{ value: "bulkId:a" }, { value: "b", $ref: "../Users/bulkId:b" }]);
  });

  test("that is named twice is one reference", () => {
    expect(referencesOf(post({ one: "bulkId:a", two: ["bulkId:a", "../x/bulkId:a"] }))).toEqual(["a"]);
  });

  test.each(["password", "PassWord", "urn:ietf:params:scim:schemas:core:2.0:User:password"])(
    "of %s is none, whatever it looks like",
    (name) => {
      const operation = post({ [name]: "bulkId:secret" });
      expect(referencesOf(operation)).toEqual([]);
      expect(resolved(operation)).toEqual(operation);
    },
  );

  test("under a name that every object inherits stays under it", () => {
    const operation = resolved(post(JSON.parse('{"__proto__":{"value":"bulkId:a"},"constructor":"bulkId:b"}')));
    const data: unknown = "data" in operation ? operation.data : undefined;
    expect(JSON.stringify(data)).toBe('{"__proto__":{"value":"id-of-a"},"constructor":"id-of-b"}');
  });

  test("is never what looks like a reference in the name of an attribute", () => {
    const operation = post({ "bulkId:a": "x" });
    expect(resolved(operation)).toEqual(operation);
  });
});

describe("the body of a PATCH", () => {
  test("B-16 B-19 has references in values, and between quotes in paths", () => {
    expect(
      operationsOf(
        { op: "add", path: "members", value: [{ value: "bulkId:a" }] },
        { OP: "remove", PATH: 'members[value eq "bulkId:b"]' },
        { op: "remove", path: 'members[value eq "bulkId:c" or value eq "bulkId:d"]' },
        { op: "replace", value: { manager: { $ref: "../Users/bulkId:e" } } },
        { op: "remove", path: 'members[$ref eq "../Users/bulkId:f"]' },
      ),
    ).toEqual([
      { op: "add", path: "members", value: [{ value: "id-of-a" }] },
      { OP: "remove", PATH: 'members[value eq "id-of-b"]' },
      { op: "remove", path: 'members[value eq "id-of-c" or value eq "id-of-d"]' },
      { op: "replace", value: { manager: { $ref: "../Users/id-of-e" } } },
      { op: "remove", path: 'members[$ref eq "../Users/id-of-f"]' },
    ]);
  });

  test("has no references in paths outside of quotes, nor in what is no operation", () => {
    const operation = patch({
      Operations: [{ op: "remove", path: "bulkId:a" }, { op: "remove", path: 'members[value eq "x\\"bulkId:a"]' }, "x"],
    });
    expect(referencesOf(operation)).toEqual([]);
    expect(resolved(operation)).toEqual(operation);
    expect(resolved(patch({ Operations: "x", operations: null }))).toEqual(
      patch({ Operations: "x", operations: null }),
    );
  });

  test.each(["password", "Password", "urn:ietf:params:scim:schemas:core:2.0:User:password"])(
    "has none in the value of the path %s",
    (path) => {
      const operation = patchOf({ op: "replace", path, value: "bulkId:secret" });
      expect(referencesOf(operation)).toEqual([]);
      expect(resolved(operation)).toEqual(operation);
    },
  );

  test("has none in a password of a value without a path", () => {
    const operation = patchOf({ op: "replace", value: { password: "bulkId:secret", title: "bulkId:a" } });
    expect(referencesOf(operation)).toEqual(["a"]);
    expect(operationsOf({ op: "replace", value: { password: "bulkId:secret", title: "bulkId:a" } })).toEqual([
      { op: "replace", value: { password: "bulkId:secret", title: "id-of-a" } },
    ]);
  });
});

describe("the id of an operation", () => {
  test.each(["PUT", "PATCH"] as const)("AM-20 B-19 of %s may be a reference", (method) => {
    const operation = { method, endpoint: "Users", id: "bulkId:a", version: 'W/"1"', data: {} };
    expect(referencesOf(operation)).toEqual(["a"]);
    expect(resolved(operation)).toEqual({ ...operation, id: "id-of-a" });
  });

  test("AM-20 B-19 of DELETE may be a reference", () => {
    const operation = { method: "DELETE", endpoint: "Users", id: "bulkId:a", version: undefined } as const;
    expect(referencesOf(operation)).toEqual(["a"]);
    expect(resolved(operation)).toEqual({ ...operation, id: "id-of-a" });
  });

  test("is no URI", () => {
    const operation = { method: "DELETE", endpoint: "Users", id: "x/bulkId:a", version: undefined } as const;
    expect(resolved(operation)).toEqual(operation);
  });

  test("names a bulkId, or does not", () => {
    expect([referenceIn("bulkId:a"), referenceIn("bulkId:"), referenceIn("a"), referenceIn("")]).toEqual([
      "a",
      "",
      undefined,
      undefined,
    ]);
  });
});

test("what resolve throws comes through", () => {
  const unknown = () => {
    throw new RangeError("unknown");
  };
  expect(() => resolveReferences(post({ value: "bulkId:a" }), unknown)).toThrow(RangeError);
});
