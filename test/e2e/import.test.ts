import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { rowOutcomes } from "../../src/storage/import.ts";
import { inPlace, makeToken, type Place, run, type Served, spawn, until } from "./support/binary.ts";
import { type Client, client } from "./support/client.ts";
import { type People, people, personNamed, sumOf } from "./support/people.ts";

setDefaultTimeout(120_000);

const scopes = ["scim:read", "scim:write", "import:write"];

/** A new directory with a server, and one who may import. */
async function begin(place: Place): Promise<{ server: Served; token: string }> {
  const server = await place.serve();
  return { server, token: await makeToken(place.dataDir, ...scopes) };
}

/** The job has ended, each row has one outcome and it is the right one, and the directory holds just who went in. */
async function expectAllIn(api: Client, id: string, { rows, counts, userNames, outcomeOf }: People): Promise<void> {
  const job = await api.ended(id);
  expect(job.state).toBe("completed_with_errors");
  expect(job.counts).toMatchObject({ ...counts, total: rows, not_run: 0 });
  expect(sumOf(job.counts)).toBe(rows);

  const told = await api.rows(id);
  expect(told.map(({ row }) => row)).toEqual(Array.from({ length: rows }, (_, index) => index + 2));
  expect(told.filter(({ row, outcome }) => outcome !== outcomeOf(row))).toEqual([]);
  for (const outcome of rowOutcomes) {
    expect(told.filter((row) => row.outcome === outcome).length).toBe(job.counts[outcome] ?? 0);
  }

  const { total, users } = await api.users();
  expect(total).toBe(counts.created);
  expect(users.map(({ userName }) => userName)).toEqual([...userNames]);
  const ids = new Set(users.map((user) => user.id));
  expect(ids.size).toBe(counts.created);
  expect(new Set(told.flatMap(({ resourceId }) => resourceId ?? []))).toEqual(ids);
}

/** People from every part of the file are over SCIM what their rows say. */
async function expectSamples(api: Client, { userNames }: People): Promise<void> {
  const every = Math.floor(userNames.length / 20);
  for (const userName of userNames.filter((_, index) => index % every === 0)) {
    expect(await api.userNamed(userName)).toMatchObject(personNamed(userName));
  }
}

function expectSound(dataDir: string): void {
  const db = new Database(join(dataDir, "muster.db"));
  expect(db.query("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  expect(db.query("PRAGMA foreign_key_check").all()).toEqual([]);
  expect(db.query("SELECT count(*) AS count FROM import_input").get()).toEqual({ count: 0 });
  db.close();
}

/** The states in which attribute indexes are. */
function indexStates(dataDir: string): string {
  const db = new Database(join(dataDir, "muster.db"), { readonly: true });
  const states = db.query<{ state: string }, []>("SELECT DISTINCT state FROM attribute_index ORDER BY state").all();
  db.close();
  return states.map(({ state }) => state).join(" ");
}

describe("an import of 100,000 rows", () => {
  const file = people(100_000, 5000);

  test("that is killed while it runs goes on after the next start, and every row is in once", () =>
    inPlace(async (place) => {
      const { server, token } = await begin(place);
      expect(server.stdout()).toMatch(
        /^administrator "admin" made with the password [a-z2-9-]{20}\nit is shown this once.*\nlistening on http:\/\/127\.0\.0\.1:\d+\n$/,
      );
      const path = await place.write("people.csv", file.csv);
      const importing = spawn(["import", path, "--url", server.url], { env: { MUSTER_TOKEN: token } });
      const before = client(server.url, token);
      const killed = await until("some rows to be in, and not all", async () => {
        const job = (await before.jobs())[0];
        return job !== undefined && job.state === "running" && job.progress.done > 0 ? job : undefined;
      });
      await server.kill();
      expect(killed.progress.done).toBeLessThan(file.rows);
      expect(sumOf(killed.counts)).toBe(file.rows);

      const again = await place.serve({ args: ["--port", new URL(server.url).port] });
      expect(again.stdout()).toBe(`listening on ${again.url}\n`);
      const api = client(again.url, token);
      const resumed = await api.job(killed.id);
      expect(resumed.counts.created).toBeGreaterThanOrEqual(killed.counts.created ?? 0);
      await expectAllIn(api, killed.id, file);
      // Who waits for the import is told of its end by the server that came after.
      expect(await importing.exited).toBe(2);
      await expectSamples(api, file);
      await until("the indexes to be built of all that came", () =>
        indexStates(place.dataDir) === "ready" ? true : undefined,
      );
      const { exitCode, stdout } = await run(["doctor", "--data", place.dataDir]);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining("attribute indexes")]);
      expect(await again.stop()).toBe(0);
      expectSound(place.dataDir);
    }));
});

describe("an import that is killed", () => {
  const file = people(40_000, 10_000);

  test("while its file is read is read again after the next start, and every row is in once", () =>
    inPlace(async (place) => {
      const { server, token } = await begin(place);
      const { id } = await client(server.url, token).upload(file.csv);
      await until("the file to be read", async () => {
        const { state } = await client(server.url, token).job(id);
        return state === "parsing" ? state : undefined;
      });
      await server.kill();
      const db = new Database(join(place.dataDir, "muster.db"));
      expect(db.query("SELECT state FROM import_job").all()).toEqual([{ state: "parsing" }]);
      expect(db.query("SELECT count(*) AS count FROM resource WHERE resource_type = 'User'").get()).toEqual({
        count: 0,
      });
      db.close();

      const again = await place.serve();
      await expectAllIn(client(again.url, token), id, file);
      expect(await again.stop()).toBe(0);
      expectSound(place.dataDir);
    }));

  test("while it comes in has failed after the next start, and nothing of it is left", () =>
    inPlace(async (place) => {
      const { server, token } = await begin(place);
      const { promise: cut, resolve: end } = Promise.withResolvers<void>();
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n');
        for (let sent = 0; sent < 4; sent++) yield Buffer.from("userName\n".repeat(120_000));
        await cut;
      }
      const headers = { "Content-Type": "multipart/form-data; boundary=b" };
      const api = client(server.url, token);
      const sending = api.request("/api/imports", { method: "POST", headers, body: body() }).catch(() => undefined);
      const { id } = await until("the job of the upload", async () => (await api.jobs())[0]);
      await server.kill();
      end();
      expect(await sending).toBeUndefined();

      const again = await place.serve();
      const job = await client(again.url, token).job(id);
      expect([job.state, job.message]).toEqual(["failed", "The upload was cut off by a restart."]);
      expect(await again.stop()).toBe(0);
      expectSound(place.dataDir);
    }));

  test("by its sender, who goes away in the middle of the file, has failed, and nothing of it is left", () =>
    inPlace(async (place) => {
      const { server, token } = await begin(place);
      const api = client(server.url, token);
      const { hostname, port } = new URL(server.url);
      const socket = await Bun.connect({ hostname, port: Number(port), socket: { data: () => undefined } });
      const head = [
        "POST /api/imports HTTP/1.1",
        "Host: test",
        `Authorization: Bearer ${token}`,
        "Content-Type: multipart/form-data; boundary=b",
        "Content-Length: 50000000",
      ];
      socket.write(
        `${head.join("\r\n")}\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n`,
      );
      socket.write("userName\n".repeat(1000));
      const { id } = await until("the job of the upload", async () => (await api.jobs())[0]);
      socket.terminate();
      const job = await until("the job to fail", async () => {
        const current = await api.job(id);
        return current.state === "received" ? undefined : current;
      });
      expect([job.state, job.message]).toEqual(["failed", "The upload ended early."]);
      expect((await api.users()).total).toBe(0);
      expect(await server.stop()).toBe(0);
      expectSound(place.dataDir);
    }));

  test("by SIGTERM lets the chunk in hand be finished, exits 0, and goes on after the next start", () =>
    inPlace(async (place) => {
      const { server, token } = await begin(place);
      const api = client(server.url, token);
      const { id } = await api.upload(file.csv);
      await until("some rows to be in", async () => {
        const { state, progress } = await api.job(id);
        return state === "running" && progress.done > 0 ? progress : undefined;
      });
      expect(await server.stop()).toBe(0);
      const again = await place.serve();
      await expectAllIn(client(again.url, token), id, file);
      expect(await again.stop()).toBe(0);
      expectSound(place.dataDir);
    }));
});

describe("passwords of an import", () => {
  test("log their users in, and are nowhere in the data directory once the job has ended and the server too", () =>
    inPlace(async (place) => {
      const { server, token } = await begin(place);
      const api = client(server.url, token);
      const file = people(50, 10);
      expect(file.passwords).toBe(5);
      const { id } = await api.upload(file.csv);
      expect((await api.ended(id)).counts).toMatchObject(file.counts);
      const statusOf = async (userName: string, password: string): Promise<number> => {
        const headers = { Authorization: `Basic ${btoa(`${userName}:${password}`)}` };
        return (await fetch(new URL("/scim/v2/Users", server.url), { headers })).status;
      };
      // Who has a password and no role is known, and may do nothing; who is not active is not known.
      expect(await statusOf("person0000013", "p4ssword-13")).toBe(403);
      expect(await statusOf("person0000013", "p4ssword-3")).toBe(401);
      expect(await statusOf("person0000003", "p4ssword-3")).toBe(401);
      expect(await server.stop()).toBe(0);
      const left = await Array.fromAsync(new Bun.Glob("**").scan({ cwd: place.dataDir, dot: true }));
      expect(left).toContain("muster.db");
      for (const name of left) {
        const bytes = await Bun.file(join(place.dataDir, name)).bytes();
        expect([name, Buffer.from(bytes).includes("p4ssword-")]).toEqual([name, false]);
      }
    }));
});
