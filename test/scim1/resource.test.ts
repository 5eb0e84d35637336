import { describe, expect, test } from "bun:test";
import { enterpriseUserUrn, groupUrn, userUrn } from "../../src/scim/urn.ts";
import { toBody2 } from "../../src/scim1/body.ts";
import { withoutSameName, withStoreOf } from "../../src/scim1/name.ts";
import { toAsked1, toListed1, toResource1 } from "../../src/scim1/resource.ts";
import { core1Urn, enterprise1Urn } from "../../src/scim1/urn.ts";

describe("a body of SCIM 1.1", () => {
  test("L-2 L-6 becomes one of 2.0 whatever schemas it names", () => {
    for (const schemas of [undefined, [], [core1Urn], "x"]) {
      expect(toBody2({ userName: "kim", ...(schemas !== undefined && { schemas }) }, userUrn)).toEqual({
        schemas: [userUrn],
        userName: "kim",
      });
    }
  });

  test("L-10 has its manager by managerId", () => {
    const extension = { department: "Tours", manager: { managerId: "42", displayName: "Lee" } };
    expect(toBody2({ userName: "kim", [enterprise1Urn]: extension }, userUrn)).toEqual({
      schemas: [userUrn, enterpriseUserUrn],
      userName: "kim",
      [enterpriseUserUrn]: { department: "Tours", manager: { value: "42", displayName: "Lee" } },
    });
  });

  test("loses what the server sets, in any case", () => {
    const body = { ID: "1", Meta: {}, groups: [], Roles: ["admin"], userName: "kim" };
    expect(toBody2(body, userUrn)).toEqual({ schemas: [userUrn], userName: "kim" });
  });
});

const shown = {
  id: "1",
  schemas: [userUrn, enterpriseUserUrn],
  userName: "kim",
  active: true,
  emails: [{ value: "a@b.c", type: "work", primary: true }],
  [enterpriseUserUrn]: { department: "Tours", manager: { value: "42", $ref: "http://x/Users/42", displayName: "Lee" } },
  groups: [{ value: "9", $ref: "http://x/Groups/9", display: "PRIMARY/staff", type: "direct" }],
  meta: {
    resourceType: "User",
    created: "2016-01-26T16:46:53.123Z",
    lastModified: "2016-01-27T16:46:53.000Z",
    version: 'W/"1"',
    location: "http://x/Users/1",
  },
};

describe("a resource of SCIM 2.0", () => {
  test("L-2 L-7 L-10 is shown as one of 1.1", () => {
    expect(toResource1(shown)).toEqual({
      id: "1",
      schemas: [core1Urn, enterprise1Urn],
      userName: "kim",
      emails: [{ value: "a@b.c", type: "work" }],
      groups: [{ value: "9", display: "PRIMARY/staff" }],
      [enterprise1Urn]: { department: "Tours", manager: { managerId: "42", displayName: "Lee" } },
      meta: { created: "2016-01-26T16:46:53", lastModified: "2016-01-27T16:46:53", location: "http://x/Users/1" },
    });
  });

  test("says that a user is not active, and nothing of a group without members", () => {
    expect(toResource1({ ...shown, active: false }).active).toBe(false);
    const group = toResource1({ id: "2", schemas: [groupUrn], displayName: "x", members: [] });
    expect(group).toEqual({ id: "2", schemas: [core1Urn], displayName: "x" });
  });

  test("in a list shows who it is, and what is asked for", () => {
    const user = toResource1({ ...shown, displayName: "Kim", name: { givenName: "Ann", familyName: "Kim" } });
    expect(Object.keys(toListed1(user, []))).toEqual(["id", "userName", "meta"]);
    expect(toListed1(user, ["Emails", " name.givenName"])).toMatchObject({
      emails: [{ value: "a@b.c", type: "work" }],
      name: { givenName: "Ann" },
    });
    expect(toListed1(user, ["displayName"]).displayName).toBe("Kim");
    expect(Object.keys(toListed1(toResource1({ id: "2", displayName: "x", meta: shown.meta }), []))).toEqual([
      "id",
      "meta",
      "displayName",
    ]);
  });

  test("L-27 alone shows what is asked for beside the least there is", () => {
    const user = toResource1(shown);
    expect(toAsked1(user, [])).toEqual(user);
    expect(Object.keys(toAsked1(user, ["userName"]))).toEqual(["id", "schemas", "userName", "meta"]);
    expect(toAsked1(user, ["emails.value", `${enterprise1Urn}:department`])).toMatchObject({
      emails: [{ value: "a@b.c" }],
      [enterprise1Urn]: { department: "Tours" },
    });
  });
});

describe("the name of a resource that is changed", () => {
  const stores = new Set(["SALES"]);
  const rename = (name: string, displayName: string) =>
    withStoreOf(groupUrn, name, { displayName }, stores).displayName;

  test("of a group stays in its store", () => {
    expect(rename("manager", "executive")).toBe("executive");
    expect(rename("manager", "PRIMARY/executive")).toBe("executive");
    expect(rename("SALES/manager", "executive")).toBe("SALES/executive");
    expect(rename("SALES/manager", "sales/executive")).toBe("SALES/executive");
    expect(rename("a/b", "c/d")).toBe("c/d");
  });

  test("of a group is in no other store", () => {
    expect(() => rename("manager", "SALES/manager")).toThrow(
      "is in the user store PRIMARY, and can not be moved to SALES",
    );
    expect(() => rename("SALES/manager", "PRIMARY/manager")).toThrow("can not be moved to PRIMARY");
  });

  test("of a user is the one it has", () => {
    expect(withStoreOf(userUrn, "kim", { userName: "PRIMARY/KIM" }, stores)).toEqual({ userName: "kim" });
    expect(() => withStoreOf(userUrn, "kim", { USERNAME: "lee" }, stores)).toThrow(
      "User name is immutable in carbon user store.",
    );
    expect(withStoreOf(userUrn, "kim", { title: "x" }, stores)).toEqual({ title: "x" });
  });

  test("is left out of a change where it is the same", () => {
    expect(withoutSameName(userUrn, "kim", { userName: "kim", title: "x" })).toEqual({ title: "x" });
    expect(withoutSameName(groupUrn, "a", { displayName: "b" })).toEqual({ displayName: "b" });
  });
});
