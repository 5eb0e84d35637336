import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { scopes } from "../../src/access/scope.ts";
import { settings } from "../../src/config.ts";
import { jsonBodyBytesMax, membersBodyBytesMax } from "../../src/http/body.ts";
import { compatMounts, ownMount, scim1Mount } from "../../src/http/mounts.ts";
import { importFileBytesMax } from "../../src/import/upload.ts";
import {
  createGroup,
  createUser,
  detailOf,
  expectRefusal,
  invalidSyntax,
  notFound,
  unknownId,
} from "../support/scim.ts";
import {
  type Answer,
  type Body,
  object,
  objects,
  rawRequest,
  readAnswer,
  startServer,
  type TestServer,
  text,
  unique,
} from "../support/server.ts";
import { administer } from "./administered.ts";
import { named, openapi, type Route, routes } from "./routes.ts";

let server: TestServer;
/** An id that exists, by the path it stands in. */
const ids = new Map<string, string>();
beforeAll(async () => {
  server = await startServer();
  const [oneUser, oneGroup] = [(await createUser(server)).id, (await createGroup(server)).id];
  for (const { path } of [ownMount, ...compatMounts]) {
    ids.set(`${path}/Users/{id}`, oneUser);
    ids.set(`${path}/Groups/{id}`, oneGroup);
    ids.set(`${path}/ResourceTypes/{id}`, "User");
    ids.set(`${path}/Schemas/{id}`, "urn:ietf:params:scim:schemas:core:2.0:User");
  }
  ids.set(`${scim1Mount.path}/Users/{id}`, oneUser);
  ids.set(`${scim1Mount.path}/Groups/{id}`, oneGroup);
  ids.set(`${scim1Mount.path}/Schemas/{id}`, "Users");
  ids.set("/api/groups/{id}", (await createGroup(server)).id);
  ids.set("/api/users/{id}", (await createUser(server)).id);
  ids.set("/api/schemas/{id}", "urn:ietf:params:scim:schemas:core:2.0:User");
  ids.set("/api/resource-types/{id}", "User");
  for (const [path, id] of await administer(server, unique)) ids.set(path, id);
  ids.set("/api/import-mappings/{id}", "ours");
  const mapping = { name: "ours", columns: [{ column: "login", path: "userName" }] };
  const json = { "Content-Type": "application/json" };
  await server.request("POST", "/api/import-mappings", JSON.stringify(mapping), json);
  ids.set("/api/tenants/{id}", "carbon.super");
  const grant = JSON.stringify({ name: "known", scopes: ["scim:read"] });
  const token = await server.request("POST", "/api/tokens", grant, json);
  server.keepSecret(text(token.json.token));
  ids.set("/api/tokens/{id}", text(token.json.id));
  const client = await server.request("POST", "/api/oauth-clients", grant, json);
  server.keepSecret(text(client.json.clientSecret));
  ids.set("/api/oauth-clients/{id}", text(client.json.clientId));
  const form = new FormData();
  form.set("file", new Blob(["userName\n"]), "empty.csv");
  const authorization = { Authorization: `Bearer ${server.token}` };
  const sent = { method: "POST", headers: authorization, body: form };
  const job = await readAnswer(await fetch(`${server.url}/api/imports?dryRun=true`, sent));
  ids.set("/api/imports/{id}", text(job.json.id));
});
afterAll(() => server.stop());

/** The path of a route with an id in it: one that exists when none is given. */
function pathOf({ path }: Route, id?: string): string {
  const place = /^.*\{id\}/.exec(path)?.[0] ?? "";
  const known = id ?? ids.get(place);
  if (place !== "" && known === undefined) throw new Error(`this test knows no id for ${path}`);
  return path.replace("{id}", known ?? "");
}

/** A request that would be good if the rest of it were: a body of the right type where one belongs. */
function send(route: Route, headers: Readonly<Record<string, string | null>>, id?: string): Promise<Answer> {
  const [type] = route.mediaTypes;
  const body = type === undefined ? undefined : isJson(route) ? "{}" : "--x--\r\n";
  const about = type === undefined ? {} : { "Content-Type": isJson(route) ? type : `${type}; boundary=x` };
  return server.request(route.method, pathOf(route, id), body, { ...about, ...headers });
}

const isJson = ({ mediaTypes }: Route): boolean => mediaTypes.some((type) => type.endsWith("json"));
const namesMembers = ({ path }: Route): boolean => path.includes("/Groups") && !path.endsWith(".search");
const bytesMaxOf = (route: Route): number => {
  if (!isJson(route)) return importFileBytesMax;
  if (route.path === "/jans-scim/restv1/v2/Bulk") return Number(settings.janssenBulkMaxPayloadSize.fallback);
  return namesMembers(route) ? membersBodyBytesMax : jsonBodyBytesMax;
};

/** SCIM 1.1 as WSO2 speaks it has another status for a body without a type that it reads. */
const mediaTypeStatus = ({ path }: Route): number => (path.startsWith(scim1Mount.path) ? 406 : 415);

const guarded = named(routes.filter(({ isProtected }) => isProtected));
/** Whoever asks about themselves needs no scope for it. */
const scoped = guarded.filter(([, { path }]) => !/\/me$/i.test(path));
const withBody = named(routes.filter(({ mediaTypes }) => mediaTypes.length > 0));
const withJson = named(routes.filter(isJson));
const withId = named(routes.filter(({ path }) => path.includes("{id}")));

test("the routes are there", () => {
  expect(routes.length).toBeGreaterThan(15);
  for (const part of [guarded, withBody, withJson, withId]) expect(part.length).toBeGreaterThan(3);
});

describe("a protected route", () => {
  test.each(guarded)("AU-1 AU-2 AU-3 %s without credentials is 401", async (_, route) => {
    const answer = await send(route, { Authorization: null });
    expectRefusal(answer, { status: 401 });
    expect(answer.header("WWW-Authenticate")).toMatch(/^Bearer realm="[^"]+", Basic realm="[^"]+"/);
  });

  test.each(guarded)("AU-1 AU-2 AU-3 %s with a wrong token is 401", async (_, route) => {
    const answer = await send(route, { Authorization: "Bearer mst_not-a-token-that-anybody-made" });
    expectRefusal(answer, { status: 401 });
    expect(answer.header("WWW-Authenticate")).toContain("Bearer");
  });

  test.each(scoped)("AU-3 AU-4 %s with a token that lacks the scope is 403", async (_, route) => {
    const idle = route.path.startsWith("/api/provisioning") ? "import:write" : "provisioning:write";
    const token = await server.makeToken({ scopes: [idle] });
    expectRefusal(await send(route, { Authorization: `Bearer ${token}` }), { status: 403 });
  });

  test.each(scoped)("AU-5 %s needs just one scope, which the 403 names", async (_, route) => {
    const none = await server.makeToken({ scopes: [] });
    const refusal = await send(route, { Authorization: `Bearer ${none}` });
    const needed = scopes.filter((scope) => detailOf(refusal).includes(scope));
    expect(needed).toHaveLength(1);
    const token = await server.makeToken({ scopes: needed });
    // Nothing is changed: the body is empty, the version another, the id unknown.
    const headers = { Authorization: `Bearer ${token}`, "If-Match": '"0"' };
    expect((await send(route, headers, unknownId)).status).not.toBeOneOf([401, 403]);
    const others = await server.makeToken({ scopes: scopes.filter((scope) => scope !== needed[0]) });
    expect((await send(route, { Authorization: `Bearer ${others}` })).status).toBe(403);
  });
});

describe("a route with a body", () => {
  test.each(withBody)("H-9 %s: another media type is 415", async (_, route) => {
    for (const type of ["text/plain", isJson(route) ? "multipart/form-data; boundary=x" : "application/json"]) {
      expectRefusal(await server.request(route.method, pathOf(route), "{}", { "Content-Type": type }), {
        status: mediaTypeStatus(route),
      });
    }
  });

  test.each(withBody)("H-9 %s: no Content-Type is 415", async (_, route) => {
    expectRefusal(await server.request(route.method, pathOf(route), "{}"), { status: mediaTypeStatus(route) });
  });

  test.each(withBody)("H-9 %s: neither body nor Content-Type is 415", async (_, route) => {
    expectRefusal(await server.request(route.method, pathOf(route)), { status: mediaTypeStatus(route) });
  });

  test.each(withJson)("P-10 H-19 %s: broken JSON is 400 invalidSyntax", async (_, route) => {
    for (const type of route.mediaTypes) {
      const answer = await server.request(route.method, pathOf(route), '{"schemas":', { "Content-Type": type });
      expectRefusal(answer, invalidSyntax);
    }
  });

  test.each(withBody)(
    "H-19 %s: a length over the limit is 413 before a byte of the body is there",
    async (_, route) => {
      const [type = ""] = route.mediaTypes;
      const about = [`Content-Type: ${type}; boundary=x`, `Content-Length: ${2 * bytesMaxOf(route)}`];
      const answer = await rawRequest(server, `${route.method} ${pathOf(route)} HTTP/1.1`, about);
      expect(answer.status).toBe(413);
      expect(answer.body).toContain('"413"');
    },
  );

  test.each(withJson)("H-19 %s: more than the limit is 413, however its length is told", async (_, route) => {
    const path = pathOf(route);
    const headers = { "Content-Type": "application/json" };
    const blanks = new Uint8Array(bytesMaxOf(route) + 1).fill(0x20);
    const scimType = route.path === "/jans-scim/restv1/v2/Bulk" ? { scimType: "" } : {};
    expectRefusal(await server.request(route.method, path, blanks, headers), { status: 413, ...scimType });
    expectRefusal(await sendChunked(route.method, path, blanks), { status: 413, ...scimType });
  });

  test.each(withJson)("%s: as much as the limit is read to its end", async (_, route) => {
    const most = new Uint8Array(bytesMaxOf(route)).fill(0x20);
    const headers = { "Content-Type": "application/json" };
    expectRefusal(await server.request(route.method, pathOf(route), most, headers), invalidSyntax);
    expectRefusal(await sendChunked(route.method, pathOf(route), most), invalidSyntax);
  });
});

/** Sends a body in chunks, without telling its length. */
async function sendChunked(method: string, path: string, bytes: Uint8Array): Promise<Answer> {
  const headers = { Authorization: `Bearer ${server.token}`, "Content-Type": "application/json" };
  const pieceBytes = 1_048_576;
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(sent, sent + pieceBytes));
      sent += pieceBytes;
    },
  });
  return readAnswer(await fetch(server.url + path, { method, headers, body }));
}

describe("a route with an id", () => {
  test.each(withId)("R-2 DL-10 ER-7 %s: an unknown id is 404", async (_, route) => {
    expectRefusal(await send(route, {}, unknownId), notFound);
  });
});

describe("a path", () => {
  const methodsOf = Map.groupBy(routes, ({ path }) => path);
  const lacking = [...methodsOf].flatMap(([path, offered]) =>
    ["GET", "POST", "PUT", "PATCH", "DELETE"]
      .filter((method) => !offered.some((route) => route.method === method))
      .map((method) => [method, path, offered] as const),
  );

  test.each(lacking)("H-13 %s %s is 405, and Allow says what it offers", async (method, _, offered) => {
    const [route] = offered;
    if (route === undefined) throw new Error("a path without a method");
    const answer = await server.request(method, pathOf(route), /GET|DELETE/.test(method) ? undefined : {});
    expectRefusal(answer, { status: 405 });
    expect(answer.header("Allow").split(", ").sort()).toEqual(offered.map((each) => each.method).sort());
  });

  const hidden = lacking.filter(([, , offered]) => offered.every(({ isProtected }) => isProtected));
  test.each(hidden)(
    "AU-1 %s %s without credentials is 401, and tells nothing of the path",
    async (method, _, offered) => {
      const [route] = offered;
      if (route === undefined) throw new Error("a path without a method");
      const answer = await server.request(method, pathOf(route), undefined, { Authorization: null });
      expectRefusal(answer, { status: 401 });
      expect(answer.header("Allow")).toBe("");
    },
  );
});

describe("openapi.json", () => {
  test("every operation has an operationId of its own", () => {
    const names = routes.map(({ operationId }) => operationId);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(named(routes))("ER-2 %s: every response of 400 or more refers to Error", (_, { responses }) => {
    const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400 || status === "default");
    expect(refusals.length).toBeGreaterThan(0);
    for (const [, response] of refusals) {
      const schemas = Object.values(object(object(response).content)).map((content) => object(content).schema);
      expect(schemas).toHaveLength(1);
      expect(errorSchemas).toContainEqual(object(schemas[0]));
    }
  });

  test.each(named(routes))("%s: a body is required, and each of its parameters is described", (_, route) => {
    const operation = object(object(object(openapi.paths)[route.path])[route.method.toLowerCase()]);
    if (route.mediaTypes.length > 0) expect(object(operation.requestBody).required).toBe(route.mediaTypes.length > 0);
    const inPath = objects(operation.parameters ?? []).filter((parameter) => parameter.in === "path");
    const inTemplate = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(inPath.map(({ name }) => name)).toEqual(inTemplate);
  });

  test("every $ref resolves", () => {
    const references = [...JSON.stringify(openapi).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(50);
    for (const reference of new Set(references)) expect(resolve(reference ?? "")).toBeDefined();
  });

  test("every security requirement names a scheme that is described", () => {
    const schemes = Object.keys(object(object(openapi.components).securitySchemes));
    const named = routes.flatMap(({ path, method }) =>
      objects(object(object(object(openapi.paths)[path])[method.toLowerCase()]).security ?? []).flatMap(Object.keys),
    );
    for (const name of new Set(named)) expect(schemes).toContain(name);
  });
});

/** The refusals of SCIM 2.0 and 1.1, and at the token endpoint those of OAuth. */
const errorSchemas = ["Error", "Errors1", "OAuthError"].map((name): Body => ({ $ref: `#/components/schemas/${name}` }));

function resolve(reference: string): unknown {
  let place: unknown = openapi;
  for (const part of reference.replace(/^#\//, "").split("/")) {
    place = (place as Body | undefined)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return place;
}
