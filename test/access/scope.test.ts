import { describe, expect, test } from "bun:test";
import { isRole, isScope, roles, scopes, scopesOfRoles } from "../../src/access/scope.ts";

describe("scopes", () => {
  test("are these", () => {
    expect([...scopes]).toEqual([
      "scim:read",
      "scim:write",
      "scim:bulk",
      "import:write",
      "provisioning:write",
      "audit:read",
      "admin",
    ]);
  });

  test("are told from other words", () => {
    for (const scope of scopes) expect(isScope(scope)).toBe(true);
    for (const word of ["", "scim", "SCIM:READ", "scim:read ", "toString", "__proto__"]) {
      expect(isScope(word)).toBe(false);
    }
  });
});

describe("roles", () => {
  test("administrator may do all, provisioner all but admin, auditor read", () => {
    expect([...scopesOfRoles(["administrator"])]).toEqual([...scopes]);
    expect([...scopesOfRoles(["provisioner"])]).toEqual(scopes.filter((scope) => scope !== "admin"));
    expect([...scopesOfRoles(["auditor"])]).toEqual(["scim:read", "audit:read"]);
  });

  test("add up, and names that are none give nothing", () => {
    expect(scopesOfRoles([]).size).toBe(0);
    expect(scopesOfRoles(["nobody", "", "toString", "__proto__", "constructor"]).size).toBe(0);
    expect(scopesOfRoles(["auditor", "nobody", "provisioner"])).toEqual(scopesOfRoles(["provisioner"]));
  });

  test("are told from other words", () => {
    for (const role of Object.keys(roles)) expect(isRole(role)).toBe(true);
    for (const word of ["", "Administrator", "toString", "hasOwnProperty"]) expect(isRole(word)).toBe(false);
  });
});
