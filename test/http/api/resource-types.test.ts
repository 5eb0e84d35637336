import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hashToken, randomToken } from "../../../src/access/token.ts";
import { resourceTypesMax, schemaExtensionsMax } from "../../../src/scim/schema/limits.ts";
import { coreResourceTypes } from "../../../src/scim/schema/registry.ts";
import { enterpriseUserUrn, groupUrn, resourceTypeUrn, schemaUrn, userUrn } from "../../../src/scim/urn.ts";
import { defaultTenantId } from "../../../src/storage/port.ts";
import {
  create,
  createUser,
  expectRefusal,
  invalidSyntax,
  invalidValue,
  list,
  notFound,
  type Refusal,
  uniqueness,
  user,
  usersPath,
} from "../../support/scim.ts";
import { type Answer, type Body, objects, startServer, type TestServer, text, unique } from "../../support/server.ts";
import {
  badge,
  badgeSchema,
  badgeUrn,
  device,
  deviceSchema,
  devicesPath,
  deviceType,
  deviceUrn,
  register,
  schemasPath,
  typesPath,
  userTypeWith,
  warrantySchema,
  warrantyUrn,
} from "../scim/custom.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  for (const schema of [badgeSchema, deviceSchema, warrantySchema]) await register(server, schemasPath, schema);
});
afterAll(() => server.stop());

const mutability = { status: 400, scimType: "mutability" } as const;
const conflict = { status: 409 } as const;
const thingUrn = "urn:example:schemas:Thing";

let made = 0;
/** A type whose name no other test uses, on a schema that nothing else needs. */
function type(more: Body = {}): Body & { readonly name: string } {
  return { name: `Kind${++made}`, schema: thingUrn, ...more };
}
beforeAll(() => register(server, schemasPath, { id: thingUrn, name: "Thing", attributes: [{ name: "size" }] }));

const at = (name: string): string => `${typesPath}/${name}`;

describe("registering a resource type", () => {
  test("D-7 D-9 D-10 D-11 BU-7 shows it in discovery at once, with the endpoint that its name makes", async () => {
    const { name } = type();
    const path = `/scim/v2/${name}s`;
    for (const before of [path, `/scim/v2/ResourceTypes/${name}`]) {
      expectRefusal(await server.request("GET", before), notFound);
    }
    const answer = await server.request("POST", typesPath, { name, schema: thingUrn });
    expect(answer.status, answer.text).toBe(201);
    const { pathname } = new URL(answer.header("Location"));
    expect((await server.request("GET", pathname)).json).toEqual(answer.json);
    const shown = (await server.request("GET", `/scim/v2/ResourceTypes/${name}`)).json;
    expect(shown).toEqual(answer.json);
    expect(shown).toMatchObject({
      schemas: [resourceTypeUrn],
      id: name,
      name,
      endpoint: `/${name}s`,
      schema: thingUrn,
    });
    const listed = objects((await server.request("GET", "/scim/v2/ResourceTypes")).json.Resources);
    expect(listed.filter(({ id }) => id === name)).toEqual([shown]);
    expect((await list(server, path)).total).toBe(0);
    // What was found by its Location can also be changed and removed there.
    expect((await server.request("PUT", pathname, shown)).json).toEqual(shown);
    expect((await server.request("DELETE", pathname)).status).toBe(204);
    expectRefusal(await server.request("GET", path), notFound);
  });

  test("the built-in ones are listed as the same data", async () => {
    const listed = objects((await server.request("GET", typesPath)).json.resources);
    for (const { name } of coreResourceTypes) {
      const shown = (await server.request("GET", `/scim/v2/ResourceTypes/${name}`)).json;
      expect((await server.request("GET", at(name))).json).toEqual(shown);
      expect(listed).toContainEqual(shown);
    }
  });

  test("is found by its name in any case", async () => {
    const { name } = await register(server, typesPath, type());
    const loud = at(text(name).toUpperCase());
    const shown = (await server.request("GET", loud)).json;
    expect(shown.name).toBe(name);
    expect((await server.request("PUT", loud, shown)).json).toEqual(shown);
    expect((await server.request("DELETE", loud)).status).toBe(204);
  });

  test("takes the URN of a schema in any case, and writes it as it is registered", async () => {
    const shown = await register(server, typesPath, {
      ...type({ schema: thingUrn.replace("example", "EXAMPLE") }),
      schemaExtensions: [{ schema: badgeUrn.replace("example", "Example") }],
    });
    expect(shown).toMatchObject({ schema: thingUrn, schemaExtensions: [{ schema: badgeUrn, required: false }] });
  });
});

describe("a resource type is refused", () => {
  const refusals: Readonly<Record<string, readonly [Body, Refusal]>> = {
    "without a name": [{ schema: thingUrn }, { ...invalidValue, names: "name" }],
    "with a name that is none": [type({ name: "a b" }), { ...invalidValue, names: "name" }],
    "without a schema": [{ name: "Lonely" }, { ...invalidValue, names: "schema" }],
    "D-10 on a schema that is not registered": [
      type({ schema: "urn:example:Nothing" }),
      { ...invalidValue, names: 'schema "urn:example:Nothing"' },
    ],
    "D-10 with an extension that is not registered": [
      type({ schemaExtensions: [{ schema: badgeUrn }, { schema: "urn:example:Nothing" }] }),
      { ...invalidValue, names: 'schemaExtensions[1].schema "urn:example:Nothing"' },
    ],
    "with its own schema as an extension": [
      type({ schemaExtensions: [{ schema: thingUrn }] }),
      { ...invalidValue, names: "schemaExtensions[0].schema" },
    ],
    "with an extension twice": [
      type({ schemaExtensions: [{ schema: badgeUrn }, { schema: badgeUrn.replace("example", "EXAMPLE") }] }),
      { ...invalidValue, names: "schemaExtensions[1].schema" },
    ],
    "with more extensions than a type may have": [
      type({ schemaExtensions: Array.from({ length: schemaExtensionsMax + 1 }, () => ({ schema: badgeUrn })) }),
      { status: 413, names: "schemaExtensions" },
    ],
    "S-22 with an extension that has a unique value": [
      type({ schemaExtensions: [{ schema: deviceUrn }] }),
      { ...invalidValue, names: "serialNumber" },
    ],
    "U-4 on the schema of users, whose passwords are no values": [
      type({ schema: userUrn }),
      { ...invalidValue, names: "schema" },
    ],
    "on the schema of groups, whose members are no values": [
      type({ schema: groupUrn }),
      { ...invalidValue, names: "schema" },
    ],
    "U-4 with the schema of users as an extension": [
      type({ schemaExtensions: [{ schema: userUrn }] }),
      { ...invalidValue, names: "schemaExtensions[0].schema" },
    ],
    "with a schema of discovery as an extension": [
      type({ schemaExtensions: [{ schema: schemaUrn }] }),
      { ...invalidValue, names: "schemaExtensions[0].schema" },
    ],
    "with a field that no type has": [type({ extensions: [] }), { ...invalidSyntax, names: "extensions" }],
    "with an id that is not its name": [type({ id: "Other" }), { ...invalidValue, names: "id" }],
    "with the name of a type, in any case": [
      type({ name: "user", endpoint: "/Persons" }),
      { ...uniqueness, names: "name" },
    ],
    "with the endpoint of a type, in any case": [type({ endpoint: "/users" }), { ...uniqueness, names: "endpoint" }],
    "with an endpoint of two segments": [type({ endpoint: "/a/b" }), { ...invalidValue, names: "endpoint" }],
    "with an endpoint without its slash": [type({ endpoint: "Things" }), { ...invalidValue, names: "endpoint" }],
  };
  for (const [title, [body, refusal]] of Object.entries(refusals)) {
    test(title, async () => {
      const before = (await server.request("GET", typesPath)).text;
      expectRefusal(await server.request("POST", typesPath, body), refusal);
      expect((await server.request("GET", typesPath)).text).toBe(before);
    });
  }

  test.each(["Me", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig", "bulk", "scim", "api"])(
    "BU-1 with an endpoint that the server has itself: /%s",
    async (segment) => {
      const answer = await server.request("POST", typesPath, type({ endpoint: `/${segment}` }));
      expectRefusal(answer, { ...invalidValue, names: "endpoint" });
    },
  );

  test.each(["Schema", "ResourceType", "serviceproviderconfig", "BuiltInUser"])(
    "with a name that the server has itself: %s",
    async (name) => {
      expectRefusal(await server.request("POST", typesPath, type({ name })), { ...invalidValue, names: "name" });
    },
  );
});

describe("a resource type that is built in", () => {
  test.each(["User", "Group", "user"])("can not go: %s", async (name) => {
    expectRefusal(await server.request("DELETE", at(name)), { ...mutability, names: "built in" });
  });

  test("keeps name, endpoint and schema", async () => {
    for (const [changed, names] of [
      [{ name: "Person" }, "name"],
      [{ endpoint: "/People" }, "endpoint"],
      [{ schema: thingUrn }, "schema"],
    ] as const) {
      const answer = await server.request("PUT", at("User"), { ...userTypeWith(enterpriseUserUrn), ...changed });
      expectRefusal(answer, { ...mutability, names });
    }
  });

  test("Group can have extensions too", async () => {
    const extended = { name: "Group", schema: groupUrn, schemaExtensions: [{ schema: badgeUrn }] };
    await register(server, at("Group"), extended, "PUT");
    const { id } = await createUser(server);
    const body = { schemas: [groupUrn, badgeUrn], displayName: unique("g"), members: [{ value: id }] };
    const group = await create(server, "/scim/v2/Groups", { ...body, ...badge({ level: 3 }) });
    expect(group).toMatchObject({ schemas: [groupUrn, badgeUrn], [badgeUrn]: { level: 3 }, members: [{ value: id }] });
    const filter = `${badgeUrn}:level gt 2`;
    expect((await list(server, "/scim/v2/Groups", { filter })).resources.map((found) => text(found.id))).toEqual([
      group.id,
    ]);
    expect((await server.request("DELETE", `/scim/v2/Groups/${group.id}`)).status).toBe(204);
    await register(server, at("Group"), { ...extended, schemaExtensions: [] }, "PUT");
  });
});

describe("a type with resources", () => {
  beforeAll(() => register(server, typesPath, deviceType));

  test("can not go until they are gone, and then does", async () => {
    const { id } = await create(server, devicesPath, device(unique()));
    expectRefusal(await server.request("DELETE", at("Device")), { ...conflict, names: "1 resource" });
    expect((await server.request("GET", `${devicesPath}/${id}`)).status).toBe(200);
    expect((await server.request("DELETE", `${devicesPath}/${id}`)).status).toBe(204);
    expect((await server.request("DELETE", at("Device"))).status).toBe(204);
    expectRefusal(await server.request("GET", devicesPath), notFound);
    expectRefusal(await server.request("DELETE", at("Device")), { ...notFound, names: "Device" });
    await register(server, typesPath, deviceType);
  });

  test("keeps its endpoint and its schema while there are any", async () => {
    const { id } = await create(server, devicesPath, device(unique()));
    for (const changed of [{ endpoint: "/Machines" }, { schema: thingUrn }]) {
      expectRefusal(await server.request("PUT", at("Device"), { ...deviceType, ...changed }), conflict);
    }
    expect((await server.request("DELETE", `${devicesPath}/${id}`)).status).toBe(204);
    await register(server, at("Device"), { ...deviceType, endpoint: "/Machines" }, "PUT");
    expectRefusal(await server.request("GET", devicesPath), notFound);
    expect((await list(server, "/scim/v2/Machines")).total).toBe(0);
    await register(server, at("Device"), deviceType, "PUT");
  });

  test("S-11 makes no extension required while there are any", async () => {
    const optional = { ...deviceType, schemaExtensions: [{ schema: warrantyUrn, required: false }] };
    await register(server, at("Device"), optional, "PUT");
    const { id } = await create(server, devicesPath, device(unique(), { [warrantyUrn]: null }));
    expectRefusal(await server.request("PUT", at("Device"), deviceType), { ...conflict, names: warrantyUrn });
    expect((await server.request("DELETE", `${devicesPath}/${id}`)).status).toBe(204);
    await register(server, at("Device"), deviceType, "PUT");
  });

  test("keeps an extension that has data, and loses it when no resource has any", async () => {
    await register(server, at("User"), userTypeWith(enterpriseUserUrn, badgeUrn), "PUT");
    const { id } = await createUser(server, badge({ badgeNumber: "7" }));
    const answer = await server.request("PUT", at("User"), userTypeWith(enterpriseUserUrn));
    expectRefusal(answer, { ...conflict, names: badgeUrn });
    const remove = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] };
    const operations = [{ op: "remove", path: badgeUrn }];
    await server.request("PATCH", `${usersPath}/${id}`, { ...remove, Operations: operations });
    await register(server, at("User"), userTypeWith(enterpriseUserUrn), "PUT");
    const shown = (await server.request("GET", "/scim/v2/ResourceTypes/User")).json;
    expect(shown.schemaExtensions).toEqual([{ schema: enterpriseUserUrn, required: false }]);
    expectRefusal(await server.request("POST", usersPath, user(unique(), { schemas: [badgeUrn] })), invalidValue);
  });
});

describe("who may register resource types", () => {
  const requests = [
    ["GET", typesPath],
    ["POST", typesPath],
    ["GET", at("User")],
    ["PUT", at("User")],
    ["DELETE", at("User")],
  ] as const;

  test("AU-4 nobody without the scope admin", async () => {
    const token = await server.makeToken({ scopes: ["scim:read", "scim:write", "scim:bulk", "import:write"] });
    for (const [method, path] of requests) {
      const body = method === "POST" || method === "PUT" ? type() : undefined;
      const answer = await server.request(method, path, body, { Authorization: `Bearer ${token}` });
      expectRefusal(answer, { status: 403, names: "admin" });
    }
  });

  test("AU-1 nobody without credentials", async () => {
    for (const [method, path] of requests) {
      expectRefusal(await server.request(method, path, undefined, { Authorization: null }), { status: 401 });
    }
  });
});

describe("a definition of one tenant", () => {
  let elsewhere: (method: string, path: string, body?: Body) => Promise<Answer>;
  beforeAll(async () => {
    const token = randomToken();
    server.keepSecret(token);
    const change = { kind: "createToken", id: Bun.randomUUIDv7(), name: "elsewhere", hash: hashToken(token) } as const;
    const more = {
      scopes: ["scim:read", "scim:write", "admin"],
      profile: "compatible",
      at: Date.now(),
      expiresAt: null,
    };
    const set = { tenantId: defaultTenantId + 1, changes: [{ ...change, ...more }] };
    const [result] = await server.withStore((store) => store.commit([set]));
    expect(result?.applied).toBe(true);
    elsewhere = (method, path, body) => server.request(method, path, body, { Authorization: `Bearer ${token}` });
  });

  test("SEC-4 is in no other: neither listed, found, used nor in the way", async () => {
    const { name } = await register(server, typesPath, type());
    const paths = [at(text(name)), `${schemasPath}/${thingUrn}`];
    const shown = [`/scim/v2/ResourceTypes/${name}`, `/scim/v2/Schemas/${thingUrn}`, `/scim/v2/${name}s`];
    for (const path of [...paths, ...shown]) {
      expect((await server.request("GET", path)).status).toBe(200);
      expectRefusal(await elsewhere("GET", path), notFound);
    }
    for (const path of paths) expectRefusal(await elsewhere("DELETE", path), notFound);
    for (const path of [schemasPath, typesPath, "/scim/v2/Schemas", "/scim/v2/ResourceTypes"]) {
      const answer = (await elsewhere("GET", path)).text;
      expect(answer).not.toContain(thingUrn);
      expect(answer).not.toContain(`"${text(name)}"`);
    }
    expectRefusal(await elsewhere("POST", typesPath, { name: text(name), schema: thingUrn }), invalidValue);

    const other = { id: thingUrn, name: "Thing", attributes: [{ name: "colour" }] };
    expect((await elsewhere("POST", schemasPath, other)).status).toBe(201);
    expect((await elsewhere("POST", typesPath, { name: text(name), schema: thingUrn })).status).toBe(201);
    const thing = { schemas: [thingUrn], size: "big", colour: "red" };
    const here = await server.request("POST", `/scim/v2/${name}s`, thing);
    const there = await elsewhere("POST", `/scim/v2/${name}s`, thing);
    expect([here.json.size, here.json.colour]).toEqual(["big", undefined]);
    expect([there.json.size, there.json.colour]).toEqual([undefined, "red"]);
    // The type of one tenant has resources, which keep no other tenant from anything.
    expect((await server.request("DELETE", `/scim/v2/${name}s/${here.json.id}`)).status).toBe(204);
    expect((await server.request("DELETE", at(text(name)))).status).toBe(204);
    expect((await elsewhere("GET", `/scim/v2/${name}s/${there.json.id}`)).status).toBe(200);
  });
});

test("many that come at once are all registered, or refused one by one", async () => {
  const several = Array.from({ length: 20 }, () => type());
  const answers = await Promise.all(several.map((each) => server.request("POST", typesPath, each)));
  expect(answers.map(({ status }) => status)).toEqual(several.map(() => 201));
  const twins = await Promise.all(
    several.map((_, index) => server.request("POST", typesPath, type({ endpoint: index % 2 ? "/Twins" : "/twins" }))),
  );
  expect(twins.map(({ status }) => status).toSorted()).toEqual([201, ...several.slice(1).map(() => 409)]);
  for (const { name } of several) {
    expect((await server.request("GET", `/scim/v2/${name}s`)).status).toBe(200);
    expect((await server.request("DELETE", at(name))).status).toBe(204);
  }
});

test("there are as many as a tenant may have, and no more", async () => {
  const full = await startServer();
  try {
    await register(full, schemasPath, { id: thingUrn, name: "Thing", attributes: [{ name: "size" }] });
    const room = resourceTypesMax - coreResourceTypes.length;
    for (let index = 0; index < room; index++) await register(full, typesPath, type());
    expectRefusal(await full.request("POST", typesPath, type()), { status: 413, names: String(resourceTypesMax) });
    expect((await list(full, "/scim/v2", { filter: "meta.resourceType pr" })).total).toBe(0);
  } finally {
    await full.stop();
  }
});

test("what was registered is there after a restart, and what it describes", async () => {
  const first = await startServer();
  const before: Record<string, unknown> = {};
  const paths = ["/scim/v2/Schemas", "/scim/v2/ResourceTypes", schemasPath, typesPath];
  const told = async (at: TestServer, path: string): Promise<string> =>
    (await at.request("GET", path)).text.replaceAll(at.url, "");
  for (const schema of [deviceSchema, warrantySchema, badgeSchema]) await register(first, schemasPath, schema);
  await register(first, typesPath, deviceType);
  await register(first, `${typesPath}/User`, userTypeWith(enterpriseUserUrn, badgeUrn), "PUT");
  const made = [
    `${devicesPath}/${(await create(first, devicesPath, device("A1"))).id}`,
    `${usersPath}/${(await createUser(first, badge({ level: 4 }))).id}`,
  ];
  for (const path of [...paths, ...made]) before[path] = await told(first, path);
  await first.server.stop();

  const second = await startServer({}, first.dataDir);
  const own = {
    ...second,
    request: (method: string, path: string) =>
      second.request(method, path, undefined, { Authorization: `Bearer ${first.token}` }),
  };
  try {
    for (const path of [...paths, ...made]) expect(await told(own, path)).toBe(String(before[path]));
    expect((await list(own, usersPath, { filter: "level eq 4" })).total).toBe(1);
  } finally {
    await second.stop();
  }
});
