import { describe, expect, test } from "bun:test";
import { parsePath } from "../../../src/scim/filter/parse-path.ts";
import { patchOperationsMax } from "../../../src/scim/limits.ts";
import { readPatch } from "../../../src/scim/patch/operation.ts";
import { refused } from "../filter/refused.ts";
import {
  aUser,
  body,
  compatibleProfile,
  kindOf,
  patch,
  patched,
  patchOpUrn,
  refusal,
  strictProfile,
} from "./fixture.ts";

const Operations = [{ op: "replace", path: "active", value: false }];

describe("readPatch", () => {
  test("reads operations into the shape of their op", () => {
    const read = readPatch(
      body(
        { op: "add", path: "nickName", value: "B" },
        { op: "replace", value: { nickName: "B" } },
        { op: "remove", path: "name.givenName", value: null },
      ),
      strictProfile,
    );
    expect(read.operations).toEqual([
      { op: "add", path: parsePath("nickName"), value: "B" },
      { op: "replace", path: undefined, value: { nickName: "B" } },
      { op: "remove", path: parsePath("name.givenName"), value: undefined },
    ]);
    expect(read.tolerated.size).toBe(0);
  });

  test("PA-6 keys in any case, strictly too", () => {
    const shouted = { SCHEMAS: [patchOpUrn], operations: [{ OP: "replace", Path: "active", VALUE: false }] };
    expect(readPatch(shouted, strictProfile)).toEqual(readPatch({ schemas: [patchOpUrn], Operations }, strictProfile));
  });

  test("PA-5 EN-1 op in any case, where that is forgiven", () => {
    for (const op of ["Add", "REPLACE", "rePlace"]) {
      const read = readPatch(body({ op, path: "active", value: false }), compatibleProfile);
      expect(read.operations.map((operation) => operation.op)).toEqual([op === "Add" ? "add" : "replace"]);
      expect([...read.tolerated]).toEqual(["patchOpAnyCase"]);
      expect(kindOf(() => readPatch(body({ op, path: "active", value: false }), strictProfile))).toBe("invalidSyntax");
    }
  });

  const bodies: readonly (readonly [string, unknown, string])[] = [
    ["PA-X1 no object", [], "invalidSyntax"],
    ["PA-X1 null", null, "invalidSyntax"],
    ["PA-2 no schemas", { Operations }, "invalidSyntax"],
    ["PA-2 other schemas", { schemas: ["urn:x", 1, null], Operations }, "invalidSyntax"],
    ["PA-2 schemas that are no list", { schemas: patchOpUrn, Operations }, "invalidSyntax"],
    ["PA-3 no Operations", { schemas: [patchOpUrn] }, "invalidSyntax"],
    ["PA-3 empty Operations", { schemas: [patchOpUrn], Operations: [] }, "invalidSyntax"],
    ["PA-3 Operations that are no list", { schemas: [patchOpUrn], Operations: Operations[0] }, "invalidSyntax"],
    ["PA-6 Operations twice", { schemas: [patchOpUrn], Operations, operations: Operations }, "invalidSyntax"],
    ["PA-3 an operation that is no object", body(1), "invalidSyntax"],
    ["PA-3 an operation that is null", body(null), "invalidSyntax"],
    ["PA-4 no op", body({ path: "active", value: true }), "invalidSyntax"],
    ["PA-4 op move", body({ op: "move", path: "active", value: true }), "invalidSyntax"],
    ["PA-4 op with a space", body({ op: "add ", path: "active", value: true }), "invalidSyntax"],
    ["PA-4 op that is no text", body({ op: 1, path: "active", value: true }), "invalidSyntax"],
    ["PA-4 op constructor", body({ op: "constructor", path: "active", value: true }), "invalidSyntax"],
    ["a path that is no text", body({ op: "add", path: 1, value: true }), "invalidPath"],
    ["PA-X2 emails[type eq", body({ op: "add", path: "emails[type eq", value: 1 }), "invalidPath"],
    ["PA-X2 a..b", body({ op: "add", path: "a..b", value: 1 }), "invalidPath"],
    ["PA-X2 [x]", body({ op: "add", path: "[x]", value: 1 }), "invalidPath"],
    ["PA-22 an index", body({ op: "remove", path: "emails[0]" }), "invalidPath"],
    ["PA-X3 AM-18 a bad filter", body({ op: "remove", path: 'emails[type is "x"]' }), "invalidFilter"],
    ["PA-X7 remove without a path", body({ op: "remove" }), "noTarget"],
    ["PA-X7 remove with null for a path", body({ op: "remove", path: null }), "noTarget"],
  ];
  for (const [name, input, kind] of bodies) {
    test(`refuses ${name}`, () => expect(kindOf(() => readPatch(input, compatibleProfile))).toBe(kind));
  }

  test("PA-26 accepts many operations, and refuses too many", () => {
    const many = (count: number) => body(...Array.from({ length: count }, () => Operations[0]));
    expect(readPatch(many(patchOperationsMax), strictProfile).operations).toHaveLength(patchOperationsMax);
    expect(kindOf(() => readPatch(many(patchOperationsMax + 1), strictProfile))).toBe("tooLarge");
  });

  test("tells which of several operations is wrong", () => {
    expect(refused(() => readPatch(body(Operations[0], { op: "remove" }), strictProfile))).toBe(
      "noTarget: Operation 2: remove needs a path.",
    );
    expect(refused(() => patch([Operations[0], { op: "add", path: "active", value: 1 }]))).toBe(
      "invalidValue: Operation 2: active must be true or false, not number.",
    );
    expect(refused(() => patch([{ op: "remove", path: "x.y" }]))).toBe(
      'invalidPath: "x.y" is not an attribute of User.',
    );
  });
});

describe("PATCH is refused:", () => {
  const rows: readonly (readonly [string, unknown, string])[] = [
    [
      "PA-X3 an attribute that the brackets do not have",
      { op: "remove", path: 'emails[colour eq "x"]' },
      "invalidFilter",
    ],
    ["PA-X3 a literal of another type", { op: "remove", path: "emails[type eq 1]" }, "invalidFilter"],
    ["PA-X4 an attribute that no schema has", { op: "remove", path: "urn:x:2.0:User:a" }, "invalidPath"],
    ["PA-X5 a filter on a simple attribute", { op: "remove", path: 'userName[value eq "x"]' }, "invalidPath"],
    ["PA-X5 a filter on a single complex attribute", { op: "remove", path: 'name[givenName eq "x"]' }, "invalidPath"],
    ["PA-25 PA-X8 a value of another type", { op: "replace", path: "emails", value: [{ value: 1 }] }, "invalidValue"],
    ["PA-25 a value where an object belongs", { op: "replace", path: "name", value: 1 }, "invalidValue"],
    [
      "PA-25 a list where a single value belongs",
      { op: "replace", path: "nickName", value: ["a", "b"] },
      "invalidValue",
    ],
    [
      "PA-25 an object for an extension",
      { op: "add", path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", value: 1 },
      "invalidValue",
    ],
  ];
  for (const [name, operation, kind] of rows) {
    test(name, () => expect(refusal([operation])).toBe(kind));
  }
});

describe("operations", () => {
  test("PA-9 each work on the result of the one before", () => {
    const operations = [
      { op: "add", path: "nickName", value: "B" },
      { op: "remove", path: "nickName" },
      { op: "add", path: "emails", value: [{ value: "a", type: "work" }] },
      { op: "replace", path: 'emails[type eq "work"].value', value: "b" },
    ];
    expect(patched(operations, { profile: strictProfile })).toEqual(aUser({ emails: [{ value: "b", type: "work" }] }));
  });

  test("PA-10 are all refused with the one that is", () => {
    expect(
      refusal([
        { op: "add", path: "nickName", value: "B" },
        { op: "remove", path: "userName" },
      ]),
    ).toBe("mutability");
  });

  test("PA-23 that change nothing give the same text", () => {
    const current = aUser({
      name: { familyName: "J", givenName: "B" },
      nickName: "N",
      emails: [{ value: "a", type: "work", primary: true }],
    });
    const operations = [
      { op: "replace", value: { nickName: "N", name: { givenName: "B" } } },
      { op: "add", path: "emails", value: [{ primary: true, type: "work", value: "a" }] },
      { op: "replace", path: 'emails[type eq "work"].value', value: "a" },
      { op: "add", path: "title", value: "T" },
      { op: "remove", path: "title" },
    ];
    expect(JSON.stringify(patched(operations, { current, profile: strictProfile }))).toBe(JSON.stringify(current));
  });
});
