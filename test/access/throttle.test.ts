import { describe, expect, test } from "bun:test";
import { createThrottle } from "../../src/access/throttle.ts";

/** A throttle whose clock stands until it is told to go on. */
function throttled() {
  let now = 1_000_000;
  const throttle = createThrottle(() => now);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { throttle, pass };
}

const ana = { account: "1:ana", address: "192.0.2.1" };

describe("wrong logins", () => {
  test("cost nothing at first, then a wait that doubles up to a minute", () => {
    const { throttle, pass } = throttled();
    const waits = Array.from({ length: 14 }, () => {
      throttle.failed(ana);
      const wait = throttle.waitMs(ana);
      pass(wait);
      return wait;
    });
    expect(waits).toEqual([0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
    expect(throttle.waitMs(ana)).toBe(0);
  });

  test("are forgotten with the right password, and after a quarter of an hour", () => {
    const { throttle, pass } = throttled();
    const failFive = (): void => {
      for (let times = 0; times < 5; times++) throttle.failed(ana);
    };
    failFive();
    throttle.succeeded(ana);
    expect(throttle.waitMs(ana)).toBe(0);
    failFive();
    pass(900_001);
    throttle.failed(ana);
    expect(throttle.waitMs(ana)).toBe(0);
  });

  test("from one address keep nobody out who asks from another, nor another account", () => {
    const { throttle } = throttled();
    for (let times = 0; times < 20; times++) throttle.failed(ana);
    expect(throttle.waitMs(ana)).toBeGreaterThan(0);
    expect(throttle.waitMs({ ...ana, address: "192.0.2.2" })).toBe(0);
    expect(throttle.waitMs({ ...ana, account: "1:bo" })).toBe(0);
    expect(throttle.waitMs({ ...ana, account: "2:ana" })).toBe(0);
  });

  test("from very many addresses make everybody wait who tries that account", () => {
    const { throttle } = throttled();
    for (let host = 0; host < 100; host++) throttle.failed({ ...ana, address: `192.0.2.${host}` });
    expect(throttle.waitMs({ ...ana, address: "198.51.100.1" })).toBe(1000);
  });

  test("of very many accounts are remembered up to a number, the latest first", () => {
    const { throttle } = throttled();
    for (let times = 0; times < 5; times++) throttle.failed(ana);
    expect(throttle.waitMs(ana)).toBe(1000);
    for (let number = 0; number < 60_000; number++) throttle.failed({ ...ana, account: `1:${number}` });
    expect(throttle.waitMs(ana)).toBe(0);
  });
});
