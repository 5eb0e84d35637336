import { describe, expect, test } from "bun:test";
import {
  after,
  aThing,
  aUser,
  delta,
  enterpriseUserUrn,
  patch,
  patched,
  refusal,
  stampUrn,
  strictProfile,
  thing,
  user,
  userUrn,
} from "./fixture.ts";

const work = { value: "w@example.com", display: "W", type: "work" };
const home = { value: "h@example.com", display: "H", type: "home" };
const emails = [work, home];
const remove = (path: string, value?: unknown) => ({ op: "remove", path, ...(value !== undefined && { value }) });

describe("remove leaves", () => {
  const rows: readonly (readonly [string, unknown, string, Record<string, unknown>, unknown])[] = [
    ["PA-R2 no single value", remove("nickName"), "nickName", { nickName: "B" }, undefined],
    ["PA-R3 what is absent as it is", remove("nickName"), "nickName", {}, undefined],
    ["PA-R4 no complex value", remove("name"), "name", { name: { givenName: "B" } }, undefined],
    [
      "PA-R5 the other sub-attributes",
      remove("name.givenName"),
      "name",
      { name: { givenName: "B", familyName: "J" } },
      { familyName: "J" },
    ],
    [
      "PA-R5 no parent without sub-attributes",
      remove("name.givenName"),
      "name",
      { name: { givenName: "B" } },
      undefined,
    ],
    ["PA-R6 no values", remove("emails"), "emails", { emails }, undefined],
    ["PA-R7 the values that do not match", remove('emails[type eq "work"]'), "emails", { emails }, [home]],
    ["PA-R7 no list without values", remove("emails[type pr]"), "emails", { emails }, undefined],
    ["PA-R8 AM-13 all when nothing matches", remove('emails[type eq "x"]'), "emails", { emails }, emails],
    [
      "PA-R9 the rest of what matches",
      remove('emails[type eq "work"].display'),
      "emails",
      { emails },
      [{ value: work.value, type: "work" }, home],
    ],
    [
      "PA-R9 no value of which nothing is left",
      remove('emails[type eq "work"].type'),
      "emails",
      { emails: [{ type: "work" }, home] },
      [home],
    ],
    [
      "PA-R10 AM-39 the rest of every value",
      remove("emails.display"),
      "emails",
      { emails },
      [
        { value: work.value, type: "work" },
        { value: home.value, type: "home" },
      ],
    ],
    [
      "PA-R16 the values that the value does not name",
      remove("emails", [{ value: "W@EXAMPLE.COM" }]),
      "emails",
      { emails },
      [home],
    ],
    [
      "PA-R16 all when the value names none of them",
      remove("emails", { value: work.value, type: "home" }),
      "emails",
      { emails },
      emails,
    ],
    ["PA-R16 all when the value is an empty list", remove("emails", []), "emails", { emails }, emails],
    [
      "PA-R17 no extension",
      remove(enterpriseUserUrn),
      enterpriseUserUrn,
      { [enterpriseUserUrn]: { division: "D" } },
      undefined,
    ],
    ["PA-R17 what is absent of an extension", remove(enterpriseUserUrn), enterpriseUserUrn, {}, undefined],
    [
      "PA-R18 no other value primary",
      remove('emails[type eq "work"]'),
      "emails",
      { emails: [{ ...work, primary: true }, home] },
      [home],
    ],
  ];
  for (const [name, operation, where, before, expected] of rows) {
    test(name, () => expect<unknown>(after(operation, where, before)).toEqual(expected));
  }

  test("PA-18 schemas without the URN of an extension that has nothing left", () => {
    const current = aUser({ [enterpriseUserUrn]: { division: "D" } });
    for (const path of [enterpriseUserUrn, `${enterpriseUserUrn}:division`]) {
      expect(patched([remove(path)], { current })).toEqual(aUser());
    }
  });

  test("PA-R15 the members that the value does not name", () => {
    expect(delta([remove("members", [{ $ref: null, value: "1" }, { value: "2" }])])).toEqual({
      reset: false,
      add: [],
      remove: ["1", "2"],
    });
    expect(delta([remove("members", [])])).toEqual({ reset: false, add: [], remove: [] });
  });

  test("PA-R16 tags that the value does not name", () => {
    expect(patched([remove("tags", ["a"])], { compiled: thing, current: aThing({ tags: ["a", "b"] }) }).tags).toEqual([
      "b",
    ]);
  });
});

describe("remove is refused:", () => {
  const rows: readonly (readonly [string, unknown, string, Parameters<typeof refusal>[1]?])[] = [
    ["PA-R1 no path", { op: "remove" }, "noTarget"],
    ["PA-R1 no path but a value", { op: "remove", value: { nickName: "B" } }, "noTarget"],
    ["PA-R8 no match, strictly", remove('emails[type eq "x"]'), "noTarget", { profile: strictProfile }],
    ["PA-R11 required", remove("userName"), "mutability"],
    ["PA-R11 required, with values", remove("owners"), "mutability", { compiled: thing }],
    ["PA-R11 required, the last value", remove('owners[value eq "o"]'), "mutability", { compiled: thing }],
    ["PA-R12 read-only", remove("groups"), "mutability"],
    ["PA-R12 read-only, some values", remove('groups[value eq "1"]'), "mutability"],
    ["PA-R12 read-only, of the server", remove("id"), "mutability"],
    ["PA-R13 immutable", remove("serial"), "mutability", { compiled: thing, current: aThing({ serial: "1" }) }],
    ["PA-R14 required in a value", remove('owners[value eq "o"].value'), "mutability", { compiled: thing }],
    ["PA-R13 immutable in a value", remove('owners[value eq "o"].since'), "mutability", { compiled: thing }],
    [
      "PA-R16 with a value, strictly",
      remove("emails", [work]),
      "invalidValue",
      { profile: strictProfile, current: aUser({ emails }) },
    ],
    ["PA-R17 a required extension", remove(stampUrn), "mutability", { compiled: thing }],
    ["PA-R17 what is required in an extension", remove(`${stampUrn}:by`), "mutability", { compiled: thing }],
    ["PA-R19 unknown", remove("colour"), "invalidPath"],
    ["PA-R19 unknown below", remove('emails[type eq "work"].colour'), "invalidPath"],
    ["a password", remove("password"), "mutability"],
    ["the resource", remove(userUrn), "noTarget"],
    ["PA-R11 schemas", remove("schemas"), "mutability"],
    ["PA-P26 the base URN", remove("schemas", [userUrn]), "invalidValue"],
  ];
  for (const [name, operation, kind, options] of rows) {
    test(name, () => expect(refusal([operation], options)).toBe(kind));
  }
  test("PA-R13 an immutable value that is absent is gone already", () => {
    expect(refusal([remove("serial")], { compiled: thing })).toBe("accepted");
  });
});

describe("schemas", () => {
  const current = aUser({ [enterpriseUserUrn]: { division: "D" } });
  test("PA-19 take the data of an extension with its URN, and later operations see it", () => {
    expect(patched([remove("schemas", [enterpriseUserUrn.toUpperCase()])], { current })).toEqual(aUser());
    const replace = { op: "replace", path: "schemas", value: [userUrn] };
    expect(patched([replace], { current })).toEqual(aUser());
    const add = { op: "add", path: `${enterpriseUserUrn}:department`, value: "E" };
    expect(patched([replace, add], { current })).toEqual(aUser({ [enterpriseUserUrn]: { department: "E" } }));
  });

  test("PA-19 in a value without a path take nothing", () => {
    const value = { schemas: [userUrn], nickName: "B" };
    expect(patched([{ op: "replace", value }], { current })).toEqual({
      ...aUser({ nickName: "B", [enterpriseUserUrn]: { division: "D" } }),
    });
  });

  test("follow the data when a URN is added without any", () => {
    const { resource } = patch([{ op: "add", path: "schemas", value: [enterpriseUserUrn] }]);
    expect(resource.attributes).toEqual(aUser());
    expect(user.type.base.id).toBe(userUrn);
  });
});
