import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create, createUser, user, usersPath } from "../../support/scim.ts";
import { startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const emails = [{ value: "Babs.Jensen@EXAMPLE.Com", type: "work" }];
const phoneNumbers = [{ value: "+1 (555) 010-0199", type: "work" }];

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
