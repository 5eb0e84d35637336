import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { patchOpUrn } from "../../../src/scim/urn.ts";
import { create, createUser, user, usersPath } from "../../support/scim.ts";
import { basic, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const emails = [{ value: "Babs.Jensen@EXAMPLE.Com", type: "work" }];
const phoneNumbers = [{ value: "+1 (555) 010-0199", type: "work" }];

describe("values of one attribute", () => {
  test("S-26 with the same type and value are one, and what the later one adds joins it", async () => {
    const twins = [
      { value: "a@x.example", type: "work", primary: true },
      { value: "a@x.example", type: "home" },
      { value: "a@x.example", type: "work", display: "at work" },
    ];
    const made = await createUser(server, { emails: twins });
    const [work, home] = [{ ...twins[0], display: "at work" }, twins[1]];
    expect(made.emails).toEqual([work, home]);
    const path = `${usersPath}/${made.id}`;
    const add = { op: "add", path: "emails", value: [{ value: "a@x.example", type: "home", display: "at home" }] };
    const patched = await server.request("PATCH", path, { schemas: [patchOpUrn], Operations: [add] });
    expect(patched.json.emails).toEqual([work, { ...home, display: "at home" }]);
  });

  test("S-26 that have no value of their own stay as they are", async () => {
    const addresses = [
      { type: "work", locality: "Leeds" },
      { type: "work", locality: "Leeds" },
    ];
    expect((await createUser(server, { addresses })).addresses).toEqual(addresses);
  });
});

describe("a password", () => {
  test("SEC-2 U-3 is right however its letters are composed and its blanks are written", async () => {
    const userName = unique();
    await createUser(server, { userName, password: "zoë\u00a0secret" });
    const status = async (password: string): Promise<number> =>
      (await server.request("GET", "/scim/v2/Me", undefined, { Authorization: basic(userName, password) })).status;
    for (const right of ["zoë\u00a0secret", "zoe\u0308\u00a0secret", "zoe\u0308 secret", "zoë\u3000secret"]) {
      expect([right, await status(right)]).toEqual([right, 200]);
    }
    for (const wrong of ["zoe secret", "Zoë secret", "zoëssecret", "zoë secret "]) {
      expect([wrong, await status(wrong)]).toEqual([wrong, 401]);
    }
  });
});

describe("mail addresses and telephone numbers", () => {
  test("AM-28 S-21 S-32 come back as they were sent, in every answer", async () => {
    const made = await create(server, usersPath, user(unique(), { emails, phoneNumbers }));
    const { json } = await server.request("GET", `${usersPath}/${made.id}`);
    for (const shown of [made, json]) expect([shown.emails, shown.phoneNumbers]).toEqual([emails, phoneNumbers]);
  });

  test("S-28 S-32 come back in their canonical form where the token's profile says so", async () => {
    const profile = "compatible+canonicalValues";
    const Authorization = `Bearer ${await server.makeToken({ scopes: ["scim:read", "scim:write"], profile })}`;
    const sent = user(unique(), { emails, phoneNumbers });
    const answer = await server.request("POST", usersPath, sent, { Authorization });
    expect(answer.status, answer.text).toBe(201);
    const { json } = await server.request("GET", `${usersPath}/${answer.json.id}`);
    for (const shown of [answer.json, json]) {
      expect(shown.emails).toEqual([{ value: "Babs.Jensen@example.com", type: "work" }]);
      expect(shown.phoneNumbers).toEqual([{ value: "tel:+15550100199", type: "work" }]);
    }
  });

  test("U-10 AM-28 of no known form are taken and kept", async () => {
    const odd = { emails: [{ value: "no address" }], phoneNumbers: [{ value: "ext. 4411, ask for Babs" }] };
    const made = await createUser(server, odd);
    expect(made).toMatchObject(odd);
  });
});
