import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createGroup, createUser, group, groupsPath, list, usersPath } from "../../support/scim.ts";
import { type Body, basic, objects, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** The groups of a user, as a resource shows them: the names after the kinds. */
const groupsIn = ({ groups = [] }: Body): readonly string[] =>
  objects(groups).map(({ type, display }) => `${type} ${display}`);

async function groupsOf(id: string): Promise<readonly string[]> {
  return groupsIn((await server.request("GET", `${usersPath}/${id}`)).json);
}

/** A group in a group in a group, with one user in the innermost. */
async function nested() {
  const userName = unique();
  const password = unique("password");
  const { id } = await createUser(server, { userName, password });
  const [a, b, c] = [unique("a"), unique("b"), unique("c")];
  const inner = await createGroup(server, [id], a);
  const middle = await createGroup(server, [inner.id], b);
  const outer = await createGroup(server, [middle.id], c);
  return { id, userName, password, a, b, c, inner, middle, outer };
}

describe("a user in a group that is in another group", () => {
  test("U-8 is in the first directly, and in those around it indirectly", async () => {
    const { id, a, b, c, middle } = await nested();
    const { json } = await server.request("GET", `${usersPath}/${id}`);
    expect(groupsIn(json)).toEqual([`direct ${a}`, `indirect ${b}`, `indirect ${c}`]);
    expect(objects(json.groups)[1]).toEqual({
      value: middle.id,
      $ref: `${server.url}${groupsPath}/${middle.id}`,
      display: b,
      type: "indirect",
    });
  });

  test("U-8 is shown so in lists and to themselves, too", async () => {
    const { id, userName, password, a, b, c } = await nested();
    const shown = [`direct ${a}`, `indirect ${b}`, `indirect ${c}`];
    for (const filter of [`userName eq "${userName}"`, `id eq "${id}"`]) {
      const { resources } = await list(server, usersPath, { filter });
      expect(resources.map(groupsIn)).toEqual([shown]);
    }
    const me = await server.request("GET", "/scim/v2/Me", undefined, { Authorization: basic(userName, password) });
    expect(groupsIn(me.json)).toEqual(shown);
  });

  test("U-8 is found by each of the groups, and by the kind", async () => {
    const { id, b, inner, middle, outer } = await nested();
    const found = async (filter: string) =>
      (await list(server, usersPath, { filter })).resources.map((user) => user.id);
    for (const each of [inner, middle, outer]) {
      expect(await found(`groups.value eq "${each.id}"`)).toEqual([id]);
      expect(await found(`groups[value eq "${each.id}"]`)).toEqual([id]);
    }
    expect(await found(`groups.display eq "${b.toUpperCase()}"`)).toEqual([id]);
    expect(await found(`groups[type eq "direct" and value eq "${inner.id}"]`)).toEqual([id]);
    expect(await found(`groups[type eq "direct" and value eq "${outer.id}"]`)).toEqual([]);
    expect(await found(`groups[type eq "indirect" and value eq "${outer.id}"]`)).toEqual([id]);
    expect(await found(`groups[type eq "indirect" and value eq "${inner.id}"]`)).toEqual([]);
  });

  test("U-8 is in a group directly who is in it both ways, once", async () => {
    const { id, a, b, c, outer, middle } = await nested();
    await server.request("PUT", `${groupsPath}/${outer.id}`, group(c, [middle.id, id]));
    expect(await groupsOf(id)).toEqual([`direct ${a}`, `direct ${c}`, `indirect ${b}`]);
  });

  test("G-6 of groups in a circle is in each once, and reading them ends", async () => {
    const { id, a, b, c, outer, inner } = await nested();
    await server.request("PUT", `${groupsPath}/${inner.id}`, group(a, [outer.id, inner.id, id]));
    expect(await groupsOf(id)).toEqual([`direct ${a}`, `indirect ${b}`, `indirect ${c}`]);
    expect((await list(server, usersPath, { filter: `groups.value eq "${outer.id}"` })).total).toBe(1);
  });

  test("U-8 leaves those around when the group leaves them, or is deleted", async () => {
    const { id, a, b, outer, middle } = await nested();
    const remove = { op: "remove", path: `members[value eq "${middle.id}"]` };
    const patch = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [remove] };
    expect((await server.request("PATCH", `${groupsPath}/${outer.id}`, patch)).status).toBe(200);
    expect(await groupsOf(id)).toEqual([`direct ${a}`, `indirect ${b}`]);
    expect((await server.request("DELETE", `${groupsPath}/${middle.id}`)).status).toBe(204);
    expect(await groupsOf(id)).toEqual([`direct ${a}`]);
  });
});
