import { describe, expect, test } from "bun:test";
import {
  after,
  aThing,
  aUser,
  delta,
  enterpriseUserUrn,
  group,
  patch,
  patched,
  refusal,
  strictProfile,
  thing,
  userUrn,
  without,
} from "./fixture.ts";

const work = { streetAddress: "1 Plaza", locality: "Hollywood", type: "work" };
const home = { streetAddress: "2 Lane", type: "home" };
const addresses = [work, home];
const manager = `${enterpriseUserUrn}:manager`;
const managed = { [enterpriseUserUrn]: { manager: { value: "26", $ref: "../Users/26" } } };
const replace = (path: string | undefined, value: unknown) => ({
  op: "replace",
  ...(path !== undefined && { path }),
  value,
});

describe("replace gives", () => {
  const rows: readonly (readonly [string, string | undefined, unknown, string, Record<string, unknown>, unknown])[] = [
    ["PA-P1 what an object names", undefined, { nickName: "B" }, "nickName", { nickName: "A", title: "T" }, "B"],
    ["PA-P1 and leaves the rest", undefined, { nickName: "B" }, "title", { nickName: "A", title: "T" }, "T"],
    ["PA-P3 a single value", "nickName", "B", "nickName", { nickName: "A" }, "B"],
    ["PA-P4 what was absent", "nickName", "B", "nickName", {}, "B"],
    ["PA-P4 what was absent, below", "name.givenName", "B", "name", {}, { givenName: "B" }],
    [
      "PA-P5 AM-14 a part of a complex value",
      "name",
      { givenName: "B" },
      "name",
      { name: { givenName: "A", familyName: "J" } },
      { givenName: "B", familyName: "J" },
    ],
    [
      "PA-P5 without what is null in it",
      "name",
      { givenName: null },
      "name",
      { name: { givenName: "A", familyName: "J" } },
      { familyName: "J" },
    ],
    ["PA-P6 a whole list", "addresses", [home], "addresses", { addresses: [work] }, [home]],
    ["PA-P7 one object as a list of one", "addresses", home, "addresses", { addresses: [work] }, [home]],
    ["PA-P8 nothing for []", "addresses", [], "addresses", { addresses }, undefined],
    ["PA-P8 nothing for null", "addresses", null, "addresses", { addresses }, undefined],
    [
      "PA-P9 AM-15 whole values in the place of matches",
      'addresses[type eq "work"]',
      { locality: "LA", type: "work" },
      "addresses",
      { addresses },
      [{ locality: "LA", type: "work" }, home],
    ],
    [
      "PA-P10 a sub-attribute of matches",
      'addresses[type eq "work"].streetAddress',
      "9 Road",
      "addresses",
      { addresses },
      [{ ...work, streetAddress: "9 Road" }, home],
    ],
    [
      "PA-P10 no sub-attribute for null",
      'addresses[type eq "work"].locality',
      null,
      "addresses",
      { addresses },
      [{ streetAddress: "1 Plaza", type: "work" }, home],
    ],
    [
      "PA-P11 a new value where Entra needs one",
      'addresses[type eq "work"].locality',
      "LA",
      "addresses",
      { addresses: [home] },
      [home, { locality: "LA", type: "work" }],
    ],
    [
      "PA-P12 a new list where Entra needs one",
      'addresses[type eq "work"]',
      { locality: "LA" },
      "addresses",
      {},
      [{ locality: "LA", type: "work" }],
    ],
    [
      "PA-P13 AM-39 a sub-attribute of every value",
      "addresses.locality",
      "LA",
      "addresses",
      { addresses: [work, home] },
      [
        { ...work, locality: "LA" },
        { ...home, locality: "LA" },
      ],
    ],
    ["PA-P14 nothing for null", "nickName", null, "nickName", { nickName: "A" }, undefined],
    ["PA-P14 nothing for null in a value", undefined, { nickName: null }, "nickName", { nickName: "A" }, undefined],
    ["PA-P14 no match for null", 'addresses[type eq "x"].locality', null, "addresses", { addresses }, addresses],
    ["PA-P17 the rest when a read-only value is sent back", undefined, { id: "1", nickName: "B" }, "nickName", {}, "B"],
    ["PA-P23 a text as the value of a complex one", manager, "27", enterpriseUserUrn, {}, { manager: { value: "27" } }],
    ["PA-P24 no manager for an empty value", manager, { value: "" }, enterpriseUserUrn, managed, undefined],
    ["PA-P24 no manager for an empty text", manager, "", enterpriseUserUrn, managed, undefined],
    ["PA-P25 false for a text", "active", "False", "active", { active: true }, false],
  ];
  for (const [name, path, value, where, before, expected] of rows) {
    test(name, () => expect<unknown>(after(replace(path, value), where, before)).toEqual(expected));
  }

  test("PA-P6 PA-P8 members: all others go", () => {
    expect(delta([replace("members", [{ value: "1" }])])).toEqual({ reset: true, add: ["1"], remove: [] });
    expect(delta([replace("members", [])])).toEqual({ reset: true, add: [], remove: [] });
    expect(delta([replace(undefined, { members: null })])).toEqual({ reset: true, add: [], remove: [] });
  });

  test("PA-P17 what is read-only and equal, strictly too", () => {
    const current = { ...aUser(), id: "1" };
    expect(patched([replace(undefined, { id: "1", nickName: "B" })], { current, profile: strictProfile })).toEqual(
      aUser({ nickName: "B" }),
    );
  });

  test("PA-P19 an immutable value that is the same", () => {
    const current = aThing({ serial: "1" });
    expect(
      patched([replace("serial", "1"), replace("owners[value pr].since", "1")], { compiled: thing, current }),
    ).toEqual(current);
  });
});

describe("replace is refused:", () => {
  const rows: readonly (readonly [string, unknown, string, Parameters<typeof refusal>[1]?])[] = [
    ["PA-P2 without a path, no object", replace(undefined, "B"), "invalidValue"],
    ["PA-P2 without a path, null", replace(undefined, null), "invalidValue"],
    ["PA-P2 without a path, an empty object", replace(undefined, {}), "invalidValue"],
    ["PA-P8 a required list for []", replace("owners", []), "mutability", { compiled: thing }],
    ["PA-P8 a required list for null", replace("owners", null), "mutability", { compiled: thing }],
    [
      "PA-P11 PA-X6 no match, strictly",
      replace('addresses[type eq "x"].locality', "LA"),
      "noTarget",
      { current: aUser({ addresses }), profile: strictProfile },
    ],
    [
      "PA-P11 no match without the one tolerance",
      replace('addresses[type eq "x"].locality', "LA"),
      "noTarget",
      { profile: without("patchReplaceCreates") },
    ],
    [
      "PA-P12 no values at all, strictly",
      replace('addresses[type eq "work"]', work),
      "noTarget",
      { profile: strictProfile },
    ],
    ["PA-P14 a required value for null", replace("userName", null), "invalidValue"],
    ["PA-P15 no value", { op: "replace", path: "nickName" }, "invalidValue"],
    ["PA-P15 no value and no path", { op: "replace" }, "invalidValue"],
    ["PA-P16 read-only by path", replace("id", "1"), "mutability"],
    ["PA-P16 read-only by path, below", replace("meta.version", "1"), "mutability"],
    [
      "PA-P18 read-only in a value, strictly",
      replace(undefined, { id: "1" }),
      "mutability",
      { profile: strictProfile },
    ],
    ["PA-P20 immutable", replace("serial", "2"), "mutability", { compiled: thing, current: aThing({ serial: "1" }) }],
    [
      "PA-P20 immutable in a value",
      replace('owners[value eq "o"]', { value: "o", since: "2" }),
      "mutability",
      { compiled: thing },
    ],
    [
      "PA-P20 immutable, left out of a value",
      replace('owners[value eq "o"]', { value: "o" }),
      "mutability",
      { compiled: thing },
    ],
    [
      "PA-P21 the display of a member",
      replace('members[value eq "x"].display', "X"),
      "mutability",
      { compiled: group },
    ],
    ["PA-P21 the value of a member", replace('members[value eq "x"].value', "y"), "mutability", { compiled: group }],
    ["PA-P21 a member", replace('members[value eq "x"]', { value: "y" }), "mutability", { compiled: group }],
    ["PA-P21 a sub-attribute of all", { op: "remove", path: "members.display" }, "mutability", { compiled: group }],
    ["PA-P22 a required value for an empty text", replace("userName", ""), "invalidValue"],
    [
      "PA-P22 a required value for an empty text, of a group",
      replace(undefined, { displayName: " " }),
      "invalidValue",
      { compiled: group },
    ],
    ["PA-P23 a text for a complex value, strictly", replace(manager, "27"), "invalidValue", { profile: strictProfile }],
    ["PA-P25 a text for a boolean, strictly", replace("active", "False"), "invalidValue", { profile: strictProfile }],
    ["PA-P26 schemas without the base URN", replace("schemas", [enterpriseUserUrn]), "invalidValue"],
    [
      "PA-P26 schemas without the base URN, in a value",
      replace(undefined, { schemas: [enterpriseUserUrn] }),
      "invalidValue",
    ],
    ["PA-P26 no schemas", replace("schemas", []), "invalidValue"],
    [
      "schemas with an unknown URN, strictly",
      replace("schemas", [userUrn, "urn:x"]),
      "invalidValue",
      { profile: strictProfile },
    ],
    ["a password by null", replace("password", null), "mutability"],
  ];
  for (const [name, operation, kind, options] of rows) {
    test(name, () => expect(refusal([operation], options)).toBe(kind));
  }

  test("PA-P18 read-only in a value is left out where that is forgiven", () => {
    const { resource, tolerated } = patch([replace(undefined, { id: "2", groups: [], nickName: "B" })]);
    expect(resource.attributes).toEqual(aUser({ nickName: "B" }));
    expect([...tolerated]).toEqual(["patchReadOnlyIgnored"]);
  });

  test("PA-P24 an empty value stays one, strictly", () => {
    const current = aUser(managed);
    const resource = patched([replace(manager, { value: "" })], { current, profile: strictProfile });
    expect(resource[enterpriseUserUrn]).toEqual({ manager: { value: "", $ref: "../Users/26" } });
  });
});
