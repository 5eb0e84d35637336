import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readPatch } from "../../../src/scim/patch/operation.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import { createGroup, createUser, groupsPath, usersPath } from "../../support/scim.ts";
import { type Answer, type Body, object, objects, type TestServer, text } from "../../support/server.ts";
import { type ExampleOf, example, examplesOf, ourBase, removeAll, startStrictServer } from "./fixtures.ts";

/* The PATCH requests of RFC 7644 §3.5.2: each is read, and has the effect that the text beside it tells. */

let server: TestServer;
beforeAll(async () => {
  server = await startStrictServer();
});
afterEach(() => removeAll(server));
afterAll(() => server.stop());

const read = async (path: string): Promise<Body> => (await server.request("GET", path)).json;

/** Babs Jensen and James Smith, and their ids in the place of those of the examples, shortened or not. */
async function people() {
  const babs = await createUser(server, { displayName: "Babs Jensen" });
  const james = await createUser(server, { displayName: "James Smith" });
  const put = {
    ...ourBase(server),
    "2819c223-7f76-453a-919d-413861904646": babs.id,
    "2819c223-7f76-...413861904646": babs.id,
    "2819c223...919d-413861904646": babs.id,
    "2819c223...413861904646": babs.id,
    "08e1d05d-121c-4561-8b96-473d93df9210": james.id,
    "08e1d05d...473d93df9210": james.id,
  };
  return { babs: babs.id, james: james.id, put };
}

/** Sends the example as the RFC does, with the version that the client knows; checks that the answer is the resource. */
async function patch(
  name: ExampleOf<"patch">,
  path: string,
  put: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const ifMatch = { "If-Match": text(object((await read(path)).meta).version) };
  const answer = await server.request("PATCH", path, example(name, put), ifMatch);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json).toEqual(await read(path));
  expect(answer.header("ETag")).toBe(text(object(answer.json.meta).version));
  return answer;
}

const membersOf = ({ json }: Answer): readonly string[] =>
  objects(json.members ?? [])
    .map(({ value }) => text(value))
    .sort();

/** Whether the members are no others than these. */
function expectMembers(answer: Answer, ids: readonly string[]): void {
  expect(membersOf(answer)).toEqual([...ids].sort());
}

const pathOf = ({ id }: Body): string => `${groupsPath}/${text(id)}`;

/** A user with the addresses of RFC 7643 §8.2, of which the one at home is primary. */
async function userWithAddresses(): Promise<string> {
  const { addresses } = example("rfc7643-8.2-user-full");
  const primaries = objects(addresses).map((address) => ({ ...address, primary: address.type === "home" }));
  const { id } = await createUser(server, { addresses: primaries, title: "Tour Guide" });
  return `${usersPath}/${id}`;
}

const workOf = ({ addresses }: Body): Body => object(objects(addresses).find(({ type }) => type === "work"));
const homeOf = ({ addresses }: Body): Body => object(objects(addresses).find(({ type }) => type === "home"));

/** What each example does, by what its text says. */
const effects: Readonly<Record<ExampleOf<"patch">, () => Promise<void>>> = {
  async "rfc7644-3.5.2.1-patch-add-members"() {
    const { babs, james, put } = await people();
    const path = pathOf(await createGroup(server, [james]));
    const answer = await patch("rfc7644-3.5.2.1-patch-add-members", path, put);
    expectMembers(answer, [babs, james]);
    const added = { value: babs, display: "Babs Jensen", type: "User", $ref: `${server.url}${usersPath}/${babs}` };
    expect(objects(answer.json.members)).toContainEqual(added);
    // "If the user was already a member of this group, no changes should be made to the resource".
    expect((await patch("rfc7644-3.5.2.1-patch-add-members", path, put)).json).toEqual(answer.json);
  },

  async "rfc7644-3.5.2.2-patch-remove-one-member"() {
    const { babs, james, put } = await people();
    const path = pathOf(await createGroup(server, [babs, james]));
    expectMembers(await patch("rfc7644-3.5.2.2-patch-remove-one-member", path, put), [james]);
  },

  async "rfc7644-3.5.2.2-patch-remove-all-members"() {
    const { babs, james } = await people();
    const path = pathOf(await createGroup(server, [babs, james]));
    const answer = await patch("rfc7644-3.5.2.2-patch-remove-all-members", path);
    expect(answer.json.members).toEqual([]);
  },

  async "rfc7644-3.5.2.2-patch-remove-email"() {
    const kept = [
      { value: "babs@jensen.org", type: "home" },
      { value: "bjensen@example.net", type: "work" },
      { value: "babs@example.com", type: "other" },
    ];
    const { id } = await createUser(server, { emails: [{ value: "bjensen@example.com", type: "work" }, ...kept] });
    const answer = await patch("rfc7644-3.5.2.2-patch-remove-email", `${usersPath}/${id}`);
    expect(answer.json.emails).toEqual(kept);
  },

  async "rfc7644-3.5.2.2-patch-remove-and-add-one-member"() {
    const { babs, james, put } = await people();
    const path = pathOf(await createGroup(server, [babs]));
    expectMembers(await patch("rfc7644-3.5.2.2-patch-remove-and-add-one-member", path, put), [james]);
  },

  async "rfc7644-3.5.2.2-patch-remove-and-add-all-members"() {
    const { babs, james, put } = await people();
    const other = await createUser(server);
    const path = pathOf(await createGroup(server, [other.id, james]));
    expectMembers(await patch("rfc7644-3.5.2.2-patch-remove-and-add-all-members", path, put), [babs, james]);
  },

  async "rfc7644-3.5.2.3-patch-replace-members"() {
    const { babs, james, put } = await people();
    const other = await createUser(server);
    const path = pathOf(await createGroup(server, [other.id, james]));
    expectMembers(await patch("rfc7644-3.5.2.3-patch-replace-members", path, put), [babs, james]);
  },

  async "rfc7644-3.5.2.3-patch-replace-work-address"() {
    const path = await userWithAddresses();
    const before = await read(path);
    const { json } = await patch("rfc7644-3.5.2.3-patch-replace-work-address", path);
    const [operation] = objects(example("rfc7644-3.5.2.3-patch-replace-work-address").Operations);
    expect(workOf(json)).toEqual(object(operation?.value));
    // "by setting "primary" to "true", the service provider will reset "primary" to "false" for any other".
    expect(homeOf(json)).toEqual({ ...homeOf(before), primary: false });
    expect(json.title).toBe("Tour Guide");
  },

  async "rfc7644-3.5.2.3-patch-replace-street-address"() {
    const path = await userWithAddresses();
    const before = await read(path);
    const { json } = await patch("rfc7644-3.5.2.3-patch-replace-street-address", path);
    expect(workOf(json)).toEqual({ ...workOf(before), streetAddress: "1010 Broadway Ave" });
    expect(homeOf(json)).toEqual(homeOf(before));
  },
};

describe("a PATCH", () => {
  test.each(examplesOf("patch"))("%s is read by the strict profile as it stands", (_, name) => {
    const sent = example(name);
    const { operations, tolerated } = readPatch(sent, strictProfile);
    expect([...tolerated]).toEqual([]);
    const asked = objects(sent.Operations).map(({ op, value }) => ({ op, ...(value !== undefined && { value }) }));
    expect<readonly unknown[]>(operations).toMatchObject(asked);
    for (const { path } of operations) expect(path).toBeDefined();
  });

  test.each(examplesOf("patch"))("%s has the effect that the RFC tells", (_, name) => effects[name]());

  test("RFC 7644 §3.5.2.2 patch-remove-one-member of who is no member succeeds and changes nothing", async () => {
    const { james, put } = await people();
    const path = pathOf(await createGroup(server, [james]));
    const before = await read(path);
    const answer = await server.request("PATCH", path, example("rfc7644-3.5.2.2-patch-remove-one-member", put));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toEqual(before);
  });
});
