import { afterAll, beforeAll, expect, test } from "bun:test";
import { expectRefusal, usersPath } from "../support/scim.ts";
import { type Body, basic, startServer, type TestServer, text } from "../support/server.ts";

/*
 * What SimpleIdServer's page "SCIM" ends with: the API keeps no passwords, so that nobody whom it brings can log in until
 * one credential at least is defined.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** The page's requests: both users have one externalId, and the same addresses. */
const bodyOf = (userName: string): Body => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  userName,
  active: true,
  displayName: "lennay",
  externalId: "e1f4c134-2dec-4754-bb50-9e786e4ecae9",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "Department" },
  name: { formatted: "Andrew Ryan", familyName: "Ryan", givenName: "Andrew" },
  emails: [
    { primary: true, type: "work", value: "andrew@gmail.com" },
    { primary: false, type: "home", value: "andrewhome@gmail.com" },
  ],
});

test("users who come by SCIM can not log in until they have a credential", async () => {
  const json = { "Content-Type": "application/json" };
  for (const userName of ["firstUser", "secondUser"]) {
    const made = await server.request("POST", usersPath, bodyOf(userName));
    expect(made.status).toBe(201);
    const id = text(made.json.id);
    for (const guess of ["", "lennay", userName]) {
      const headers = { Authorization: basic(userName, guess) };
      expectRefusal(await server.request("GET", "/scim/v2/Me", undefined, headers), { status: 401 });
    }
    const access = await server.request("GET", `/api/users/${id}/access`);
    expect(access.json).toMatchObject({ status: "new", hasPassword: false, roles: ["Everyone"], activations: [] });
    const put = await server.request("PUT", `/api/users/${id}/password`, JSON.stringify({ password: "ryan" }), json);
    expect(put.status).toBe(204);
    const me = await server.request("GET", "/scim/v2/Me", undefined, { Authorization: basic(userName, "ryan") });
    expect([me.status, me.json.userName]).toEqual([200, userName]);
    expect((await server.request("GET", `/api/users/${id}/access`)).json).toMatchObject({ status: "active" });
  }
});
