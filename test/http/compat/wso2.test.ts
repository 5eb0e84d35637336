import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bulkRequestUrn, enterpriseUserUrn, groupUrn, patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import { expectRefusal, invalidValue, uniqueness, unknownId, user } from "../../support/scim.ts";
import {
  type Answer,
  type Body,
  object,
  objects,
  startServer,
  type TestServer,
  text,
  unique,
} from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ bulkMaxOperations: "5" });
  const headers = { "Content-Type": "application/json" };
  await server.request("POST", "/api/user-stores", JSON.stringify({ name: "SALES" }), headers);
});
afterAll(() => server.stop());

const bulk = (Operations: readonly Body[], more: Body = {}): Promise<Answer> =>
  server.request("POST", "/scim2/Bulk", { schemas: [bulkRequestUrn], ...more, Operations });
const post = (bulkId: string | undefined, data: Body, path = "/Users"): Body => ({
  method: "POST",
  path,
  ...(bulkId !== undefined && { bulkId }),
  data,
});

describe("Bulk as WSO2 has it", () => {
  test("tells a status as a number in an object, and a refusal as a text that holds JSON", async () => {
    const name = unique();
    const answer = await bulk([post("a", user(name)), post("b", user(name))]);
    const [made, refused] = objects(answer.json.Operations);
    expect(made).toMatchObject({ method: "POST", bulkId: "a", status: { code: 201 } });
    expect(text(made?.location)).toStartWith(`${server.url}/scim2/Users/`);
    expect(made).not.toHaveProperty("response");
    expect(refused?.status).toEqual({ code: 409 });
    expect(JSON.parse(text(refused?.response))).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: "409",
      scimType: "uniqueness",
      detail: `User with the name: ${name} already exists in the system.`,
    });
  });

  test("refuses too many operations in WSO2's sentence", async () => {
    const answer = await bulk(Array.from({ length: 6 }, (_, index) => post(`b${index}`, user(unique()))));
    expectRefusal(answer, { status: 413 });
    expect(answer.json.detail).toBe(
      "The number of operations in the bulk request: 6 exceeds the maximum total number of operations count: 5.",
    );
  });

  test("refuses whole what lacks a bulkId, or has one twice", async () => {
    const name = unique();
    const lacking = await bulk([post("a", user(name)), post(undefined, user(unique()))]);
    expectRefusal(lacking, invalidValue);
    expect(lacking.json.detail).toBe(
      "JSON string could not be decoded properly.Required attribute BULK_ID is missing in the request",
    );
    const twice = await bulk([post("a", user(name)), post("a", user(unique()))]);
    expect([twice.status, twice.json.detail]).toEqual([400, "Duplicate bulkId found: a"]);
    expect((await server.request("GET", `/scim2/Users?filter=userName+eq+"${name}"`)).json.totalResults).toBe(0);
  });

  test("takes failOnErrors 0 for no limit", async () => {
    const name = unique();
    const answer = await bulk([post("a", user(name)), post("b", user(name)), post("c", user(unique()))], {
      failOnErrors: 0,
    });
    expect(objects(answer.json.Operations).map(({ status }) => object(status).code)).toEqual([201, 409, 201]);
  });
});

describe("names in user stores", () => {
  const create = (body: Body, path = "/scim2/Users") => server.request("POST", path, body);
  const group = (displayName: string): Body => ({ schemas: [groupUrn], displayName });

  test("of users are bare in PRIMARY, and have a prefix elsewhere", async () => {
    const name = unique();
    expect((await create(user(`PRIMARY/${name}`))).json.userName).toBe(name);
    expect((await create(user(`sales/${name}`))).json.userName).toBe(`SALES/${name}`);
    for (const filter of [`userName eq "PRIMARY/${name}"`, `not (userName ne "primary/${name}")`]) {
      const found = await server.request("GET", `/scim2/Users?filter=${encodeURIComponent(filter)}`);
      expect(
        objects(found.json.Resources).map(({ userName }) => userName),
        filter,
      ).toEqual([name]);
    }
  });

  test("of groups have it always, in every answer", async () => {
    const name = unique("group");
    const { json: member } = await create(user(unique()));
    const made = await create({ ...group(name), members: [{ value: member.id }] }, "/scim2/Groups");
    expect(made.json.displayName).toBe(`PRIMARY/${name}`);
    const path = `/scim2/Groups/${made.json.id}`;
    expect((await server.request("GET", path)).json.displayName).toBe(`PRIMARY/${name}`);
    expect((await server.request("GET", `${path}?attributes=displayName`)).json.displayName).toBe(`PRIMARY/${name}`);
    const operations = [{ op: "replace", path: "displayName", value: `PRIMARY/${name}2` }];
    const patched = await server.request("PATCH", path, { schemas: [patchOpUrn], Operations: operations });
    expect(patched.json.displayName).toBe(`PRIMARY/${name}2`);
    const filter = encodeURIComponent(`displayName eq "PRIMARY/${name}2"`);
    const listed = await server.request("GET", `/scim2/Groups?filter=${filter}`);
    expect(objects(listed.json.Resources).map(({ displayName }) => displayName)).toEqual([`PRIMARY/${name}2`]);
    const { json: shown } = await server.request("GET", `/scim2/Users/${member.id}`);
    expect(objects(shown.groups).map(({ display }) => display)).toEqual([`PRIMARY/${name}2`]);
    expect((await server.request("GET", `/scim/v2/Groups/${made.json.id}`)).json.displayName).toBe(`${name}2`);
    expect((await create(group(`SALES/${name}`), "/scim2/Groups")).json.displayName).toBe(`SALES/${name}`);
  });

  test("name a store that there is, and a group only once", async () => {
    const nowhere = await create(user(`NOWHERE/${unique()}`));
    expectRefusal(nowhere, invalidValue);
    expect(text(nowhere.json.detail)).toEndWith("SCIM is not enabled for user store NOWHERE");
    const name = unique("group");
    await create(group(name), "/scim2/Groups");
    const again = await create(group(`PRIMARY/${name}`), "/scim2/Groups");
    expectRefusal(again, { ...uniqueness, names: `Group with name: PRIMARY/${name} already exists` });
  });
});

describe("askPassword", () => {
  const emails = [{ value: "kim@example.org", primary: true }];
  const places: readonly (readonly [string, Body])[] = [
    ["the enterprise extension", { [enterpriseUserUrn]: { askPassword: "true", department: "Tours" } }],
    ["WSO2's own", { "urn:scim:wso2:schema": { askPassword: true } }],
  ];

  async function mailsTo(address: string): Promise<readonly Body[]> {
    const answer = await server.request("GET", "/api/mail");
    return objects(answer.json.mails).filter(({ to }) => to === address);
  }

  test.each(places)("in %s sends a mail, and leaves the password out", async (_, more) => {
    const [userName, address] = [unique(), `${unique()}@example.org`];
    const body = {
      ...user(userName, more),
      schemas: [userUrn, "urn:scim:wso2:schema"],
      emails: [{ value: address }],
      password: "a-placeholder",
    };
    const made = await server.request("POST", "/scim2/Users", body);
    expect(made.status, made.text).toBe(201);
    expect(made.text).not.toContain("askPassword");
    expect(await mailsTo(address)).toHaveLength(1);
    const login = { Authorization: `Basic ${btoa(`${userName}:a-placeholder`)}` };
    expect((await server.request("GET", "/scim2/Me", undefined, login)).status).toBe(401);
  });

  test("in a Bulk request sends one to each, also to who is in a circle", async () => {
    const addresses = [unique(), unique(), unique()].map((name) => `${name}@example.org`);
    const asking = (address: string, more: Body = {}) =>
      user(unique(), { emails: [{ value: address }], [enterpriseUserUrn]: { askPassword: "true", ...more } });
    const [first = "", second = "", third = ""] = addresses;
    const answer = await bulk([
      post("a", asking(first, { manager: { value: "bulkId:b" } })),
      post("b", asking(second, { manager: { value: "bulkId:a" } })),
      post("c", asking(third)),
    ]);
    expect(objects(answer.json.Operations).map(({ status }) => object(status).code)).toEqual([201, 201, 201]);
    for (const address of addresses) expect(await mailsTo(address), address).toHaveLength(1);
  });

  test("without an address is refused, and nobody is made", async () => {
    const userName = unique();
    const body = user(userName, { [enterpriseUserUrn]: { askPassword: "true" } });
    expectRefusal(await server.request("POST", "/scim2/Users", body), { ...invalidValue, names: "emails" });
    expect((await server.request("GET", `/scim2/Users?filter=userName+eq+"${userName}"`)).json.totalResults).toBe(0);
  });

  test("that says no asks for nothing, and elsewhere it is an attribute that nobody knows", async () => {
    const address = `${unique()}@example.org`;
    const no = user(unique(), { emails: [{ value: address }], [enterpriseUserUrn]: { askPassword: "false" } });
    expect((await server.request("POST", "/scim2/Users", no)).status).toBe(201);
    const elsewhere = user(unique(), { emails, [enterpriseUserUrn]: { askPassword: "true" } });
    expect((await server.request("POST", "/scim/v2/Users", elsewhere)).status).toBe(201);
    expect(await mailsTo(address)).toEqual([]);
    expect(await mailsTo("kim@example.org")).toEqual([]);
  });
});

test("what is not there, and what is missing, is said in WSO2's words", async () => {
  expect((await server.request("GET", `/scim2/Users/${unknownId}`)).json.detail).toBe(
    "Specified resource does not exist.",
  );
  expect((await server.request("POST", "/scim2/Users", { schemas: [userUrn] })).json.detail).toBe(
    "Required attribute userName is missing in the SCIM Object.",
  );
});
