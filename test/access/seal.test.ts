import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createSealer } from "../../src/access/seal.ts";

const sealer = createSealer(new Uint8Array(32).fill(7));

describe("what is sealed", () => {
  test("CU-2 opens to what it was, and needs no escaping in an address", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, context) => {
        const sealed = sealer.seal(text, context);
        expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(sealer.open(sealed, context)).toBe(text);
      }),
    );
  });

  test("CU-20 tells nothing, and is another text each time", () => {
    const [first, second] = [sealer.seal("userName", "a"), sealer.seal("userName", "a")];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, "base64url").toString("latin1")).not.toContain("userName");
  });

  test("CU-20 does not open when any character of it is another", () => {
    const sealed = sealer.seal("some text", "a context");
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === "A" ? "B" : "A";
      expect(sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), "a context")).toBeUndefined();
    }
  });

  test.each(["", "A", "AAAA", "=".repeat(80), "a b", "\u0000", "ü".repeat(60), "A".repeat(10_000)])(
    "CU-20 is none of these: %p",
    (text) => expect(sealer.open(text, "a")).toBeUndefined(),
  );

  test("does not open in another context, under another key, with something behind it", () => {
    const sealed = sealer.seal("some text", "a context");
    expect(sealer.open(sealed, "another context")).toBeUndefined();
    expect(createSealer(new Uint8Array(32)).open(sealed, "a context")).toBeUndefined();
    for (const more of ["=", "A", "==", "\n"]) expect(sealer.open(sealed + more, "a context")).toBeUndefined();
  });
});
