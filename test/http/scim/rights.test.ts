import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hashToken } from "../../../src/access/token.ts";
import { defaultTenantId } from "../../../src/storage/port.ts";
import { createUser, expectRefusal, user, usersPath } from "../../support/scim.ts";
import { basic, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const password = "the password of somebody";

/** A user who can log in, with these roles. */
async function person(roles: readonly string[]) {
  const made = await createUser(server, { password });
  if (roles.length > 0) await server.commit({ kind: "setRoles", userId: made.id, roles });
  return { id: made.id, headers: { Authorization: basic(text(made.userName), password) } };
}

describe("what a caller may do depends on whom it is about", () => {
  test("AU-6 a user without a role sees themselves, and nobody else", async () => {
    const { id, headers } = await person([]);
    expect((await server.request("GET", "/scim/v2/Me", undefined, headers)).json.id).toBe(id);
    expectRefusal(await server.request("GET", `${usersPath}/${id}`, undefined, headers), { status: 403 });
    expectRefusal(await server.request("GET", usersPath, undefined, headers), { status: 403 });
  });

  test("AU-6 who has a role is changed and deleted by administrators alone", async () => {
    const administrator = await person(["administrator"]);
    const provisioner = await person(["provisioner"]);
    const colleague = await person([]);
    const rename = (id: string, { headers }: typeof provisioner) =>
      server.request("PUT", `${usersPath}/${id}`, user(unique()), headers);
    expect((await rename(colleague.id, provisioner)).status).toBe(200);
    expectRefusal(await rename(administrator.id, provisioner), { status: 403 });
    const path = `${usersPath}/${administrator.id}`;
    expectRefusal(await server.request("DELETE", path, undefined, provisioner.headers), { status: 403 });
    expect((await rename(provisioner.id, administrator)).status).toBe(200);
  });
});

describe("identity providers", () => {
  test("AU-11 come with a bearer token that does not end, or with Basic", async () => {
    const Authorization = `Bearer ${await server.makeToken({ scopes: ["scim:read"] })}`;
    const { headers } = await person(["provisioner"]);
    expect((await server.request("GET", usersPath, undefined, { Authorization })).status).toBe(200);
    expect((await server.request("GET", usersPath, undefined, headers)).status).toBe(200);
  });
});

describe("credentials", () => {
  test("SEC-6 U-5 are kept hashed: a password with argon2id, a token with SHA-256", async () => {
    const userName = unique();
    await createUser(server, { userName, password });
    const made = await server.withStore((store) => store.access.credential(defaultTenantId, "User", userName));
    expect(made?.passwordHash).toStartWith("$argon2id$");
    const token = await server.makeToken({ scopes: ["scim:read"] });
    const kept = await server.withStore((store) => store.access.tokenByHash(hashToken(token)));
    expect(kept?.name).toBe("test");
    expect(JSON.stringify(kept)).not.toContain(token);
  });
});
