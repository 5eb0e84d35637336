import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { enterpriseUserUrn, errorUrn, userUrn } from "../../../src/scim/urn.ts";
import { createUser, groupsPath, list, unknownId, usersPath } from "../../support/scim.ts";
import { type Answer, type Body, object, objects, type TestServer, text } from "../../support/server.ts";
import { departures, type ExampleOf, example, examplesOf, ourBase, removeAll, startStrictServer } from "./fixtures.ts";

/* The Bulk requests of RFC 7644 §3.7, and the answers that it shows, beside those of the server. */

const bulkPath = "/scim/v2/Bulk";
const bulkResponseUrn = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

let server: TestServer;
beforeAll(async () => {
  server = await startStrictServer();
});
afterEach(() => removeAll(server));
afterAll(() => server.stop());

const get = async (path: string): Promise<Answer> => await server.request("GET", path);
const versionOf = ({ meta }: Body): string => text(object(meta).version);

/** Sends a Bulk request; fails the test when the answer is no BulkResponse. */
async function bulk(body: Body): Promise<Body> {
  const answer = await server.request("POST", bulkPath, body);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json.schemas).toEqual([bulkResponseUrn]);
  return answer.json;
}

/** The resource that an operation made or changed, as GET shows it; its version is that which the operation tells. */
async function resourceOf({ location, version }: Body): Promise<Body & { readonly id: string }> {
  const { status, json } = await get(text(location).slice(server.url.length));
  expect([status, versionOf(json)]).toEqual([200, text(version)]);
  return { ...json, id: text(json.id) };
}

/** What each operation came to. */
const statusesOf = (response: Body): readonly unknown[] => objects(response.Operations).map(({ status }) => status);

/** A server may show the resource in the result of an operation that went well (RFC 7644 §3.7); the examples do not. */
function withoutResources(response: Body): Body {
  const operations = objects(response.Operations).map(({ response: inner, ...operation }) =>
    text(operation.status).startsWith("2") ? operation : { ...operation, response: inner },
  );
  return { ...response, Operations: operations };
}

describe("a Bulk request", () => {
  test.each(examplesOf("bulkRequest"))(
    "%s is answered with a result for every operation, in order",
    async (_, name) => {
      const { failOnErrors, ...request } = example(name);
      const results = objects((await bulk(request)).Operations);
      const asked = objects(request.Operations);
      expect(results.map(({ method, bulkId }) => ({ method, bulkId }))).toEqual(
        asked.map(({ method, bulkId }) => ({ method, bulkId })),
      );
    },
  );

  test("RFC 7644 §3.7.1 bulk-request-circular makes each group a member of the other", async () => {
    const response = await bulk(example("rfc7644-3.7.1-bulk-request-circular"));
    expect(statusesOf(response)).toEqual(["201", "201"]);
    const [a, b] = await Promise.all(objects(response.Operations).map(resourceOf));
    const put = {
      ...ourBase(server),
      "c3a26dd3-27a0-4dec-a2ac-ce211e105f97": text(a?.id),
      "6c5bb468-14b2-4183-baf2-06d523e03bd3": text(b?.id),
    };
    const shown = example("rfc7644-3.7.1-list-response", put);
    const query = new URLSearchParams({ filter: 'displayName sw "Group"', sortBy: "displayName" });
    const answer = (await get(`${groupsPath}?${query}`)).json;
    // The figures of a page, and the name of a member, which the examples of §3.7 leave out.
    expect(departures(answer, shown)).toEqual([
      "+ Resources[].members[].display: string",
      "+ itemsPerPage: number",
      "+ startIndex: number",
    ]);
    const groups = objects(shown.Resources).map(({ meta, members, ...group }) => ({
      ...group,
      members: objects(members).map((member) => expect.objectContaining(member)),
    }));
    expect(objects(answer.Resources).map(({ meta, ...group }) => group)).toEqual(groups);
    expect(answer.totalResults).toBe(shown.totalResults);
  });

  test("RFC 7644 §3.7.2 bulk-request-user-and-group makes Alice a member of the Tour Guides", async () => {
    const response = await bulk(example("rfc7644-3.7.2-bulk-request-user-and-group"));
    const [user, group] = await Promise.all(objects(response.Operations).map(resourceOf));
    expect(user?.userName).toBe("Alice");
    const put = {
      ...ourBase(server),
      "92b725cd-9465-4e7d-8c16-01f8e146b87a": text(user?.id),
      "e9e30dba-f08f-4109-8486-d5c6a331660a": text(group?.id),
    };
    const shown = example("rfc7644-3.7.2-get-response", put);
    expect(departures(group, shown)).toEqual(["+ members[].display: string"]);
    expect(group).toMatchObject({ id: shown.id, displayName: shown.displayName });
    expect(objects(group?.members)).toEqual(objects(shown.members).map((member) => ({ ...member, display: "Alice" })));
  });

  test("RFC 7644 §3.7.2 bulk-response, but for the status", async () => {
    const response = await bulk(example("rfc7644-3.7.2-bulk-request-user-and-group"));
    const shown = example("rfc7644-3.7.2-bulk-response");
    // RFC 7644 §3.7 defines the status as the code itself, and §3.7.3 shows it so.
    expect(departures(withoutResources(response), shown)).toEqual([
      "+ Operations[].status: string",
      "- Operations[].status.code: string",
    ]);
    expect(statusesOf(response)).toEqual(objects(shown.Operations).map(({ status }) => object(status).code));
  });

  test("RFC 7644 §3.7.2 bulk-request-manager makes Alice the manager of Bob", async () => {
    const response = await bulk(example("rfc7644-3.7.2-bulk-request-manager"));
    expect(statusesOf(response)).toEqual(["201", "201"]);
    const [alice, bob] = await Promise.all(objects(response.Operations).map(resourceOf));
    expect([alice?.userName, bob?.userName]).toEqual(["Alice", "Bob"]);
    expect(object(bob?.[enterpriseUserUrn])).toMatchObject({ employeeNumber: "11250", manager: { value: alice?.id } });
  });
});

/** The users that the request of §3.7.3 changes, made before it. */
async function threeUsers() {
  const bob = await createUser(server, { userName: "Robert" });
  const dave = await createUser(server, { userName: "David", nickName: "Davy" });
  const gone = await createUser(server, { userName: "Gone" });
  const ids = {
    "b7c14771-226c-4d05-8860-134711653041": bob.id,
    "5d8d29d3-342c-4b5f-8683-a3cb6763ffcc": dave.id,
    "e9025315-6bea-44e1-899c-1e07454e468b": gone.id,
  };
  // What stands between the quotes of W/"…".
  const opaque = (resource: Body): string => versionOf(resource).slice('W/"'.length, -1);
  const versions = { "3694e05e9dff591": opaque(bob), edac3253e2c0ef2: opaque(dave), "0ee8add0a938e1a": opaque(gone) };
  return { bob, dave, gone, ids, versions };
}

/** The request names as Alice's schema the URN of a message, which is none: this is the one of a user. */
const aliceIsUser = { "urn:ietf:params:scim:api:messages:2.0:User": userUrn };

describe("RFC 7644 §3.7.3 bulk-request", () => {
  const name: ExampleOf<"bulkRequest"> = "rfc7644-3.7.3-bulk-request";

  test("RFC 7644 §3.7.3 bulk-response, when every operation succeeds", async () => {
    const { bob, dave, gone, ids, versions } = await threeUsers();
    const response = await bulk(example(name, { ...ids, ...versions, ...aliceIsUser }));
    const shown = example("rfc7644-3.7.3-bulk-response", { ...ourBase(server), ...ids });
    expect(departures(withoutResources(response), shown)).toEqual([]);
    expect(statusesOf(response)).toEqual(statusesOf(shown));
    const [created, ...others] = objects(response.Operations);
    const locations = objects(shown.Operations).map(({ location }) => location);
    expect(others.map(({ location }) => location)).toEqual(locations.slice(1));
    expect((await resourceOf(object(created))).userName).toBe("Alice");
    expect((await get(`${usersPath}/${bob.id}`)).json.userName).toBe("Bob");
    const { userName, nickName } = (await get(`${usersPath}/${dave.id}`)).json;
    expect([userName, nickName]).toEqual(["Dave", undefined]);
    expect((await get(`${usersPath}/${gone.id}`)).status).toBe(404);
  });

  test("RFC 7644 §3.7.3 bulk-response-one-error, when failOnErrors is 1 and the first operation fails", async () => {
    const { bob, dave, gone, ids, versions } = await threeUsers();
    const response = await bulk(example(name, { ...ids, ...versions }));
    const shown = example("rfc7644-3.7.3-bulk-response-one-error");
    expect(departures(response, shown)).toEqual([]);
    expect(statusesOf(response)).toEqual(["400"]);
    for (const before of [bob, dave, gone]) expect((await get(`${usersPath}/${before.id}`)).json).toEqual(before);
    expect((await list(server, usersPath, { filter: 'userName eq "Alice"' })).total).toBe(0);
  });

  test("RFC 7644 §3.7.3 bulk-response-all-failed, when nobody limits the errors", async () => {
    const { bob, dave, ids } = await threeUsers();
    const nobody = { "e9025315-6bea-44e1-899c-1e07454e468b": unknownId };
    const { failOnErrors, ...request } = example(name, { ...ids, ...nobody });
    const response = await bulk(request);
    const shown = example("rfc7644-3.7.3-bulk-response-all-failed", { ...ourBase(server), ...ids, ...nobody });
    expect(failOnErrors).toBe(1);
    expect(departures(response, shown)).toEqual([]);
    const told = ({ location, method, bulkId, status }: Body) => ({ location, method, bulkId, status });
    expect(objects(response.Operations).map(told)).toEqual(objects(shown.Operations).map(told));
    for (const before of [bob, dave]) expect((await get(`${usersPath}/${before.id}`)).json).toEqual(before);
  });

  test("RFC 7644 §3.7.3 bulk-request on users that do not exist: each of them is 404", async () => {
    const { failOnErrors, ...request } = example(name, aliceIsUser);
    const [created, ...others] = objects((await bulk(request)).Operations);
    expect([failOnErrors, created?.status]).toEqual([1, "201"]);
    expect(others.map(({ method, status }) => [method, status])).toEqual([
      ["PUT", "404"],
      ["PATCH", "404"],
      ["DELETE", "404"],
    ]);
    for (const { response } of others) expect(response).toMatchObject({ schemas: [errorUrn], status: "404" });
  });
});

test("RFC 7644 §3.7.4 error-too-large names the limit that a request exceeds", async () => {
  const { bulk: limits } = (await get("/scim/v2/ServiceProviderConfig")).json;
  const bytesMax = Number(object(limits).maxPayloadSize);
  const request = { ...example("rfc7644-3.7.2-bulk-request-manager"), padding: "x".repeat(bytesMax) };
  const answer = await server.request("POST", bulkPath, request);
  const shown = example("rfc7644-3.7.4-error-too-large");
  expect(answer.status, answer.text).toBe(413);
  expect(departures(answer.json, shown)).toEqual([]);
  expect([answer.json.schemas, answer.json.status]).toEqual([shown.schemas, shown.status]);
  expect(text(answer.json.detail)).toContain(String(bytesMax));
});

test("RFC 7643 §8.5 service-provider-config says that Bulk is supported", async () => {
  const { bulk: ours } = (await get("/scim/v2/ServiceProviderConfig")).json;
  const { bulk: shown } = example("rfc7643-8.5-service-provider-config");
  expect(ours).toEqual(shown);
});
