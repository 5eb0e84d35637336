import { describe, expect, test } from "bun:test";
import { memberDelta, needsMembers } from "../../../src/scim/patch/apply.ts";
import { readPatch } from "../../../src/scim/patch/operation.ts";
import type { Membership } from "../../../src/scim/resource/render.ts";
import { aGroup, body, compatibleProfile, delta, group, patch, refusal, strictProfile, user } from "./fixture.ts";

const add = (...ids: string[]) => ({ op: "add", path: "members", value: ids.map((value) => ({ value })) });
const replace = (...ids: string[]) => ({ ...add(...ids), op: "replace" });
const remove = (filter: string) => ({ op: "remove", path: `members[${filter}]` });
const clear = { op: "remove", path: "members" };

const rows: readonly Membership[] = [
  { resourceType: "User", id: "1", display: "Ada", kind: "direct" },
  { resourceType: "User", id: "2", display: null, kind: "direct" },
  { resourceType: "Group", id: "3", display: "Guides", kind: "direct" },
];

function selected(...operations: readonly unknown[]) {
  return patch(operations, { compiled: group, members: rows }).members;
}

describe("the operations on members come to one delta:", () => {
  const cases: readonly (readonly [string, readonly unknown[], readonly string[], readonly string[], boolean])[] = [
    ["add", [add("1", "2")], ["1", "2"], [], false],
    ["add, then remove", [add("1", "2"), remove('value eq "1"')], ["2"], ["1"], false],
    ["add, remove, add", [add("1"), remove('value eq "1"'), add("1")], ["1"], [], false],
    ["OK-8 remove, then add", [remove('value eq "1"'), add("2")], ["2"], ["1"], false],
    ["PA-R6 remove all", [clear], [], [], true],
    ["remove all, then add", [add("1"), clear, add("2")], ["2"], [], true],
    ["replace, then remove", [replace("1", "2"), remove('value eq "2"')], ["1"], [], true],
    ["an or of values", [remove('value eq "1" or VALUE eq "2" or (value eq "3")')], [], ["1", "2", "3"], false],
    ["add nothing", [add()], [], [], false],
    ["without a path", [{ op: "add", value: { MEMBERS: [{ value: "1" }] } }], ["1"], [], false],
    ["ids are case-exact", [add("a"), remove('value eq "A"')], ["a"], ["A"], false],
    ["ids are any text", [add("__proto__", "constructor")], ["__proto__", "constructor"], [], false],
  ];
  for (const [name, operations, added, removed, reset] of cases) {
    test(name, () => {
      expect(delta(operations)).toEqual({ reset, add: added, remove: removed });
      expect(needsMembers(group, readPatch(body(...operations), compatibleProfile).operations)).toBe(false);
    });
  }
});

describe("needsMembers", () => {
  test("is true for a filter by more than the value", () => {
    for (const filter of [
      'type eq "User"',
      'value eq "1" and type eq "User"',
      'not (value eq "1")',
      'value ne "1"',
      "display pr",
    ]) {
      const { operations } = readPatch(body(add("1"), remove(filter)), strictProfile);
      expect(needsMembers(group, operations)).toBe(true);
      expect(memberDelta(group, operations, strictProfile)).toBeUndefined();
    }
  });

  test("is false for what is not about members", () => {
    const { operations } = readPatch(
      body({ op: "remove", path: 'groups[type eq "x"]' }, { op: "remove", path: "x" }),
      strictProfile,
    );
    expect(needsMembers(user, operations)).toBe(false);
    expect(needsMembers(group, operations)).toBe(false);
  });

  test("PA-R7 such a filter selects the members there are by then", () => {
    expect(selected(remove('type eq "User"'))).toEqual({ reset: false, add: [], remove: ["1", "2"] });
    expect(selected(remove('display sw "a"'))).toEqual({ reset: false, add: [], remove: ["1"] });
    expect(selected(add("9"), remove('value ne "1"'))).toEqual({ reset: false, add: [], remove: ["2", "3", "9"] });
    expect(selected(remove('value eq "1"'), remove('type eq "User"'))).toEqual({
      reset: false,
      add: [],
      remove: ["1", "2"],
    });
    expect(selected(replace("3", "9"), remove('type eq "Group"'))).toEqual({ reset: true, add: ["9"], remove: [] });
    expect(selected(remove('type eq "Printer"'))).toBeUndefined();
  });

  test("a $ref selects nobody without a word", () => {
    expect(refusal([remove('$ref ew "1"')], { compiled: group, members: rows })).toBe("invalidFilter");
  });
});

describe("memberDelta", () => {
  test("is undefined as soon as something else is asked", () => {
    for (const other of [
      { op: "replace", path: "displayName", value: "x" },
      { op: "replace", value: { displayName: "x", members: [] } },
      { op: "add", value: {} },
      { op: "remove", path: "nothing" },
    ]) {
      expect(
        memberDelta(group, readPatch(body(add("1"), other), compatibleProfile).operations, compatibleProfile),
      ).toBeUndefined();
    }
    expect(
      memberDelta(user, readPatch(body(add("1")), compatibleProfile).operations, compatibleProfile),
    ).toBeUndefined();
  });
});

describe("members", () => {
  test("beside another attribute are a delta, and never in the document", () => {
    const { resource, members } = patch([{ op: "replace", value: { displayName: "x", members: [{ value: "1" }] } }], {
      compiled: group,
    });
    expect(resource.attributes).toEqual({ ...aGroup, displayName: "x" });
    expect(members).toEqual({ reset: true, add: ["1"], remove: [] });
  });

  test("that nobody touches have no delta", () => {
    expect(patch([{ op: "replace", path: "displayName", value: "x" }], { compiled: group }).members).toBeUndefined();
    expect(patch([add()], { compiled: group }).members).toBeUndefined();
  });

  test("without a value are refused", () => {
    for (const value of [[{ display: "x" }], [{ value: "" }], [{ value: 1 }], [1]]) {
      expect(refusal([{ op: "add", path: "members", value }], { compiled: group })).toBe("invalidValue");
    }
    expect(refusal([{ op: "add", path: "members", value: ["1"] }], { compiled: group, profile: strictProfile })).toBe(
      "invalidValue",
    );
    expect(refusal([{ ...add("1"), op: "remove" }], { compiled: group, profile: strictProfile })).toBe("invalidValue");
  });
});
