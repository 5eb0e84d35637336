import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readSearchRequest } from "../../../src/scim/list.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import { compileType } from "../../../src/scim/resource/type.ts";
import { enterpriseUserUrn, groupUrn, patchOpUrn, sapUserUrn, userUrn } from "../../../src/scim/urn.ts";
import {
  create,
  createUser,
  expectRefusal,
  groupsPath,
  invalidValue,
  pageOf,
  typeNamed,
  usersPath,
} from "../../support/scim.ts";
import { type Body, object, objects, type TestServer, text } from "../../support/server.ts";
import {
  departures,
  type ExampleName,
  type ExampleOf,
  example,
  examples,
  examplesOf,
  filesPresent,
  leftOut,
  ourBase,
  readExample,
  removeAll,
  startStrictServer,
  withoutServersOwn,
} from "./fixtures.ts";

/* The examples of RFC 7643 and RFC 7644, by their sections: resources, lists, searches, errors and configuration. */

let server: TestServer;
beforeAll(async () => {
  server = await startStrictServer();
});
afterEach(() => removeAll(server));
afterAll(() => server.stop());

const get = (path: string) => server.request("GET", path);

/** What a server keeps of a resource that a client sends: neither what is read only, nor secrets, nor what is empty. */
function kept(sent: Body): Body {
  const { groups, password, ...rest } = withoutServersOwn(sent);
  const entries = Object.entries(rest).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  const body = Object.fromEntries(entries);
  if (body[enterpriseUserUrn] === undefined) return body;
  const { manager, ...extension } = object(body[enterpriseUserUrn]);
  const { displayName, ...named } = object(manager);
  return { ...body, [enterpriseUserUrn]: { ...extension, manager: named } };
}

/** Makes the users that the members of an example are, and puts their ids in the place of its ids. */
async function withMembers(name: ExampleOf<"group">): Promise<Body> {
  const put: Record<string, string> = { ...ourBase(server) };
  for (const { value, display } of objects(example(name).members)) {
    put[text(value)] = (await createUser(server, display === undefined ? {} : { displayName: display })).id;
  }
  return example(name, put);
}

describe("a resource", () => {
  test.each(examplesOf("user", "group"))("%s is read by the strict profile as it stands", (_, name) => {
    const sent = example(name);
    const type = compileType(typeNamed(examples[name] === "user" ? "User" : "Group"));
    const { resource, issues, tolerated } = type.read(sent, strictProfile);
    expect([issues, [...tolerated]]).toEqual([[], []]);
    expect<unknown>(resource.attributes).toEqual(kept(sent));
    expect(resource.secrets).toEqual(sent.password === undefined ? {} : { password: text(sent.password) });
  });

  test.each(examplesOf("user"))("%s is created by POST, and GET gives back what was sent", async (_, name) => {
    const sent = example(name);
    const made = await create(server, usersPath, sent);
    const shown = (await get(`${usersPath}/${made.id}`)).json;
    expect(shown).toEqual(made);
    expect(withoutServersOwn(shown)).toEqual({ active: true, ...kept(sent) });
    expect(shown.id).not.toBe(sent.id);
    expect(shown.meta).toMatchObject({ resourceType: "User", location: `${server.url}${usersPath}/${made.id}` });
  });

  test.each(examplesOf("group"))("%s is created by POST, and GET gives back what was sent", async (_, name) => {
    const sent = await withMembers(name);
    const made = await create(server, groupsPath, sent);
    const { members, ...shown } = (await get(`${groupsPath}/${made.id}`)).json;
    expect(withoutServersOwn(shown)).toEqual({ schemas: [groupUrn], displayName: sent.displayName });
    const expected = objects(sent.members).map((member) => expect.objectContaining({ type: "User", ...member }));
    expect(objects(members)).toEqual(expect.arrayContaining(expected));
    expect(objects(members)).toHaveLength(expected.length);
  });

  test.each(examplesOf("group"))("%s is refused while its members do not exist", async (_, name) => {
    expectRefusal(await server.request("POST", groupsPath, example(name)), { ...invalidValue, names: "members" });
  });
});

/** Makes the user of the example and answers what POST did. */
const post = (name: ExampleOf<"user">) => server.request("POST", usersPath, example(name));

/** A user is active unless somebody says otherwise, and the server says so; the examples are silent. */
const active = "+ active: boolean";

describe("an answer", () => {
  test("RFC 7644 §3.3 create-request is answered with 201 and create-response", async () => {
    const answer = await post("rfc7644-3.3-create-request");
    const shown = example("rfc7644-3.3-create-response");
    expect(answer.status).toBe(201);
    expect(departures(answer.json, shown)).toEqual([active]);
    expect(answer.json).toMatchObject(withoutServersOwn(shown));
    const { location, version, created, lastModified } = object(answer.json.meta);
    expect([answer.header("Location"), answer.header("ETag")]).toEqual([text(location), text(version)]);
    expect(lastModified).toBe(created);
  });

  test("RFC 7644 §3.14 create-request is answered with create-response, and not again while the ETag is the same", async () => {
    const answer = await post("rfc7644-3.14-create-request");
    const shown = example("rfc7644-3.14-create-response");
    // The example leaves out externalId, which the request has.
    expect(departures(answer.json, shown)).toEqual([active, "+ externalId: string"]);
    const path = `${usersPath}/${text(answer.json.id)}?attributes=displayName`;
    const again = await server.request("GET", path, undefined, { "If-None-Match": answer.header("ETag") });
    expect([again.status, again.text]).toEqual([304, ""]);
  });

  test("RFC 7644 §3.4.1 get-response", async () => {
    const { id } = (await post("rfc7644-3.4.1-get-response")).json;
    const answer = await get(`${usersPath}/${text(id)}`);
    const shown = example("rfc7644-3.4.1-get-response");
    expect(departures(answer.json, shown)).toEqual([active]);
    expect(answer.json).toMatchObject(withoutServersOwn(shown));
  });

  test("RFC 7644 §3.5.1 put-request is answered with put-response", async () => {
    const made = (await post("rfc7644-3.3-create-request")).json;
    const path = `${usersPath}/${text(made.id)}`;
    const ifMatch = { "If-Match": text(object(made.meta).version) };
    const answer = await server.request("PUT", path, example("rfc7644-3.5.1-put-request"), ifMatch);
    const shown = example("rfc7644-3.5.1-put-response");
    expect(answer.status, answer.text).toBe(200);
    expect(departures(answer.json, shown)).toEqual([active]);
    expect(answer.json).toMatchObject(withoutServersOwn(shown));
    expect(answer.json).toEqual((await get(path)).json);
    expect(answer.header("ETag")).not.toBe(ifMatch["If-Match"]);
  });

  test("RFC 7644 §3.9 get-response shows the attributes that are asked for, id and schemas", async () => {
    const { id } = (await post("rfc7644-3.3-create-request")).json;
    const answer = await get(`${usersPath}/${text(id)}?attributes=userName`);
    const ids = { "2819c223-7f76-453a-919d-413861904646": text(id) };
    expect(answer.json).toEqual(example("rfc7644-3.9-get-response", ids));
  });
});

describe("a list", () => {
  test("RFC 7644 §3.4.2 list-response", async () => {
    const bjensen = await createUser(server, { userName: "bjensen" });
    const jsmith = await createUser(server, { userName: "jsmith" });
    const answer = await get(`${usersPath}?attributes=userName`);
    const ids = {
      "2819c223-7f76-453a-919d-413861904646": bjensen.id,
      "c75ad752-64ae-4823-840d-ffa80929976c": jsmith.id,
    };
    const shown = example("rfc7644-3.4.2-list-response", ids);
    // RFC 7643 §3: schemas is in every representation; RFC 7644 §3.4.2.4 has the figures of a page.
    expect(departures(answer.json, shown)).toEqual([
      "+ Resources[].schemas[]: string",
      "+ itemsPerPage: number",
      "+ startIndex: number",
    ]);
    const { total, resources } = pageOf(answer);
    expect(total).toBe(shown.totalResults);
    expect(resources).toEqual(objects(shown.Resources).map((resource) => ({ schemas: [userUrn], ...resource })));
  });

  /** What is told of a resource type, without words and places. */
  const told = ({ schemas, id, name, endpoint, schema, schemaExtensions }: Body) => {
    // The RFCs know one extension; this server has another beside it.
    const urns = objects(schemaExtensions ?? []).map((extension) => extension.schema);
    const extensions = urns.filter((urn) => urn !== sapUserUrn);
    return { schemas, id, name, endpoint, schema, extensions };
  };

  test("RFC 7644 §4 resource-types-response", async () => {
    const answer = await get("/scim/v2/ResourceTypes");
    const shown = example("rfc7644-4-resource-types-response");
    expect(departures(answer.json, shown)).toEqual([]);
    const { total, resources } = pageOf(answer);
    expect(total).toBe(shown.totalResults);
    expect(resources.map(told)).toEqual(objects(shown.Resources).map(told));
  });

  test("RFC 7643 §8.6 resource-types", async () => {
    const shown = objects(readExample("rfc7643-8.6-resource-types"));
    for (const type of shown) {
      const { json } = await get(`/scim/v2/ResourceTypes/${text(type.id)}`);
      expect(departures(json, type)).toEqual([]);
      expect(told(json)).toEqual(told(type));
    }
    expect(shown.map(({ id }) => id)).toEqual(["User", "Group"]);
  });
});

describe("a search", () => {
  const request = example("rfc7644-3.4.3-search-request");
  /** The resources that its figure 5 shows. */
  async function smiths(): Promise<readonly Body[]> {
    const james = { userName: "jsmith", displayName: "Smith, James" };
    const { id } = await createUser(server, james);
    const family = await create(server, groupsPath, { schemas: [groupUrn], displayName: "Smith Family" });
    await createUser(server, { displayName: "Jensen, Babs" });
    return [
      { schemas: [userUrn], id, ...james },
      { schemas: [groupUrn], id: family.id, displayName: "Smith Family" },
    ];
  }

  test("RFC 7644 §3.4.3 search-request is understood", () => {
    const { filter, attributes, excludedAttributes, startIndex, count } = readSearchRequest(request);
    expect(filter).toBe('displayName sw "smith"');
    expect([attributes, excludedAttributes]).toEqual([["displayName", "userName"], []]);
    expect([Number(startIndex), Number(count)]).toEqual([1, 10]);
  });

  test("RFC 7644 §3.4.3 search-request of users", async () => {
    const users = (await smiths()).slice(0, 1);
    const page = pageOf(await server.request("POST", `${usersPath}/.search`, request));
    expect(page).toEqual({ total: 1, startIndex: 1, itemsPerPage: 1, resources: users });
  });

  test("RFC 7644 §3.4.3 search-request of everything finds users and groups", async () => {
    const both = await smiths();
    const page = pageOf(await server.request("POST", "/scim/v2/.search", request));
    expect(page).toMatchObject({ total: 2, startIndex: 1, itemsPerPage: 2 });
    expect([...page.resources].sort((a, b) => text(b.displayName).localeCompare(text(a.displayName)))).toEqual([
      ...both,
    ]);
  });
});

describe("an error", () => {
  test("RFC 7644 §3.6 error-not-found, when a user was deleted", async () => {
    const { id } = await createUser(server);
    expect((await server.request("DELETE", `${usersPath}/${id}`)).status).toBe(204);
    const answer = await get(`${usersPath}/${id}`);
    expect(answer.status).toBe(404);
    expect(departures(answer.json, example("rfc7644-3.6-error-not-found"))).toEqual([]);
  });

  test("RFC 7644 §3.12 error-not-found, when there never was such a user", async () => {
    const answer = await get(`${usersPath}/2819c223-7f76-453a-919d-413861904646`);
    const shown = example("rfc7644-3.12-error-not-found");
    expect(departures(answer.json, shown)).toEqual([]);
    expect([answer.json.schemas, answer.json.status]).toEqual([shown.schemas, shown.status]);
  });

  // By PATCH: RFC 7644 §3.5.1 has a PUT ignore what it says of an id.
  test("RFC 7644 §3.12 error-mutability, when a client sets an id", async () => {
    const { id } = await createUser(server);
    const operation = { op: "replace", path: "id", value: "2819c223-7f76-453a-919d-413861904646" };
    const body = { schemas: [patchOpUrn], Operations: [operation] };
    const answer = await server.request("PATCH", `${usersPath}/${id}`, body);
    const { detail, ...shown } = example("rfc7644-3.12-error-mutability");
    expect(departures(answer.json, { detail, ...shown })).toEqual([]);
    expect(answer.json).toMatchObject(shown);
    expect(answer.status).toBe(400);
  });

  // Of a password: here the name is nothing that may not stand in a URI.
  test("RFC 7644 §7.5.2 error-sensitive, when a filter would put a secret into a URI", async () => {
    const answer = await get(`${usersPath}?${new URLSearchParams({ filter: 'password eq "t1meMa$heen"' })}`);
    const { detail, ...shown } = example("rfc7644-7.5.2-error-sensitive");
    expect(departures(answer.json, { detail, ...shown })).toEqual([]);
    expect(answer.json).toMatchObject(shown);
    expect(answer.status).toBe(403);
  });
});

test("RFC 7643 §8.5 service-provider-config", async () => {
  const { json } = await get("/scim/v2/ServiceProviderConfig");
  const shown = example("rfc7643-8.5-service-provider-config");
  // RFC 7643 §5: OPTIONAL; §3.1: a configuration need not have the common attributes.
  const optional = [
    "documentationUri",
    "authenticationSchemes[].documentationUri",
    "meta.created",
    "meta.lastModified",
  ];
  const absent = [...optional, "meta.version"].map((path) => `- ${path}: string`);
  const other = departures(json, shown).filter((line) => !absent.includes(line));
  // RFC 9865 §4 adds how lists are given in pages.
  expect(other.filter((line) => !line.startsWith("+ pagination."))).toEqual([]);
  const names = ["schemas", "patch", "changePassword", "sort", "etag"];
  for (const name of names) expect(json[name]).toEqual(shown[name]);
  const types = ({ authenticationSchemes }: Body) => objects(authenticationSchemes).map(({ type }) => type);
  expect(types(json)).toEqual(types(shown));
});

test.each(leftOut.map(({ where, why, text }) => [where, why, text] as const))(
  "%s is left out, being no JSON: %s",
  (_, __, excerpt) => {
    expect(() => JSON.parse(excerpt)).toThrow(SyntaxError);
  },
);

test("RFC 7643 RFC 7644 every example has a file, and every file is named as an example", () => {
  const names: readonly ExampleName[] = examplesOf(...new Set(Object.values(examples))).map(([, name]) => name);
  expect([...filesPresent()].sort()).toEqual([...names].sort());
});
