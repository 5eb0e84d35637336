import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBreachedList } from "../../src/access/breached.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-breached-"));
afterAll(() => rmSync(folder, { recursive: true }));

function listOf(name: string, content: string): (password: string) => boolean {
  const file = join(folder, name);
  writeFileSync(file, content);
  return openBreachedList(file);
}

const sha1 = (text: string) => new Bun.CryptoHasher("sha1").update(text).digest("hex").toUpperCase();

describe("a list of passwords", () => {
  test("in clear text has just its lines", () => {
    const isIn = listOf("clear.txt", "letmein\r\ncorrect horse\n\n");
    expect(["letmein", "correct horse", "", "LETMEIN", "correct"].map(isIn)).toEqual([true, true, false, false, false]);
  });

  test.each([
    ["with counts", (hash: string, at: number) => `${hash}:${at}`],
    ["alone", (hash: string) => hash],
    ["in lower case", (hash: string) => hash.toLowerCase()],
  ])("of hashes %s is searched to its first and last line", (_, lineOf) => {
    const passwords = Array.from({ length: 500 }, (__, at) => `password ${at}`);
    const hashes = passwords.map(sha1).sort();
    for (const ending of ["\n", "\r\n", ""]) {
      const isIn = listOf("hashes.txt", hashes.map(lineOf).join(ending || "\n") + ending);
      expect(passwords.filter((password) => !isIn(password))).toEqual([]);
      expect(passwords.map((password) => `${password}!`).filter(isIn)).toEqual([]);
    }
  });

  test("of one line, or that is empty, is one", () => {
    expect(listOf("one.txt", sha1("only"))("only")).toBeTrue();
    expect(listOf("one.txt", sha1("only"))("other")).toBeFalse();
    expect(listOf("empty.txt", "")("")).toBeFalse();
  });

  test("that is not there is told", () => {
    expect(() => openBreachedList(join(folder, "nowhere"))).toThrow("can not be read");
  });
});
