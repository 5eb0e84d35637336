import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bulkBody, bulkPath, patch, post, postUser, remove, statuses } from "../../scim/bulk/client.ts";
import { expectRefusal, group, groupsPath, list, user, usersPath } from "../../support/scim.ts";
import {
  type Answer,
  basic,
  object,
  objects,
  rawRequest,
  readAnswer,
  startServer,
  type TestServer,
  unique,
} from "../../support/server.ts";

const operationsMax = 3;
const payloadBytesMax = 2000;

let server: TestServer;
beforeAll(async () => {
  const [bulkMaxOperations, bulkMaxPayloadSize] = [`${operationsMax}`, `${payloadBytesMax}`];
  server = await startServer({ bulkMaxOperations, bulkMaxPayloadSize });
});
afterAll(() => server.stop());

const countOf = async (prefix: string): Promise<unknown> =>
  (await list(server, usersPath, { filter: `userName sw "${prefix}"` })).total;

/** A request with a user of that name, padded to be just so long. */
function padded(userName: string, bytes: number): string {
  const bare = JSON.stringify({ ...bulkBody([postUser(userName)]), padding: "" });
  return bare.replace('"padding":""', `"padding":"${"x".repeat(bytes - bare.length)}"`);
}

const json = { "Content-Type": "application/scim+json" };

/** Sends a body in chunks, without a Content-Length. */
async function sendChunked(body: string): Promise<Answer> {
  const bytes = new TextEncoder().encode(body);
  const pieces = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 500) controller.enqueue(bytes.slice(at, at + 500));
      controller.close();
    },
  });
  const headers = { Authorization: `Bearer ${server.token}`, ...json };
  return readAnswer(await fetch(server.url + bulkPath, { method: "POST", headers, body: pieces }));
}

describe("the limits", () => {
  test("B-1 B-23 D-5 are those that ServiceProviderConfig announces", async () => {
    const { bulk: announced } = (await server.request("GET", "/scim/v2/ServiceProviderConfig")).json;
    expect(announced).toEqual({ supported: true, maxOperations: operationsMax, maxPayloadSize: payloadBytesMax });
  });

  test("B-24 as many operations as the limit are done", async () => {
    const prefix = unique("limit");
    const operations = Array.from({ length: operationsMax }, (_, index) => postUser(`${prefix}-${index}`));
    expect(await statuses(server, operations)).toEqual(["201", "201", "201"]);
    expect(await countOf(prefix)).toBe(operationsMax);
  });

  test("B-23 one operation more is 413, which names the limit, and nothing is done", async () => {
    const prefix = unique("limit");
    const operations = Array.from({ length: operationsMax + 1 }, (_, index) => postUser(`${prefix}-${index}`));
    const answer = await server.request("POST", bulkPath, bulkBody(operations));
    expectRefusal(answer, { status: 413, names: `maxOperations (${operationsMax})` });
    expect(await countOf(prefix)).toBe(0);
  });

  test("B-24 as many bytes as the limit are done, with a Content-Length and in chunks", async () => {
    for (const send of [sendChunked, (body: string) => server.request("POST", bulkPath, body, json)]) {
      const name = unique("limit");
      const body = padded(name, payloadBytesMax);
      expect(Buffer.byteLength(body)).toBe(payloadBytesMax);
      const answer = await send(body);
      expect([answer.status, objects(answer.json.Operations).map(({ status }) => status)]).toEqual([200, ["201"]]);
      expect(await countOf(name)).toBe(1);
    }
  });

  test("B-23 one byte more is 413, which names the limit, and nothing is done", async () => {
    for (const send of [sendChunked, (body: string) => server.request("POST", bulkPath, body, json)]) {
      const name = unique("limit");
      const answer = await send(padded(name, payloadBytesMax + 1));
      expectRefusal(answer, { status: 413, names: `${payloadBytesMax} bytes (maxPayloadSize)` });
      expect(await countOf(name)).toBe(0);
    }
  });

  test("B-23 count bytes and not characters", async () => {
    const name = unique("limit");
    const body = padded(name, payloadBytesMax - 10).replace('"padding":"xxxxxxx', `"padding":"${"😀".repeat(7)}`);
    expect([body.length < payloadBytesMax, Buffer.byteLength(body) > payloadBytesMax]).toEqual([true, true]);
    expectRefusal(await server.request("POST", bulkPath, body, json), { status: 413 });
  });

  test("B-32 a Content-Length beyond the limit is 413 before a byte of the body is sent", async () => {
    const lines = ["Content-Type: application/scim+json", `Content-Length: ${payloadBytesMax + 1}`];
    const answer = await rawRequest(server, `POST ${bulkPath} HTTP/1.1`, lines);
    expect(answer.status).toBe(413);
    expect(object(JSON.parse(answer.body)).detail).toContain(`${payloadBytesMax}`);
  });

  test("B-23 are not those of a request for one resource", async () => {
    const body = user(unique(), { title: "x".repeat(payloadBytesMax) });
    expect((await server.request("POST", usersPath, body)).status).toBe(201);
  });
});

describe("1,000 operations", () => {
  let wide: TestServer;
  beforeAll(async () => {
    wide = await startServer();
  });
  afterAll(() => wide.stop());

  const size = 1000;
  const numbers = Array.from({ length: size }, (_, index) => index);
  const all = (status: string) => numbers.map(() => status);

  /** Every user whose name begins so, over all pages. */
  async function namesOf(prefix: string): Promise<readonly unknown[]> {
    const filter = `userName sw "${prefix}"`;
    const { total, resources } = await list(wide, usersPath, { filter, count: "1000", attributes: "userName" });
    expect(total).toBe(resources.length);
    return resources.map(({ userName }) => userName);
  }

  test("B-24 of a request are carried out, and the directory holds just what they make, in their order", async () => {
    const prefix = unique("many");
    const names = numbers.map((index) => `${prefix}-${index}`);
    expect(
      await statuses(
        wide,
        names.map((name) => postUser(name)),
      ),
    ).toEqual(all("201"));
    expect(await namesOf(prefix)).toEqual(names);
  });

  test("B-24 B-22 of two requests at the same time do not get in each other's way", async () => {
    const prefixes = [unique("one"), unique("two")];
    const made = await Promise.all(
      prefixes.map((prefix) =>
        statuses(
          wide,
          numbers.map((index) => postUser(`${prefix}-${index}`)),
        ),
      ),
    );
    expect(made).toEqual([all("201"), all("201")]);
    for (const prefix of prefixes) expect((await namesOf(prefix)).length).toBe(size);
  });

  test("B-22 of two requests at the same time for the same names make each of them once", async () => {
    const prefix = unique("same");
    const operations = numbers.map((index) => postUser(`${prefix}-${index}`));
    const made = await Promise.all([statuses(wide, operations), statuses(wide, operations)]);
    expect(made.flat().filter((status) => status === "201").length).toBe(size);
    expect(made.flat().filter((status) => status === "409").length).toBe(size);
    expect((await namesOf(prefix)).length).toBe(size);
  });

  test("B-17 of which all but one are members of a group before them, and are taken out again", async () => {
    const prefix = unique("member");
    const members = numbers.slice(2).map((index) => `${prefix}-${index}`);
    const results = await statuses(wide, [
      post(
        "group",
        "/Groups",
        group(
          prefix,
          members.map((name) => `bulkId:${name}`),
        ),
      ),
      ...members.map((name) => postUser(name)),
      patch("/Groups/bulkId:group", { op: "remove", path: `members[value eq "bulkId:${members[0]}"]` }),
    ]);
    expect(results).toEqual([...all("201").slice(1), "200"]);
    const { resources } = await list(wide, groupsPath, { filter: `displayName eq "${prefix}"` });
    expect(objects(resources[0]?.members).length).toBe(size - 3);
  });

  test("B-18 in one circle are made", async () => {
    const prefix = unique("circle");
    const results = await statuses(
      wide,
      numbers.map((index) => post(`${index}`, "/Groups", group(prefix, [`bulkId:${(index + 1) % size}`]))),
    );
    expect(results).toEqual(all("201"));
  });

  test("B-12 that all fail are all told", async () => {
    expect(
      await statuses(
        wide,
        numbers.map((index) => remove(`/Users/${index}`)),
      ),
    ).toEqual(all("404"));
  });

  test("of which some have passwords set each of them", async () => {
    const prefix = unique("login");
    const names = numbers.slice(0, 40).map((index) => `${prefix}-${index}`);
    for (const name of names) wide.keepSecret(`the password of ${name}`);
    const operations = names.map((name) => postUser(name, { password: `the password of ${name}` }));
    expect(await statuses(wide, operations)).toEqual(names.map(() => "201"));
    for (const name of [names[0] ?? "", names[39] ?? ""]) {
      const asThem = { Authorization: basic(name, `the password of ${name}`) };
      expect((await wide.request("GET", "/scim/v2/Me", undefined, asThem)).json.userName).toBe(name);
    }
  });
});
