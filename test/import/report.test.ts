import { describe, expect, test } from "bun:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { csvCell } from "../../src/import/guard.ts";
import { reportColumns } from "../../src/import/report.ts";
import { readCells } from "./source/sample.ts";
import { inDirectory } from "./support/directory.ts";

describe("a cell of a report", () => {
  const cells: readonly (readonly [text: string, cell: string])[] = [
    ["", ""],
    ["plain text", "plain text"],
    [" blank ", " blank "],
    ["a,b", '"a,b"'],
    ['say "hej"', '"say ""hej"""'],
    ["a\nb", '"a\nb"'],
    ["a\r\nb", '"a\r\nb"'],
    ["=1+1", "'=1+1"],
    ["+49 170", "'+49 170"],
    ["-5", "'-5"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", '"\'\r=1"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ["a=1", "a=1"],
    ["'=1", "''=1"],
    ["'tis", "'tis"],
    ["a@b.example", "a@b.example"],
  ];
  test.each(cells)("%j is written as %j", (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  test("is read back as it was, but for the guard, by a reader of CSV that is not ours", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 2, maxLength: 5 }), (texts) => {
        const [row]: string[][] = parse(`${texts.map((text) => csvCell(text)).join(",")}\r\n`, {
          record_delimiter: "\r\n",
        });
        expect(row).toEqual(texts.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
      }),
    );
  });
});

describe("the report of a job", () => {
  test("is a header and one line for each problem of each row", () =>
    inDirectory(async (directory) => {
      const job = await directory.import(
        "userName,active,emails[0].primary,groups\n" +
          "ana,yes,,\n" +
          "=cmd,maybe,often,Nobody\n" +
          "ANA,,,\n" +
          '"bo, ""b""",,,Nobody\n',
      );
      const text = await directory.report(job);
      expect(text).toStartWith(`${reportColumns.join(",")}\r\n`);
      const [header, ...lines] = await readCells(text);
      expect(header).toEqual([...reportColumns]);
      const unknown = ["unknown_group", "groups", "Nobody", "no group has this name"];
      expect(lines.map((line) => [...line.slice(0, 8), line[7] === "Nobody" ? line[8] : ""])).toEqual([
        ["3", "3", "'=cmd", "failed", "", "bad_value", "active", "maybe", ""],
        ["3", "3", "'=cmd", "failed", "", "bad_value", "emails[0].primary", "often", ""],
        ["3", "3", "'=cmd", "failed", "", ...unknown],
        ["4", "4", "ANA", "duplicate", "", "duplicate_in_file", "userName", "ANA", ""],
        ["5", "5", 'bo, "b"', "failed", "", ...unknown],
      ]);
    }));

  test("has the id of a user that went in with a warning", () =>
    inDirectory(async (directory) => {
      const verifyEmail = "http://wso2.org/claims/identity/verifyEmail=true";
      const job = await directory.import(`UserName,Password,Claims\nana,x,${verifyEmail}\n`);
      const [row] = await directory.rows(job);
      const [, line] = await readCells(await directory.report(job));
      expect(row?.resourceId).toBeString();
      expect(line?.slice(0, 6)).toEqual(["2", "2", "ana", "created", row?.resourceId ?? "", "mail_not_sent"]);
    }));

  test("is only a header when nothing is to be told", () =>
    inDirectory(async (directory) => {
      expect(await directory.report(await directory.import("userName\nana\n"))).toBe(`${reportColumns.join(",")}\r\n`);
    }));

  test("has every row where there are more than are read at a time", () =>
    inDirectory(async (directory) => {
      const count = 2500;
      const rows = Array.from({ length: count }, (_, index) => `user${index},maybe`);
      const job = await directory.import(`userName,active\n${rows.join("\n")}\n`);
      const lines = await readCells(await directory.report(job));
      expect(lines.slice(1).map(([row]) => Number(row))).toEqual(rows.map((_, index) => index + 2));
    }));

  test("never has a password, whatever is wrong with its row", () =>
    inDirectory(async (directory) => {
      const job = await directory.import(
        "userName,password,active,groups\n" +
          "ana,s3cret-one,maybe,Nobody\n" +
          ",s3cret-two,,\n" +
          "bo,s3cret-three,,\n" +
          "BO,s3cret-four,,\n",
      );
      expect(job.counts).toMatchObject({ created: 1, failed: 2, duplicate: 1 });
      expect(await directory.report(job)).not.toContain("s3cret");
    }));
});
