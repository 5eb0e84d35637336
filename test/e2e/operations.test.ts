import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { userUrn } from "../../src/scim/urn.ts";
import { inPlace, makeToken, type Place, run, type Served, until } from "./support/binary.ts";
import { type Client, client } from "./support/client.ts";

setDefaultTimeout(60_000);

async function begin(place: Place, env: Readonly<Record<string, string>> = {}) {
  const server = await place.serve({ env });
  const api = client(server.url, await makeToken(place.dataDir, "scim:read", "scim:write", "import:write"));
  return { server, api };
}

async function post(api: Client, userName: string): Promise<void> {
  const headers = { "Content-Type": "application/scim+json" };
  const body = JSON.stringify({ schemas: [userUrn], userName });
  const response = await api.request("/scim/v2/Users", { method: "POST", headers, body });
  if (response.status !== 201) throw new Error(await response.text());
}

/** SQLite's word for how a connection of a running server waits for the disk. */
async function synchronous({ url }: Served, lane: string): Promise<number | undefined> {
  const text = await (await fetch(new URL("/metrics", url))).text();
  const value = new RegExp(`^muster_store_synchronous\\{lane="${lane}"\\} (\\d)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

describe("durability", () => {
  test.each([
    ["is full when nobody says", {}, 2],
    ["is what MUSTER_DURABILITY says", { MUSTER_DURABILITY: "normal" }, 1],
    ["is full when MUSTER_DURABILITY says so", { MUSTER_DURABILITY: "full" }, 2],
  ] as const)("%s, on the connection of the requests and on that of the imports", (_, env, expected) =>
    inPlace(async (place) => {
      const { server } = await begin(place, env);
      expect(await synchronous(server, "requests")).toBe(expected);
      expect(await until("the import worker to open the database", () => synchronous(server, "import"))).toBe(expected);
      expect(await server.stop()).toBe(0);
    }),
  );

  test("of another kind is refused", () =>
    inPlace(async (place) => {
      const { exitCode, stderr } = await run(["serve", "--data", place.dataDir, "--durability", "off"]);
      expect([exitCode, stderr]).toEqual([1, 'muster: --durability must be full or normal (it is "off")\n']);
    }));
});

test("after SIGTERM everything stands in the one file muster.db", () =>
  inPlace(async (place) => {
    const { server, api } = await begin(place);
    await post(api, "ann");
    expect(await server.stop()).toBe(0);
    expect(readdirSync(place.dataDir).filter((name) => name.startsWith("muster.db"))).toEqual(["muster.db"]);
    const db = new Database(join(place.dataDir, "muster.db"), { readonly: true });
    expect(db.query("SELECT unique_key FROM resource WHERE resource_type = 'User'").all()).toEqual([
      { unique_key: "ann" },
    ]);
    db.close(true);
  }));

describe("backup, restore and doctor", () => {
  test("a backup beside a server that is written to is whole, and restored is served with what it held", () =>
    inPlace(async (place) => {
      const { server, api } = await begin(place);
      let posted = 0;
      let isOver = false;
      const writing = (async () => {
        while (!isOver) {
          await post(api, `user${posted}`);
          posted++;
        }
      })();
      await until("some users", () => (posted >= 50 ? true : undefined));
      const path = join(place.path, "muster.backup");
      const before = posted;
      const backup = await run(["backup", path, "--data", place.dataDir]);
      const after = posted;
      expect(await run(["doctor", "--data", place.dataDir])).toMatchObject({ exitCode: 0 });
      isOver = true;
      await writing;
      expect([backup.exitCode, backup.stderr]).toEqual([0, expect.stringMatching(/^writing /)]);
      const users = Number(/: (\d+) users, 0 groups, /.exec(backup.stdout)?.[1]);
      expect(users).toBeGreaterThanOrEqual(before);
      expect(users).toBeLessThanOrEqual(after + 1);

      const refused = await run(["restore", path, "--force", "--data", place.dataDir]);
      expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
      expect(refused.stderr).toContain(server.url);
      expect(await server.stop()).toBe(0);

      const restored = await run(["restore", path, "--force", "--data", place.dataDir]);
      expect([restored.exitCode, restored.stdout]).toEqual([0, expect.stringContaining(`${users} users, 0 groups`)]);
      const again = await place.serve();
      const api2 = client(again.url, await makeToken(place.dataDir, "scim:read"));
      const names = (await api2.users()).users.map(({ userName }) => userName);
      expect(names).toEqual(Array.from({ length: users }, (_, index) => `user${index}`));
      expect(await again.stop()).toBe(0);
    }));

  test("the doctor looks at what a crash left, and leaves it", () =>
    inPlace(async (place) => {
      const { server, api } = await begin(place);
      await post(api, "ann");
      await server.kill();
      const { exitCode, stdout, stderr } = await run(["doctor", "--data", place.dataDir]);
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^ok +integrity +\d+ bytes\n[\s\S]+\n\d+ checks, all is well\n$/);
      expect(readdirSync(place.dataDir)).toContain("muster.db-wal");
      const again = await place.serve();
      const api2 = client(again.url, await makeToken(place.dataDir, "scim:read"));
      expect((await api2.users()).total).toBe(1);
      expect(await again.stop()).toBe(0);
    }));

  test("tell their options and their exit status", async () => {
    for (const [command, ...words] of [
      ["backup", "--force", "Exit status: 0"],
      ["restore", "--force", "Exit status: 0"],
      ["doctor", "--repair", "--json", "2 something was found"],
    ] as const) {
      const { exitCode, stdout } = await run([command, "--help"]);
      expect(exitCode).toBe(0);
      for (const word of ["--data", ...words]) expect(stdout).toContain(word);
    }
  });
});
