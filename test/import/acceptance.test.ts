import { describe, expect, test } from "bun:test";
import { failedFile } from "../../src/import/failed-file.ts";
import { fullCounts } from "../../src/import/job.ts";
import { enterpriseUserUrn } from "../../src/scim/urn.ts";
import type { ImportJob } from "../../src/storage/import.ts";
import { defaultTenantId } from "../../src/storage/port.ts";
import { inDirectory, type TestDirectory } from "./support/directory.ts";
import { workbook } from "./support/workbook.ts";
import { wso2AskPasswordCsv, wso2Csv } from "./support/wso2.ts";

/* Files as the systems that people leave write them, and what must come of each. */

async function outcomes(directory: TestDirectory, job: ImportJob): Promise<readonly (readonly string[])[]> {
  return (await directory.rows(job)).map(({ outcome, problems }) => [outcome, ...problems.map(({ code }) => code)]);
}

describe("the guide of WSO2 Identity Server", () => {
  const claims = "http://wso2.org/claims/";
  const cells = (text: string): string[][] =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));

  for (const [format, content] of [
    ["CSV", wso2AskPasswordCsv],
    ["Excel", workbook({ sheets: [{ name: "Users", rows: cells(wso2AskPasswordCsv) }] })],
  ] as const) {
    test(`makes its three users of ${format}; the third chooses a password by mail and has none`, () =>
      inDirectory(async (directory) => {
        const job = await directory.import(content);
        expect(job).toMatchObject({ state: "completed", counts: { created: 3 }, request: { dialect: "wso2-claims" } });
        const [first] = await directory.users();
        expect(first).toMatchObject({
          userName: "name1",
          emails: [{ value: "name1@gmail.com", primary: true }],
          addresses: [{ type: "work", country: "France" }],
        });
        const credential = (name: string) => directory.store.access.credential(defaultTenantId, "User", name);
        expect((await credential("name1"))?.passwordHash).toStartWith("fake:");
        expect((await credential("name3"))?.passwordHash).toBeNull();
      }));
  }

  test("a second time says its sentence", () =>
    inDirectory(async (directory) => {
      await directory.import(wso2Csv);
      const job = await directory.import(wso2AskPasswordCsv);
      expect(job.message).toBe(
        "Bulk User Import was completed with Errors. Success count : 0,  Failed Count : 0, Duplicate Count : 3.",
      );
    }));

  test("lets roles, locked accounts and unknown claims be told row by row", () =>
    inDirectory(async (directory) => {
      const group = await directory.addGroup("engineer");
      const job = await directory.import(
        `UserName,Password,Claims\nFOO.COM/ana,pw,${claims}role=engineer\nbo,pw,${claims}identity/accountLocked=true\n` +
          `cy,pw,${claims}shoeSize=44\ndi,pw,${claims}role=nobody\n`,
      );
      expect(await outcomes(directory, job)).toEqual([
        ["created"],
        ["created"],
        ["failed", "unknown_attribute"],
        ["failed", "unknown_group"],
      ]);
      expect((await directory.members(group)).map(({ display }) => display)).toEqual(["ana"]);
      expect((await directory.users())[1]).toMatchObject({ userName: "bo", active: false });
    }));
});

describe("a Bulk request as a file", () => {
  const data = [
    { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "alanis" },
    { userName: "sheryl", active: true, password: "top-secret", roles: [{ value: "Master of puppets" }] },
    { userName: "becca", externalId: "becca_ponx_1234", name: { familyName: "Cadalzo", givenName: "Rebecca" } },
  ];
  const operations = data.map((each) => ({ method: "POST", path: "/Users", data: each }));
  const request = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: operations };

  test("makes its users, and tells who is there", () =>
    inDirectory(async (directory) => {
      await directory.import("userName\nbecca\n");
      const job = await directory.import(JSON.stringify(request));
      expect(job.request.dialect).toBe("scim-json");
      expect(await outcomes(directory, job)).toEqual([["created"], ["created"], ["duplicate", "not_unique"]]);
      expect(directory.hashed).toHaveLength(1);
    }));

  test("may be of any length, and what is no new user is refused alone", () =>
    inDirectory(async (directory) => {
      const many = Array.from({ length: 31 }, (_, index) => ({
        method: "POST",
        path: "/Users",
        data: { userName: `u${index}` },
      }));
      const mixed = [...many, { method: "DELETE", path: "/Users/1" }, { method: "POST", path: "/Groups", data: {} }];
      const job = await directory.import(JSON.stringify({ Operations: mixed }));
      expect(job.counts).toMatchObject({ created: 31, failed: 2 });
    }));

  test("is the same users as an array, a ListResponse, and a record a line", () =>
    inDirectory(async (directory) => {
      const shapes = [
        JSON.stringify(data),
        JSON.stringify({ totalResults: 3, Resources: data }, null, 2),
        data.map((each) => JSON.stringify(each)).join("\n"),
      ];
      const [first, ...others] = shapes;
      expect((await directory.import(first ?? "")).counts).toMatchObject({ created: 3 });
      for (const shape of others) {
        expect((await directory.import(shape, { mode: "upsert" })).counts).toMatchObject({ unchanged: 3 });
      }
    }));
});

describe("the application import of SAP Cloud Identity Services", () => {
  const header = "status,loginName,mail,firstName,lastName,language,groups";
  const person = (name: string, groups = ""): string => `active,${name},${name}@example.org,First,${name},en,${groups}`;
  const file = (...rows: readonly string[]): string => `${[header, ...rows].join("\n")}\n`;
  const six = ["donna", "julie", "john", "mark", "anna", "paul"];

  test("asks before it changes who is there, in its own words, and says so when it is done", () =>
    inDirectory(async (directory) => {
      await directory.import(file(...six.slice(0, 3).map((name) => person(name))));
      const changed = six.map((name) => person(name).replace("First", "Other"));
      const plan = await directory.import(file(...changed), { dryRun: "true" });
      expect(plan.message).toBe(
        "3 users will be created. 3 users will be updated because they already exist. Do you want to continue?",
      );
      const job = await directory.import(file(...changed));
      expect(job).toMatchObject({
        message: "Users imported or updated",
        counts: { created: 3, updated: 3 },
        request: { mode: "upsert", match: "mail", options: { onError: "stop", empty: "clear" } },
      });
    }));

  test("stops at the first row that is wrong, and keeps what is in", () =>
    inDirectory(async (directory) => {
      await directory.addGroup("Managers");
      const rows = [person("donna", "Managers"), person("julie", "Nobody"), person("john")];
      const job = await directory.import(file(...rows));
      expect(job).toMatchObject({ state: "stopped", counts: { created: 1, failed: 1 } });
      expect(fullCounts(job).not_run).toBe(1);
      expect(job.message).toBe(
        "First 1 users are imported. User import has been interrupted due to an invalid entity.",
      );
      if (job.shape === null) throw new Error("no shape");
      let text = "";
      for await (const piece of failedFile(directory.store, job, job.shape)) text += piece;
      expect(
        text
          .split("\r\n")
          .slice(1, 3)
          .map((line) => line.split(",").at(-5)),
      ).toEqual(["julie@example.org", "john@example.org"]);
    }));

  test("takes nothing of a file in which a mail or a login name is there twice", () =>
    inDirectory(async (directory) => {
      const twice = await directory.import(file(person("donna"), person("julie"), person("donna")));
      expect(twice.state).toBe("failed");
      expect(twice.message).toContain(
        "The imported CSV file contains entries with a duplicate email donna@example.org.",
      );
      const names = await directory.import(
        file(person("donna"), person("julie").replace("active,julie", "active,donna")),
      );
      expect(names.message).toContain("contains entries with a duplicate login name");
      expect(await directory.users()).toEqual([]);
    }));

  test("names the mandatory columns, the empty values, and what is too long", () =>
    inDirectory(async (directory) => {
      const without = await directory.import("status,mail\nactive,a@x.org\n", { dialect: "sap-ias" });
      expect(without.message).toContain("does not contain one of the mandatory columns: status, mail and lastName");
      const job = await directory.import(
        `${header}\nactive,ana,ana@x.org,A,,en,\nfine,bo,bo@x.org,B,Bo,en,\nactive,cy,cy@x.org,${"x".repeat(65)},Cy,en,\n`,
        { onError: "continue" },
      );
      const rows = await directory.rows(job);
      expect(rows.map(({ problems }) => problems[0]?.code)).toEqual(["required", "bad_value", "too_long"]);
      expect(rows[0]?.problems[0]?.message).toBe("User with email 'ana@x.org' contains empty values.");
    }));

  test("does not change a login name, which belongs to the mail", () =>
    inDirectory(async (directory) => {
      await directory.import(file(person("donna")));
      const job = await directory.import(file(person("donna").replace("active,donna", "active,other")));
      expect(job.state).toBe("stopped");
      expect(job.message).toBe(
        "First 0 users are imported. User import has been interrupted for user with email address donna@example.org.",
      );
    }));
});

describe("one table", () => {
  const rows = [
    ["userName", "name.givenName", "department"],
    ["ana", 'Ana "A"', "R&D; Ö"],
    ["bo", "Bo, B", "x\ty"],
  ];
  const marks = [
    ["UTF-8", "utf8", [0xef, 0xbb, 0xbf]],
    ["UTF-16 LE", "utf16le", [0xff, 0xfe]],
    ["UTF-16 BE", "utf16be", [0xfe, 0xff]],
  ] as const;

  function encoded(text: string, encoding: "utf8" | "utf16le" | "utf16be", mark: readonly number[]): Buffer {
    const bytes = Buffer.from(text, encoding === "utf8" ? "utf8" : "utf16le");
    return Buffer.concat([Buffer.from(mark), encoding === "utf16be" ? bytes.swap16() : bytes]);
  }

  for (const [name, encoding, mark] of marks) {
    for (const delimiter of [",", ";", "\t", "|"]) {
      for (const end of ["\n", "\r\n"]) {
        test(`has the same plan in ${name} with ${JSON.stringify(delimiter + end)}`, () =>
          inDirectory(async (directory) => {
            const quoted = rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter));
            const file = encoded(quoted.map((line) => line + end).join(""), encoding, mark);
            const job = await directory.import(file);
            expect(job).toMatchObject({ state: "completed", total: 2, planned: { created: 2 } });
            expect(await directory.users()).toMatchObject([
              { userName: "ana", name: { givenName: 'Ana "A"' }, [enterpriseUserUrn]: { department: "R&D; Ö" } },
              { userName: "bo", name: { givenName: "Bo, B" }, [enterpriseUserUrn]: { department: "x\ty" } },
            ]);
          }));
      }
    }
  }
});

describe("a workbook", () => {
  test("keeps zeros, long numbers and dates, and leaves out the rows that are empty", () =>
    inDirectory(async (directory) => {
      const file = workbook({
        sheets: [
          {
            name: "People",
            rows: [
              ["userName", "employeeNumber", "phoneNumbers[work].value", "title", "active"],
              ["ana", { value: 7, format: "000" }, 491701234567, { value: 45658, format: 14 }, true],
              [],
              ["bo", "007", 123456789012, null, false],
              [null, null],
              [],
            ],
          },
          { name: "Other", rows: [["userName"], ["cy"]] },
        ],
      });
      const job = await directory.import(file);
      expect(job).toMatchObject({ state: "completed", total: 2, shape: { format: "xlsx" } });
      expect(await directory.users()).toMatchObject([
        {
          userName: "ana",
          [enterpriseUserUrn]: { employeeNumber: "007" },
          phoneNumbers: [{ value: "491701234567" }],
          title: "2025-01-01",
          active: true,
        },
        { userName: "bo", [enterpriseUserUrn]: { employeeNumber: "007" }, phoneNumbers: [{ value: "123456789012" }] },
      ]);
      const other = await directory.import(file, { sheet: "Other" });
      expect(other.counts).toMatchObject({ created: 1 });
      const none = await directory.import(file, { sheet: "Nowhere" });
      expect(none.state).toBe("failed");
      expect(none.message).toContain("People");
    }));

  test("tells the cells that hold an error", () =>
    inDirectory(async (directory) => {
      const file = workbook({
        sheets: [
          {
            name: "People",
            rows: [
              ["userName", "title"],
              ["ana", { type: "e", content: "<v>#N/A</v>" }],
            ],
          },
        ],
      });
      const job = await directory.import(file);
      const [row] = await directory.rows(job);
      expect(row).toMatchObject({ outcome: "failed", problems: [{ code: "bad_cell", column: "title" }] });
    }));
});
