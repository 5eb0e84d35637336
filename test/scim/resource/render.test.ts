import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readProjection } from "../../../src/scim/resource/projection.ts";
import {
  type Membership,
  renderPaged,
  renderResource,
  type StoredResource,
} from "../../../src/scim/resource/render.ts";
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

describe("renderPaged", () => {
  const team = {
    ...stored,
    resourceType: "Group",
    doc: '{"schemas":["urn:a"],"displayName":"Guides","externalId":"x"}',
  };

  /** The text of a group whose members come in these pages. */
  async function paged(pages: readonly (readonly Membership[])[], names: readonly string[], but: readonly string[]) {
    async function* read() {
      yield* pages;
    }
    const pieces: string[] = [];
    const view = { compiled: group, stored: team, pages: read() };
    const projection = readProjection(group.type, names, but);
    for await (const piece of renderPaged(view, locationOf, projection)) pieces.push(piece);
    return pieces.join("");
  }

  const member: fc.Arbitrary<Membership> = fc.record({
    resourceType: fc.constantFrom("User", "Group"),
    id: fc.uuid(),
    display: fc.oneof(fc.constant(null), fc.string({ unit: "grapheme" })),
    kind: fc.constant("direct" as const),
  });
  const names = fc.subarray([
    "members",
    "members.value",
    "members.display",
    "members.$ref",
    "displayName",
    "meta",
    "id",
  ]);

  test("gives the text of renderResource, whatever the pages and whatever is shown", async () => {
    const pages = fc.array(fc.array(member, { maxLength: 3 }), { maxLength: 4 });
    const property = fc.asyncProperty(pages, names, fc.boolean(), async (members, named, isOnly) => {
      const [only, but] = isOnly ? [named, []] : [[], named];
      const view = { compiled: group, stored: team, joined: members.flat() };
      const whole = renderResource(view, locationOf, readProjection(group.type, only, but));
      expect(await paged(members, only, but)).toBe(whole);
    });
    await fc.assert(property, { numRuns: 500, seed: 20_260_103 });
  });

  test("shows no members of whom nothing is to be seen", async () => {
    const nameless: Membership = { resourceType: "User", id: "u1", display: null, kind: "direct" };
    const shown: unknown = JSON.parse(await paged([[nameless], [nameless]], ["members.display"], []));
    expect(shown).toEqual({ id: team.id, schemas: ["urn:a"] });
    expect(JSON.parse(await paged([], ["members"], []))).toEqual({ id: team.id, schemas: ["urn:a"], members: [] });
  });

  test("reads a page when the piece is taken that shows it", async () => {
    let read = 0;
    async function* pages() {
      for (; read < 3; read++) yield [{ resourceType: "User", id: `u${read}`, display: null, kind: "direct" as const }];
    }
    const pieces = renderPaged({ compiled: group, stored: team, pages: pages() }, locationOf);
    await pieces.next();
    expect(read).toBe(0);
    await pieces.next();
    await pieces.next();
    await pieces.return(undefined);
    expect(read).toBe(1);
  });
});
