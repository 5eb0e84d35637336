import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bulkRequestUrn, groupUrn, searchRequestUrn } from "../../../src/scim/urn.ts";
import {
  create,
  createGroup,
  createUser,
  expectRefusal,
  groupsPath,
  invalidFilter,
  invalidValue,
  list,
  notFound,
  pageOf,
  uniqueness,
  unknownId,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";
import {
  device,
  devicesPath,
  deviceType,
  deviceUrn,
  patch,
  register,
  type Send,
  schemasPath,
  sender,
  startWithDevices,
  typesPath,
  warrantyUrn,
} from "./custom.ts";

let server: TestServer;
let senders: Readonly<Record<string, Send>>;
beforeAll(async () => {
  server = await startWithDevices();
  senders = { compatible: await sender(server, "compatible"), strict: await sender(server, "strict") };
});
afterAll(() => server.stop());

const until = "2030-01-01T00:00:00Z";

describe.each(["compatible", "strict"])(
  "a resource of an administrator's own type, for a client that is %s",
  (profile) => {
    const send: Send = (...request) => (senders[profile] ?? expect.unreachable())(...request);

    test("P-1 P-2 P-8 P-15 C-6 C-9 C-12 V-2 is made and read", async () => {
      const body = device(unique(), { externalId: "ext-1", displayName: "Printer", count: 3 });
      const answer = await send("POST", devicesPath, { ...body, id: "mine", meta: { resourceType: "User" } });
      expect(answer.status, answer.text).toBe(201);
      const { id, meta, ...rest } = answer.json;
      expect(rest).toEqual(body);
      const location = `${server.url}${devicesPath}/${id}`;
      expect(meta).toMatchObject({ resourceType: "Device", location, version: 'W/"1"' });
      expect(answer.header("Location")).toBe(location);
      expect(answer.header("ETag")).toBe('W/"1"');
      const read = await send("GET", `${devicesPath}/${id}`);
      expect(read.json).toEqual(answer.json);
      expect(read.header("ETag")).toBe('W/"1"');
    });

    test("RP-3 RP-13 V-3 V-4 V-5 is replaced by whom names its version", async () => {
      const { id } = await create(server, devicesPath, device("old", { serialNumber: unique() }));
      const path = `${devicesPath}/${id}`;
      const serialNumber = unique();
      const replaced = await send("PUT", path, device(serialNumber, { count: 1 }), { "If-Match": 'W/"1"' });
      expect(replaced.status, replaced.text).toBe(200);
      expect(replaced.json).toMatchObject({ serialNumber, count: 1, meta: { version: 'W/"2"' } });
      expectRefusal(await send("PUT", path, device(serialNumber), { "If-Match": 'W/"1"' }), { status: 412 });
      expect((await send("GET", path, undefined, { "If-None-Match": 'W/"2"' })).status).toBe(304);
      expectRefusal(await send("DELETE", path, undefined, { "If-Match": 'W/"1"' }), { status: 412 });
    });

    test("PA-11 PA-A4 PA-R2 is patched", async () => {
      const { id } = await create(server, devicesPath, device(unique(), { count: 1 }));
      const path = `${devicesPath}/${id}`;
      const answer = await send(
        "PATCH",
        path,
        patch(
          { op: "replace", path: "count", value: 2 },
          { op: "add", path: `${deviceUrn}:displayName`, value: "Printer" },
          { op: "add", path: "keeper.note", value: "by hand" },
          { op: "add", path: `${warrantyUrn}:provider`, value: "Acme" },
        ),
      );
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json).toMatchObject({
        count: 2,
        displayName: "Printer",
        keeper: { note: "by hand" },
        [warrantyUrn]: { until, provider: "Acme" },
      });
      expect((await send("PATCH", path, patch({ op: "remove", path: "keeper" }))).json).not.toHaveProperty("keeper");
    });

    test("P-9 S-11 needs what is required, and PATCH can not take it away", async () => {
      for (const [more, names] of [
        [{ serialNumber: null }, "serialNumber"],
        [{ serialNumber: " " }, "serialNumber"],
        [{ [warrantyUrn]: null }, warrantyUrn],
        [{ [warrantyUrn]: { provider: "Acme" } }, `${warrantyUrn}:until`],
        [{ count: 1.5 }, "count"],
      ] as const) {
        expectRefusal(await send("POST", devicesPath, device(unique(), more)), { ...invalidValue, names });
      }
      const { id } = await create(server, devicesPath, device(unique()));
      for (const path of ["serialNumber", warrantyUrn, `${warrantyUrn}:until`]) {
        const answer = await send("PATCH", `${devicesPath}/${id}`, patch({ op: "remove", path }));
        expectRefusal(answer, { status: 400, scimType: "mutability", names: path });
      }
    });

    test("S-22 S-23 P-7 RP-12 PA-X10 U-2 no two have one unique value, in any case", async () => {
      const serialNumber = unique("Serial");
      const { id } = await create(server, devicesPath, device(serialNumber));
      const other = await create(server, devicesPath, device(unique()));
      const loud = serialNumber.toUpperCase();
      const refusal = { ...uniqueness, names: "serialNumber" };
      expectRefusal(await send("POST", devicesPath, device(loud)), refusal);
      expectRefusal(await send("PUT", `${devicesPath}/${other.id}`, device(loud)), refusal);
      const operation = { op: "replace", path: "serialNumber", value: loud };
      expectRefusal(await send("PATCH", `${devicesPath}/${other.id}`, patch(operation)), refusal);
      // A user may have the same value for a userName.
      expect((await send("POST", usersPath, user(serialNumber))).status).toBe(201);
      expect((await send("DELETE", `${devicesPath}/${id}`)).status).toBe(204);
      expect((await send("POST", devicesPath, device(loud))).status).toBe(201);
    });

    test("BU-8 BU-9 R-2 DL-1 DL-2 is found by a path in any case, and gone when it is deleted", async () => {
      const { id } = await create(server, devicesPath, device(unique()));
      for (const path of ["/scim/v2/devices", "/scim/v2/DEVICES"]) {
        expect((await send("GET", `${path}/${id}`)).json.id).toBe(id);
        expect((await send("GET", `${path}/${id}/`)).status).toBe(200);
      }
      expect((await send("DELETE", `/scim/v2/devices/${id}`)).status).toBe(204);
      const path = `${devicesPath}/${id}`;
      expectRefusal(await send("GET", path), { ...notFound, names: "Device" });
      expectRefusal(await send("PUT", path, device(unique())), notFound);
      expectRefusal(await send("PATCH", path, patch({ op: "add", path: "count", value: 1 })), notFound);
      expectRefusal(await send("DELETE", path), notFound);
      expectRefusal(await send("GET", `${devicesPath}/${unknownId}`), notFound);
    });

    test("R-2 is no resource of another endpoint, and those are none of its", async () => {
      const { id } = await create(server, devicesPath, device(unique()));
      for (const path of [`${usersPath}/${id}`, `${groupsPath}/${id}`]) {
        expectRefusal(await send("GET", path), notFound);
        expectRefusal(await send("PATCH", path, patch({ op: "add", path: "displayName", value: "x" })), notFound);
        expectRefusal(await send("DELETE", path), notFound);
      }
      expectRefusal(await send("PUT", `${usersPath}/${id}`, user(unique())), notFound);
      const person = await createUser(server);
      const group = await createGroup(server);
      for (const other of [person.id, group.id]) {
        expectRefusal(await send("GET", `${devicesPath}/${other}`), notFound);
        expectRefusal(await send("DELETE", `${devicesPath}/${other}`), notFound);
        expectRefusal(await send("PUT", `${devicesPath}/${other}`, device(unique())), notFound);
      }
      expect((await send("GET", `${devicesPath}/${id}`)).status).toBe(200);
    });

    test("H-13 RP-17 DL-9 its endpoint offers what that of users does", async () => {
      for (const [method, allow] of [
        ["PUT", "GET, POST"],
        ["DELETE", "GET, POST"],
      ] as const) {
        const answer = await send(method, devicesPath, method === "PUT" ? device(unique()) : undefined);
        expect([answer.status, answer.header("Allow")]).toEqual([405, allow]);
      }
    });
  },
);

describe("many of them", () => {
  const displayName = unique("Shelf");
  const ids: string[] = [];
  beforeAll(async () => {
    for (const count of [5, 1, 4, 2, 3]) {
      const more = { displayName, count, ...(count === 4 && { owner: "https://example.com/Users/4" }) };
      ids.push((await create(server, devicesPath, device(unique(), more))).id);
    }
  });
  const filter = `displayName eq "${displayName}"`;
  const countsOf = (resources: readonly Body[]) => resources.map(({ count }) => count);

  test("F-6 F-10 F-25 O-7 PG-1 PG-2 PG-12 are filtered, sorted and given in pages", async () => {
    const asked = async (query: Record<string, string>) => list(server, devicesPath, { filter, ...query });
    expect(countsOf((await asked({})).resources)).toEqual([5, 1, 4, 2, 3]);
    expect(countsOf((await asked({ sortBy: "count" })).resources)).toEqual([1, 2, 3, 4, 5]);
    const page = await asked({ sortBy: `${deviceUrn}:count`, sortOrder: "descending", startIndex: "2", count: "2" });
    expect([page.total, page.startIndex, countsOf(page.resources)]).toEqual([5, 2, [4, 3]]);
    const more = { filter: `${filter} and count gt 3 and ${warrantyUrn}:until eq "${until}"` };
    expect(countsOf((await asked(more)).resources)).toEqual([5, 4]);
    expect(countsOf((await asked({ filter: `${filter} and owner ew "/4"` })).resources)).toEqual([4]);
    expect(countsOf((await asked({ filter: `${filter} and meta.resourceType eq "Device"` })).resources)).toHaveLength(
      5,
    );
    expectRefusal(await server.request("GET", `${devicesPath}?filter=userName%20pr`), invalidFilter);
  });

  test("CU-1 CU-4 CU-8 CU-11 CU-23 are walked by cursor", async () => {
    const counts: unknown[] = [];
    for (let cursor: unknown = ""; typeof cursor === "string"; ) {
      const query = new URLSearchParams({ filter, sortBy: "count", count: "2", cursor });
      const answer = await server.request("GET", `${devicesPath}?${query}`);
      expect(answer.status, answer.text).toBe(200);
      counts.push(...countsOf(objects(answer.json.Resources)));
      cursor = answer.json.nextCursor;
    }
    expect(counts).toEqual([1, 2, 3, 4, 5]);
  });

  test("X-1 X-3 A-2 are searched by POST", async () => {
    const body = { schemas: [searchRequestUrn], filter, sortBy: "count", count: 2, attributes: ["count"] };
    const page = pageOf(await server.request("POST", `${devicesPath}/.search`, body));
    expect(page).toMatchObject({ total: 5, itemsPerPage: 2 });
    expect(page.resources.map(({ id, schemas, ...rest }) => rest)).toEqual([{ count: 1 }, { count: 2 }]);
  });

  test("Q-6 Q-7 Q-8 are in a query of the base address, among users and groups", async () => {
    const person = await createUser(server, { displayName });
    const group = await createGroup(server, [], displayName);
    const all = await list(server, "/scim/v2", { filter });
    const found = all.resources.map(({ id }) => text(id));
    expect(found.toSorted()).toEqual([...ids, person.id, group.id].toSorted());
    for (const resource of all.resources) {
      const { location } = Object(resource.meta);
      expect((await server.request("GET", new URL(location).pathname)).json).toEqual(resource);
    }
    const only = await list(server, "/scim/v2", {
      filter: `${filter} and meta.resourceType eq "Device"`,
      sortBy: "count",
    });
    expect(countsOf(only.resources)).toEqual([1, 2, 3, 4, 5]);
    const body = { schemas: [searchRequestUrn], filter: `${filter} and not (meta.resourceType eq "Device")` };
    expect(pageOf(await server.request("POST", "/scim/v2/.search", body)).total).toBe(2);
    expect((await list(server, "/scim/v2", { filter: 'meta.resourceType eq "Nothing"' })).total).toBe(0);
  });
});

describe("a group", () => {
  test("G-4 G-7 DL-7 DT-8 can have one as a member, and tells where it is", async () => {
    const { id, displayName } = await create(server, devicesPath, device(unique(), { displayName: "Printer" }));
    const person = await createUser(server);
    const group = await createGroup(server, [id, person.id]);
    const path = `${groupsPath}/${group.id}`;
    const $ref = `${server.url}${devicesPath}/${id}`;
    const members = objects((await server.request("GET", path)).json.members);
    expect(members).toContainEqual({ value: id, $ref, type: "Device", display: displayName });
    expect((await server.request("GET", new URL($ref).pathname)).json.id).toBe(id);
    for (const filter of [`members.value eq "${id}"`, 'members.type eq "Device"', `members.$ref eq "${$ref}"`]) {
      expect(
        (await list(server, groupsPath, { filter })).resources.map((found) => found.id),
        filter,
      ).toEqual([group.id]);
    }
    const removed = await server.request("PATCH", path, patch({ op: "remove", path: `members[value eq "${id}"]` }));
    expect(objects(removed.json.members).map(({ value }) => value)).toEqual([person.id]);
    const added = await server.request("PATCH", path, patch({ op: "add", path: "members", value: [{ value: id }] }));
    expect(objects(added.json.members)).toHaveLength(2);
    expect((await server.request("DELETE", `${devicesPath}/${id}`)).status).toBe(204);
    const left = objects((await server.request("GET", path)).json.members);
    expect(left.map(({ value }) => value)).toEqual([person.id]);
  });
});

describe("Bulk", () => {
  test("B-4 B-16 B-17 BU-6 makes, changes and deletes them, with references to what it makes", async () => {
    const old = await create(server, devicesPath, device(unique()));
    const Operations = [
      {
        method: "POST",
        path: "/Devices",
        bulkId: "printer",
        data: device(unique(), { owner: "bulkId:owner", keeper: { value: "bulkId:owner" } }),
      },
      { method: "POST", path: "/devices", bulkId: "second", data: device(unique(), { owner: "bulkId:owner" }) },
      { method: "POST", path: "/Users", bulkId: "owner", data: user(unique()) },
      {
        method: "POST",
        path: "/Groups",
        bulkId: "all",
        data: { schemas: [groupUrn], displayName: unique("all"), members: [{ value: "bulkId:printer" }] },
      },
      { method: "PATCH", path: "/Devices/bulkId:second", data: patch({ op: "add", path: "count", value: 7 }) },
      {
        method: "PUT",
        path: `/Devices/${old.id}`,
        version: 'W/"1"',
        data: device(unique(), { owner: "bulkId:owner" }),
      },
      { method: "DELETE", path: "/Devices/bulkId:second" },
      { method: "POST", path: "/Devices", bulkId: "twice", data: device(text(old.serialNumber).toUpperCase()) },
      { method: "POST", path: "/Nothings", bulkId: "none", data: device(unique()) },
      { method: "POST", path: "/Devices", bulkId: "bad", data: device(unique(), { [warrantyUrn]: null }) },
    ];
    const answer = await server.request("POST", "/scim/v2/Bulk", { schemas: [bulkRequestUrn], Operations });
    expect(answer.status, answer.text).toBe(200);
    const results = objects(answer.json.Operations);
    expect(results.map(({ status }) => status).join(" ")).toBe("201 201 201 201 200 200 204 201 404 400");
    const locationOf = (at: number): string => new URL(text(results[at]?.location)).pathname;
    const ownerId = locationOf(2).split("/").at(-1);
    const printer = (await server.request("GET", locationOf(0))).json;
    expect(printer).toMatchObject({ owner: ownerId, keeper: { value: ownerId } });
    expect(locationOf(0)).toBe(`${devicesPath}/${printer.id}`);
    expect(objects((await server.request("GET", locationOf(3))).json.members)).toMatchObject([
      { value: printer.id, type: "Device" },
    ]);
    expect((await server.request("GET", `${devicesPath}/${old.id}`)).json).toMatchObject({ owner: ownerId });
    expectRefusal(await server.request("GET", locationOf(6)), notFound);
  });
});

test("BU-10 its endpoint is none before it is registered, and none after it is gone", async () => {
  const other = await startServer();
  try {
    const requests = async (): Promise<void> => {
      for (const [method, path] of [
        ["GET", devicesPath],
        ["POST", devicesPath],
        ["POST", `${devicesPath}/.search`],
        ["GET", `${devicesPath}/${unknownId}`],
        ["PUT", `${devicesPath}/${unknownId}`],
        ["PATCH", `${devicesPath}/${unknownId}`],
        ["DELETE", `${devicesPath}/${unknownId}`],
      ] as const) {
        const body = method === "GET" || method === "DELETE" ? undefined : device(unique());
        expectRefusal(await other.request(method, path, body), notFound);
      }
    };
    await requests();
    const { schema } = deviceType;
    await register(other, schemasPath, { id: schema, name: "Device", attributes: [{ name: "serialNumber" }] });
    await register(other, typesPath, { name: "Device", schema });
    const made = await other.request("POST", devicesPath, { schemas: [schema], serialNumber: "1" });
    expect(made.status, made.text).toBe(201);
    expect((await other.request("DELETE", `${devicesPath}/${made.json.id}`)).status).toBe(204);
    expect((await other.request("DELETE", `${typesPath}/Device`)).status).toBe(204);
    await requests();
  } finally {
    await other.stop();
  }
});
