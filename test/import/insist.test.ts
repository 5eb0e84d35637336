import { expect, jest, test } from "bun:test";
import { insist } from "../../src/import/insist.ts";
import { ScimError } from "../../src/scim/error.ts";

/** Work that can not be done so many times, and then can. */
function failing(times: number) {
  const work = {
    tries: 0,
    async do(): Promise<void> {
      if (++work.tries <= times) throw new ScimError("unavailable");
    },
  };
  return work;
}

/** Runs with a clock that stands still until it is told to go on. */
async function withClock(run: (nextTry: () => Promise<void>) => Promise<void>): Promise<void> {
  jest.useFakeTimers();
  try {
    await run(async () => {
      jest.advanceTimersByTime(5000);
      await Promise.resolve();
      await Promise.resolve();
    });
  } finally {
    jest.useRealTimers();
  }
}

test("work that the store can not do is tried again until it is done, and whoever asked does not wait", () =>
  withClock(async (nextTry) => {
    const work = failing(2);
    await insist(work.do, new AbortController().signal);
    const tries = [work.tries];
    for (let more = 0; more < 4; more++) {
      await nextTry();
      tries.push(work.tries);
    }
    expect(tries).toEqual([1, 2, 3, 3, 3]);
  }));

test("nothing is tried again once the process is about to stop, nor by one that ends anyway", () =>
  withClock(async (nextTry) => {
    const stopping = new AbortController();
    const [stopped, ending] = [failing(9), failing(9)];
    await insist(stopped.do, stopping.signal);
    await insist(ending.do, undefined);
    stopping.abort();
    await nextTry();
    expect([stopped.tries, ending.tries]).toEqual([1, 1]);
  }));

test("what is wrong with the work itself is thrown", async () => {
  const wrong = async (): Promise<void> => {
    throw new ScimError("conflict", "no");
  };
  await expect(insist(wrong, undefined)).rejects.toMatchObject({ kind: "conflict" });
});
