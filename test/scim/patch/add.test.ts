import { describe, expect, test } from "bun:test";
import {
  after,
  aGroup,
  aThing,
  at,
  aUser,
  delta,
  enterpriseUserUrn,
  group,
  patch,
  patched,
  refusal,
  stampUrn,
  strictProfile,
  thing,
  user,
} from "./fixture.ts";

const work = { value: "w@example.com", type: "work" };
const home = { value: "h@example.com", type: "home" };
const add = (path: string | undefined, value: unknown) => ({ op: "add", ...(path !== undefined && { path }), value });

describe("add gives", () => {
  // name, path, value, where to look, what is there before, what is there after
  const rows: readonly (readonly [string, string | undefined, unknown, string, Record<string, unknown>, unknown])[] = [
    ["PA-A2 without a path, each member", undefined, { nickName: "B", title: "T" }, "title", {}, "T"],
    ["PA-A4 a single value that was absent", "nickName", "B", "nickName", {}, "B"],
    ["PA-A5 a single value in the place of another", "nickName", "B", "nickName", { nickName: "A" }, "B"],
    ["PA-A6 the same value", "nickName", "B", "nickName", { nickName: "B" }, "B"],
    ["PA-A7 a complex value that was absent", "name", { givenName: "B" }, "name", {}, { givenName: "B" }],
    [
      "PA-A7 a part of a complex value",
      "name",
      { givenName: "B" },
      "name",
      { name: { givenName: "A", familyName: "J" } },
      { familyName: "J", givenName: "B" },
    ],
    ["PA-A8 a sub-attribute and its parent", "name.givenName", "B", "name", {}, { givenName: "B" }],
    ["PA-A9 a list", "emails", [work], "emails", {}, [work]],
    ["PA-A10 values after those there are", "emails", [work], "emails", { emails: [home] }, [home, work]],
    ["PA-A11 an equal value once", "emails", [work, home, home], "emails", { emails: [work] }, [work, home]],
    [
      "PA-A12 a value that differs in a sub-attribute as one more",
      "emails",
      [{ value: work.value, type: "other" }],
      "emails",
      { emails: [work] },
      [work, { value: work.value, type: "other" }],
    ],
    ["PA-A13 one object as a list of one", "emails", work, "emails", {}, [work]],
    [
      "PA-A14 an object to the values that match",
      'emails[type eq "work"]',
      { display: "W" },
      "emails",
      { emails: [home, work] },
      [home, { value: work.value, display: "W", type: "work" }],
    ],
    [
      "PA-A15 a sub-attribute of the values that match",
      'emails[type eq "work"].value',
      "n@example.com",
      "emails",
      { emails: [home, work] },
      [home, { value: "n@example.com", type: "work" }],
    ],
    [
      "PA-A16 AM-16 a value path without a match creates what the filter describes",
      'emails[type eq "work"].value',
      work.value,
      "emails",
      { emails: [home] },
      [home, work],
    ],
    [
      "PA-A16 an and of eqs creates too",
      'emails[type eq "work" and primary eq true]',
      { value: work.value },
      "emails",
      {},
      [{ ...work, primary: true }],
    ],
    [
      "PA-A17 AM-39 a sub-attribute of every value",
      "emails.type",
      "other",
      "emails",
      { emails: [work, home] },
      [
        { value: work.value, type: "other" },
        { value: home.value, type: "other" },
      ],
    ],
    [
      "PA-A18 a part of an extension",
      enterpriseUserUrn,
      { division: "D" },
      enterpriseUserUrn,
      { [enterpriseUserUrn]: { department: "E" } },
      { division: "D", department: "E" },
    ],
    [
      "PA-A19 a part of an extension under its URN",
      undefined,
      { [enterpriseUserUrn.toUpperCase()]: { division: "D" } },
      enterpriseUserUrn,
      { [enterpriseUserUrn]: { department: "E" } },
      { division: "D", department: "E" },
    ],
    [
      "PA-A20 what keys that are paths name",
      undefined,
      { [`${enterpriseUserUrn}:employeeNumber`]: "7", "name.givenName": "B" },
      enterpriseUserUrn,
      {},
      { employeeNumber: "7" },
    ],
    [
      "PA-A20 AM-8 the object under the base URN",
      undefined,
      { [user.type.base.id]: { nickName: "B" } },
      "nickName",
      {},
      "B",
    ],
    ["PA-16 a qualified name in any case", `${user.type.base.id.toUpperCase()}:NICKNAME`, "B", "nickName", {}, "B"],
    ["null without a path: nothing", undefined, { nickName: null }, "nickName", { nickName: "A" }, "A"],
    ["an empty list: nothing", "emails", [], "emails", { emails: [work] }, [work]],
  ];
  for (const [name, path, value, where, before, expected] of rows) {
    test(name, () => expect<unknown>(after(add(path, value), where, before)).toEqual(expected));
  }

  test("PA-17 an extension its URN in schemas", () => {
    const resource = patched([add(`${enterpriseUserUrn}:division`, "D")]);
    expect(resource.schemas).toEqual([user.type.base.id, enterpriseUserUrn]);
  });

  test("PA-A12 a member once, whatever else is said of it", () => {
    const operations = [
      add("members", [{ value: "1" }, { value: "1", display: "One" }]),
      add("members", [{ value: "1" }]),
    ];
    expect(delta(operations)).toEqual({ reset: false, add: ["1"], remove: [] });
  });

  test("PA-A22 PA-A24 an immutable value once", () => {
    const set = patched([add("serial", "1"), add("serial", "1")], { compiled: thing });
    expect(set.serial).toBe("1");
  });

  test("PA-A25 a password to the secrets, and to no attribute", () => {
    const { resource } = patch([add("password", "t1meMa$heen")]);
    expect(resource.secrets).toEqual({ password: "t1meMa$heen" });
    expect(JSON.stringify(resource.attributes)).toBe(JSON.stringify(aUser()));
    expect(patch([add(undefined, { PASSWORD: "p" })]).resource.secrets).toEqual({ password: "p" });
  });
});

describe("add is refused:", () => {
  const rows: readonly (readonly [string, unknown, string, Parameters<typeof refusal>[1]?])[] = [
    ["PA-A1 no value", { op: "add", path: "nickName" }, "invalidValue"],
    ["PA-A1 no value and no path", { op: "add" }, "invalidValue"],
    ["PA-A1 null", add("nickName", null), "invalidValue"],
    ["PA-A3 without a path, a text", add(undefined, "B"), "invalidValue"],
    ["PA-A3 without a path, a list", add(undefined, [{ nickName: "B" }]), "invalidValue"],
    ["PA-A16 no match and nothing that describes one", add('emails[value co "x"].type', "work"), "noTarget"],
    [
      "PA-A16 no match and two eqs that deny each other",
      add('emails[type eq "a" and type eq "b"].value', "x"),
      "noTarget",
    ],
    [
      "PA-A16 no match in the strict profile",
      add('emails[type eq "work"].value', "x"),
      "noTarget",
      { profile: strictProfile },
    ],
    ["PA-A21 read-only", add("groups", [{ value: "1" }]), "mutability"],
    ["PA-A21 read-only, of the server", add("meta.created", "2020-01-01T00:00:00Z"), "mutability"],
    ["PA-A21 read-only, below", add(`${enterpriseUserUrn}:manager.displayName`, "x"), "mutability"],
    [
      "PA-A23 immutable with another value",
      add("serial", "2"),
      "mutability",
      { compiled: thing, current: aThing({ serial: "1" }) },
    ],
    ["PA-A23 an immutable sub-attribute", add('owners[value eq "o"].since', "2"), "mutability", { compiled: thing }],
    ["PA-A26 an unknown attribute by path", add("colour", "mauve"), "invalidPath"],
    ["PA-A26 an unknown sub-attribute by path", add("name.petName", "Bunny"), "invalidPath"],
    [
      "PA-A26 an unknown key, strictly",
      add(undefined, { colour: "mauve" }),
      "invalidSyntax",
      { profile: strictProfile },
    ],
    [
      "PA-A20 a key that is a path, strictly",
      add(undefined, { "name.givenName": "B" }),
      "invalidSyntax",
      { profile: strictProfile },
    ],
    ["PA-A13 one object for a list, strictly", add("emails", work), "invalidValue", { profile: strictProfile }],
    ["a value twice in two cases", add(undefined, { nickName: "a", NICKNAME: "b" }), "invalidSyntax"],
    ["a sub-attribute twice in two cases", add("name", { givenName: "a", GIVENNAME: "b" }), "invalidSyntax"],
    [
      "a new value without what it requires",
      add('owners[since eq "3"].since', "3"),
      "invalidValue",
      { compiled: thing },
    ],
    ["an empty password", add("password", ""), "invalidValue"],
  ];
  for (const [name, operation, kind, options] of rows) {
    test(name, () => expect(refusal([operation], options)).toBe(kind));
  }

  test("PA-A26 an unknown key is left out where that is forgiven", () => {
    const { resource, tolerated } = patch([add(undefined, { colour: "mauve", "x.y": 1, nickName: "B" })]);
    expect(resource.attributes).toEqual(aUser({ nickName: "B" }));
    expect([...tolerated]).toEqual(["ignoreUnknownAttributes"]);
  });
});

describe("primary", () => {
  const both = [{ ...work, primary: true }, home];

  test("PA-20 goes from the others when a value gets it", () => {
    const demoted = { ...work, primary: false };
    expect<unknown>(after(add("emails", [{ value: "n", primary: true }]), "emails", { emails: both })).toEqual([
      demoted,
      home,
      { value: "n", primary: true },
    ]);
    const promoted = [demoted, { ...home, primary: true }];
    expect<unknown>(after(add('emails[type eq "home"].primary', true), "emails", { emails: both })).toEqual(promoted);
    expect<unknown>(after(add('emails[type eq "home"]', { primary: "True" }), "emails", { emails: both })).toEqual(
      promoted,
    );
  });

  test("PA-21 AM-40 two in one operation are refused", () => {
    const two = [
      { value: "a", primary: true },
      { value: "b", primary: true },
    ];
    expect(refusal([add("emails", two)])).toBe("invalidValue");
    expect(refusal([add("emails.primary", true)], { current: aUser({ emails: both }) })).toBe("invalidValue");
  });

  test("PA-20 stays where it is when nothing gets it", () => {
    expect<unknown>(after(add('emails[type eq "work"].display', "W"), "emails", { emails: both })).toEqual([
      { value: work.value, display: "W", type: "work", primary: true },
      home,
    ]);
  });
});

test("adding to many values costs what they are many, not their square", () => {
  const values = Array.from({ length: 5000 }, (_, index) => ({ value: `m${index}` }));
  expect(delta([add("members", values), add("members", values)])?.add).toHaveLength(5000);
  const tags = Array.from({ length: 900 }, (_, index) => `t${index}`);
  const current = aThing({ tags });
  const operations = Array.from({ length: 1000 }, (_, index) => add("tags", [`t${index}`]));
  expect(at(patched(operations, { compiled: thing, current }), "tags")).toHaveLength(1000);
  const began = performance.now();
  const more = Array.from({ length: 1000 }, () => add("emails", values.slice(0, 50)));
  expect(patched(more).emails).toHaveLength(50);
  expect(performance.now() - began).toBeLessThan(2000);
});

test("what the schema requires elsewhere is checked in the end", () => {
  expect(refusal([add(`${stampUrn}:at`, "x")], { compiled: thing })).toBe("accepted");
  expect(patched([add(undefined, {})], { compiled: group })).toEqual(aGroup);
});
