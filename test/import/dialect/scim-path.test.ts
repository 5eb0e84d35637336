import { describe, expect, test } from "bun:test";
import { enterpriseUserUrn, sapUserUrn, userUrn } from "../../../src/scim/urn.ts";
import { headerRefusal, mapOne, mapTable } from "../support/table.ts";

const schemas = [userUrn, enterpriseUserUrn, sapUserUrn];
const map = (text: string) => mapOne("scim-path", text);

/** The body of the only row, without its schemas. */
async function body(text: string): Promise<unknown> {
  const { schemas: listed, ...rest } = (await map(text)).body;
  expect(listed).toEqual(schemas);
  return rest;
}

describe("a row of scim-path", () => {
  test("becomes the body of a resource", async () => {
    const header = "userName,name.givenName,name.familyName,emails[work].value,emails[primary].value,department,active";
    expect(await map(`${header}\nana,Ana,Sol,a@work.example,a@home.example,Sales,yes`)).toEqual({
      row: 2,
      line: 2,
      key: "ana",
      body: {
        schemas,
        userName: "ana",
        name: { givenName: "Ana", familyName: "Sol" },
        emails: [
          { type: "work", value: "a@work.example" },
          { primary: true, value: "a@home.example" },
        ],
        [enterpriseUserUrn]: { department: "Sales" },
        active: true,
      },
      groups: [],
      problems: [],
      warnings: [],
      invite: false,
    });
  });

  test("fills one value from several columns, wherever they stand", async () => {
    const header = "emails[work].display,userName,emails[1].value,emails[work].value,emails[work].primary";
    expect(await body(`${header}\nAna,ana,b@example.org,a@example.org,true`)).toEqual({
      userName: "ana",
      emails: [{ type: "work", display: "Ana", value: "a@example.org", primary: true }, { value: "b@example.org" }],
    });
  });

  test("says nothing where its cells are blank", async () => {
    const header = "userName,name.givenName,emails[work].value,emails,active,department,groups,password";
    expect(await body(`${header}\nana,,  ,,,\t, ,`)).toEqual({ userName: "ana" });
  });

  test("says nothing where a cell is \\N", async () => {
    const header = "userName,name.givenName,emails,active,groups,password";
    const row = await map(`${header}\nana,\\N,\\N,\\N,\\N,\\N`);
    expect(row.body).toEqual({ schemas, userName: "ana" });
    expect([row.groups, row.problems]).toEqual([[], []]);
  });

  test("has no key when its userName is blank or \\N", async () => {
    for (const cell of ["", "  ", "\\N"]) expect((await map(`userName,title\n${cell},x`)).key).toBeNull();
  });

  test("lists values by semicolons, without blanks and empty ones", async () => {
    expect(await body("userName,emails,roles\nana, a@example.org ;; b@example.org;,admin")).toEqual({
      userName: "ana",
      emails: [{ value: "a@example.org" }, { value: "b@example.org" }],
      roles: [{ value: "admin" }],
    });
  });

  for (const header of ["emails,emails[work].value", "emails[work].value,emails"]) {
    test(`keeps a list and a chosen value of one attribute: ${header}`, async () => {
      const cells = header.startsWith("emails,") ? "a@x.org;b@x.org,w@x.org" : "w@x.org,a@x.org;b@x.org";
      const { emails } = (await map(`userName,${header}\nana,${cells}`)).body;
      expect(emails).toBeArrayOfSize(3);
      expect(emails).toEqual(
        expect.arrayContaining([{ value: "a@x.org" }, { value: "b@x.org" }, { type: "work", value: "w@x.org" }]),
      );
    });
  }

  test("names its groups by semicolons", async () => {
    expect((await map("userName,Groups\nana, Sales ;; R&D: one;")).groups).toEqual(["Sales", "R&D: one"]);
  });

  test("is trimmed of blanks and no-break spaces, but not inside of its cells", async () => {
    const row = await map("userName,displayName,active\n\u00a0 ana\t, Ana  Sol , yes ");
    expect(row.key).toBe("ana");
    expect(row.body).toEqual({ schemas, userName: "ana", displayName: "Ana  Sol", active: true });
  });

  test("keeps every blank of a password", async () => {
    expect(await body('userName,password\nana,"  my \u00a0pass "')).toEqual({
      userName: "ana",
      password: "  my \u00a0pass ",
    });
  });

  test("keeps the text of a cell as it is: zeros, exponents, dates", async () => {
    expect(await body("userName,employeeNumber,title\n007,000123,1E+05")).toEqual({
      userName: "007",
      [enterpriseUserUrn]: { employeeNumber: "000123" },
      title: "1E+05",
    });
  });

  test("ignores the column _error that a report adds", async () => {
    expect(await body("userName,_error\nana,it was wrong")).toEqual({ userName: "ana" });
  });

  test("keeps its place in the file where quoted cells have line ends", async () => {
    const { mapped } = await mapTable("scim-path", 'userName,title\nana,"a\nb"\n\nbo,c\n');
    expect(mapped.map(({ row, line, key }) => [row, line, key])).toEqual([
      [2, 2, "ana"],
      [4, 5, "bo"],
    ]);
  });
});

describe("a row of scim-path is refused for", () => {
  test("a boolean in no known word, with its column and value", async () => {
    expect((await map("userName,Active\nana,perhaps")).problems).toEqual([
      {
        code: "bad_value",
        column: "Active",
        value: "perhaps",
        message: "active must be true or false (yes, no, 1, 0, active and inactive are understood)",
      },
    ]);
  });

  test("every such cell, not only the first", async () => {
    const row = await map("userName,active,emails[0].primary\nana,perhaps,often");
    expect(row.problems.map(({ column }) => column)).toEqual(["active", "emails[0].primary"]);
  });

  test("a cell beyond its header", async () => {
    const [problem, ...others] = (await map("userName,title\nana,Sales, Ltd,x")).problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "too_many_cells" });
    expect(problem?.message).toBe("the row has 4 cells, the header 2; does a cell with the delimiter lack its quotes?");
  });

  test("no more than that: cells that are missing, or blank ones beyond the header, do no harm", async () => {
    expect(await map("userName,title,active\nana")).toMatchObject({ body: { userName: "ana" }, problems: [] });
    expect(await map("userName,title\nana,x,,  ,")).toMatchObject({ body: { userName: "ana" }, problems: [] });
  });

  test("a cell beyond its header, and tells nothing of a password that lacks its quotes", async () => {
    const { problems } = await map("userName,password\nana,top,secret");
    expect(problems.map(({ code }) => code)).toEqual(["too_many_cells"]);
    expect(JSON.stringify(problems)).not.toContain("secret");
  });

  test("long values, of which it shows the first 64 characters", async () => {
    const [problem] = (await map(`userName,active\nana,${"x".repeat(500)}`)).problems;
    expect(problem?.value).toBe("x".repeat(64));
  });
});

describe("the source of a problem", () => {
  test("is the column as the file writes it, and its cell", async () => {
    const { mapper, rows } = await mapTable("scim-path", "USERNAME,DEPARTMENT\nana,Sales");
    const [row = { row: 0, line: 0, cells: [] }] = rows;
    expect(mapper.source(row, "userName")).toEqual({ column: "USERNAME", value: "ana" });
    expect(mapper.source(row, `${enterpriseUserUrn}:department`)).toEqual({ column: "DEPARTMENT", value: "Sales" });
    expect(mapper.source(row, "nickName")).toEqual({});
  });

  test("never has the cell of a password", async () => {
    const { mapper, rows } = await mapTable("scim-path", "userName,password\nana,secret");
    const [row = { row: 0, line: 0, cells: [] }] = rows;
    expect(mapper.source(row, "password")).toEqual({ column: "password" });
  });
});

describe("a header of scim-path is refused when", () => {
  test("columns are unknown, and each is named with its place", () => {
    expect(headerRefusal("scim-path", ["userName", "shoeSize", "meta.version", "title", ""])).toEqual([
      "unknown_column",
      'line 1: no attribute of User is called "shoeSize" (column 2), "meta.version" (column 3), "" (column 5)',
    ]);
  });

  test("there is no userName", () => {
    expect(headerRefusal("scim-path", ["emails", "title"])).toEqual([
      "missing_column",
      "line 1: there is no column userName",
    ]);
  });

  const twice: readonly (readonly [string, string])[] = [
    ["title", "TITLE"],
    ["title", `${userUrn}:title`],
    ["department", `${enterpriseUserUrn}:department`],
    ["emails", "Emails"],
    ["emails.value", "emails[0].value"],
    ["emails[work].value", "emails[WORK].value"],
    ["emails[work].value", 'emails[type eq "work"].value'],
    ["emails[primary]", "emails[primary].value"],
    ["groups", "Groups"],
  ];
  test.each(twice)("%s and %s name the same", (first, second) => {
    const [code, message] = headerRefusal("scim-path", ["userName", first, second]);
    expect(code).toBe("duplicate_column");
    expect(message).toBe(
      `line 1: the columns ${JSON.stringify(first)} and ${JSON.stringify(second)} name the same attribute`,
    );
  });

  test("a name of a thousand characters is unknown, of which the message shows 64", () => {
    const [, message] = headerRefusal("scim-path", ["userName", "x".repeat(1000)]);
    expect(message.length).toBeLessThan(200);
  });
});
