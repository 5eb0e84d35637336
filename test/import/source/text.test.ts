import { describe, expect, test } from "bun:test";
import { decodeText } from "../../../src/import/source/text.ts";
import { decodeAll, encode, refusal, type TestCharset } from "./sample.ts";

const charsets: readonly TestCharset[] = ["utf-8", "utf-16le", "utf-16be"];
const sample = "namn;ort\r\nÅsa €;Göteborg\r\n日本;😀\n\u{10ffff};\ue000\n";

describe("decodeText", () => {
  for (const charset of charsets) {
    test(`reads ${charset} split at every byte`, async () => {
      const bytes = encode(sample, charset);
      for (let at = 0; at <= bytes.length; at++) {
        expect(await decodeAll(bytes, at, bytes.length)).toEqual({ text: sample, charset, warnings: [] });
      }
      expect((await decodeAll(bytes, 1)).text).toBe(sample);
    });

    test(`reads ${charset} without a byte order mark`, async () => {
      const text = "userName,name\r\nÅsa,1\r\n";
      expect(await decodeAll(encode(text, charset, false), 3)).toEqual({ text, charset, warnings: [] });
    });

    test(`reads ${charset} longer than the head and a piece, split anywhere`, async () => {
      const text = "a😀é".repeat(30_000);
      for (const size of [1021, 65_537, 10_000_000]) {
        expect((await decodeAll(encode(text, charset), size)).text === text).toBe(true);
      }
    });

    test(`reads a file of nothing but the mark of ${charset}`, async () => {
      expect((await decodeAll(encode("", charset))).text).toBe("");
    });
  }

  test("reads an empty file", async () => {
    expect(await decodeAll(Buffer.alloc(0))).toEqual({ text: "", charset: "utf-8", warnings: [] });
  });

  test("does not need the bytes of a chunk after the next one is asked for", async () => {
    const bytes = encode(sample.repeat(20));
    const shared = Buffer.alloc(7);
    async function* reused(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < bytes.length; start += shared.length) {
        yield shared.subarray(0, bytes.copy(shared, 0, start, start + shared.length));
      }
    }
    let text = "";
    for await (const chunk of decodeText(reused()).chunks) text += chunk;
    expect(text).toBe(sample.repeat(20));
  });

  test("leaves the bytes of the caller as they are", async () => {
    const bytes = encode(sample, "utf-16be");
    const before = Buffer.from(bytes);
    await decodeAll(bytes);
    expect(bytes.equals(before)).toBe(true);
  });
});

describe("windows-1252", () => {
  const bytes = Buffer.concat([Buffer.from("name\nRen"), Buffer.from([0xe9]), Buffer.from("e,"), Buffer.from([0x80])]);
  const warnings = ["line 2: byte 8 (0xE9) is not UTF-8; the file is read as windows-1252"];

  test("is read after ASCII, with a warning, wherever the chunks are split", async () => {
    for (let at = 0; at <= bytes.length; at++) {
      const expected = { text: "name\nRenée,€", charset: "windows-1252", warnings };
      expect(await decodeAll(bytes, at, bytes.length)).toEqual(expected);
    }
  });

  test("is found far into a file whose start has been given out", async () => {
    const ascii = "a,b\r\n".repeat(50_000);
    const late = Buffer.concat([Buffer.from(ascii), Buffer.from([0x93, 0x94])]);
    expect(await decodeAll(late, 70_001)).toEqual({
      text: `${ascii}“”`,
      charset: "windows-1252",
      warnings: ["line 50001: byte 250000 (0x93) is not UTF-8; the file is read as windows-1252"],
    });
  });

  test("is what one last byte after ASCII is taken for", async () => {
    const { text, charset } = await decodeAll(Buffer.concat([Buffer.from("Andr"), Buffer.from([0xe9])]), 1);
    expect([text, charset]).toEqual(["André", "windows-1252"]);
  });

  test("does not have the byte 0x81", async () => {
    expect(await refusal(decodeAll(Buffer.from("n\nM\x81ller", "latin1")))).toEqual([
      "bad_encoding",
      "line 2: byte 3 is neither UTF-8 nor windows-1252; save the file as UTF-8",
      2,
    ]);
  });
});

describe("refused", () => {
  const mixture = Buffer.concat([Buffer.from("name\r\nÅsa\r\nRen"), Buffer.from([0xe9, 0x0a])]);

  test("a mixture of UTF-8 and windows-1252, wherever the chunks are split", async () => {
    for (let at = 0; at <= mixture.length; at++) {
      expect(await refusal(decodeAll(mixture, at, mixture.length))).toEqual([
        "bad_encoding",
        "line 3: byte 15 (0xE9) is not UTF-8, though the text before it is; save the file as UTF-8 throughout",
        3,
      ]);
    }
  });

  test("a file that is marked as UTF-8 and is not", async () => {
    const bytes = Buffer.concat([encode("Ren"), Buffer.from([0xe9, 0x0a])]);
    expect((await refusal(decodeAll(bytes)))[1]).toStartWith("line 1: byte 6 (0xE9) is not UTF-8");
  });

  const malformed: readonly (readonly [name: string, bytes: readonly number[]])[] = [
    ["an overlong sequence", [0xc0, 0xaf]],
    ["an overlong sequence of three", [0xe0, 0x80, 0x80]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a lone continuation byte", [0x80]],
    ["a byte that never occurs", [0xff]],
  ];
  for (const [name, bytes] of malformed) {
    test(`UTF-8 with ${name}`, async () => {
      const file = Buffer.concat([Buffer.from("é\n"), Buffer.from(bytes), Buffer.from("x")]);
      for (let at = 0; at <= file.length; at++) {
        const [code, message, line] = await refusal(decodeAll(file, at, file.length));
        expect([code, line]).toEqual(["bad_encoding", 2]);
        expect(message).toContain("byte 3 ");
      }
    });
  }

  const cutOff: readonly (readonly [name: string, bytes: Buffer, message: string])[] = [
    ["UTF-8", Buffer.from("é\n😀").subarray(0, -1), "line 2: the file stops inside the UTF-8 character at byte 3"],
    ["UTF-8 after ASCII", Buffer.from("a€").subarray(0, -1), "line 1: the file stops inside the UTF-8 character"],
    ["marked UTF-8", encode("aé").subarray(0, -1), "line 1: the file stops inside the UTF-8 character at byte 4"],
    ["UTF-16", encode("a\nb", "utf-16le").subarray(0, -1), "line 2: the file stops inside the UTF-16 character"],
    ["UTF-16 in a pair", encode("a\n😀", "utf-16be").subarray(0, -2), "line 2: the file stops inside the UTF-16"],
  ];
  for (const [name, bytes, message] of cutOff) {
    test(`${name} that is cut off`, async () => {
      for (let at = 0; at <= bytes.length; at++) {
        const [code, text] = await refusal(decodeAll(bytes, at, bytes.length));
        expect(code).toBe("bad_encoding");
        expect(text).toStartWith(message);
      }
    });
  }

  test("UTF-16 with half a pair", async () => {
    const bytes = encode("a\r\n\udc00b", "utf-16le");
    for (let at = 0; at <= bytes.length; at++) {
      const [, message] = await refusal(decodeAll(bytes, at, bytes.length));
      expect(message).toStartWith("line 2: byte 8 is not UTF-16");
    }
  });

  const foreign: readonly (readonly [what: string, head: readonly number[]])[] = [
    ["an Excel workbook (.xlsx)", [0x50, 0x4b, 3, 4, 20, 0]],
    ["an old Excel workbook (.xls)", [0xd0, 0xcf, 0x11, 0xe0, 0xa1]],
    ["UTF-32 text", [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]],
  ];
  for (const [what, head] of foreign) {
    test(what, async () => {
      const [code, message] = await refusal(decodeAll(Buffer.from(head), 1));
      expect(code).toBe("unsupported_format");
      expect(message).toStartWith(`the file is ${what}`);
      expect(message).toEndWith("save the table as CSV (UTF-8) or as an Excel workbook (.xlsx) instead");
    });
  }
});
