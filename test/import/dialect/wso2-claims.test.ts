import { describe, expect, test } from "bun:test";
import { wso2ClaimsDialect } from "../../../src/import/dialect/wso2-claims.ts";
import { enterpriseUserUrn, sapUserUrn, userUrn } from "../../../src/scim/urn.ts";
import { zeroCounts } from "../../../src/storage/import.ts";
import { mapOne, mapTable, newUser } from "../support/table.ts";
import { wso2AskPasswordCsv, wso2Csv } from "../support/wso2.ts";

const schemas = [userUrn, enterpriseUserUrn, sapUserUrn];
const claim = (name: string): string => `http://wso2.org/claims/${name}`;
const map = (row: string) => mapOne("wso2-claims", `UserName,Password,Claims\n${row}`);

function named(name: string, password?: string) {
  return {
    schemas,
    userName: name,
    ...(password !== undefined && { password }),
    emails: [{ primary: true, value: `${name}@gmail.com` }],
    addresses: [{ type: "work", country: "France" }],
  };
}

describe("the CSV of the guide", () => {
  test("is three users with password, e-mail and country", async () => {
    const mapped = (await mapTable("auto", wso2Csv)).mapped.map(newUser);
    expect(mapped.map(({ key, body }) => [key, body])).toEqual([
      ["name1", named("name1", "Password1")],
      ["name2", named("name2", "Password2")],
      ["name3", named("name3", "Password3")],
    ]);
    for (const { problems, warnings, groups } of mapped) expect([problems, warnings, groups]).toEqual([[], [], []]);
  });

  test("with askPassword is the same, but the third user has no password and is sent a mail", async () => {
    const mapped = (await mapTable("auto", wso2AskPasswordCsv)).mapped.map(newUser);
    expect(mapped.map(({ body }) => body)).toEqual([
      named("name1", "Password1"),
      named("name2", "Password2"),
      named("name3"),
    ]);
    expect(mapped.map(({ invite }) => invite)).toEqual([false, false, true]);
    expect(mapped.flatMap(({ problems, warnings }) => [...problems, ...warnings])).toEqual([]);
  });
});

describe("a user name", () => {
  const names: readonly (readonly [cell: string, userName: string])[] = [
    ["ana", "ana"],
    [" ana ", "ana"],
    ["PRIMARY/ana", "ana"],
    ["foo.com/ana", "ana"],
    ["FOO/BAR/ana", "BAR/ana"],
    ["/ana", "/ana"],
    ["FOO/", ""],
  ];
  test.each(names)(
    "of %j is %j: what stands before the first slash is the domain, and dropped",
    async (cell, userName) => {
      const row = await map(`"${cell}",pw`);
      expect(row.body).toEqual({ schemas, ...(userName !== "" && { userName }), password: "pw" });
      expect(row.key).toBe(userName === "" ? null : userName);
    },
  );
});

describe("a password", () => {
  test("keeps its blanks", async () => {
    expect((await map("ana,  pw ")).body).toEqual({ schemas, userName: "ana", password: "  pw " });
  });

  test("may be blank or not be there", async () => {
    for (const row of ["ana,", "ana"]) expect((await map(row)).body).toEqual({ schemas, userName: "ana" });
  });

  test.each(["true", "TRUE", " true "])("is left out when askPassword is %j", async (word) => {
    const row = await map(`ana,pw,${claim("identity/askPassword")}=${word}`);
    expect(row.body).toEqual({ schemas, userName: "ana" });
    expect([row.invite, row.warnings]).toEqual([true, []]);
  });

  test("stays when askPassword is false", async () => {
    const row = await map(`ana,pw,${claim("identity/askPassword")}=false`);
    expect(row.body).toEqual({ schemas, userName: "ana", password: "pw" });
    expect(row.warnings).toEqual([]);
  });

  test("stays when verifyEmail asks for a mail, of which a warning tells", async () => {
    const row = await map(`ana,pw,${claim("identity/verifyEmail")}=true`);
    expect(row.body).toMatchObject({ password: "pw" });
    expect(row.warnings).toMatchObject([{ code: "mail_not_sent", message: "identity/verifyEmail: no mail was sent" }]);
  });
});

describe("a claim", () => {
  const attributes: readonly (readonly [claim: string, attributes: Readonly<Record<string, unknown>>])[] = [
    ["emailaddress", { emails: [{ primary: true, value: "v" }] }],
    ["givenname", { name: { givenName: "v" } }],
    ["lastname", { name: { familyName: "v" } }],
    ["fullname", { name: { formatted: "v" } }],
    ["displayName", { displayName: "v" }],
    ["nickname", { nickName: "v" }],
    ["mobile", { phoneNumbers: [{ type: "mobile", value: "v" }] }],
    ["telephone", { phoneNumbers: [{ type: "work", value: "v" }] }],
    ["country", { addresses: [{ type: "work", country: "v" }] }],
    ["streetaddress", { addresses: [{ type: "work", streetAddress: "v" }] }],
    ["locality", { addresses: [{ type: "work", locality: "v" }] }],
    ["region", { addresses: [{ type: "work", region: "v" }] }],
    ["postalcode", { addresses: [{ type: "work", postalCode: "v" }] }],
    ["organization", { [enterpriseUserUrn]: { organization: "v" } }],
    ["department", { [enterpriseUserUrn]: { department: "v" } }],
    ["title", { title: "v" }],
    ["url", { profileUrl: "v" }],
    ["preferredLanguage", { preferredLanguage: "v" }],
    ["timeZone", { timezone: "v" }],
    ["userid", { externalId: "v" }],
  ];
  test.each(attributes)("%s becomes its attribute", async (name, expected) => {
    const row = await map(`ana,,${claim(name)}=v`);
    expect(row.body).toEqual({ schemas, userName: "ana", ...expected });
    expect(row.problems).toEqual([]);
  });

  test("may stand beside others of one value, any number of them, with blank cells between", async () => {
    const cells = [claim("country=France"), "", "  ", claim("locality=Lyon"), claim("givenname=Ana")];
    expect((await map(`ana,,${cells.join(",")}`)).body).toEqual({
      schemas,
      userName: "ana",
      addresses: [{ type: "work", country: "France", locality: "Lyon" }],
      name: { givenName: "Ana" },
    });
  });

  test("has its URI trimmed, and its value not", async () => {
    expect((await map(`ana,, ${claim("title")} = Boss `)).body).toMatchObject({ title: " Boss " });
  });

  test("of roles names groups by colons, and the last one holds", async () => {
    const row = await map(`ana,,${claim("role")}=A,${claim("role")}=IID-AGENT:Investor: :`);
    expect([row.groups, row.problems]).toEqual([["IID-AGENT", "Investor"], []]);
  });

  test("accountLocked makes the user inactive, or active", async () => {
    const locked = claim("identity/accountLocked");
    expect((await map(`ana,,${locked}=true`)).body).toMatchObject({ active: false });
    expect((await map(`ana,,${locked}=false`)).body).toMatchObject({ active: true });
  });

  const malformed = [claim("title"), claim("title="), claim("title=a=b"), `${claim("title")}==`, "just text"];
  test.each(malformed)("that reads %j refuses the row in the words of the source", async (cell) => {
    const { problems } = await map(`ana,,${cell}`);
    expect(problems).toMatchObject([
      { code: "bad_claim", column: "Claims", message: "Claims and values are not in correct format" },
    ]);
  });

  test("without a URI is left out, as the source does", async () => {
    expect(await map("ana,,=value")).toMatchObject({ body: { schemas, userName: "ana" }, problems: [] });
  });

  test("that nobody knows refuses the row and is named", async () => {
    expect((await map(`ana,,${claim("shoeSize")}=42`)).problems).toEqual([
      {
        code: "unknown_attribute",
        column: "Claims",
        value: "42",
        message: "http://wso2.org/claims/shoeSize is no claim that has a SCIM attribute",
      },
    ]);
  });

  test("that is wrong does not hide the others: every problem of the row is told", async () => {
    const { problems } = await map(`ana,,nonsense,${claim("shoeSize")}=42,${claim("title")}=`);
    expect(problems.map(({ code }) => code).sort()).toEqual(["bad_claim", "bad_claim", "unknown_attribute"]);
  });

  test("that is the rest of a password without its quotes is not shown", async () => {
    for (const password of ["top,secret", "top,sec=secret", "top,sec=ret=secret"]) {
      const { problems } = await map(`ana,${password},${claim("title")}=Boss`);
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain("sec");
    }
  });
});

describe("the sentence of the source", () => {
  const message = (counts: Partial<ReturnType<typeof zeroCounts>>): string | undefined =>
    wso2ClaimsDialect.message?.({ counts: { ...zeroCounts(), ...counts }, end: "applied" });

  test("tells of duplicates, with its two blanks", () => {
    expect(message({ duplicate: 3 })).toBe(
      "Bulk User Import was completed with Errors. Success count : 0,  Failed Count : 0, Duplicate Count : 3.",
    );
  });

  test("counts conflicts as failed", () => {
    expect(message({ created: 5, failed: 2, conflict: 1, duplicate: 4 })).toBe(
      "Bulk User Import was completed with Errors. Success count : 5,  Failed Count : 3, Duplicate Count : 4.",
    );
  });

  test("is not there when all is well", () => {
    expect(message({ created: 3 })).toBeUndefined();
  });
});
