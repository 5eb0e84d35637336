import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPolicy, problemText } from "../../../src/access/policy.ts";
import { createGroup, createUser, expectRefusal, invalidValue, notFound, unknownId } from "../../support/scim.ts";
import { type Answer, readAnswer, startServer, type TestServer, text, unique } from "../../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const first = "the-first-of-her-passwords";
const second = "quite-another-password";

const send = (method: string, path: string, body: Readonly<Record<string, unknown>>): Promise<Answer> =>
  server.request(method, path, JSON.stringify(body), { "Content-Type": "application/json" });

const login = (name: string, password: string): Promise<Answer> =>
  server.request("GET", "/scim/v2/Me", undefined, { Authorization: `Basic ${btoa(`${name}:${password}`)}` });

/** Asks for another password, without credentials but those in the body. */
const change = (userName: string, password: string, newPassword: string): Promise<Answer> =>
  server.request("POST", "/api/password-change", JSON.stringify({ userName, password, newPassword }), {
    "Content-Type": "application/json",
    Authorization: null,
  });

/** Has the time of a password pass. */
async function expire(userId: string, passwordHash: string): Promise<void> {
  await server.commit({ kind: "setPassword", userId, passwordHash, passwordUntil: Date.now() - 1, at: 1 });
}

async function hashOf(userName: string): Promise<string> {
  const record = await server.withStore((store) => store.access.credential(1, "User", userName));
  return record?.passwordHash ?? "";
}

describe("an administrator", () => {
  test("sets a password, which lets the user in", async () => {
    const userName = unique("ana");
    const { id } = await createUser(server, { userName });
    expect((await login(userName, first)).status).toBe(401);
    const answer = await send("PUT", `/api/users/${id}/password`, { password: first });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect((await login(userName, first)).json).toMatchObject({ userName });
  });

  test("ends the time of a password by setting another", async () => {
    const userName = unique("bo");
    const { id } = await createUser(server, { userName, password: first });
    await expire(id, await hashOf(userName));
    const refused = await login(userName, first);
    expectRefusal(refused, { status: 401 });
    expect(refused.json.detail).toBe("Password change required.");
    expect((await send("PUT", `/api/users/${id}/password`, { password: second })).status).toBe(204);
    expect((await login(userName, second)).status).toBe(200);
  });

  test("may have it changed within hours", async () => {
    const userName = unique("cy");
    const { id } = await createUser(server, { userName });
    await send("PUT", `/api/users/${id}/password`, { password: first, validHours: 2 });
    const record = await server.withStore((store) => store.access.credential(1, "User", userName));
    expect(Math.abs((record?.passwordUntil ?? 0) - Date.now() - 7_200_000)).toBeLessThan(60_000);
    expect((await login(userName, first)).status).toBe(200);
  });

  test("is refused for who is no user, and for what is no password", async () => {
    const { id: groupId } = await createGroup(server);
    for (const id of [unknownId, groupId]) {
      expectRefusal(await send("PUT", `/api/users/${id}/password`, { password: first }), notFound);
    }
    const { id } = await createUser(server);
    for (const body of [{}, { password: "" }, { password: 4711 }, { password: first, validHours: 0 }]) {
      expectRefusal(await send("PUT", `/api/users/${id}/password`, body), invalidValue);
    }
  });
});

describe("a person", () => {
  test("changes a password that had to be changed, and is in again", async () => {
    const userName = unique("di");
    const { id } = await createUser(server, { userName, password: first });
    await expire(id, await hashOf(userName));
    const refused = await login(userName, "not-the-right-one");
    expectRefusal(refused, { status: 401 });
    expect(refused.json.detail).toBe("The credentials are not valid.");
    expect((await change(userName, first, second)).status).toBe(204);
    expect((await login(userName, first)).status).toBe(401);
    expect((await login(userName, second)).status).toBe(200);
  });

  test("is refused without the password that they have, however often they try", async () => {
    const userName = unique("eve");
    await createUser(server, { userName, password: first });
    const statuses: number[] = [];
    for (let times = 0; times < 6; times++) statuses.push((await change(userName, "a guess", second)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    // The wait is that of the account, whichever way it is tried.
    expectRefusal(await login(userName, first), { status: 429 });
  });

  test("is told what is wrong with the new one", async () => {
    const userName = unique("fay");
    await createUser(server, { userName, password: first });
    const answer = await change(userName, first, "short");
    expectRefusal(answer, invalidValue);
    expect(text(answer.json.detail)).toBe("newPassword has fewer than 12 characters.");
  });

  const wrong: readonly (readonly [password: string, problem: string | undefined])[] = [
    ["eleven chars", undefined],
    ["eleven-char", "has fewer than 12 characters"],
    ["😀😀😀😀😀😀😀😀😀😀😀", "has fewer than 12 characters"],
    ["x".repeat(1025), "has more than 1024 characters"],
    ["the one before", "is the one that you have"],
    ["i am BJensen, really", "contains the userName"],
    ["aaaaaaaaaaaab", "repeats a few characters"],
  ];
  test.each(wrong)("%s: %p", async (password, problem) => {
    const policy = createPolicy(async () => 12);
    const chosen = { tenantId: 1, password, userName: "bjensen@example.org", before: "the one before" };
    const found = await policy.problem(chosen);
    expect(found && problemText(found, 12)).toBe(problem);
  });
});

test("a password that others are known to use is refused, where there is a list", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-breached-"));
  const list = join(folder, "breached.txt");
  writeFileSync(list, "letmein letmein\n");
  const own = await startServer({ breachedPasswords: list });
  try {
    await createUser(own, { userName: "kim", password: first });
    const change = async (newPassword: string): Promise<Answer> => {
      const body = JSON.stringify({ userName: "kim", password: first, newPassword });
      return own.request("POST", "/api/password-change", body, { "Content-Type": "application/json" });
    };
    const refused = await change("letmein letmein");
    expectRefusal(refused, invalidValue);
    expect(refused.json.detail).toBe("newPassword is in a list of passwords that others use.");
    expect((await change("letmein letmein, please")).status).toBe(204);
  } finally {
    await own.stop();
    rmSync(folder, { recursive: true });
  }
});

describe("an import of WSO2's users", () => {
  const claims = "http://wso2.org/claims/emailaddress=x@example.org";

  async function imported(userName: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set("file", new Blob([`UserName,Password,Claims\n${userName},${first},${claims}\n`]), "wso2.csv");
    const headers = { Authorization: `Bearer ${server.token}`, Prefer: "wait=20" };
    return readAnswer(await fetch(`${server.url}/api/imports`, { method: "POST", headers, body: form }));
  }

  const hoursLeft = async (userName: string): Promise<number | null> => {
    const record = await server.withStore((store) => store.access.credential(1, "User", userName));
    const until = record?.passwordUntil ?? null;
    return until === null ? null : Math.round((until - Date.now()) / 3_600_000);
  };

  test("lets them in for 24 hours, and says so", async () => {
    const userName = unique("gus");
    const job = await imported(userName);
    expect(job.json).toMatchObject({ state: "completed", options: { mustChangeHours: 24 } });
    expect(job.json.warnings).toContain("the passwords must be changed within 24 hours (mustChangeHours)");
    expect(await hoursLeft(userName)).toBe(24);
    expect((await login(userName, first)).status).toBe(200);
  });

  test("or for as long as it is asked", async () => {
    const [hal, ida] = [unique("hal"), unique("ida")];
    expect((await imported(hal, { mustChangeHours: "0" })).json.state).toBe("completed");
    expect(await hoursLeft(hal)).toBeNull();
    await imported(ida, { mustChangeHours: "72" });
    expect(await hoursLeft(ida)).toBe(72);
    for (const mustChangeHours of ["-1", "87601", "1.5", "soon"]) {
      expectRefusal(await imported(unique(), { mustChangeHours }), invalidValue);
    }
  });
});
