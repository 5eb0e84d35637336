import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { bulkRequestUrn, errorUrn, groupUrn, patchOpUrn, userUrn } from "../../src/scim/urn.ts";
import { binary, inPlace, makeToken, type Place, run, type Served, until } from "./support/binary.ts";
import { type Client, client } from "./support/client.ts";
import { type Fault, type FaultKind, faultKinds, hindrance } from "./support/fault.ts";
import { people } from "./support/people.ts";

setDefaultTimeout(90_000);

const scopes = ["scim:read", "scim:write", "scim:bulk", "import:write"];

const userShape = z.object({ id: z.string(), meta: z.unknown() });
const toldShape = z.object({ Operations: z.array(z.unknown()) });

interface World {
  readonly place: Place;
  readonly server: Served;
  readonly api: Client;
  begin(): void;
  end(): void;
}

/** A server whose disk can be made to fail; what was done to the machine is undone at the end. */
function inWorld(kind: FaultKind, work: (world: World) => Promise<void>): Promise<void> {
  return inPlace(async (place) => {
    const fault: Fault = kind.prepare(place.dataDir);
    try {
      const server = await place.serve();
      const api = client(server.url, await makeToken(place.dataDir, ...scopes));
      const { pid } = server;
      await work({ place, server, api, begin: () => fault.begin(pid), end: () => fault.end(pid) });
      expect(await server.stop()).toBe(0);
      const { exitCode, stdout } = await run(["doctor", "--data", place.dataDir]);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining("all is well")]);
    } finally {
      fault.dispose();
    }
  });
}

function send(api: Client, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { "Content-Type": "application/scim+json" };
  return api.request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

const post = (api: Client, userName: string) => send(api, "POST", "/scim/v2/Users", { schemas: [userUrn], userName });

/** The answer to a write that the store can not do: SCIM's error, when to come back, and nothing of what lies below. */
async function expectUnavailable(response: Response): Promise<void> {
  const text = await response.text();
  expect([response.status, text]).toEqual([503, expect.stringContaining(errorUrn)]);
  expect(JSON.parse(text)).toMatchObject({ status: "503", detail: expect.stringMatching(/try again/) });
  expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(text).not.toMatch(/sqlite|disk|\.ts|\/data/i);
}

/** Posts users until one is refused: a log that was long once has room in itself. Tells who got in. */
async function fillUp(api: Client): Promise<readonly string[]> {
  const got: string[] = [];
  for (let index = 0; ; index++) {
    const response = await post(api, `filler${index}`);
    if (response.status !== 201) {
      await expectUnavailable(response);
      return got;
    }
    got.push(`filler${index}`);
  }
}

/** A CSV of a few megabytes that comes in as slowly as its sender wants. */
function slowUpload(api: Client) {
  const { promise: more, resolve: goOn } = Promise.withResolvers<void>();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n');
    yield Buffer.from("userName\n".repeat(200_000));
    await more;
    for (let sent = 0; sent < 4; sent++) yield Buffer.from("userName\n".repeat(200_000));
    yield Buffer.from("\r\n--b--\r\n");
  }
  const headers = { "Content-Type": "multipart/form-data; boundary=b" };
  return { answer: api.request("/api/imports", { method: "POST", headers, body: body() }), goOn };
}

for (const kind of faultKinds) {
  const reason = hindrance(kind);
  if (reason !== undefined) console.warn(`\n!!! NOT TESTED HERE: ${kind.name}, because of ${reason}\n`);

  describe.skipIf(reason !== undefined)(`under ${kind.name}`, () => {
    test("writes are answered with 503, reads go on, and all is well again without a restart", () =>
      inWorld(kind, async ({ api, begin, end }) => {
        const ann = userShape.parse(await (await post(api, "ann")).json());
        const annPath = `/scim/v2/Users/${ann.id}`;
        begin();
        const got = await fillUp(api);
        await expectUnavailable(await post(api, "bo"));
        await expectUnavailable(await send(api, "PUT", annPath, { schemas: [userUrn], userName: "ann", title: "x" }));
        const Operations = [{ op: "replace", path: "title", value: "x" }];
        await expectUnavailable(await send(api, "PATCH", annPath, { schemas: [patchOpUrn], Operations }));
        await expectUnavailable(await send(api, "DELETE", annPath));
        await expectUnavailable(await send(api, "POST", "/scim/v2/Groups", { schemas: [groupUrn], displayName: "g" }));
        const data = { schemas: [userUrn], userName: "cay" };
        const bulk = { schemas: [bulkRequestUrn], Operations: [{ method: "POST", path: "/Users", bulkId: "1", data }] };
        const told = toldShape.parse(await (await send(api, "POST", "/scim/v2/Bulk", bulk)).json());
        expect(told.Operations).toEqual([expect.objectContaining({ status: "503" })]);
        const form = new FormData();
        form.set("file", new File(["userName\ndan\n"], "people.csv"));
        await expectUnavailable(await api.request("/api/imports", { method: "POST", body: form }));

        expect(await (await api.request(annPath)).json()).toMatchObject({ userName: "ann", meta: ann.meta });
        expect((await api.users()).users.map(({ userName }) => userName)).toEqual(["ann", ...got]);
        for (const path of ["/healthz", "/readyz", "/metrics", "/api/imports"]) {
          expect([path, (await api.request(path)).status]).toEqual([path, 200]);
        }
        expect(await (await api.request("/metrics")).text()).toMatch(
          /^muster_store_failures_total\{lane="requests",use="commit"\} [1-9]/m,
        );

        end();
        await until("writes to be taken again", async () =>
          (await post(api, "bo")).status === 201 ? true : undefined,
        );
        expect((await send(api, "PATCH", annPath, { schemas: [patchOpUrn], Operations })).status).toBe(200);
        expect((await api.users()).users.map(({ userName }) => userName)).toEqual(["ann", ...got, "bo"]);
        expect((await send(api, "DELETE", annPath)).status).toBe(204);
      }));

    test("an import rests, and goes on by itself afterwards: every row is in once", () =>
      inWorld(kind, async ({ server, api, begin, end }) => {
        const file = people(6000, 100);
        const { id } = await api.upload(file.csv);
        await until("the import to run", async () => ((await api.job(id)).state === "running" ? true : undefined));
        begin();
        await until("the import to be interrupted", () => server.stderr().includes("import interrupted") || undefined);
        expect((await api.users()).total).toBeLessThan(file.counts.created);
        end();
        const job = await api.ended(id);
        expect([job.state, job.counts]).toEqual(["completed_with_errors", expect.objectContaining(file.counts)]);
        expect((await api.users()).users.map(({ userName }) => userName)).toEqual([...file.userNames]);
      }));

    test("an upload that it cuts off is answered with 503, and its job ends when there is room", () =>
      inWorld(kind, async ({ api, begin, end }) => {
        const { answer, goOn } = slowUpload(api);
        const { id } = await until("the job of the upload", async () => (await api.jobs())[0]);
        begin();
        await fillUp(api);
        goOn();
        await expectUnavailable(await answer);
        end();
        const job = await until("the job to fail", async () => {
          const current = await api.job(id);
          return current.state === "received" ? undefined : current;
        });
        expect(job.state).toBe("failed");
      }));
  });
}

describe("a start on a disk that takes nothing", () => {
  const noRoom = ["prlimit", "--fsize=0:"];
  const serveArgs = (dataDir: string) => ["serve", "--port", "0", "--data", dataDir];

  test("for the first time exits 1 with one line, and the next one with room is a first start", () =>
    inPlace(async (place) => {
      const { exitCode, stdout, stderr } = Bun.spawnSync([...noRoom, binary(), ...serveArgs(place.dataDir)], {
        stdout: "pipe",
        stderr: "pipe",
      });
      expect([exitCode, stdout.toString()]).toEqual([1, ""]);
      expect(stderr.toString()).toMatch(/^muster: [^\n]+\n$/);
      const server = await place.serve();
      expect(server.stdout()).toMatch(/^administrator "admin" made with the password \S+$/m);
      expect(await server.stop()).toBe(0);
    }));
});
