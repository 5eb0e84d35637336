import { describe, expect, test } from "bun:test";
import { createHash, createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import fc from "fast-check";
import { readAuth0Hash } from "../../../src/access/hash/auth0.ts";
import { readOktaHash } from "../../../src/access/hash/okta.ts";
import { type ReadHash, readPasswordHash } from "../../../src/access/hash/read.ts";
import { needsRehash, verifyPassword } from "../../../src/access/password.ts";
import { vectors, weakVectors } from "./vectors.ts";

function hashOf(read: ReadHash): string {
  if ("wrong" in read) throw new Error(read.wrong);
  return read.hash;
}

function wordsOf(read: ReadHash): string {
  return "wrong" in read ? read.wrong : "";
}

const password = "Grüße 1!";

describe("a hash that another system made", () => {
  test.each(vectors)("%s is taken, and checks its password alone", async (name, secret, text) => {
    const read = readPasswordHash(text, { acceptWeak: true });
    expect(read).toMatchObject({ isWeak: weakVectors.has(name) });
    expect(await verifyPassword(secret, hashOf(read))).toBe(true);
    for (const other of [`!${secret}`, secret.toUpperCase(), ""]) {
      expect(await verifyPassword(other, hashOf(read))).toBe(false);
    }
    expect(needsRehash(hashOf(read))).toBe(true);
  });

  test.each(vectors)("%s is refused without weak ones only if it is weak", (name, _, text) => {
    const words = wordsOf(readPasswordHash(text, { acceptWeak: false }));
    expect(words !== "").toBe(weakVectors.has(name));
    if (words !== "") expect(words).toContain("acceptWeakHashes is false");
  });

  const hex: readonly (readonly [algorithm: string, digest: string])[] = [
    ["MD5", "md5"],
    ["sha-1", "sha1"],
    ["sha256", "sha256"],
    ["sha-512", "sha512"],
  ];
  test.each(hex)("in hexadecimal is taken when %s is named", async (algorithm, digest) => {
    const text = createHash(digest).update(password).digest("hex");
    const hash = hashOf(readPasswordHash(text, { algorithm, acceptWeak: true }));
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword("other", hash)).toBe(false);
    expect(wordsOf(readPasswordHash(text, { acceptWeak: true }))).toContain("begins like none that is known");
  });

  test("may be named by an algorithm that its own prefix says better", () => {
    const [, , text = ""] = vectors.find(([name]) => name === "sha512crypt") ?? [];
    expect(hashOf(readPasswordHash(text, { algorithm: "crypt", acceptWeak: false }))).toBe(text);
  });
});

describe("a hash is refused, in words that do not repeat it, when", () => {
  const key = Buffer.alloc(32, 7).toString("base64").replace(/=+$/, "");
  const refused: readonly (readonly [what: string, hash: string, words: string])[] = [
    ["bcrypt would take seconds", `$2b$15$${"a".repeat(53)}`, "cost above 14"],
    ["bcrypt is cut off", `$2b$10$${"a".repeat(52)}`, "not well formed"],
    ["argon2 would take gigabytes", `$argon2id$v=19$m=4194304,t=1,p=1$${key}$${key}`, "memory in KiB above 262144"],
    ["argon2 would take long", `$argon2id$v=19$m=1024,t=1000,p=1$${key}$${key}`, "number of passes above 12"],
    ["argon2 would take many threads", `$argon2id$v=19$m=1024,t=1,p=64$${key}$${key}`, "parallelism above 16"],
    ["argon2 is of another version", `$argon2id$v=16$m=1024,t=1,p=1$${key}$${key}`, "not well formed"],
    ["scrypt would take gigabytes", `$scrypt$ln=20,r=8,p=1$${key}$${key}`, "memory in bytes above 67108864"],
    ["scrypt would take long", `$scrypt$ln=10,r=8,p=99$${key}$${key}`, "parallelism above 16"],
    ["scrypt lacks its costs", `$scrypt$${key}$${key}`, "not well formed"],
    ["firescrypt lacks its key", `$firescrypt$ln=14,r=8,p=1$${key}$${key}$Bw==`, "not well formed"],
    ["pbkdf2 would take long", `$pbkdf2-sha256$2000001$${key}$${key}`, "number of rounds above 2000000"],
    ["pbkdf2 has no rounds", `$pbkdf2-sha256$0$${key}$${key}`, "not well formed"],
    ["Django's would take long", `pbkdf2_sha256$9000000$salt$${key}`, "number of rounds above 2000000"],
    ["crypt would take long", `$6$rounds=9999999$salt$${"a".repeat(86)}`, "number of rounds above 1000000"],
    ["crypt is cut off", `$6$salt$${"a".repeat(85)}`, "not well formed"],
    ["phpass would take long", `$P$N${"a".repeat(30)}`, "logarithm of rounds above 18"],
    ["a digest is cut off", "{SSHA}c2hvcnQ=", "not well formed"],
    ["its prefix is none", "plain text", "begins like none that is known"],
    ["it is far too long", `$6$salt$${"a".repeat(2000)}`, "longer than 1024 characters"],
  ];
  test.each(refused)("%s", async (_, hash, words) => {
    const read = readPasswordHash(hash, { acceptWeak: true });
    expect(wordsOf(read)).toContain(words);
    expect(wordsOf(read)).not.toContain(hash.slice(-20));
    expect(await verifyPassword("x", hash)).toBe(false);
  });

  test("it is anything at all", () => {
    const prefixed = fc.tuple(
      fc.constantFrom("$2b$", "$6$", "$scrypt$", "{SSHA}", "$P$", "$argon2id$", ""),
      fc.string(),
    );
    fc.assert(
      fc.property(prefixed, fc.boolean(), ([prefix, rest], acceptWeak) => {
        const read = readPasswordHash(prefix + rest, { acceptWeak, algorithm: rest });
        if ("wrong" in read && rest.length > 8) expect(read.wrong).not.toContain(rest);
      }),
    );
  });
});

describe("the custom_password_hash of Auth0", () => {
  const salt = { value: "salz", encoding: "utf8" };
  const sha = (place: "prefix" | "suffix"): string =>
    createHash("sha256")
      .update(place === "prefix" ? `salz${password}` : `${password}salz`)
      .digest("hex");
  const scryptKey = scryptSync(password, "salz", 32, { N: 1024 }).toString("base64");
  const pbkdf2Key = pbkdf2Sync(password, "salz", 1000, 32, "sha512").toString("base64").replace(/=+$/, "");
  const taken: readonly (readonly [what: string, custom: Parameters<typeof readAuth0Hash>[0]])[] = [
    [
      "sha256 with the salt in front",
      { algorithm: "sha256", hash: { value: sha("prefix") }, salt: { ...salt, position: "prefix" } },
    ],
    [
      "sha256 with the salt behind",
      { algorithm: "sha256", hash: { value: sha("suffix") }, salt: { ...salt, position: "suffix" } },
    ],
    [
      "md5 without a salt",
      { algorithm: "md5", hash: { value: createHash("md5").update(password).digest("base64"), encoding: "base64" } },
    ],
    [
      "hmac",
      {
        algorithm: "hmac",
        hash: {
          value: createHmac("sha256", "key").update(password).digest("hex"),
          encoding: "hex",
          digest: "sha256",
          key: { value: "key", encoding: "utf8" },
        },
      },
    ],
    [
      "scrypt",
      {
        algorithm: "scrypt",
        hash: { value: scryptKey, encoding: "base64" },
        salt,
        keylen: 32,
        cost: 1024,
        blockSize: 8,
        parallelization: 1,
      },
    ],
    [
      "pbkdf2",
      { algorithm: "pbkdf2", hash: { value: `$pbkdf2-sha512$i=1000,l=32$c2Fseg$${pbkdf2Key}`, encoding: "utf8" } },
    ],
    ["ldap", { algorithm: "ldap", hash: { value: vectors.find(([name]) => name === "{SSHA}")?.[2] ?? "" } }],
    ["bcrypt", { algorithm: "bcrypt", hash: { value: vectors[0]?.[2] ?? "" } }],
  ];
  test.each(taken)("of %s is taken", async (_, custom) => {
    const hash = hashOf(readAuth0Hash(custom, true));
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword("other", hash)).toBe(false);
  });

  test.each([
    {},
    { algorithm: "md4", hash: { value: "00" } },
    { algorithm: "sha256" },
    { algorithm: "hmac", hash: { value: "00" } },
  ])("that can not be read is refused in words: %j", (custom) => {
    expect(wordsOf(readAuth0Hash(custom, true))).toContain("can not be read");
  });
});

describe("the hash object of Okta", () => {
  const bcrypt = vectors[0]?.[2] ?? "";
  const sum = createHash("sha512").update(`salz${password}`).digest("base64");
  const key = pbkdf2Sync(password, "salz", 1000, 32, "sha256").toString("base64");
  const taken: readonly (readonly [what: string, hash: Parameters<typeof readOktaHash>[0]])[] = [
    ["BCRYPT", { algorithm: "BCRYPT", workFactor: 4, salt: bcrypt.slice(7, 29), value: bcrypt.slice(29) }],
    ["a sum of SHA512", { algorithm: "SHA-512", salt: btoa("salz"), saltOrder: "PREFIX", value: sum }],
    [
      "PBKDF2",
      {
        algorithm: "PBKDF2",
        digestAlgorithm: "SHA256_HMAC",
        iterationCount: 1000,
        keySize: 32,
        salt: btoa("salz"),
        value: key,
      },
    ],
  ];
  test.each(taken)("of %s is taken", async (_, object) => {
    const hash = hashOf(readOktaHash(object, true));
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword("other", hash)).toBe(false);
  });

  test("that lacks its parts is refused", () => {
    for (const object of [{}, { algorithm: "SHA-999", value: "x" }, { algorithm: "BCRYPT", value: "x" }]) {
      expect(wordsOf(readOktaHash(object, true))).not.toBe("");
    }
  });
});
