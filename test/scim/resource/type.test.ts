import { describe, expect, test } from "bun:test";
import { compileTypes } from "../../../src/scim/resource/type.ts";
import { coreRegistry } from "../../../src/scim/schema/registry.ts";
import { device } from "./fixture.ts";

describe("a compiled type", () => {
  const types = compileTypes(coreRegistry);

  test("is found by its name", () => {
    expect([...types.byName.keys()]).toEqual(["User", "Group"]);
    for (const [name, { type }] of types.byName) expect(type.name).toBe(name);
  });

  test("is found by the segment of its endpoint, in lower case", () => {
    expect([...types.byEndpoint].map(([segment, { type }]) => [segment, type.name])).toEqual([
      ["users", "User"],
      ["groups", "Group"],
    ]);
  });

  test("S-22 G-9 knows what no two resources may share: userName, serial, and nothing of groups", () => {
    expect(types.byName.get("User")?.unique).toMatchObject({ name: "userName", caseExact: false });
    expect(types.byName.get("Group")?.unique).toBeUndefined();
    expect(device.unique).toMatchObject({ name: "serial", caseExact: true });
  });

  test.each([
    ["User", "groups", true],
    ["Group", "members", false],
  ] as const)("%s shows its %s, and has active: %p", (name, membership, hasActive) => {
    const compiled = types.byName.get(name);
    expect([compiled?.membership, compiled?.hasActive]).toEqual([membership, hasActive]);
  });

  test("of somebody else's schema is derived the same way", () => {
    expect([device.membership, device.hasActive]).toEqual([undefined, false]);
  });
});
