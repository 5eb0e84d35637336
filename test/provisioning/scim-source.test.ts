import { afterEach, describe, expect, test } from "bun:test";
import { answerBytesMax, isPrivateAddress, requireReachable } from "../../src/provisioning/outbound.ts";
import { scimSource } from "../../src/provisioning/scim-source.ts";
import { authorizer, type ScimLogin } from "../../src/provisioning/scim-token.ts";
import { type SourceEntry, SourceError } from "../../src/provisioning/source.ts";

/** A server that answers as it is told, however wrong that is. */
type Answer = (url: URL, request: Request, nth: number) => Response | Promise<Response>;
let served: ReturnType<typeof Bun.serve> | undefined;
let asked: string[] = [];
afterEach(async () => {
  await served?.stop(true);
  served = undefined;
  asked = [];
});

const outbound = { allowsPrivate: true, requestMsMax: 300 };
const apiKey: ScimLogin = { type: "APIKEY", apiKey: "key" };

function sourceOf(answer: Answer, { count = 3, login = apiKey, filter = "", requestMsMax = 300 } = {}) {
  let nth = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const url = new URL(request.url);
      if (url.pathname !== "/ServiceProviderConfig") asked.push(url.pathname + url.search);
      if (url.pathname === "/ServiceProviderConfig" && !asked.includes("config")) return Response.json({});
      return answer(url, request, nth++);
    },
  });
  served = server;
  const used = { ...outbound, requestMsMax };
  const base = `http://127.0.0.1:${server.port}`;
  const authorize = authorizer(used, typeof login === "function" ? apiKey : login, Date.now);
  return scimSource({ outbound: used, authorize, base, count, filter });
}

async function read(source: ReturnType<typeof scimSource>): Promise<readonly SourceEntry[]> {
  const all: SourceEntry[] = [];
  for await (const page of source.pages(new AbortController().signal)) all.push(...page);
  return all;
}

const idsOf = async (source: ReturnType<typeof scimSource>) => (await read(source)).map(({ id }) => id);

async function failure(source: ReturnType<typeof scimSource>): Promise<string> {
  const error = await read(source).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof SourceError)) throw new Error(`the source was read to its end: ${Bun.inspect(error)}`);
  return error.message;
}

const people = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ id: `u${from + index}` }));
const page = (all: readonly object[], url: URL, more: object = {}) => {
  const start = Number(url.searchParams.get("startIndex"));
  const count = Number(url.searchParams.get("count"));
  return Response.json({ totalResults: all.length, Resources: all.slice(start - 1, start - 1 + count), ...more });
};
const tenIds = people(1, 10).map(({ id }) => id);

describe("a list is read to its end, and each is there once", () => {
  test("page by page", async () => {
    expect(await idsOf(sourceOf((url) => page(people(1, 10), url)))).toEqual(tenIds);
    expect(asked).toEqual([1, 4, 7, 10].map((start) => `/Users?startIndex=${start}&count=3`));
  });

  test("with the filter that was asked for", async () => {
    await idsOf(sourceOf((url) => page(people(1, 2), url), { filter: "active eq true" }));
    expect(asked).toEqual(["/Users?startIndex=1&count=3&filter=active+eq+true"]);
  });

  const lies: readonly (readonly [string, Answer])[] = [
    ["by a server that lies of itemsPerPage", (url) => page(people(1, 10), url, { itemsPerPage: 100 })],
    [
      "by one that says nothing of it, and nothing of the total",
      (url) => page(people(1, 10), url, { totalResults: undefined }),
    ],
    [
      "by one whose pages are smaller than asked for",
      (url) => {
        url.searchParams.set("count", "2");
        return page(people(1, 10), url);
      },
    ],
    ["by one that sends some twice", (url) => page([...people(1, 5), ...people(3, 10)], url)],
  ];
  test.each(lies)("%s", async (_, answer) => expect(await idsOf(sourceOf(answer))).toEqual(tenIds));

  test("while people leave: whoever came after them is not lost", async () => {
    const all = people(1, 10);
    const source = sourceOf((url, _, nth) => {
      // Before the second page the first two are deleted.
      if (nth === 1) all.splice(0, 2);
      return page(all, url);
    });
    expect((await idsOf(source)).toSorted()).toEqual(tenIds.toSorted());
  });

  test("by cursor where that is offered", async () => {
    asked = ["config"];
    const all = people(1, 7);
    const source = sourceOf((url) => {
      if (url.pathname === "/ServiceProviderConfig") return Response.json({ pagination: { cursor: true } });
      const at = Number(url.searchParams.get("cursor") || 0);
      const nextCursor = at + 3 < all.length ? String(at + 3) : undefined;
      return Response.json({ totalResults: all.length, Resources: all.slice(at, at + 3), nextCursor });
    });
    expect(await idsOf(source)).toHaveLength(7);
    expect(asked.slice(1)).toEqual(["", "3", "6"].map((cursor) => `/Users?cursor=${cursor}&count=3`));
  });

  test("that is empty", async () => {
    expect(await idsOf(sourceOf(() => Response.json({ totalResults: 0 })))).toEqual([]);
  });
});

describe("the version of an entry", () => {
  const versions = async (resource: object) =>
    (await read(sourceOf(() => Response.json({ totalResults: 1, Resources: [resource] })))).map(
      ({ version }) => version,
    );

  test("is what the source says, else when it changed, else what it says of everything", async () => {
    expect(await versions({ id: "1", meta: { version: 'W/"3"', lastModified: "x" } })).toEqual(['vW/"3"']);
    expect(await versions({ id: "1", meta: { lastModified: "2026-01-01T00:00:00Z" } })).toEqual([
      "t2026-01-01T00:00:00Z",
    ]);
    const [first] = await versions({ id: "1", title: "a" });
    const [second] = await versions({ id: "1", title: "b" });
    expect(first).toStartWith("h");
    expect(first).not.toBe(second);
  });
});

describe("what can not be read is told", () => {
  const list = (Resources: unknown) => Response.json({ totalResults: 1, Resources });
  const cases: readonly (readonly [string, Answer, RegExp])[] = [
    [
      "the same page for ever",
      () => Response.json({ totalResults: 99, Resources: people(1, 3) }),
      /the same page again and again/,
    ],
    [
      "HTML",
      () => new Response("<html>", { headers: { "Content-Type": "text/html" } }),
      /answered 200 with text\/html, and not JSON/,
    ],
    [
      "half of JSON",
      () => new Response('{"Resources":[', { headers: { "Content-Type": "application/json" } }),
      /what is no JSON/,
    ],
    ["no list", () => Response.json({ hello: 1 }), /no list of resources/],
    ["a resource without an id", () => list([{ id: "1" }, { userName: "x" }]), /without an id, number 2 of its page/],
    ["a resource that is none", () => list([7]), /without an id, number 1/],
    [
      "a redirection",
      () => Response.redirect("http://127.0.0.1/elsewhere"),
      /302, a redirection, which is not followed/,
    ],
    ["a refusal", () => Response.json({ detail: "no scope" }, { status: 403 }), /answered 403: no scope/],
    ["401 to every token", () => Response.json({}, { status: 401 }), /answered 401/],
  ];
  test.each(cases)("%s", async (_, answer, message) => expect(await failure(sourceOf(answer))).toMatch(message));

  test("a cursor that leads nowhere new", async () => {
    asked = ["config"];
    const source = sourceOf((url, _, nth) => {
      if (url.pathname === "/ServiceProviderConfig") return Response.json({ pagination: { cursor: true } });
      return Response.json({ totalResults: 9, Resources: people(1, 3), nextCursor: `c${nth}` });
    });
    expect(await failure(source)).toContain("again and again");
  });

  test("silence, after the time for an answer; it is asked three times", async () => {
    const source = sourceOf(() => new Promise<Response>(() => undefined), { requestMsMax: 50 });
    expect(await failure(source)).toContain("had no answer in 0.05 s");
    expect(asked).toHaveLength(3);
  }, 10_000);

  test("nobody at that address", async () => {
    const source = sourceOf(() => Response.json({}));
    await served?.stop(true);
    expect(await failure(source)).toMatch(/failed: /);
  }, 10_000);

  test("more bytes than any page has", async () => {
    const piece = new Uint8Array(1_048_576).fill(0x20);
    const source = sourceOf(
      () => {
        let sent = 0;
        const body = new ReadableStream({
          pull(controller) {
            if (sent++ > answerBytesMax / piece.byteLength) controller.close();
            else controller.enqueue(piece);
          },
        });
        return new Response(body, { headers: { "Content-Type": "application/json" } });
      },
      { requestMsMax: 20_000 },
    );
    expect(await failure(source)).toContain(`answered more than ${answerBytesMax} bytes`);
  }, 30_000);

  test("a server that is away for a moment is asked again", async () => {
    const source = sourceOf((url, _, nth) =>
      nth === 1 ? new Response("", { status: 503 }) : page(people(1, 10), url),
    );
    expect(await idsOf(source)).toEqual(tenIds);
  }, 10_000);
});

describe("a token", () => {
  const client = (port: number | undefined): ScimLogin => ({
    type: "CLIENT_SECRET_POST",
    tokenUrl: `http://127.0.0.1:${port}/token`,
    clientId: "muster",
    clientSecret: "s&cret=",
    scope: "scim:read",
  });

  test("is asked for with the secret in the body, used, and asked for again when it has ended", async () => {
    let made = 0;
    const forms: string[] = [];
    const used: (string | null)[] = [];
    const tokens = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        forms.push(await request.text());
        return Response.json({ access_token: `t${++made}`, expires_in: 3600 });
      },
    });
    const login = client(tokens.port);
    const source = sourceOf(
      (url, request) => {
        const authorization = request.headers.get("Authorization");
        used.push(authorization);
        // The first token is ended by the server before its time.
        const isOver = authorization === "Bearer t1" && url.searchParams.get("startIndex") === "4";
        return isOver ? Response.json({}, { status: 401 }) : page(people(1, 10), url);
      },
      { login },
    );
    try {
      expect(await idsOf(source)).toEqual(tenIds);
      expect(forms).toEqual([
        "grant_type=client_credentials&client_id=muster&client_secret=s%26cret%3D&scope=scim%3Aread",
        "grant_type=client_credentials&client_id=muster&client_secret=s%26cret%3D&scope=scim%3Aread",
      ]);
      expect(used).toEqual(["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2", "Bearer t2"]);
    } finally {
      await tokens.stop(true);
    }
  });

  test("is asked for again shortly before it ends", async () => {
    let made = 0;
    let time = 0;
    const tokens = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => Response.json({ access_token: `t${++made}`, expires_in: 60 }),
    });
    const authorize = authorizer(outbound, client(tokens.port), () => time);
    const { signal } = new AbortController();
    try {
      expect(await authorize(false, signal)).toBe("Bearer t1");
      time = 49_000;
      expect(await authorize(false, signal)).toBe("Bearer t1");
      time = 51_000;
      expect(await authorize(false, signal)).toBe("Bearer t2");
    } finally {
      await tokens.stop(true);
    }
  });

  test("that is refused is told without the secret", async () => {
    const tokens = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => Response.json({ error: "invalid_client" }, { status: 401 }),
    });
    const source = sourceOf(() => Response.json({}), { login: client(tokens.port) });
    try {
      const message = await failure(source);
      expect(message).toBe("the token endpoint answered 401: invalid_client");
    } finally {
      await tokens.stop(true);
    }
  });
});

describe("an address that is not of the internet", () => {
  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.16.5.4",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
  ])("%s", async (address) => {
    expect(isPrivateAddress(address)).toBe(true);
    const host = address.includes(":") ? `[${address}]` : address;
    const asking = requireReachable({ ...outbound, allowsPrivate: false }, host);
    expect(asking).rejects.toThrow("MUSTER_PROVISIONING_TARGETS=any");
  });

  test.each(["8.8.8.8", "172.32.0.1", "2606:4700::1"])("%s is one", (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  test("localhost is found to be one", () => {
    expect(requireReachable({ ...outbound, allowsPrivate: false }, "localhost")).rejects.toThrow("localhost is at");
  });
});
