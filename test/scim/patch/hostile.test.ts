import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ScimError } from "../../../src/scim/error.ts";
import { applyPatch } from "../../../src/scim/patch/apply.ts";
import { readPatch } from "../../../src/scim/patch/operation.ts";
import type { Profile } from "../../../src/scim/profile.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import {
  aUser,
  body,
  compatibleProfile,
  enterpriseUserUrn,
  group,
  patch,
  patched,
  patchOpUrn,
  refusal,
  strictProfile,
  user,
  userUrn,
} from "./fixture.ts";

const paths = [
  "__proto__.polluted",
  "__proto__",
  "constructor.prototype.x",
  "constructor",
  "toString.x",
  "emails.__proto__",
  "name.constructor",
  'emails[__proto__ eq "x"]',
  'emails[constructor eq "x"].toString',
  "urn:constructor:toString",
];

/** What must be as it was, whatever is sent. */
function prototypes(): string {
  return JSON.stringify(
    [Object.prototype, Array.prototype, Function.prototype].map((object) => Reflect.ownKeys(object).map(String)),
  );
}

describe("hostile", () => {
  for (const path of paths) {
    test(`path ${path} is refused`, () => {
      const before = prototypes();
      for (const operation of [
        { op: "add", path, value: "x" },
        { op: "replace", path, value: { polluted: 1 } },
        { op: "remove", path },
      ]) {
        expect(refusal([operation], { profile: strictProfile })).toMatch(/^invalid(Path|Filter)$/);
        expect(refusal([operation])).toMatch(/^invalid(Path|Filter)$/);
      }
      expect(prototypes()).toBe(before);
    });

    test(`key ${path} is harmless`, () => {
      const before = prototypes();
      for (const text of [
        `{"${path.replaceAll('"', '\\"')}":{"polluted":1},"nickName":"B"}`,
        `{"nickName":"B","name":{"${path.replaceAll('"', '\\"')}":{"polluted":1}}}`,
        `{"nickName":"B","${enterpriseUserUrn}":{"${path.replaceAll('"', '\\"')}":{"polluted":1}}}`,
      ]) {
        const operation: unknown = JSON.parse(`{"op":"replace","value":${text}}`);
        const kind = refusal([operation]);
        if (kind === "accepted") expect(patched([operation])).toEqual(aUser({ nickName: "B" }));
        else expect(kind).toBe("invalidFilter");
        expect(refusal([operation], { profile: strictProfile })).toBe("invalidSyntax");
      }
      expect(prototypes()).toBe(before);
    });
  }

  test("values with such names are texts like others", () => {
    const value = [{ value: "__proto__", type: "constructor" }];
    expect(patched([{ op: "add", path: "emails", value }])).toEqual(aUser({ emails: value }));
  });

  test("deep values are refused, not followed", () => {
    const depth = 5000;
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
    const list: unknown = JSON.parse(`${"[".repeat(depth)}1${"]".repeat(depth)}`);
    for (const value of [deep, list]) {
      for (const path of [
        "nickName",
        "name",
        "emails",
        'emails[type eq "work"]',
        "meta",
        "schemas",
        enterpriseUserUrn,
      ]) {
        expect(() => {
          const kind = refusal([{ op: "replace", path, value }], { profile: strictProfile });
          if (kind === "accepted") throw new Error(`${path} was accepted`);
        }).not.toThrow();
      }
      expect(() => patch([{ op: "add", value: { meta: value, [userUrn]: { id: value } } }])).not.toThrow();
    }
  });

  test("a resource in a resource in a resource is refused, not followed", () => {
    const depth = 5000;
    const text = `${`{"${userUrn}":`.repeat(depth)}{"nickName":"B"}${"}".repeat(depth)}`;
    const operation: unknown = { op: "add", value: JSON.parse(text) };
    expect(refusal([operation], { profile: strictProfile })).toBe("invalidSyntax");
    expect(patched([operation])).toEqual(aUser());
  });

  test("values named one by one are compared no more than is decent", () => {
    const emails = Array.from({ length: 1000 }, (_, index) => ({ value: `m${index}`, type: "work" }));
    const value = [{ value: "x" }, { type: "x" }, { value: "x", type: "x" }];
    const operations = Array.from({ length: 1000 }, () => ({ op: "remove", path: "emails", value }));
    expect(refusal(operations, { current: aUser({ emails }) })).toBe("tooMany");
  });

  test("filters look at no more values than is decent", () => {
    const emails = Array.from({ length: 1000 }, (_, index) => ({ value: `m${index}` }));
    const filter = Array.from({ length: 10 }, (_, index) => `value eq "x${index}"`).join(" or ");
    const operations = Array.from({ length: 1000 }, () => ({ op: "remove", path: `emails[${filter}]` }));
    expect(refusal(operations, { current: aUser({ emails }) })).toBe("tooMany");
  });

  test("too many values are refused", () => {
    const value = Array.from({ length: 1001 }, (_, index) => ({ value: `m${index}` }));
    expect(refusal([{ op: "add", path: "emails", value }])).toBe("tooLarge");
    const half = [value.slice(0, 600), value.slice(600)].map((part) => ({ op: "add", path: "emails", value: part }));
    expect(refusal(half)).toBe("tooLarge");
  });
});

const path = fc.oneof(
  fc.constantFrom(
    "userName",
    "nickName",
    "active",
    "name",
    "name.givenName",
    "emails",
    "emails.type",
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    "emails[primary eq true].primary",
    "emails[not (value pr)]",
    "groups",
    "id",
    "meta.version",
    "schemas",
    "password",
    userUrn,
    enterpriseUserUrn,
    `${enterpriseUserUrn}:manager`,
    `${enterpriseUserUrn}:manager.value`,
    "department",
    "members",
    'members[value eq "1"]',
    'members[type eq "User"]',
    "members.display",
    "displayName",
    ...paths,
  ),
  fc.string(),
);
const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, "", "work", "True", 1, "__proto__"),
  fc.string(),
  fc.double(),
);
const key = fc.oneof(
  fc.constantFrom(
    "value",
    "type",
    "primary",
    "givenName",
    "__proto__",
    "constructor",
    "name.givenName",
    "members",
    "schemas",
  ),
  path,
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const operation = fc.record(
  { op: fc.constantFrom("add", "replace", "remove", "Add", "REMOVE", "move"), path, value },
  { requiredKeys: ["op"] },
);
const profile = fc.constantFrom<Profile>(compatibleProfile, strictProfile);
const numRuns = fuzzRuns(2000);
const email = fc.record({ value: fc.string(), type: fc.constantFrom("work", "home") });

describe("whatever is sent", () => {
  const current = aUser({
    nickName: "N",
    name: { givenName: "B" },
    emails: [{ value: "a", type: "work", primary: true }, { value: "b" }],
    [enterpriseUserUrn]: { division: "D" },
  });
  const members = [{ resourceType: "User", id: "1", display: "Ada", kind: "direct" }] as const;

  test("nothing but a ScimError is thrown, no prototype is touched, and what comes out reads as it is", () => {
    const before = prototypes();
    const stored = JSON.stringify(current);
    const property = fc.property(
      fc.array(operation, { minLength: 1, maxLength: 6 }),
      profile,
      (operations, forgiving) => {
        for (const compiled of [user, group]) {
          const start = compiled === user ? current : { displayName: "G" };
          try {
            const request = readPatch(body(...operations), forgiving);
            const { resource } = applyPatch(compiled, start, request.operations, forgiving, members);
            const again = compiled.read(resource.attributes, strictProfile);
            expect(again.issues).toEqual([]);
            expect(JSON.stringify(again.resource.attributes)).toBe(JSON.stringify(resource.attributes));
          } catch (error) {
            if (!(error instanceof ScimError)) throw error;
          }
        }
      },
    );
    fc.assert(property, { numRuns });
    expect(prototypes()).toBe(before);
    expect(JSON.stringify(current)).toBe(stored);
  });

  test("a single operation on known attributes is mostly accepted: the property above is about something", () => {
    const outcomes = fc.sample(operation, { numRuns: 2000, seed: 7 }).map((one) => refusal([one], { current }));
    expect(outcomes.filter((outcome) => outcome === "accepted").length).toBeGreaterThan(100);
  });

  test("adding a new value and removing it restores the text", () => {
    const property = fc.property(
      fc.array(email, { maxLength: 5 }),
      email,
      fc.string(),
      profile,
      (emails, fresh, nickName, forgiving) => {
        const start = aUser({ emails, userName: "u" });
        const value = { ...fresh, value: `fresh-${fresh.value}` };
        fc.pre(!emails.some((other) => other.value.toLowerCase() === value.value.toLowerCase()));
        const operations = [
          { op: "add", path: "emails", value: [value] },
          { op: "add", path: "nickName", value: nickName },
          { op: "remove", path: `emails[value eq ${JSON.stringify(value.value)}]` },
          { op: "remove", path: "nickName" },
        ];
        const request = readPatch({ schemas: [patchOpUrn], Operations: operations }, forgiving);
        const { resource } = applyPatch(user, start, request.operations, forgiving);
        expect(JSON.stringify(resource.attributes)).toBe(JSON.stringify(start));
      },
    );
    fc.assert(property, { numRuns });
  });
});
