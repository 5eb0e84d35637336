import { describe, expect, test } from "bun:test";
import { detectDialect, dialects } from "../../../src/import/dialect/detect.ts";
import { bindHeader, headerRefusal, userType } from "../support/table.ts";

const detect = (dialect: string, header: readonly string[], format: "csv" | "json" = "csv") =>
  detectDialect({ dialect, mapping: "" }, { format, header }, userType);

const claims = "http://wso2.org/claims/";

describe("a header is recognised, and the reason told", () => {
  const recognised: readonly (readonly [dialect: string, header: readonly string[], reason: string])[] = [
    ["scim-path", ["userName"], "every header is the path of a SCIM attribute, userName among them"],
    ["scim-path", ["title", "USERNAME"], "every header is the path of a SCIM attribute, USERNAME among them"],
    [
      "scim-path",
      ["userName", "groups", "_error"],
      "every header is the path of a SCIM attribute, userName among them",
    ],
    ["scim-path", ["userName", "password"], "every header is the path of a SCIM attribute, userName among them"],
    ["wso2-claims", ["UserName", "Password", "Claims"], "the header is UserName, Password, Claims"],
    ["wso2-claims", ["username", "PASSWORD", " claims "], "the header is UserName, Password, Claims"],
    ["wso2-claims", ["UserName", "Password", `${claims}country`], "the header is UserName, Password, Claims"],
  ];
  test.each(recognised)("%s: %j", (dialect, header, reason) => {
    const detected = detect("auto", header);
    expect([detected.dialect.id, detected.reason]).toEqual([dialect, reason]);
  });
});

describe("a dialect that is asked for", () => {
  test("is taken, whatever the header says", () => {
    for (const { id, reads } of dialects) {
      const detected = detect(id, ["nonsense"], reads === "table" ? "csv" : "json");
      expect([detected.dialect.id, detected.reason]).toEqual([id, "it was asked for"]);
    }
  });

  test("reads a header of another: WSO2's CSV takes any first line", () => {
    expect(() => bindHeader("wso2-claims", ["a", "b"])).not.toThrow();
  });
});

describe("a header that no dialect recognises", () => {
  test("is told with what is known, and not repeated: without a header the first row may hold a password", () => {
    const [code, message] = headerRefusal("auto", ["alice", "S3cretPw!", "a", "b", "c", "d"]);
    expect(code).toBe("unsupported_format");
    expect(message).toStartWith("line 1: the 6 columns are the header of no known dialect: ");
    expect(message).not.toContain("S3cret");
    expect(headerRefusal("scim-path", ["alice", "S3cretPw!"])).toEqual([
      "missing_column",
      "line 1: no column names an attribute of User; is the header missing?",
    ]);
    for (const { id } of dialects) expect(message).toContain(id);
  });

  test("has its columns named when it looks like one of ours with a slip", () => {
    expect(headerRefusal("auto", ["userName", "givenname", "emails[work].value"])).toEqual([
      "unknown_column",
      'line 1: no attribute of User is called "givenname" (column 2)',
    ]);
    expect(headerRefusal("auto", ["email", "title"])[0]).toBe("unknown_column");
    expect(headerRefusal("auto", ["name.givenName", "title"])).toEqual([
      "missing_column",
      "line 1: there is no column userName",
    ]);
  });
});
