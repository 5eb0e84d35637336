import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { foldCase } from "../../../src/scim/resource/fold.ts";

describe("foldCase", () => {
  test.each([
    ["capitals and small letters", "BJensen@Example.COM", "bjensen@example.com"],
    ["letters beyond ASCII", "ÖZGÜR Ñ Ő Ž", "özgür ñ ő ž"],
    ["Greek and Cyrillic", "ΑΒΓ ЖЩЯ", "αβγ жщя"],
    ["composed and decomposed", "zoë", "zoe\u0308"],
    ["wide letters", "ＢＪｅｎｓｅｎ", "bjensen"],
    ["ligatures", "ﬁnn ĳ", "finn ij"],
    ["the two small sigmas", "ΝΊΚΟΣ", "νίκος"],
    ["the Kelvin and Ångström signs", "\u212a \u212b", "k å"],
    ["the long s", "ſ", "s"],
    ["mathematical letters", "𝐁𝐚𝐛𝐬", "babs"],
    ["half-width kana", "ｶﾞ", "ガ"],
    ["superscripts", "x²", "X2"],
  ])("U-3 F-41 makes equal: %s", (_, one, other) => {
    expect(foldCase(one)).toBe(foldCase(other));
  });

  test.each([
    ["a letter and the same with an accent", "zoe", "zoë"],
    ["letters of two scripts that look alike", "a", "а"],
    ["a blank and none", "a b", "ab"],
    ["i and dotless ı", "i", "ı"],
    ["ss and ß", "ss", "ß"],
    ["ł and l", "ł", "l"],
  ])("keeps apart: %s", (_, one, other) => {
    expect(foldCase(one)).not.toBe(foldCase(other));
  });

  test("leaves ASCII in small letters as it is", () => {
    const text = " !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    expect(foldCase(text)).toBe(text);
  });

  const anyText = fc.string({ unit: "binary", maxLength: 20 });

  test("folding twice is folding once", () => {
    fc.assert(fc.property(anyText, (text) => expect(foldCase(foldCase(text))).toBe(foldCase(text))));
  });

  test("no shorter way is another way: every character folds as NFKC and lower case say", () => {
    for (let code = 0; code < 0x3000; code++) {
      const text = `a${String.fromCodePoint(code)}b`;
      const long = text.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("ς", "σ");
      if (foldCase(text) !== long) throw new Error(`U+${code.toString(16)}: ${foldCase(text)}, not ${long}`);
    }
  });

  test("equivalent texts fold alike", () => {
    fc.assert(
      fc.property(anyText, (text) => expect(foldCase(text.normalize("NFD"))).toBe(foldCase(text.normalize("NFC")))),
    );
  });
});
