import { describe, expect, test } from "bun:test";
import { ScimError } from "../../src/scim/error.ts";
import { isJsonObject, type JsonObject } from "../../src/scim/json.ts";
import { applyPatch } from "../../src/scim/patch/apply.ts";
import { readPatch } from "../../src/scim/patch/operation.ts";
import { compatibleProfile } from "../../src/scim/profile.ts";
import { coreTypes } from "../../src/scim/resource/type.ts";
import { enterpriseUserUrn, userUrn } from "../../src/scim/urn.ts";
import { profileIn } from "../../src/scim1/dialect.ts";
import { toPatch2 } from "../../src/scim1/patch.ts";
import { enterprise1Urn } from "../../src/scim1/urn.ts";
import { wso2Scim1Dialect } from "../../src/scim1/wso2-scim1.ts";

const profile = profileIn(wso2Scim1Dialect, compatibleProfile);
const compiled = coreTypes.byName.get("User");
if (compiled === undefined) throw new Error("there is no User");
const userType = compiled;

const kim: JsonObject = {
  schemas: [userUrn],
  userName: "kim",
  name: { familyName: "Kim", givenName: "Ann", middleName: "B" },
  title: "Clerk",
  emails: [
    { value: "kim@work.org", type: "work", primary: true },
    { value: "kim@home.org", type: "home" },
  ],
  addresses: [
    { type: "work", locality: "Oslo" },
    { type: "home", locality: "Bergen" },
  ],
};

/** What a PATCH of 1.1 makes of a user. */
function patched(body: JsonObject, before: JsonObject = kim): JsonObject {
  const changes = toPatch2(userType.type, body);
  if (changes === undefined) return before;
  const { operations } = readPatch(changes, profile);
  return applyPatch(userType, before, operations, profile, undefined).resource.attributes;
}

function refusal(body: JsonObject): ScimError {
  try {
    patched(body);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const emailsOf = ({ emails }: JsonObject): readonly unknown[] => (Array.isArray(emails) ? emails : []);

describe("a PATCH of SCIM 1.1", () => {
  test("L-30 replaces single values and merges complex ones", () => {
    const after = patched({ title: "Chief", name: { familyName: "Tester" } });
    expect(after.title).toBe("Chief");
    expect(after.name).toEqual({ familyName: "Tester", givenName: "Ann", middleName: "B" });
  });

  test("L-29 takes away what meta.attributes names, dotted names too", () => {
    const after = patched({ meta: { attributes: ["title", "name.middleName"] } });
    expect(after.title).toBeUndefined();
    expect(after.name).toEqual({ familyName: "Kim", givenName: "Ann" });
  });

  test("L-30 adds an element that is new, and merges one whose value is there", () => {
    const after = patched({
      emails: [
        { value: "new@x.org", type: "other" },
        { value: "kim@home.org", display: "Home" },
      ],
    });
    expect(emailsOf(after)).toEqual([
      { value: "kim@work.org", type: "work", primary: true },
      { value: "kim@home.org", display: "Home", type: "home" },
      { value: "new@x.org", type: "other" },
    ]);
  });

  test("L-9 L-30 takes a plain value for an element", () => {
    expect(emailsOf(patched({ emails: ["plain@x.org"] }))).toContainEqual({ value: "plain@x.org" });
  });

  test("L-31 deletes an element by its value, and one without a value by all it says", () => {
    const after = patched({
      emails: [{ value: "kim@home.org", operation: "delete" }],
      addresses: [{ type: "home", locality: "Bergen", operation: "Delete" }],
    });
    expect(emailsOf(after)).toEqual([{ value: "kim@work.org", type: "work", primary: true }]);
    expect(after.addresses).toEqual([{ type: "work", locality: "Oslo" }]);
  });

  test("L-31 deleting what is not there changes nothing", () => {
    expect(patched({ emails: [{ value: "nobody@x.org", operation: "delete" }] }).emails).toEqual(kim.emails);
  });

  test("L-31 L-32 what meta.attributes names is replaced by the body's, and not deleted twice", () => {
    const after = patched({
      emails: [{ value: "only@x.org" }, { value: "kim@home.org", operation: "delete" }],
      userName: "kim",
      title: "New",
      meta: { attributes: ["emails", "title"] },
    });
    expect(emailsOf(after)).toEqual([{ value: "only@x.org" }]);
    expect(after.title).toBe("New");
  });

  test("L-32 a complex value that is taken away keeps nothing of what it was", () => {
    const after = patched({ name: { familyName: "Only" }, meta: { attributes: ["name"] } });
    expect(after.name).toEqual({ familyName: "Only" });
  });

  test("L-33 a new primary value takes the place of the old", () => {
    const after = patched({ emails: [{ value: "kim@home.org", primary: true }] });
    expect(emailsOf(after)).toEqual([
      { value: "kim@work.org", type: "work", primary: false },
      { value: "kim@home.org", type: "home", primary: true },
    ]);
  });

  test("L-8 L-10 reaches the enterprise extension by the URN of 1.1", () => {
    const before = patched({ [enterprise1Urn]: { department: "Tours", manager: { managerId: "42" } } });
    expect(before[enterpriseUserUrn]).toMatchObject({ department: "Tours", manager: { value: "42" } });
    const after = patched({ meta: { attributes: [`${enterprise1Urn}:department`] } }, before);
    expect(after[enterpriseUserUrn]).toMatchObject({ manager: { value: "42" } });
    expect(isJsonObject(after[enterpriseUserUrn]) && after[enterpriseUserUrn].department).toBeUndefined();
    expect(patched({ meta: { attributes: [enterprise1Urn] } }, before)[enterpriseUserUrn]).toBeUndefined();
  });

  test("of null takes the value away", () => {
    expect(patched({ title: null }).title).toBeUndefined();
  });

  test("ignores what the server sets, and attributes that it does not know", () => {
    expect(
      patched({
        id: "1",
        schemas: ["urn:scim:schemas:core:1.0"],
        groups: [{ value: "1" }],
        roles: ["r"],
        colour: "red",
      }),
    ).toEqual(kim);
  });

  test("that asks for nothing is no change at all", () => {
    expect(toPatch2(userType.type, { schemas: [], meta: { attributes: [] } })).toBeUndefined();
  });
});

describe("a PATCH of members", () => {
  const group = coreTypes.byName.get("Group");
  const operationsOf = (body: JsonObject) => {
    if (group === undefined) throw new Error("there is no Group");
    return toPatch2(group.type, body)?.Operations;
  };

  test("adds those without an operation and removes the others, each in one step", () => {
    expect(
      operationsOf({ members: [{ value: "1" }, { value: "2", operation: "delete" }, { value: "3", display: "c" }] }),
    ).toEqual([
      { op: "remove", path: "members", value: [{ value: "2" }] },
      { op: "add", path: "members", value: [{ value: "1" }, { value: "3", display: "c" }] },
    ]);
  });

  test("L-32 drops all before it adds where meta.attributes says so", () => {
    expect(operationsOf({ members: [{ value: "1" }], meta: { attributes: ["members"] } })).toEqual([
      { op: "remove", path: "members" },
      { op: "add", path: "members", value: [{ value: "1" }] },
    ]);
  });
});

describe("a PATCH of another shape is refused", () => {
  const cases: readonly (readonly [string, JsonObject, string])[] = [
    [
      "meta without attributes",
      { meta: {} },
      'An array of "attributes" needs to be present in "meta" of the SCIM request',
    ],
    ["meta that is a text", { meta: "x" }, 'An array of "attributes"'],
    ["attributes that are no names", { meta: { attributes: [1] } }, "meta.attributes must be names"],
    ["a delete of nobody knows what", { emails: [{ operation: "delete" }] }, "emails: a value that is to be deleted"],
  ];
  test.each(cases)("%s", (_, body, detail) => {
    const error = refusal(body);
    expect(error.status).toBe(400);
    expect(error.detail).toStartWith(detail);
  });
});
