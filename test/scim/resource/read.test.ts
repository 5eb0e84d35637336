import { describe, expect, test } from "bun:test";
import { issuesMax, multiValuesMax, requestMembersMax, valueCharsMax } from "../../../src/scim/limits.ts";
import { compatibleProfile, strictProfile, type Tolerance, tolerances } from "../../../src/scim/profile.ts";
import type { ResourceResult } from "../../../src/scim/resource/resource.ts";
import { groupUrn, userUrn } from "../../../src/scim/urn.ts";
import { accepted, forgiving, group, issuesOf, readDevice, readUser, user } from "./fixture.ts";

describe("each type takes its own values and no others", () => {
  const values: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
    ["label", ["text", "", " ", "👩‍👩‍👧"], [1, true, {}, "a\0b", "\ud800", "x".repeat(valueCharsMax + 1)]],
    ["count", [0, -1, 42, Number.MAX_SAFE_INTEGER], [1.5, "1", true, {}, 2 ** 53, Number.POSITIVE_INFINITY]],
    ["weight", [0, -1.5, 1e300], ["1.5", true, {}]],
    ["isOn", [true, false], [0, 1, "true", "yes", {}]],
    ["built", ["2026-11-22T09:30:00Z"], ["2026-11-22", "yesterday", 1, true, {}]],
    ["manual", ["https://example.com", "../Users/1", "not a url"], [1, {}, "a\0b", "\udc00"]],
    ["key", ["", "QUJD"], ["*", 1, {}]],
  ];

  test.each(values)("DT-1 DT-3 DT-4 DT-11 %s", (name, right, wrong) => {
    for (const value of right) expect(accepted(readDevice({ [name]: value }), name)).toEqual(value as string);
    for (const value of wrong) expect(issuesOf(readDevice({ [name]: value }))).toEqual([`${name}: bad_value`]);
  });

  test("DT-10 complex takes an object, and says what it got instead", () => {
    for (const [value, said] of [
      ["x", "string"],
      [1, "number"],
      [true, "boolean"],
      [[1, 2], "array"],
    ] as const) {
      const [issue] = readUser({ name: value }).issues;
      expect([issue?.path, issue?.code]).toEqual(["name", "bad_value"]);
      expect(issue?.message).toContain(said);
    }
  });

  test("an issue in a sub-attribute names its whole path", () => {
    expect(issuesOf(readUser({ name: { givenName: 1 } }))).toEqual(["name.givenName: bad_value"]);
    expect(issuesOf(readUser({ emails: [{ value: "a" }, { value: 1 }] }))).toEqual(["emails.value: bad_value"]);
  });

  test("a message says what the value must be", () => {
    expect(readDevice({ count: "1" }).issues[0]?.message).toBe("count must be a whole number, not string");
    expect(readDevice({ label: 1 }).issues[0]?.message).toBe("label must be a string, not number");
    expect(readDevice({ label: "a\0b" }).issues[0]?.message).toContain("NUL");
    expect(readDevice({ label: "\ud800" }).issues[0]?.message).toContain("surrogate");
  });
});

describe("S-6 P-6 null, undefined, [] and {} are unassigned", () => {
  test.each(["label", "count", "isOn", "built", "labels", "parts"])("%s", (name) => {
    for (const value of [null, undefined, []]) {
      expect(accepted(readDevice({ [name]: value }), name)).toBeUndefined();
    }
  });

  test("an object without a value in it", () => {
    expect(accepted(readUser({ name: {} }), "name")).toBeUndefined();
    expect(accepted(readUser({ name: { givenName: null } }), "name")).toBeUndefined();
    expect(accepted(readUser({ emails: [{}, null, { value: null }] }), "emails")).toBeUndefined();
  });

  test("null in a list is left out of it", () => {
    expect(accepted(readDevice({ labels: ["a", null, "b"] }), "labels")).toEqual(["a", "b"]);
  });

  test("an empty string, false and 0 are values", () => {
    const { resource } = readDevice({ label: "", isOn: false, count: 0 });
    expect(resource.attributes).toMatchObject({ label: "", isOn: false, count: 0 });
  });
});

describe("names", () => {
  test("S-1 of any case come out as the schema writes them, in its order", () => {
    const { resource } = readUser({ DISPLAYNAME: "b", NAME: { FAMILYNAME: "f", GivenName: "g" }, Active: true });
    expect(JSON.stringify(resource.attributes)).toBe(
      `{"schemas":["${userUrn}"],"userName":"bjensen","name":{"familyName":"f","givenName":"g"},` +
        '"displayName":"b","active":true}',
    );
  });

  test("S-5 the order of the input changes nothing", () => {
    const one = readUser({ title: "t", name: { givenName: "g", familyName: "f" } });
    const other = user.read(
      { name: { familyName: "f", givenName: "g" }, title: "t", userName: "bjensen", schemas: [userUrn] },
      strictProfile,
    );
    expect(JSON.stringify(other.resource)).toBe(JSON.stringify(one.resource));
  });

  test("P-17 given twice in two cases are an issue, in sub-attributes too", () => {
    expect(issuesOf(readUser({ title: "a", TITLE: "b" }))).toEqual(["title: bad_syntax"]);
    expect(issuesOf(readUser({ name: { givenName: "a", GIVENNAME: "b" } }))).toEqual(["name.givenName: bad_syntax"]);
    expect(issuesOf(readUser({ Schemas: [userUrn] }))).toEqual(["schemas: bad_syntax"]);
    expect(issuesOf(readUser({ title: null, TITLE: "b" })), "null is a value given").toEqual(["title: bad_syntax"]);
  });

  test("of Object.prototype are names like any other", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const input: unknown = JSON.parse(`{"schemas":["${userUrn}"],"userName":"b","${name}":{"title":"x"}}`);
      expect(issuesOf(user.read(input, strictProfile))).toEqual([`${name}: unknown_attribute`]);
      const { resource, issues } = user.read(input, compatibleProfile);
      expect([Object.keys(resource.attributes), issues]).toEqual([["schemas", "userName"], []]);
    }
  });

  test("a long unknown name is cut in the message", () => {
    expect(readUser({ ["x".repeat(100_000)]: 1 }).issues[0]?.message.length).toBeLessThan(300);
  });
});

describe("what is required", () => {
  test("U-1 userName: missing, null, empty and blank", () => {
    expect(issuesOf(user.read({ schemas: [userUrn] }, strictProfile))).toEqual(["userName: required"]);
    for (const userName of [null, undefined, "", "  \t\n"]) {
      expect(issuesOf(readUser({ userName }))).toEqual(["userName: required"]);
    }
  });

  test("a value of another type is told once, not as missing too", () => {
    expect(issuesOf(readUser({ userName: 42 }))).toEqual(["userName: bad_value"]);
  });

  test("a required sub-attribute of each value", () => {
    expect(issuesOf(readDevice({ parts: [{ value: "a" }, { primary: true }] }))).toEqual(["parts.value: required"]);
  });

  test("S-13 what only the server sets is never asked for, and never read", () => {
    expect(accepted(readDevice({ state: "broken" }), "state")).toBeUndefined();
    expect(accepted(readDevice({ state: { any: ["thing"] } }), "state")).toBeUndefined();
    expect(accepted(readUser({ id: 1, meta: "x", groups: 7 }), "groups")).toBeUndefined();
  });
});

interface Tolerated {
  readonly read: (forgiven: ReadonlySet<Tolerance>) => ResourceResult;
  readonly name: string;
  readonly value: unknown;
  readonly issue: string;
}

const profileOf = (forgiven: ReadonlySet<Tolerance>) => forgiving(...forgiven);

/** What each tolerance forgives: the value that then comes out, and the issue that there is without it. */
const cases: Readonly<Partial<Record<Tolerance, readonly Tolerated[]>>> = {
  inferSchemas: [
    {
      read: (forgiven) => user.read({ userName: "b", title: "Guide" }, profileOf(forgiven)),
      name: "title",
      value: "Guide",
      issue: "schemas: bad_syntax",
    },
  ],
  lastPrimaryWins: [
    {
      read: (forgiven) =>
        readUser(
          {
            emails: [
              { value: "a", primary: true },
              { value: "b", primary: true },
            ],
          },
          profileOf(forgiven),
        ),
      name: "emails",
      value: [
        { value: "a", primary: false },
        { value: "b", primary: true },
      ],
      issue: "emails: bad_value",
    },
  ],
  ignoreUnknownAttributes: [
    {
      read: (forgiven) => readUser({ colour: "mauve" }, profileOf(forgiven)),
      name: "colour",
      value: undefined,
      issue: "colour: unknown_attribute",
    },
    {
      read: (forgiven) => readUser({ name: { petName: "Bunny" } }, profileOf(forgiven)),
      name: "name",
      value: undefined,
      issue: "name.petName: unknown_attribute",
    },
    {
      read: (forgiven) => readUser({ schemas: [userUrn, "urn:example:Other"] }, profileOf(forgiven)),
      name: "schemas",
      value: [userUrn],
      issue: "schemas: bad_value",
    },
  ],
  coerceStringBooleans: [
    {
      read: (forgiven) => readUser({ active: "True" }, profileOf(forgiven)),
      name: "active",
      value: true,
      issue: "active: bad_value",
    },
    {
      read: (forgiven) => readUser({ emails: [{ value: "a", primary: "FALSE" }] }, profileOf(forgiven)),
      name: "emails",
      value: [{ value: "a", primary: false }],
      issue: "emails.primary: bad_value",
    },
  ],
  coerceSingleToArray: [
    {
      read: (forgiven) => readUser({ emails: { value: "a" } }, profileOf(forgiven)),
      name: "emails",
      value: [{ value: "a" }],
      issue: "emails: bad_value",
    },
    {
      read: (forgiven) => readDevice({ labels: "a" }, profileOf(forgiven)),
      name: "labels",
      value: ["a"],
      issue: "labels: bad_value",
    },
  ],
  coerceArrayToSingle: [
    {
      read: (forgiven) => readUser({ title: ["Guide"] }, profileOf(forgiven)),
      name: "title",
      value: "Guide",
      issue: "title: bad_value",
    },
    {
      read: (forgiven) => readUser({ name: [{ givenName: "Babs" }] }, profileOf(forgiven)),
      name: "name",
      value: { givenName: "Babs" },
      issue: "name: bad_value",
    },
  ],
};

const all: readonly Tolerance[] = Object.keys(tolerances).filter((name): name is Tolerance => name in tolerances);

describe.each(Object.entries(cases))("the tolerance %s", (tolerance, tolerated) => {
  const alone = new Set(all.filter((name) => name === tolerance));
  const others = new Set(all.filter((name) => name !== tolerance));

  test("forgives, and is noted as having fired", () => {
    for (const { read, name, value } of tolerated) {
      const result = read(alone);
      expect(accepted(result, name)).toEqual(value as string);
      expect([...result.tolerated] as string[]).toEqual([tolerance]);
    }
  });

  test("does not forgive when it is off, whatever else is on", () => {
    for (const { read, issue } of tolerated) {
      expect(issuesOf(read(others))).toEqual([issue]);
      expect(issuesOf(read(new Set()))).toEqual([issue]);
    }
  });

  test("does not fire on what needs no forgiving", () => {
    const correct = readUser({ active: true, emails: [{ value: "a" }], name: { givenName: "b" } }, profileOf(alone));
    expect([...correct.tolerated]).toEqual([]);
  });
});

describe("what no profile forgives", () => {
  test("DT-11 a boolean in other words, two values where one belongs", () => {
    for (const active of ["yes", "1", "", "tru", 1]) {
      expect(issuesOf(readUser({ active }, compatibleProfile))).toEqual(["active: bad_value"]);
    }
    expect(issuesOf(readUser({ title: ["a", "b"] }, compatibleProfile))).toEqual(["title: bad_value"]);
    expect(issuesOf(readDevice({ count: "1" }, compatibleProfile))).toEqual(["count: bad_value"]);
  });

  test("a list of lists", () => {
    expect(issuesOf(readDevice({ labels: [["a"]] }, compatibleProfile))).toEqual(["labels: bad_value"]);
    expect(issuesOf(readUser({ title: [["a"]] }, compatibleProfile))).toEqual(["title: bad_value"]);
  });
});

describe("primary", () => {
  const emails = (...primaries: unknown[]) => ({ emails: primaries.map((primary, n) => ({ value: `${n}`, primary })) });

  test("S-25 P-14 may be true once", () => {
    expect(issuesOf(readUser(emails(true, false, undefined)))).toEqual([]);
    expect(issuesOf(readUser(emails(true, true)))).toEqual(["emails: bad_value"]);
    expect(issuesOf(readUser(emails("True", "true"), compatibleProfile))).toEqual(["emails: bad_value"]);
  });

  test("may be true once in each attribute", () => {
    const roles = [{ value: "guide", primary: true }];
    expect(issuesOf(readUser({ ...emails(true), roles }))).toEqual([]);
  });
});

describe("limits", () => {
  test("a value of the most characters is taken, one more is not", () => {
    expect(issuesOf(readUser({ title: "x".repeat(valueCharsMax) }))).toEqual([]);
    expect(issuesOf(readUser({ title: "x".repeat(valueCharsMax + 1) }))).toEqual(["title: bad_value"]);
  });

  test("a list of the most values is taken, one more is too large", () => {
    const emails = (count: number) => ({
      emails: Array.from({ length: count }, (_, index) => ({ value: `${index}` })),
    });
    expect(issuesOf(readUser(emails(multiValuesMax)))).toEqual([]);
    const { issues } = readUser(emails(multiValuesMax + 1));
    expect(issues.map(({ path, code, kind }) => [path, code, kind])).toEqual([["emails", "too_large", "tooLarge"]]);
  });

  test("members have a limit of their own", () => {
    const read = (count: number) => {
      const members = Array.from({ length: count }, () => ({ value: "x" }));
      return group.read({ schemas: [groupUrn], displayName: "g", members }, strictProfile);
    };
    expect(issuesOf(read(multiValuesMax + 1))).toEqual([]);
    expect(issuesOf(read(requestMembersMax + 1))).toEqual(["members: too_large"]);
  });

  test("no more issues are kept than anybody reads", () => {
    const emails = Array.from({ length: 500 }, () => ({ value: 1 }));
    expect(readUser({ emails }).issues).toHaveLength(issuesMax);
  });

  test("10,000 lists in each other are an issue, not an overflow", () => {
    let deep: unknown = "x";
    for (let level = 0; level < 10_000; level++) deep = [deep];
    expect(issuesOf(readUser({ title: deep, emails: deep }, compatibleProfile))).toEqual([
      "title: bad_value",
      "emails: bad_value",
    ]);
  });
});
