import { describe, expect, test } from "bun:test";
import { mappingDialect } from "../../../src/import/dialect/custom.ts";
import { readImportMapping } from "../../../src/import/mapping.ts";
import { ScimError } from "../../../src/scim/error.ts";
import { isJsonObject } from "../../../src/scim/json.ts";
import { enterpriseUserUrn } from "../../../src/scim/urn.ts";
import { defaultTenantId } from "../../../src/storage/port.ts";
import { inDirectory, type TestDirectory, type UserDoc } from "../support/directory.ts";
import { bindHeader, mapOne, mapWhole, userType } from "../support/table.ts";

/** A file as a system writes it, what it is taken for, and the users that come of it. */
interface Sample {
  readonly dialect: string;
  readonly file: string;
  readonly users: readonly UserDoc[];
  readonly fields?: Readonly<Record<string, string>>;
}

const samples: readonly Sample[] = [
  {
    dialect: "wso2-console",
    file: "username,givenname,emailaddress,groups,password\nbjensen,Barbara,bj@example.org,Sales|R&D,s3cret\n",
    fields: { createGroups: "true" },
    users: [
      { userName: "bjensen", name: { givenName: "Barbara" }, emails: [{ value: "bj@example.org", primary: true }] },
    ],
  },
  {
    dialect: "entra-bulk",
    file:
      "version:v1.0\n" +
      "Name [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required," +
      "Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Usage location [usageLocation]\n" +
      "Example: Chris Green,chris@contoso.com,myPassword1234,No,Chris,US\n" +
      "Barbara Jensen,bjensen@example.org,Jensen#4711,Yes,Barbara,DE\n",
    users: [
      {
        userName: "bjensen@example.org",
        displayName: "Barbara Jensen",
        active: false,
        name: { givenName: "Barbara" },
        addresses: [{ type: "work", country: "DE" }],
      },
    ],
  },
  {
    dialect: "entra-export",
    file:
      "userPrincipalName,displayName,objectId,accountEnabled,usageLocation,country,mobilePhone,companyName\n" +
      "bj@example.org,Barbara,0f1e,True,DE,,+49 170 1,Example\nkl@example.org,Karl,0f1f,False,DE,Sweden,,\n",
    users: [
      {
        userName: "bj@example.org",
        externalId: "0f1e",
        active: true,
        addresses: [{ type: "work", country: "DE" }],
        phoneNumbers: [{ value: "+49 170 1", type: "mobile" }],
        [enterpriseUserUrn]: { organization: "Example" },
      },
      { userName: "kl@example.org", active: false, addresses: [{ type: "work", country: "Sweden" }] },
    ],
  },
  {
    dialect: "okta",
    file:
      "login,firstName,lastName,email,secondEmail,mobilePhone,employeeNumber,department,managerId\n" +
      "bj,Barbara,Jensen,bj@example.org,b@home.example,+1 555 0100,00701,Sales,\n",
    users: [
      {
        userName: "bj",
        name: { givenName: "Barbara", familyName: "Jensen" },
        emails: [
          { value: "bj@example.org", type: "work" },
          { value: "b@home.example", type: "other" },
        ],
        [enterpriseUserUrn]: { employeeNumber: "00701", department: "Sales" },
      },
    ],
  },
  {
    dialect: "google",
    file:
      "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Org Unit Path [Required]," +
      "Status [READ ONLY],New Status [UPLOAD ONLY],Last Sign In [READ ONLY]\n" +
      "Barbara,Jensen,bj@example.org,****,/Sales,Active,Suspended,Never\n",
    fields: { createGroups: "true" },
    users: [{ userName: "bj@example.org", emails: [{ value: "bj@example.org", type: "work" }], active: false }],
  },
  {
    dialect: "cognito",
    file:
      "name,given_name,family_name,email,email_verified,phone_number,cognito:mfa_enabled,cognito:username\n" +
      "Barbara Jensen,Barbara,Jensen,bj@example.org,TRUE,+15550100,FALSE,bj\n",
    users: [
      {
        userName: "bj",
        name: { formatted: "Barbara Jensen", givenName: "Barbara", familyName: "Jensen" },
        emails: [{ value: "bj@example.org", primary: true }],
      },
    ],
  },
  {
    dialect: "auth0-json",
    file: JSON.stringify([
      {
        user_id: "auth0|5f7c8ec7c33c6c004bbafe82",
        email: "bj@example.org",
        email_verified: true,
        given_name: "Barbara",
        blocked: true,
        app_metadata: { plan: "x" },
      },
    ]),
    users: [
      {
        userName: "bj@example.org",
        externalId: "5f7c8ec7c33c6c004bbafe82",
        active: false,
        name: { givenName: "Barbara" },
        emails: [{ value: "bj@example.org", primary: true }],
      },
    ],
  },
  {
    dialect: "ndjson",
    file: '{"userName":"ana","groups":["Sales"]}\n{"USERNAME":"bo","emails":[{"value":"b@x.org"}]}\n',
    fields: { createGroups: "true" },
    users: [{ userName: "ana" }, { userName: "bo", emails: [{ value: "b@x.org" }] }],
  },
];

describe("a file is known by its header, and becomes users", () => {
  for (const { dialect, file, users, fields = {} } of samples) {
    test(`of ${dialect}`, () =>
      inDirectory(async (directory) => {
        const job = await directory.import(file, fields);
        expect([job.state, job.request.dialect, job.message]).toEqual(["completed", dialect, expect.any(String)]);
        expect(await directory.users()).toMatchObject([...users]);
      }));
  }

  test("whoever asks for another dialect gets it", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,shoe\nana,x\n", { dialect: "okta" });
      expect(job.message).toContain("no column names an attribute of User");
      const json = await directory.import('{"userName":"ana"}\n', { dialect: "okta" });
      expect(json.message).toStartWith("okta is a table (CSV or Excel), and the file is ndjson");
    }));
});

async function groupsNamed(directory: TestDirectory, ...names: readonly string[]): Promise<readonly string[]> {
  const ids = await Promise.all(
    names.map((name) => directory.store.resources.idsByDisplay(defaultTenantId, "Group", name.toLowerCase())),
  );
  return ids.flat();
}

describe("what is peculiar to a system", () => {
  test("Google's org units become groups, and its **** is no password", () =>
    inDirectory(async (directory) => {
      const { file, fields = {} } = samples.find(({ dialect }) => dialect === "google") ?? { file: "" };
      await directory.import(file, fields);
      expect(directory.hashed).toEqual([]);
      expect(await groupsNamed(directory, "OU:/Sales")).toHaveLength(1);
    }));

  test("Google's hash function says what the password cell is", async () => {
    const header =
      "First Name [Required],Email Address [Required],Password [Required],Password Hash Function [UPLOAD ONLY]";
    const row = await mapWhole("google", `${header}\nBarbara,bj@x.org,5f4dcc3b5aa765d61d8327deb882cf99,MD5`);
    expect(row.passwordHash).toEqual({ text: "5f4dcc3b5aa765d61d8327deb882cf99", algorithm: "MD5" });
    expect(row.body({})).not.toHaveProperty("password");
  });

  test("the row of Entra's template that shows how it is done is skipped", () =>
    inDirectory(async (directory) => {
      const { file } = samples.find(({ dialect }) => dialect === "entra-bulk") ?? { file: "" };
      expect((await directory.import(file)).counts).toMatchObject({ created: 1, skipped: 1 });
    }));

  test("what Auth0 knows and SCIM does not is told", () =>
    inDirectory(async (directory) => {
      const { file } = samples.find(({ dialect }) => dialect === "auth0-json") ?? { file: "" };
      const [row] = await directory.rows(await directory.import(file));
      expect(row).toMatchObject({ outcome: "created", problems: [{ code: "not_imported", column: "app_metadata" }] });
    }));

  test("columns that go nowhere are named in the plan", () =>
    inDirectory(async (directory) => {
      const { warnings } = await directory.import("login,firstName,lastName,email,shoe size\nbj,B,J,b@x.org,44\n");
      expect(warnings).toContain('columns that go nowhere: "shoe size" (column 5)');
    }));

  test("a record that is no object is refused alone", () =>
    inDirectory(async (directory) => {
      const job = await directory.import('{"userName":"ana"}\nnonsense\n["x"]\n{"userName":"bo","_op":"fly"}\n');
      const rows = await directory.rows(job);
      expect(rows.map(({ outcome, problems }) => [outcome, problems[0]?.code])).toEqual([
        ["created", undefined],
        ["failed", "bad_json"],
        ["failed", "bad_json"],
        ["failed", "bad_value"],
      ]);
    }));
});

describe("a cell", () => {
  test("is told when blanks around a userName or a mail were left out, and not elsewhere", async () => {
    const { warnings } = await mapOne("scim-path", "userName,emails[work].value,title\n ana ,a@x.org , Boss ");
    expect(warnings.map(({ code, column }) => [code, column])).toEqual([
      ["trimmed", "userName"],
      ["trimmed", "emails[work].value"],
    ]);
  });

  test("is told when a spreadsheet rounded a number", async () => {
    const { warnings } = await mapOne(
      "scim-path",
      "userName,employeeNumber,phoneNumbers[0].value,title\n1E+5,4.41E+11,1E+10,1E+9",
    );
    expect(warnings.map(({ code, column }) => [code, column])).toEqual([
      ["excel_number_mangled", "employeeNumber"],
      ["excel_number_mangled", "phoneNumbers[0].value"],
    ]);
  });

  test("of a password or a hash is blank in what is kept", () => {
    const mapper = bindHeader("scim-path", ["userName", "password", "passwordHash", "title"]);
    expect(mapper.redact(["ana", "s3cret", "$2b$", "x", "y"])).toEqual(["ana", "", "", "x", "y"]);
  });
});

describe("a saved mapping", () => {
  const columns = [
    { column: "Login", path: "userName", read: "lowercase" },
    { column: "Gesperrt", path: "active", read: "inverted" },
    { column: "Chef", use: "manager" },
    { column: "Gruppen", use: "groups" },
    { column: "Notiz", use: "ignored" },
  ];
  const refusal = (body: unknown): string => {
    try {
      readImportMapping(body, userType);
    } catch (error) {
      if (error instanceof ScimError) return error.detail;
    }
    return "";
  };

  test("reads any table", async () => {
    const mapping = readImportMapping({ name: "ours", columns, separator: "," }, userType);
    const dialect = mappingDialect(mapping);
    const mapper = dialect.bind(["LOGIN", "Gesperrt", "Chef", "Gruppen", "Notiz"], userType, dialect.defaults);
    const row = mapper.map({ row: 2, line: 2, cells: ["ANA", "yes", "bo", "Sales, R&D", "x"] });
    expect(row).toMatchObject({ key: "ANA", manager: "bo", groups: ["Sales", "R&D"], problems: [] });
    const body = row.body({});
    expect(isJsonObject(body) && body).toMatchObject({ userName: "ana", active: false });
    expect(() => dialect.bind(["Login", "Other"], userType, dialect.defaults)).toThrow('"Other" (column 2)');
  });

  test("imports by its name, and is refused when nobody saved it", () =>
    inDirectory(async (directory) => {
      const doc = JSON.stringify({ name: "ours", columns, defaults: { mode: "upsert" } });
      await directory.commit({ kind: "putDefinition", definition: "importMapping", key: "ours", doc });
      const job = await directory.import("Login;Gesperrt\nANA;no\n", { mapping: "ours" });
      expect(job).toMatchObject({
        state: "completed",
        request: { dialect: "custom", mode: "upsert" },
        counts: { created: 1 },
      });
      const error = await directory.import("Login\nx\n", { mapping: "theirs" }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ScimError);
    }));

  test.each([
    [{ name: "ours" }, "columns"],
    [{ name: "../x", columns }, "must be 1 to 64 letters"],
    [{ name: "ours", columns: [{ column: "a", path: "shoeSize" }] }, '"shoeSize" of the column "a" is no attribute'],
    [{ name: "ours", columns: [columns[0], { column: "login", use: "ignored" }] }, "is mapped twice"],
    [{ name: "ours", columns: [{ column: "a", path: "title", read: "backwards" }] }, "not valid"],
    [[], "not valid"],
  ] as const)("that is not valid is refused in words: %j", (body, words) => {
    expect(refusal(body)).toContain(words);
  });
});
