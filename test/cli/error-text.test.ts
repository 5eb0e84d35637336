import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { errorText } from "../../src/cli/error-text.ts";
import { CliError } from "../../src/cli/io.ts";
import { ScimError } from "../../src/scim/error.ts";

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("what an operator can mend is one line:", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const errors: readonly (readonly [name: string, error: unknown, line: string | RegExp])[] = [
    ["a wrong argument", new CliError("there is no role boss"), "there is no role boss"],
    ["a refusal", new ScimError("uniqueness", 'userName "ana" is in use.'), 'userName "ana" is in use.'],
    [
      "a refusal and its cause",
      new ScimError("unavailable", undefined, { cause: new Error("database or disk is full") }),
      "The server can not answer now. (database or disk is full)",
    ],
    ["a file", errorOf(() => readFileSync("/no/such/file")), /ENOENT.*\/no\/such\/file/],
    ["a directory", errorOf(() => mkdirSync("/dev/null/data")), /ENOTDIR.*\/dev\/null\/data/],
    ["a certificate", errorOf(() => createSecureContext({ cert: pem, key: pem })), /^.+$/],
    ["a URL", errorOf(() => new URL("nowhere")), /^.*URL.*$/],
    ["a database", errorOf(() => new Database("/no/such/database", { readonly: true })), /^.*open.*$/],
    ["what another error wraps", new Error("failed", { cause: new CliError("the disk is full") }), "the disk is full"],
    ["more than one line", new CliError("first\r\n  second\n"), "first second"],
  ];
  test.each(errors)("%s", (_, error, line) => {
    const text = errorText(error);
    if (typeof line === "string") expect(text).toBe(line);
    else expect(text).toMatch(line);
    expect(text).not.toContain("\n");
  });
});

test("anything else is told with the place it comes from", () => {
  expect(errorText(new TypeError("our mistake"))).toMatch(/our mistake[\s\S]*error-text\.test\.ts/);
  expect(errorText("thrown text")).toContain("thrown text");
});
