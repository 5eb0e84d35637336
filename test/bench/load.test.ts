import { describe, expect, test } from "bun:test";
import { contains, hasStatus, holds } from "../../src/bench/check.ts";
import { UnreachableError } from "../../src/bench/connection.ts";
import { type Ask, runLoad, type Script } from "../../src/bench/load.ts";

/** Runs a load against a server that is made for it. */
async function against<T>(
  answer: (request: Request) => Response | Promise<Response>,
  run: (target: { origin: URL; token: string }) => Promise<T>,
): Promise<T> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  try {
    return await run({ origin: server.url, token: "secret" });
  } finally {
    await server.stop(true);
  }
}

const get: Ask = { method: "GET", path: "/x?y=1", check: hasStatus(200) };
/** Asks the same so many times. */
const times = (count: number, ask: Ask): Script => {
  let asked = 0;
  return () => (asked++ < count ? ask : undefined);
};

describe("a closed loop", () => {
  test("asks until its script ends, and counts each answer and its time", () =>
    against(
      () => new Response("yes"),
      async (target) => {
        const { answers, wrong, times: took, seconds } = await runLoad(target, { connections: 4 }, times(103, get));
        expect([answers, wrong, took.get("")?.length]).toEqual([103, 0, 103]);
        expect(seconds).toBeGreaterThan(0);
      },
    ));

  test("has one request under way a connection, and no more", () => {
    let [now, most] = [0, 0];
    return against(
      async () => {
        most = Math.max(most, ++now);
        await Bun.sleep(1);
        now--;
        return new Response("yes");
      },
      async (target) => {
        await runLoad(target, { connections: 3 }, times(30, get));
        expect(most).toBe(3);
      },
    );
  });

  test("sends method, path, token, fields and a body of megabytes as they are", () => {
    const body = JSON.stringify({ text: "ü".repeat(3_000_000) });
    return against(
      async (request) => {
        const { method, url, headers } = request;
        const told = [
          method,
          new URL(url).pathname + new URL(url).search,
          headers.get("Authorization"),
          headers.get("Prefer"),
        ];
        return Response.json({ told, isWhole: (await request.text()) === body });
      },
      async (target) => {
        const told = ["PUT", "/a/b?c=d", "Bearer secret", "return=minimal"];
        const check = holds(200, (found) =>
          Bun.deepEquals(found, { told, isWhole: true }) ? undefined : Bun.inspect(found),
        );
        const ask: Ask = { method: "PUT", path: "/a/b?c=d", body, fields: "Prefer: return=minimal\r\n", check };
        const { answers, firstWrong } = await runLoad(target, { connections: 2 }, times(4, ask));
        expect([answers, firstWrong]).toEqual([4, undefined]);
      },
    );
  });

  test("counts kinds of requests apart", () =>
    against(
      () => new Response("yes"),
      async (target) => {
        let asked = 0;
        const script: Script = () => (asked < 9 ? { ...get, kind: asked++ % 3 === 0 ? "a" : "b" } : undefined);
        const { times: took } = await runLoad(target, { connections: 1 }, script);
        expect([took.get("a")?.length, took.get("b")?.length]).toEqual([3, 6]);
      },
    ));

  test("connects anew when an answer ends the connection", () =>
    against(
      () => new Response("yes", { headers: { Connection: "close" } }),
      async (target) => {
        const { answers, wrong } = await runLoad(target, { connections: 2 }, times(20, get));
        expect([answers, wrong]).toEqual([20, 0]);
      },
    ));

  test("stops asking when it is told to", () =>
    against(
      () => new Response("yes"),
      async (target) => {
        const stopped = new AbortController();
        let asked = 0;
        const script: Script = () => {
          if (++asked === 50) stopped.abort();
          return get;
        };
        const { answers } = await runLoad(target, { connections: 1, signal: stopped.signal }, script);
        expect(answers).toBe(50);
      },
    ));
});

describe("a wrong answer is counted, and the first is told:", () => {
  test("another status, with what the server says of it", () => {
    let asked = 0;
    return against(
      () => (++asked % 3 === 0 ? Response.json({ detail: "I would not." }, { status: 500 }) : new Response("yes")),
      async (target) => {
        const { answers, wrong, firstWrong } = await runLoad(target, { connections: 1 }, times(9, get));
        expect([answers, wrong, firstWrong]).toEqual([9, 3, "answered 500: I would not."]);
      },
    );
  });

  test("the right status with another body", () =>
    against(
      () => Response.json({ id: "b" }),
      async (target) => {
        const ask = { ...get, check: contains(200, '"id":"a"') };
        const { wrong, firstWrong } = await runLoad(target, { connections: 1 }, times(2, ask));
        expect([wrong, firstWrong]).toEqual([2, '"id":"a" is not in {"id":"b"}']);
      },
    ));

  test("a connection that breaks in the middle, once", async () => {
    let asked = 0;
    const { wrong, firstWrong, answers } = await halved(() => ++asked === 2, times(5, get));
    expect([answers, wrong, firstWrong]).toEqual([4, 1, "the connection was closed before the answer"]);
  });

  test("and connections that break again and again end the load", async () => {
    const error = await halved(
      () => true,
      () => get,
    ).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreachableError);
  });
});

/** A load on a server that gives half an answer and hangs up, where `isHalf` says so. */
async function halved(isHalf: () => boolean, script: Script) {
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
  const server = Bun.listen({
    port: 0,
    hostname: "127.0.0.1",
    socket: {
      data(socket) {
        if (isHalf()) socket.end(answer.slice(0, -1));
        else socket.write(answer);
      },
    },
  });
  try {
    const target = { origin: new URL(`http://127.0.0.1:${server.port}`), token: "x" };
    return await runLoad(target, { connections: 1 }, script);
  } finally {
    server.stop(true);
  }
}

test("a server that does not answer is given up after the grace, and what is missing is counted", () => {
  const never = Promise.withResolvers<Response>();
  return against(
    () => never.promise,
    async (target) => {
      const load = { connections: 3, seconds: 0.01, graceSeconds: 0.05 };
      const { answers, unanswered, wrong } = await runLoad(target, load, () => get);
      never.resolve(new Response());
      expect([answers, unanswered, wrong]).toEqual([0, 3, 0]);
    },
  );
});

test("a server that is not there ends the load", async () => {
  const target = { origin: new URL("http://127.0.0.1:1"), token: "x" };
  const error = await runLoad(target, { connections: 2 }, () => get).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreachableError);
});
