import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { wrongIn } from "../../src/bench/report.ts";
import { runBench } from "../../src/bench/run.ts";
import { findService, ServiceError } from "../../src/bench/service.ts";
import { startServer, type TestServer } from "../support/server.ts";

let real: TestServer;
beforeAll(async () => {
  real = await startServer();
});
afterAll(() => real.stop());

/** A request as the proxy sees it. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What a server does in the place of the real answer: nothing, or an answer of its own, with or without asking. */
type Lie = (asked: Asked, ask: () => Promise<Response>) => Response | Promise<Response> | undefined;

/** Measures the real server behind one that lies. */
async function measureBehind(lie: Lie, signal = new AbortController().signal) {
  const proxy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const asked = { method: request.method, path: pathname + search, body: await request.text() };
      const { method, body } = asked;
      const ask = () =>
        fetch(real.url + asked.path, {
          method,
          headers: request.headers,
          ...(body !== "" && { body }),
          decompress: false,
        });
      return (await lie(asked, ask)) ?? ask();
    },
  });
  try {
    const target = { origin: proxy.url, token: real.token };
    const options = { users: 12, connections: 3, seconds: 0.05, prefix: "bench-", signal, onPhase: () => undefined };
    return await runBench(target, await findService(target), options);
  } finally {
    await proxy.stop(true);
  }
}

/** How many resources the directory has. */
async function present(): Promise<unknown> {
  return (await real.request("GET", "/scim/v2?count=0")).json.totalResults;
}

/** The phases that had wrong answers, with the first of them. */
function wrongPhases({ phases }: Awaited<ReturnType<typeof measureBehind>>): Record<string, string | null> {
  const wrong = phases.flatMap((phase) => (phase.kind === "measured" && phase.wrong > 0 ? [phase] : []));
  return Object.fromEntries(wrong.map(({ name, firstWrong }) => [name, firstWrong]));
}

const isMembers = ({ method, path }: Asked): boolean => method === "PATCH" && path.includes("/Groups/");
const isUserOf = (wanted: string, { method, path }: Asked): boolean => method === wanted && path.includes("/Users/");
const empty = () => new Response(null, { status: 204 });

test("an honest server is measured, operation by operation, and is left as it was", async () => {
  const report = await measureBehind(() => undefined);
  expect([report.failure, report.left, wrongPhases(report), await present()]).toEqual([undefined, 0, {}, 0]);
  expect(report.phases.map(({ name }) => name)).toEqual([
    "create",
    "get",
    "userName eq",
    "emails.value eq",
    "list 100",
    "list 100, the last page",
    "patch",
    "put",
    "add member",
    "remove member",
    "bulk create, 100 a request",
    "delete",
  ]);
  for (const phase of report.phases) {
    expect(phase).toMatchObject({ kind: "measured", unanswered: 0 });
    if (phase.kind === "measured") expect(phase.operations).toBeGreaterThan(0);
  }
});

describe("a lie is found:", () => {
  const lies: readonly (readonly [string, string, string | RegExp, Lie])[] = [
    [
      "a member who was acknowledged and is lost",
      "add member",
      /^\d+ of 12 members are lost$/,
      (asked) => (isMembers(asked) && asked.body.includes('"add"') ? empty() : undefined),
    ],
    [
      "a member who was to go and stays",
      "remove member",
      "12 members instead of 6",
      (asked) => (isMembers(asked) && asked.body.includes('"remove"') ? empty() : undefined),
    ],
    [
      "a change that was acknowledged and not made",
      "patch",
      /^the title is "Guide" instead of "patch \d+"$/,
      (asked) => (isUserOf("PATCH", asked) ? empty() : undefined),
    ],
    [
      "a user who was deleted and is there",
      "delete",
      /^answered 200: /,
      (asked) => (isUserOf("DELETE", asked) ? empty() : undefined),
    ],
    [
      "another user than the one asked for",
      "get",
      /^instead of \S+ came "nobody"$/,
      (asked) => (isUserOf("GET", asked) ? Response.json({ id: "nobody", userName: "nobody" }) : undefined),
    ],
    [
      "a filter that is not looked at",
      "userName eq",
      /^totalResults is \d+ where one has the value$/,
      ({ path }) => (path.includes("filter=userName") ? everybody() : undefined),
    ],
    [
      "a page without anybody",
      "list 100",
      "a page of 100 holds 0",
      (asked) =>
        asked.path.includes("startIndex=1&count=100") ? Response.json({ totalResults: 12, Resources: [] }) : undefined,
    ],
    [
      "Bulk that makes some and says nothing of the others",
      "bulk create, 100 a request",
      "0 of 100 were made",
      (asked) => (asked.path.endsWith("/Bulk") ? Response.json({ Operations: [] }) : undefined),
    ],
    [
      "an answer of 200 that is no JSON",
      "put",
      "answered 200 without an object of JSON",
      (asked) => (isUserOf("PUT", asked) ? new Response("<html>") : undefined),
    ],
  ];

  test.each(lies)("%s", async (_, phase, first, lie) => {
    const report = await measureBehind(lie);
    const wrong = wrongPhases(report);
    expect(wrong[phase]).toMatch(first instanceof RegExp ? first : new RegExp(`^${first}$`));
    expect(wrongIn(report)).toBeGreaterThan(0);
    // Those whom it only said to have deleted are still there; of all others nobody is.
    if (phase === "delete") await removeAll();
    expect(await present()).toBe(0);
  });
});

const everybody = () => fetch(`${real.url}/scim/v2/Users`, { headers: { Authorization: `Bearer ${real.token}` } });

/** Deletes those whom a server only said to have deleted. */
async function removeAll(): Promise<void> {
  const { json } = await real.request("GET", "/scim/v2/Users?count=1000&attributes=id");
  for (const { id } of json.Resources as { id: string }[]) await real.request("DELETE", `/scim/v2/Users/${id}`);
}

describe("what a server does not offer is n/a, with what it says:", () => {
  const refuse = (status: number) => Response.json({ detail: "Not here." }, { status });
  const refusals: readonly (readonly [string, readonly string[], Lie])[] = [
    ["groups", ["add member", "remove member"], ({ path }) => (path.includes("/Groups") ? refuse(404) : undefined)],
    ["filters on addresses", ["emails.value eq"], ({ path }) => (path.includes("emails") ? refuse(400) : undefined)],
    ["PATCH", ["patch"], (asked) => (isUserOf("PATCH", asked) ? refuse(501) : undefined)],
    ["Bulk", ["bulk create, 100 a request"], ({ path }) => (path.endsWith("/Bulk") ? refuse(403) : undefined)],
  ];

  test.each(refusals)("%s", async (_, names, lie) => {
    const report = await measureBehind(lie);
    const refused = report.phases.flatMap((phase) => (phase.kind === "refused" ? [phase] : []));
    expect(refused.map(({ name }) => name)).toEqual([...names]);
    for (const { reason } of refused) expect(reason).toMatch(/^the server answered \d+: Not here\.$/);
    expect([report.failure, wrongIn(report), report.left, await present()]).toEqual([undefined, 0, 0, 0]);
  });

  test("Bulk, when the ServiceProviderConfig says so", async () => {
    const report = await measureBehind(async ({ path }, ask) => {
      if (!path.endsWith("/ServiceProviderConfig")) return ask();
      return new Response(
        (await (await ask()).text()).replace('"bulk":{"supported":true', '"bulk":{"supported":false'),
      );
    });
    const reason = "the server's ServiceProviderConfig says so";
    expect(report.phases).toContainEqual({ name: "bulk create", kind: "refused", reason });
  });
});

describe("a run that does not come to its end deletes what it made:", () => {
  test("when it is stopped", async () => {
    const stopped = new AbortController();
    const report = await measureBehind((asked) => {
      if (isUserOf("PUT", asked)) stopped.abort();
      return undefined;
    }, stopped.signal);
    expect([report.failure, report.phases.at(-1)?.name, report.left]).toEqual(["it was stopped", "put", 0]);
    expect(await present()).toBe(0);
  });

  test("also whoever was made by a request whose answer was lost", async () => {
    let made = 0;
    const report = await measureBehind(async ({ method, path }, ask) => {
      if (method !== "POST" || !path.endsWith("/Users") || ++made !== 5) return ask();
      await ask();
      return Response.json({ detail: "I lost it." }, { status: 500 });
    });
    expect(wrongPhases(report)).toEqual({ create: "answered 500: I lost it." });
    expect(await present()).toBe(0);
  });

  test("and tells how much is left when that can not be done", async () => {
    const report = await measureBehind((asked) =>
      asked.method === "DELETE" ? Response.json({ detail: "Never." }, { status: 500 }) : undefined,
    );
    expect(report.left).toBe(Number(await present()));
    expect(report.left).toBeGreaterThan(12);
    const { json } = await real.request("GET", "/scim/v2/Groups?attributes=id");
    for (const { id } of json.Resources as { id: string }[]) await real.request("DELETE", `/scim/v2/Groups/${id}`);
    await removeAll();
  });
});

describe("the service is found", () => {
  test.each(["", "/", "/scim/v2", "/scim/v2/"])("at the address with the path %j", async (path) => {
    const { base, bulk } = await findService({ origin: new URL(real.url + path), token: real.token });
    expect([base, bulk]).toEqual(["/scim/v2", { maxOperations: 1000, maxPayloadSize: 1_048_576 }]);
  });

  test("unless the token is refused, or nothing there is SCIM", async () => {
    const reasonOf = (path: string, token: string) =>
      findService({ origin: new URL(real.url + path), token }).catch((error: unknown) => error);
    const [refused, none] = [await reasonOf("", "wrong"), await reasonOf("/elsewhere", real.token)];
    expect([refused, none]).toEqual([expect.any(ServiceError), expect.any(ServiceError)]);
    expect(String(refused)).toContain("the token is refused: GET /scim/v2/ServiceProviderConfig answered 401");
    expect(String(none)).toContain("neither /elsewhere/ServiceProviderConfig nor");
  });
});
