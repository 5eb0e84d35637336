import { describe, expect, test } from "bun:test";
import { compatibleProfile, strictProfile } from "../../../src/scim/profile.ts";
import { issuesError } from "../../../src/scim/resource/resource.ts";
import { enterpriseUserUrn, groupUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  accepted,
  device,
  deviceUrn,
  forgiving,
  group,
  issuesOf,
  readDevice,
  readUser,
  user,
  warrantyUrn,
} from "./fixture.ts";

describe("the body", () => {
  test.each([[null], [undefined], [42], ["text"], [[]], [[{}]], [true]])("P-10 %p is no object", (body) => {
    const { issues, resource } = user.read(body, compatibleProfile);
    expect(issues.map(({ kind }) => kind)).toEqual(["invalidSyntax"]);
    expect(resource.secrets).toEqual({});
  });

  test("is never changed by its reading", () => {
    const body = Object.freeze({
      schemas: Object.freeze([userUrn]),
      USERNAME: "b",
      emails: Object.freeze({ value: "a" }),
    });
    const before = JSON.stringify(body);
    user.read(body, compatibleProfile);
    expect(JSON.stringify(body)).toBe(before);
  });
});

describe("schemas", () => {
  test("P-11 that are missing, null, empty or no list are a fault of syntax", () => {
    for (const schemas of [undefined, null, [], "", userUrn, {}]) {
      expect(issuesOf(readUser({ schemas }))).toEqual(["schemas: bad_syntax"]);
    }
  });

  test("P-12 S-9 without the type's own are a bad value", () => {
    for (const schemas of [[groupUrn], [enterpriseUserUrn], [""]]) {
      expect(issuesOf(readUser({ schemas }, forgiving("ignoreUnknownAttributes")))).toEqual(["schemas: bad_value"]);
    }
  });

  test("are named in any case and any order", () => {
    const schemas = [enterpriseUserUrn.toUpperCase(), userUrn.toLowerCase()];
    expect(issuesOf(readUser({ schemas }))).toEqual([]);
    expect(issuesOf(user.read({ SCHEMAS: [userUrn], userName: "b" }, strictProfile))).toEqual([]);
  });

  test("S-12 come out as what has data, the type's own first", () => {
    expect(accepted(readUser({ schemas: [enterpriseUserUrn, userUrn] }), "schemas")).toEqual([userUrn]);
    const extended = readUser({ [enterpriseUserUrn]: { division: "d" } });
    expect(accepted(extended, "schemas")).toEqual([userUrn, enterpriseUserUrn]);
    expect(Object.keys(extended.resource.attributes)[0]).toBe("schemas");
  });
});

describe("an extension", () => {
  test("S-1 is found under its URN in any case, and comes out under the schema's own", () => {
    for (const urn of [enterpriseUserUrn, enterpriseUserUrn.toUpperCase(), enterpriseUserUrn.toLowerCase()]) {
      const result = readUser({ [urn]: { DIVISION: "d" } });
      expect(accepted(result, enterpriseUserUrn)).toEqual({ division: "d" });
    }
  });

  test("P-17 under its URN in two cases is given twice", () => {
    const twice = { [enterpriseUserUrn]: { division: "a" }, [enterpriseUserUrn.toUpperCase()]: { division: "b" } };
    expect(issuesOf(readUser(twice))).toEqual([`${enterpriseUserUrn}: bad_syntax`]);
  });

  test("S-6 that is null, {} or without a value is not there", () => {
    for (const extension of [null, {}, { division: null }, { manager: {} }]) {
      const result = readUser({ [enterpriseUserUrn]: extension });
      expect(accepted(result, enterpriseUserUrn)).toBeUndefined();
      expect(accepted(result, "schemas")).toEqual([userUrn]);
    }
  });

  test("DT-11 that is no object, and attributes of another type in it, are named by the URN", () => {
    expect(issuesOf(readUser({ [enterpriseUserUrn]: "x" }))).toEqual([`${enterpriseUserUrn}: bad_value`]);
    expect(issuesOf(readUser({ [enterpriseUserUrn]: [] }))).toEqual([`${enterpriseUserUrn}: bad_value`]);
    const within = readUser({ [enterpriseUserUrn]: { division: 1, manager: { value: 2 } } });
    expect(issuesOf(within)).toEqual([
      `${enterpriseUserUrn}:division: bad_value`,
      `${enterpriseUserUrn}:manager.value: bad_value`,
    ]);
  });

  test("S-31 unknown attributes in it, and an unknown URN, are forgiven or named", () => {
    const body = { [enterpriseUserUrn]: { colour: "x" }, "urn:example:Other": {} };
    expect(issuesOf(readUser(body)).toSorted()).toEqual(
      ["urn:example:Other: unknown_attribute", `${enterpriseUserUrn}:colour: unknown_attribute`].toSorted(),
    );
    expect(issuesOf(readUser(body, compatibleProfile))).toEqual([]);
  });

  test("S-11 that is required must be there with what it requires", () => {
    expect(issuesOf(readDevice({}))).toEqual([]);
    for (const extension of [undefined, null]) {
      expect(issuesOf(readDevice({ [warrantyUrn]: extension }))).toEqual([`${warrantyUrn}: required`]);
    }
    expect(issuesOf(readDevice({ [warrantyUrn]: {} }))).toContain(`${warrantyUrn}:until: required`);
    expect(issuesOf(device.read({ schemas: [deviceUrn], serial: "1" }, strictProfile))).toEqual([
      `${warrantyUrn}: required`,
    ]);
  });

  test("E-2 manager.displayName is the server's", () => {
    const result = readUser({ [enterpriseUserUrn]: { manager: { displayName: "x" } } });
    expect(accepted(result, enterpriseUserUrn)).toBeUndefined();
  });
});

describe("core attributes under the core URN", () => {
  test("P-18 AM-8 are merged with those at the top", () => {
    const result = readUser({ title: "t", [userUrn]: { displayName: "d" }, [enterpriseUserUrn]: { division: "v" } });
    expect(result.resource.attributes).toMatchObject({ title: "t", displayName: "d" });
    expect(issuesOf(result)).toEqual([]);
  });

  test("P-18 may be all there are", () => {
    const result = user.read({ schemas: [userUrn], [userUrn.toUpperCase()]: { userName: "b" } }, strictProfile);
    expect(accepted(result, "userName")).toBe("b");
  });

  test("P-17 that are at the top in another case too are given twice", () => {
    expect(issuesOf(readUser({ title: "a", [userUrn]: { TITLE: "b" } }))).toEqual(["title: bad_syntax"]);
  });

  test("the URN with something else than an object is an unknown attribute", () => {
    expect(issuesOf(readUser({ [userUrn]: "x" }))).toEqual([`${userUrn}: unknown_attribute`]);
  });
});

describe("secrets", () => {
  test("U-4 S-16 a password comes out beside the attributes, never among them", () => {
    const { resource } = readUser({ PASSWORD: "t1meMa$heen" });
    expect(resource.secrets).toEqual({ password: "t1meMa$heen" });
    expect(JSON.stringify(resource.attributes)).not.toContain("t1meMa$heen");
  });

  test("RP-6 a password that is left out, null or empty is none", () => {
    for (const password of [undefined, null, ""]) expect(readUser({ password }).resource.secrets).toEqual({});
  });

  test("a password of another type is named, and not repeated", () => {
    const { issues } = readUser({ password: 12345678 });
    expect(issues.map(({ path }) => path)).toEqual(["password"]);
    expect(JSON.stringify(issues)).not.toContain("12345678");
  });

  test("a group has none", () => {
    const result = group.read({ schemas: [groupUrn], displayName: "g", password: "x" }, compatibleProfile);
    expect(result.resource.secrets).toEqual({});
  });
});

describe("defaults", () => {
  const read = (more: Readonly<Record<string, unknown>>) =>
    user.read({ schemas: [userUrn], userName: "b", ...more }, strictProfile, { active: true });

  test("P-5 stand for what the client left out", () => {
    expect(accepted(read({}), "active")).toBe(true);
    expect(accepted(read({ active: undefined }), "active")).toBe(true);
  });

  test("give way to what the client said", () => {
    expect(accepted(read({ active: false }), "active")).toBe(false);
    expect(accepted(read({ [userUrn]: { active: false } }), "active")).toBe(false);
  });

  test("P-6 give way to null: the client named the attribute and it has no value", () => {
    expect(accepted(read({ active: null }), "active")).toBeUndefined();
  });
});

describe("issuesError", () => {
  test("is undefined when nothing is wrong", () => {
    expect(issuesError([])).toBeUndefined();
  });

  test("ER-3 takes its kind from the first issue and tells of all", () => {
    const error = issuesError(readUser({ title: 1, TITLE: "x", active: "x" }).issues);
    expect(error?.kind).toBe("invalidValue");
    expect(error?.detail).toContain("and 2 more");
    for (const word of ["title", "twice", "active"]) expect(error?.detail).toContain(word);
  });
});
