import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { filterCharsMax } from "../../src/scim/limits.ts";
import { userUrn } from "../../src/scim/urn.ts";
import { createUser, unknownId, user, usersPath } from "../support/scim.ts";
import { type Answer, object, rawRequest, startServer, type TestServer, unique } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const json = { "Content-Type": "application/json" };

/** Checks that an answer is a refusal in SCIM's form, and that the server answers afterwards. */
async function expectRefused({ status, json: body }: Pick<Answer, "status" | "json">): Promise<void> {
  expect(status).toBeWithin(400, 500);
  expect(body).toMatchObject({ schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(status) });
  await expectAlive();
}

async function expectAlive(): Promise<void> {
  expect((await server.request("GET", "/readyz")).status).toBe(200);
}

/** The text of a user with one more member, as no serializer would write it. */
const userWith = (member: string): string =>
  `{"schemas":["${userUrn}"],"userName":${JSON.stringify(unique())},${member}}`;

const nested = (depth: number, open: string, inner: string, close: string): string =>
  open.repeat(depth) + inner + close.repeat(depth);

describe("a body with something harmless in it is accepted without it", () => {
  const ignored: readonly (readonly [string, string])[] = [
    ["__proto__", '"__proto__":{"active":false,"title":"polluted","isAdmin":true}'],
    ["constructor", '"constructor":{"prototype":{"title":"polluted"}}'],
    ["names of Object's methods", '"toString":"polluted","hasOwnProperty":"polluted","valueOf":1'],
    ["__proto__ in a complex attribute", '"name":{"__proto__":{"givenName":"polluted"}}'],
    ["__proto__ in a list", '"emails":[{"__proto__":{"value":"polluted"}}]'],
    ["__proto__ under the core URN", `"${userUrn}":{"__proto__":{"title":"polluted"}}`],
    ["an unknown name of 100,000 characters", `"${"x".repeat(100_000)}":1`],
    ["50,000 unknown names", Array.from({ length: 50_000 }, (_, index) => `"x${index}":1`).join(",")],
    ["an unknown string of 1 MB", `"note":"${"x".repeat(1_000_000)}"`],
    ["a NUL in an unknown name", '"a\\u0000b":"c"'],
  ];

  test.each(ignored)("%s", async (_, member) => {
    const answer = await server.request("POST", usersPath, userWith(member), json);
    expect(answer.status, answer.text.slice(0, 500)).toBe(201);
    expect(Object.keys(answer.json)).toEqual(["id", "schemas", "userName", "active", "meta"]);
    expect(answer.json.active).toBe(true);
    expect(Object.hasOwn(Object.prototype, "isAdmin")).toBe(false);
    expect(object({}).title).toBeUndefined();
    await expectAlive();
  });
});

describe("a body that can not be kept is refused", () => {
  const bodies: readonly (readonly [string, string])[] = [
    ["1,000 objects in each other", userWith(`"deep":${nested(1000, '{"a":', "1", "}")}`)],
    ["100,000 lists in each other", userWith(`"deep":${nested(100_000, "[", "", "]")}`)],
    ["P-17 a key that is given twice", userWith('"title":"a","title":"b"')],
    ["P-17 a key that is given twice, once escaped", userWith('"title":"a","t\\u0069tle":"b"')],
    ["P-17 a key that is given twice, in another case", userWith('"title":"a","Title":"b"')],
    ["a NUL in a value", userWith('"title":"a\\u0000b"')],
    ["half of a surrogate pair in a value", userWith('"title":"\\ud800"')],
    ["the other half in a value", userWith('"title":"\\udfff x"')],
    ["the halves in the wrong order", userWith('"title":"\\udc00\\ud800"')],
    ["a string of 5 MB", userWith(`"title":"${"x".repeat(5_000_000)}"`)],
    ["a photo of 5 MB", userWith(`"photos":[{"value":"data:${"x".repeat(5_000_000)}"}]`)],
    ["a password of 5 MB", userWith(`"password":"${"x".repeat(5_000_000)}"`)],
    ["1,001 values", userWith(`"emails":[${Array(1001).fill('{"value":"a"}').join(",")}]`)],
    ["a complex attribute that is a list 1,000 deep", userWith(`"name":${nested(1000, "[", "", "]")}`)],
    ["a boolean of 5 MB", userWith(`"active":"${"true".repeat(1_250_000)}"`)],
    ["an endless number", userWith('"active":1e999999')],
    ["100,000 open lists", "[".repeat(100_000)],
    ["100,000 open objects", '{"a":'.repeat(100_000)],
    ["a raw NUL", '{"userName":"a\0b"}'],
    ["schemas that are 1,000 deep", `{"schemas":${nested(1000, "[", "", "]")},"userName":"a"}`],
    ["a userName that is an object of Object's names", userWith('"USERNAME":{"toString":1}')],
  ];

  test.each(bodies)("%s", async (_, body) => {
    await expectRefused(await server.request("POST", usersPath, body, json));
  });

  test.each(bodies)("%s, in a replacement, which changes nothing", async (_, body) => {
    const made = await createUser(server);
    await expectRefused(await server.request("PUT", `${usersPath}/${made.id}`, body, json));
    expect((await server.request("GET", `${usersPath}/${made.id}`)).json).toEqual(made);
  });
});

describe("an id that is a path", () => {
  const ids = [
    "../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/healthz",
    "%2e%2e%2f%2e%2e%2fhealthz",
    "..\\..\\healthz",
    "%00",
    `${unknownId}%00`,
    "%ff%fe",
    "%",
    "%zz",
    "%c0%ae%c0%ae",
    "'%20OR%20'1'='1",
    "%25",
    "*",
    "__proto__",
    "constructor",
  ].map((id) => [id, id]);
  const long = [
    ["10,000 characters", "x".repeat(10_000)],
    ["1,000 encoded pictures", "%F0%9F%91%A9".repeat(1000)],
  ];

  test.each([...ids, ...long])("%s is 404 for GET, PUT and DELETE", async (_, id) => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const body = method === "PUT" ? JSON.stringify(user(unique())) : "";
      const about = body === "" ? [] : ["Content-Type: application/json", `Content-Length: ${body.length}`];
      const answer = await rawRequest(server, `${method} ${usersPath}/${id} HTTP/1.1`, about, body);
      expect([404, 405]).toContain(answer.status);
      expect(answer.body).not.toContain("root:");
      await expectRefused({ status: answer.status, json: object(JSON.parse(answer.body)) });
    }
  });

  test("does not lead past the authentication", async () => {
    for (const path of [
      "/docs/../scim/v2/Users",
      "/docs/%2e%2e/scim/v2/Users",
      "//scim/v2/Users",
      "/scim/v2/./Users",
    ]) {
      const answer = await rawRequest(server, `GET ${path} HTTP/1.1`, [], "", "none");
      expect([401, 404], path).toContain(answer.status);
    }
  });

  test.each(["../../../etc/passwd", "%2e%2e%2findex.html", "..%5cinit.js", "__proto__", "toString", "init.js%00"])(
    "%p is no file of the documentation",
    async (name) => {
      const answer = await rawRequest(server, `GET /docs/${name} HTTP/1.1`);
      await expectRefused({ status: answer.status, json: object(JSON.parse(answer.body)) });
      expect(answer.status).toBe(404);
    },
  );
});

describe("a filter that is too much", () => {
  const filters: readonly (readonly [string, string])[] = [
    ["10,000 open parentheses", "(".repeat(10_000)],
    ["5,000 pairs of parentheses", nested(5000, "(", "title pr", ")")],
    ["2,000 negations", nested(2000, "not(", "title pr", ")")],
    ["1,000 brackets", nested(1000, "emails[", "value pr", "]")],
    ["1,000 conditions", Array(1000).fill("title pr").join(" or ")],
    ["a string that does not end", `title eq "${"\\".repeat(4001)}`],
    ["a NUL in a string", 'title eq "\\u0000"'],
    ["half of a surrogate pair", 'title eq "\\ud800"'],
    ["a raw control character", "title\u0001eq"],
    ["names of Object's methods", 'constructor.prototype eq "x" or __proto__ pr'],
  ];

  test.each(filters)("%s is 400 invalidFilter", async (_, filter) => {
    const query = filter.includes("\\") || filter.includes("\u0001") ? encodeURIComponent(filter) : filter;
    const answer = await server.request("GET", `${usersPath}?filter=${query.replaceAll(" ", "+")}`);
    expect(answer.json.scimType).toBe("invalidFilter");
    await expectRefused(answer);
  });

  test("F-38 100,000 characters are 400 invalidFilter that tells the limit", async () => {
    const answer = await server.request("GET", `${usersPath}?filter=${"a".repeat(100_000)}`);
    expect(answer.status).toBe(400);
    expect(answer.json.detail).toContain(String(filterCharsMax));
    await expectRefused(answer);
  });

  test("F-38 as many characters as the limit are read, though each is three in the address", async () => {
    const blanks = " ".repeat(filterCharsMax - "titlepr".length);
    const fits = await server.request("GET", `${usersPath}?filter=title${encodeURIComponent(blanks)}pr`);
    expect(fits.status).toBe(200);
  });
});

describe("a head that is odd", () => {
  test.each(["a b", "evil.example/x", '"><script>', "user@evil.example", "", "[::1", "x".repeat(500)])(
    "Host %p is answered without an error of the server",
    async (host) => {
      const answer = await rawRequest(server, `GET ${usersPath}/${unknownId} HTTP/1.1`, [`Host: ${host}`]);
      expect(answer.status).toBeWithin(400, 500);
      await expectAlive();
    },
  );

  test.each([
    ["Bearer", 401],
    ["Bearer ", 401],
    ["Basic ====", 401],
    ["Basic \x00", 401],
    [`Bearer ${"x".repeat(200)}`, 401],
    [`Basic ${"A".repeat(200)}`, 401],
    ["__proto__ x", 401],
    ["toString x", 401],
    [" ", 401],
  ])("Authorization %p is %d", async (authorization, status) => {
    const answer = await rawRequest(server, `GET ${usersPath} HTTP/1.1`, [], "", authorization);
    // A control character in a head is refused by HTTP itself.
    expect([status, 400]).toContain(answer.status);
    await expectAlive();
  });

  test("1,000 versions in If-Match are answered", async () => {
    const { id } = await createUser(server);
    const tags = Array.from({ length: 1000 }, (_, index) => `W/"${index + 5}"`).join(",");
    const answer = await server.request("DELETE", `${usersPath}/${id}`, undefined, { "If-Match": tags });
    await expectRefused(answer);
    expect(answer.status).toBe(412);
  });
});
