import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bulkRequestUrn, searchRequestUrn } from "../../../src/scim/urn.ts";
import { createUser, list, pageOf, user, usersPath } from "../../support/scim.ts";
import { type Body, type TestServer, text, unique } from "../../support/server.ts";
import { badge, badgeUrn, patch, startWithBadge } from "./custom.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startWithBadge();
});
afterAll(() => server.stop());

const photo = "a face";
const plan = "a plan";
const desk = { building: "North", plan };

/** A user with what is returned on request: an attribute, and a part of a complex one. */
async function made(): Promise<{ readonly id: string; readonly path: string; readonly userName: string }> {
  const { id, userName } = await createUser(server, badge({ badgeNumber: "7", desk, photo }));
  return { id, path: `${usersPath}/${id}`, userName: text(userName) };
}

describe("what is returned on request", () => {
  test("S-20 A-7 is in no answer to a query that does not name it", async () => {
    const { id, path } = await made();
    const without = { badgeNumber: "7", desk: { building: "North" } };
    expect((await server.request("GET", path)).json[badgeUrn]).toEqual(without);
    const { resources } = await list(server, usersPath, { filter: `id eq "${id}"` });
    expect(resources[0]?.[badgeUrn]).toEqual(without);
    for (const attributes of [badgeUrn, `${badgeUrn}:desk,badgeNumber`]) {
      const answer = await server.request("GET", `${path}?${new URLSearchParams({ attributes })}`);
      expect(answer.json[badgeUrn], attributes).toEqual(without);
    }
    const excluded = await server.request("GET", `${path}?excludedAttributes=badgeNumber`);
    expect(excluded.json[badgeUrn]).toEqual({ desk: { building: "North" } });
  });

  test("S-20 A-7 is shown to a query that names it", async () => {
    const { id, path } = await made();
    for (const [attributes, expected] of [
      [`${badgeUrn}:photo`, { photo }],
      ["PHOTO", { photo }],
      [`${badgeUrn},${badgeUrn}:photo`, { badgeNumber: "7", desk: { building: "North" }, photo }],
      [`${badgeUrn}:desk.plan`, { desk: { plan } }],
      [`${badgeUrn}:desk,${badgeUrn}:desk.plan`, { desk }],
      [`${badgeUrn}:desk.plan,${badgeUrn}:desk`, { desk }],
      [`photo,${badgeUrn},desk.plan`, { badgeNumber: "7", desk, photo }],
    ] as const) {
      const answer = await server.request("GET", `${path}?${new URLSearchParams({ attributes })}`);
      expect(answer.json[badgeUrn], attributes).toEqual(expected);
      const { resources } = await list(server, usersPath, { filter: `id eq "${id}"`, attributes });
      expect(resources[0]?.[badgeUrn], attributes).toEqual(expected);
    }
    const search = { schemas: [searchRequestUrn], filter: `id eq "${id}"`, attributes: ["photo"] };
    const found = pageOf(await server.request("POST", `${usersPath}/.search`, search));
    expect(found.resources[0]?.[badgeUrn]).toEqual({ photo });
  });

  test("S-20 F-37 can be asked for and sorted by without being shown", async () => {
    const value = unique("photo");
    await createUser(server, badge({ photo: value }));
    const { total, resources } = await list(server, usersPath, { filter: `photo eq "${value}"`, sortBy: "photo" });
    expect(total).toBe(1);
    expect(resources[0]).not.toHaveProperty([badgeUrn]);
  });

  test("S-20 P-3 is in the answer to a POST and a PUT that have it, and to no other", async () => {
    const posted = await server.request("POST", usersPath, user(unique(), badge({ photo, desk })));
    expect(posted.json[badgeUrn]).toEqual({ desk, photo });
    const path = `${usersPath}/${posted.json.id}`;
    const userName = text(posted.json.userName);
    const some = await server.request(
      "PUT",
      path,
      user(userName, badge({ PHOTO: "another", desk: { building: "South" } })),
    );
    expect(some.json[badgeUrn]).toEqual({ desk: { building: "South" }, photo: "another" });
    const none = await server.request("PUT", path, user(userName, badge({ badgeNumber: "7" })));
    expect(none.json[badgeUrn]).toEqual({ badgeNumber: "7" });
  });

  test.each([
    ["by its path", { op: "replace", path: `${badgeUrn}:photo`, value: "new" }, { photo: "new" }],
    ["by its bare name", { op: "add", path: "Photo", value: "new" }, { photo: "new" }],
    ["as a key", { op: "add", value: { [badgeUrn]: { photo: "new" } } }, { photo: "new" }],
    ["as a key that is a path", { op: "add", value: { [`${badgeUrn}:photo`]: "new" } }, { photo: "new" }],
    ["under its URN", { op: "add", path: badgeUrn, value: { photo: "new" } }, { photo: "new" }],
    [
      "as a part",
      { op: "add", path: `${badgeUrn}:desk`, value: { plan: "new" } },
      { desk: { building: "North", plan: "new" } },
    ],
    [
      "as a part by its path",
      { op: "add", path: "desk.plan", value: "new" },
      { desk: { building: "North", plan: "new" } },
    ],
    ["not when it names another", { op: "add", path: `${badgeUrn}:level`, value: 1 }, { level: 1 }],
    ["not when it is taken away", { op: "remove", path: `${badgeUrn}:photo` }, {}],
  ])("S-20 PA-11 is in the answer to a PATCH that names it: %s", async (_, operation: Body, expected) => {
    const { path } = await made();
    const answer = await server.request("PATCH", path, patch(operation));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json[badgeUrn]).toEqual({ badgeNumber: "7", desk: { building: "North" }, ...expected });
  });

  test("A-1 A-4 what attributes and excludedAttributes say of it wins", async () => {
    const { path, userName } = await made();
    const body = user(userName, badge({ badgeNumber: "8", desk, photo }));
    const put = async (query: string): Promise<unknown> =>
      (await server.request("PUT", `${path}?${query}`, body)).json[badgeUrn];
    expect(await put("attributes=badgeNumber")).toEqual({ badgeNumber: "8" });
    expect(await put("attributes=photo")).toEqual({ photo });
    expect(await put("excludedAttributes=photo")).toEqual({ badgeNumber: "8", desk });
    expect(await put("excludedAttributes=badgeNumber")).toEqual({ desk, photo });
  });

  test("B-9 a Bulk request with it is answered as any other", async () => {
    const data = user(unique(), badge({ photo }));
    const Operations = [{ method: "POST", path: "/Users", bulkId: "a", data }];
    const answer = await server.request("POST", "/scim/v2/Bulk", { schemas: [bulkRequestUrn], Operations });
    expect(answer.json.Operations).toMatchObject([{ status: "201" }]);
    expect(answer.text).not.toContain(photo);
  });
});
