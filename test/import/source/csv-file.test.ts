import { describe, expect, test } from "bun:test";
import { openTable } from "../../../src/import/source/open.ts";
import { encode, piecedInput, readTable, refusal } from "./sample.ts";

const cells = [
  ["user name", "ort, land; region\tdel"],
  ["åsa", 'say "hej"'],
  ["bo", "日本 😀"],
];

function write(delimiter: string, lineEnd: string): string {
  const quoted = cells.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter));
  return quoted.map((line) => line + lineEnd).join("");
}

describe("openTable reads the same rows from", () => {
  const rows = cells.map((row, index) => ({ row: index + 1, line: index + 1, cells: row }));
  for (const charset of ["utf-8", "utf-16le", "utf-16be"] as const) {
    for (const delimiter of [",", ";", "\t"]) {
      for (const lineEnd of ["\r\n", "\n", "\r"]) {
        test(`${charset} with ${JSON.stringify(delimiter + lineEnd)}`, async () => {
          const bytes = encode(write(delimiter, lineEnd), charset);
          const expected = { charset, delimiter, warnings: [], rows, blankRows: 0 };
          for (const size of [1, 2, 3, 7, bytes.length]) expect(await readTable(bytes, size)).toEqual(expected);
        });
      }
    }
  }

  test("a file split at every byte", async () => {
    const bytes = encode(write(";", "\r\n"));
    for (let at = 0; at <= bytes.length; at++) expect((await readTable(bytes, at, bytes.length)).rows).toEqual(rows);
  });
});

describe("openTable", () => {
  test("strips marks that stand twice or inside of the quotes", async () => {
    for (const text of ["\ufeffa,b\n1,2", '"\ufeffa",b\n1,2', '\ufeff"\ufeffa",b\n1,2']) {
      expect((await readTable(encode(text))).rows[0]?.cells).toEqual(["a", "b"]);
    }
    // A no-break space of zero width elsewhere is text.
    expect((await readTable(encode("a,b\n\ufeff1,2"))).rows[1]?.cells).toEqual(["\ufeff1", "2"]);
  });

  test("takes the first record that is not blank for the header", async () => {
    const table = await readTable(encode("\r\n\r\na;b\r\n\r\n1;2\r\n"));
    expect(table.rows).toEqual([
      { row: 3, line: 3, cells: ["a", "b"] },
      { row: 5, line: 5, cells: ["1", "2"] },
    ]);
    expect(table.blankRows).toBe(3);
  });

  test("finds a header below many blank lines", async () => {
    const table = await readTable(encode(`${"\n".repeat(200_000)}a,b\n`));
    expect(table.rows).toEqual([{ row: 200_001, line: 200_001, cells: ["a", "b"] }]);
  });

  test("reads a header without rows", async () => {
    const table = await openTable(piecedInput(Buffer.from("userName")));
    expect(table.header.cells).toEqual(["userName"]);
    for await (const batch of table.batches) expect(batch).toEqual([]);
  });

  for (const [name, text] of [
    ["no bytes", ""],
    ["a mark", "\ufeff"],
    ["blank lines", "\r\n\n"],
    ["a sep= line", "sep=;\r\n"],
  ] as const) {
    test(`refuses a file of ${name}`, async () => {
      expect(await refusal(readTable(encode(text, "utf-8", false)))).toEqual([
        "bad_csv",
        "the file is empty",
        undefined,
      ]);
    });
  }

  test("learns of another encoding and of blank rows while the rows are read", async () => {
    const file = Buffer.concat([Buffer.from("a,b\n1,2\n\n".repeat(50_000)), Buffer.from([0xe9]), Buffer.from(",x\n")]);
    const table = await openTable(piecedInput(file, 10_000));
    expect([table.charset, table.warnings]).toEqual(["utf-8", []]);
    let last: readonly string[] = [];
    for await (const batch of table.batches) last = batch.at(-1)?.cells ?? last;
    expect(last).toEqual(["é", "x"]);
    expect([table.charset, table.warnings.length, table.blankRows()]).toEqual(["windows-1252", 1, 50_000]);
  });

  test("lets go of the input when it is closed or left", async () => {
    for (const leave of ["close", "break"]) {
      let closed = false;
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield Buffer.from("a,b\n".repeat(10_000));
        } finally {
          closed = true;
        }
      }
      const table = await openTable({ ...piecedInput(Buffer.from("a,b")), stream: endless });
      if (leave === "close") await table.close();
      else for await (const _ of table.batches) break;
      expect(closed).toBe(true);
    }
  });

  test("passes on what goes wrong with the input", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a,b\n");
      throw new Error("connection reset");
    }
    await expect(openTable({ ...piecedInput(Buffer.from("a,b")), stream: failing })).rejects.toThrow(
      "connection reset",
    );
  });
});
