import { describe, expect, test } from "bun:test";
import { compileTypes } from "../../../src/scim/resource/type.ts";
import { coreRegistry } from "../../../src/scim/schema/registry.ts";
import { device } from "./fixture.ts";

describe("a compiled type", () => {
  const types = compileTypes(coreRegistry);

  test("is found by its name", () => {
    expect([...types.keys()]).toEqual(["User", "Group"]);
    for (const [name, { type }] of types) expect(type.name).toBe(name);
  });

  test("S-22 G-9 knows what no two resources may share: userName, serial, and nothing of groups", () => {
    expect(types.get("User")?.unique).toMatchObject({ name: "userName", caseExact: false });
    expect(types.get("Group")?.unique).toBeUndefined();
    expect(device.unique).toMatchObject({ name: "serial", caseExact: true });
  });

  test.each([
    ["User", "groups", true],
    ["Group", "members", false],
  ] as const)("%s shows its %s, and has active: %p", (name, membership, hasActive) => {
    const compiled = types.get(name);
    expect([compiled?.membership, compiled?.hasActive]).toEqual([membership, hasActive]);
  });

  test("of somebody else's schema is derived the same way", () => {
    expect([device.membership, device.hasActive]).toEqual([undefined, false]);
  });
});
