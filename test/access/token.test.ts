import { expect, test } from "bun:test";
import { hashToken, randomToken } from "../../src/access/token.ts";

test("AU-8 a token has its prefix and 256 random bits", () => {
  const made = Array.from({ length: 100 }, randomToken);
  for (const token of made) expect(token).toMatch(/^mst_[A-Za-z0-9_-]{43}$/);
  expect(new Set(made).size).toBe(100);
});

test("what is stored of a token is its SHA-256, which does not show it", () => {
  expect(hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const token = randomToken();
  expect(hashToken(token)).toBe(hashToken(token));
  expect(hashToken(token)).not.toContain(token);
  expect(hashToken(`${token} `)).not.toBe(hashToken(token));
});
