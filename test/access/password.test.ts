import { describe, expect, test } from "bun:test";
import { hashPassword, randomPassword, verifyPassword } from "../../src/access/password.ts";

describe("a hash", () => {
  test("U-5 is argon2id with its parameters, and not the password", async () => {
    const hash = await hashPassword("t1meMa$heen");
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(hash).not.toContain("t1meMa$heen");
  });

  test("of one password is another each time", async () => {
    expect(await hashPassword("same")).not.toBe(await hashPassword("same"));
  });

  test.each([["t1meMa$heen"], ["ü€👩‍👩‍👧"], [" blank in front"], ["a:b:c"], ["x".repeat(100)]])(
    "verifies its password and no other: %p",
    async (password) => {
      const hash = await hashPassword(password);
      expect(await verifyPassword(password, hash)).toBe(true);
      expect(await verifyPassword(`${password} `, hash)).toBe(false);
      expect(await verifyPassword(password.toUpperCase() === password ? "x" : password.toUpperCase(), hash)).toBe(
        false,
      );
    },
  );

  test.each(["", "plain", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$$", "$2b$10$short", "t1meMa$heen"])(
    "that can not be read verifies nothing: %p",
    async (hash) => {
      expect(await verifyPassword("t1meMa$heen", hash)).toBe(false);
      expect(await verifyPassword("", hash)).toBe(false);
    },
  );
});

describe("a random password", () => {
  test("has 20 characters that can be read aloud, and is another each time", () => {
    const made = Array.from({ length: 100 }, randomPassword);
    for (const password of made) expect(password).toMatch(/^[a-km-np-z2-9-]{20}$/);
    expect(new Set(made).size).toBe(100);
  });

  test("uses every one of its 32 characters", () => {
    const used = new Set(Array.from({ length: 200 }, randomPassword).join(""));
    expect(used.size).toBe(32);
  });
});
