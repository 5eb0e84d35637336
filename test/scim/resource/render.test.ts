import { describe, expect, test } from "bun:test";
import { type Membership, renderResource, type StoredResource } from "../../../src/scim/resource/render.ts";
import { group, user } from "./fixture.ts";

const locationOf = (type: string, id: string): string => `https://scim.example.com/${type}s/${id}`;

const stored: StoredResource = {
  resourceType: "User",
  id: "2819c223",
  version: 3,
  created: Date.UTC(2026, 0, 1),
  modified: Date.UTC(2026, 10, 22, 9, 30, 0, 5),
  doc: '{"schemas":["urn:a"],"userName":"bjensen","name":{"givenName":"Babs"}}',
};

const render = (joined: readonly Membership[] = []): string =>
  renderResource({ compiled: user, stored, joined }, locationOf);

describe("renderResource", () => {
  test("C-9 C-10 puts id and meta around what is stored", () => {
    expect(JSON.parse(render())).toEqual({
      id: "2819c223",
      schemas: ["urn:a"],
      userName: "bjensen",
      name: { givenName: "Babs" },
      meta: {
        resourceType: "User",
        created: "2026-01-01T00:00:00.000Z",
        lastModified: "2026-11-22T09:30:00.005Z",
        version: 'W/"3"',
        location: "https://scim.example.com/Users/2819c223",
      },
    });
  });

  test("U-8 shows the groups of a user as direct or indirect, with their URIs", () => {
    const groups: readonly Membership[] = [
      { resourceType: "Group", id: "g1", display: "Guides", kind: "direct" },
      { resourceType: "Group", id: "g2", display: null, kind: "indirect" },
    ];
    expect(JSON.parse(render(groups)).groups).toEqual([
      { value: "g1", $ref: "https://scim.example.com/Groups/g1", display: "Guides", type: "direct" },
      { value: "g2", $ref: "https://scim.example.com/Groups/g2", type: "indirect" },
    ]);
  });

  test("G-4 shows the members of a group with their types and URIs", () => {
    const members: readonly Membership[] = [
      { resourceType: "User", id: "u1", display: "Babs", kind: "direct" },
      { resourceType: "Group", id: "g1", display: null, kind: "direct" },
    ];
    const view = { compiled: group, stored: { ...stored, resourceType: "Group" }, joined: members };
    expect(JSON.parse(renderResource(view, locationOf)).members).toEqual([
      { value: "u1", $ref: "https://scim.example.com/Users/u1", type: "User", display: "Babs" },
      { value: "g1", $ref: "https://scim.example.com/Groups/g1", type: "Group" },
    ]);
  });

  test("S-7 leaves out members and groups where there are none", () => {
    const shown: unknown = JSON.parse(render());
    expect(shown).not.toHaveProperty("groups");
    expect(shown).not.toHaveProperty("members");
  });

  test("is JSON whatever stands in the names of members and in the client's host", () => {
    const odd = 'a"b\\c\n\u2028</script>👩';
    const joined: readonly Membership[] = [{ resourceType: "Group", id: "g1", display: odd, kind: "direct" }];
    const shown = JSON.parse(renderResource({ compiled: user, stored, joined }, () => odd));
    expect(shown.groups[0]).toMatchObject({ $ref: odd, display: odd });
    expect(shown.meta.location).toBe(odd);
  });
});
