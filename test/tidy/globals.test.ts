import { describe, expect, test } from "bun:test";
import { environment, exits, pure } from "./globals.ts";
import { check } from "./source.ts";

describe("environment", () => {
  test.each([
    "process.env.PORT",
    `process["env"]`,
    "Bun.env",
    "import.meta.env",
    "globalThis.process.env",
    "process?.env",
    "const { env } = process;",
    `import { env } from "node:process";`,
    `import p from "node:process"; p.env;`,
    `import { env as e } from "bun";`,
  ])("%s is for config.ts alone", (text) => {
    expect(check(environment, "src/http/a.ts", text)).toHaveLength(1);
    expect(check(environment, "src/config.ts", text)).toEqual([]);
    expect(check(environment, "test/a.ts", text)).toEqual([]);
  });

  test("another env is another matter", () => {
    const text = `context.env; tenant.process.env; // process.env\nimport type { Env } from "bun"; const { pid } = process;`;
    expect(check(environment, "src/http/a.ts", text)).toEqual([]);
  });
});

test("exits: only main.ts ends the process", () => {
  const text = `process.exit(1);\nimport { exit } from "node:process";`;
  expect(check(exits, "src/cli/a.ts", text)).toHaveLength(2);
  expect(check(exits, "src/main.ts", text)).toEqual([]);
  expect(check(exits, "src/cli/a.ts", "process.exitCode = 1; db.exit();")).toEqual([]);
});

describe("pure", () => {
  test.each([
    "Date.now()",
    "const clock = Date.now;",
    "new Date()",
    "new Date",
    "Date()",
    "performance.now()",
    "Math.random()",
    "crypto.randomUUID()",
    "globalThis.crypto.subtle",
    "Bun.randomUUIDv7()",
    "setTimeout(f, 1)",
    "globalThis.setInterval(f, 1)",
    `import { createHash } from "node:crypto";`,
    `import { randomUUIDv7 } from "bun";`,
    `import { performance as p } from "node:perf_hooks"; p.now();`,
    `import { setTimeout as sleep } from "node:timers/promises"; await sleep(1);`,
  ])("%s is passed in", (text) => {
    const rooms = ["src/scim/a.ts", "src/directory/a.ts", "src/import/plan.ts", "src/import/plan/a.ts"];
    for (const path of rooms) expect(check(pure, path, text)).toHaveLength(1);
    for (const path of ["src/import/runner.ts", "src/server.ts", "test/scim/a.ts"]) {
      expect(check(pure, path, text)).toEqual([]);
    }
  });

  test("what is given may be used", () => {
    const text = "new Date(0); new Date(text); Date.parse(text); Math.max(1, 2); clock.now(); ids.random(); new Map();";
    expect(check(pure, "src/scim/a.ts", text)).toEqual([]);
  });
});
