import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { openTable } from "../../../../src/import/source/open.ts";
import { recordCharsMax } from "../../../../src/import/source/table.ts";
import { encode, piecedInput, refusal } from "../sample.ts";

/** A text as it is read in pieces of a size: its format, the names in its header, and `[row, line, text]` of each row. */
async function read(text: string, size = text.length + 1) {
  const table = await openTable(piecedInput(Buffer.from(text), size));
  const rows: (readonly [number, number, string])[] = [];
  for await (const batch of table.batches) {
    for (const { row, line, cells } of batch) rows.push([row, line, cells[0] ?? ""]);
  }
  return { format: table.format, names: table.header.cells, rows, blank: table.blankRows() };
}

const ana = '{"userName":"ana","x":"}]\\"{"}';
const bo = '{ "userName": "bo",\n "emails": [{"value": "bo@x"}] }';

describe("JSON", () => {
  const twice = [
    [2, 1, ana],
    [3, 2, bo],
  ];
  const documents: readonly (readonly [name: string, text: string])[] = [
    ["a list", `[${ana},\n${bo}\n]\n`],
    ["a SCIM list", `{"totalResults":2,"meta":{"a":[1]},"Resources":[${ana},\n${bo}],"startIndex":1}`],
    ["users before other members", `{"users": [${ana},\n${bo}], "more": [{}]}`],
    ["a SCIM bulk request", `{"schemas":["urn"],"Operations":[${ana} ,\n${bo}]}  `],
  ];
  test.each(documents)("of %s gives its elements, in pieces of any size", async (_, text) => {
    for (const size of [1, 2, 7, 1_000]) {
      expect<unknown>(await read(text, size)).toEqual({
        format: "json",
        names: ["userName", "x"],
        rows: twice,
        blank: 0,
      });
    }
  });

  test("gives what is no object as a row like others", async () => {
    expect((await read('[1, "a b", null, [2, {}], {"a":1}]')).rows.map(([, , text]) => text)).toEqual([
      "1",
      '"a b"',
      "null",
      "[2, {}]",
      '{"a":1}',
    ]);
  });

  test("may be UTF-16, and may stand below blank lines", async () => {
    const table = await openTable(piecedInput(encode(`\n \n[${ana}]`, "utf-16be"), 3));
    const [first] = await Array.fromAsync(table.batches);
    expect([table.format, table.charset, first?.[0]?.line]).toEqual(["json", "utf-16be", 3]);
  });

  test("longer than a record in one line is read", async () => {
    const text = `{"Resources":[${Array.from({ length: 30_000 }, (_, index) => `{"userName":"user${index}","n":"${"x".repeat(30)}"}`).join()}]}`;
    const { format, rows } = await read(text, 65_536);
    expect([format, rows.length, rows.at(-1)?.[0]]).toEqual(["json", 30_000, 30_001]);
  });

  test("of any values comes out as it went in", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1, maxLength: 6 }),
      fc.nat({ max: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (values, indent, size) => {
        const { rows } = await read(JSON.stringify(values, undefined, indent), size);
        expect(rows.map(([, , text]) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)));
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});

describe("JSON lines", () => {
  test("give each line that is not blank, JSON or not", async () => {
    const text = `${ana}\r\n\r\n{"userName":bad}\r\nnothing\r\n  {"userName":"bo"}`;
    for (const size of [1, 5, 1_000]) {
      expect(await read(text, size)).toEqual({
        format: "ndjson",
        names: ["userName", "x"],
        rows: [
          [2, 1, ana],
          [3, 3, '{"userName":bad}'],
          [4, 4, "nothing"],
          [5, 5, '{"userName":"bo"}'],
        ],
        blank: 1,
      });
    }
  });

  test.each([ana, `${ana}\n`, bo, '{"users":"none"}', '{"resources":{}}'])(
    "may be one user alone: %s",
    async (text) => {
      const { format, rows } = await read(text, 5);
      expect<unknown>([format, rows]).toEqual(["ndjson", [[2, 1, text.trimEnd()]]]);
    },
  );

  test("may be records that have a list of users", async () => {
    const text = '{"users":[1]}\n{"users":[2]}\n';
    expect((await read(text)).rows.map(([, , record]) => record)).toEqual(['{"users":[1]}', '{"users":[2]}']);
  });

  test("have no header when their first line is broken", async () => {
    expect((await read('{"a":b}\n{"c":1}')).names).toEqual([]);
  });
});

describe("refused", () => {
  const long = `"${"a".repeat(recordCharsMax)}"`;
  const bad: readonly (readonly [name: string, text: string, message: string])[] = [
    ["a list that is cut off", `[${ana},\n{"a":`, "line 2: the file ends inside of a value; it was probably cut off"],
    [
      "a list without an end",
      `[${ana}\n`,
      "line 2: the file ends before its list of records does; it was probably cut off",
    ],
    [
      "an object without an end",
      '{"a":1\n,',
      "line 2: the file ends before its list of records does; it was probably cut off",
    ],
    [
      "a member without an end",
      '{"Resources":[',
      "line 1: the file ends before its list of records does; it was probably cut off",
    ],
    ["something behind the end", `[${ana}]\n\nx`, "line 3: something follows the end of the document"],
    ["objects that are not one a line", '{\n"a":1}\n{\n"a":2}', "line 3: something follows the end of the document"],
    ["a missing comma", `[${ana}\n${ana}]`, "line 2: a comma or the end of the list (]) is expected"],
    ["a comma too many", "[1,\n]", "line 2: a value is missing before ]"],
    ["the wrong bracket", '[{"a":[1}\n]', "line 1: } closes what was not opened"],
    ["an open quote", '[\n{"a":"b}\n]', "line 2: the line ends inside of a string; is a closing quote missing?"],
    ["no name", "{a:1,\n}", "line 1: the name of a member is expected, in double quotes"],
    ["no colon", '{"a" 1}', "line 1: a colon is expected after the name of a member"],
    ["two lists", '{"users":[1],\n"Operations":[2]}', "line 2: there are two lists of records: users and Operations"],
    ["no records", "[]", "the file has no records"],
    ["an empty SCIM list", '{"totalResults":0,"Resources":[]}', "the file has no records"],
    ["a deep record", `[\n${"[".repeat(65)}`, "line 2: a record nests deeper than 64 levels"],
    ["a deep line", `{}\n{"a":${"[".repeat(65)}`, "line 2: a record nests deeper than 64 levels"],
    ["a long record", `[1,\n${long}]`, "line 2: the value that starts here has more than 1048576 characters"],
    ["a long line", `{}\n{"a":1,"b":${long}}`, "line 2: the line has more than 1048576 characters"],
    ["a bracket alone", "[", "line 1: the file ends before its list of records does; it was probably cut off"],
  ];
  test.each(bad)("%s, with the line", async (_, text, message) => {
    const sizes = text.length < 1_000 ? [1, 3, 100_000] : [65_536, 10_000_000];
    for (const size of sizes) {
      const [code, words] = await refusal(read(text, size));
      expect(words).toStartWith(message);
      expect(code).toBe(/more than|deeper/.test(message) ? "too_large" : "bad_json");
    }
  });

  test("what is wrong below comes after the rows above", async () => {
    const table = await openTable(piecedInput(Buffer.from("[1,2,3,}")));
    const rows: string[] = [];
    const reading = (async () => {
      for await (const batch of table.batches) rows.push(...batch.map(({ cells }) => cells[0] ?? ""));
    })();
    expect((await refusal(reading))[1]).toBe("line 1: a value is missing before }");
    expect(rows).toEqual(["1", "2", "3"]);
  });

  test("the input is let go of when the rows are left", async () => {
    let closed = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from("[");
        for (;;) yield Buffer.from("{},".repeat(10_000));
      } finally {
        closed++;
      }
    }
    const input = { ...piecedInput(Buffer.from("[")), stream: endless };
    for await (const _ of (await openTable(input)).batches) break;
    await (await openTable(input)).close();
    expect(closed).toBe(2);
  });
});
