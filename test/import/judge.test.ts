import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Scope } from "../../src/access/scope.ts";
import { createSealer } from "../../src/access/seal.ts";
import { createDirectory } from "../../src/directory/resources.ts";
import { createRuleBook, rulesFrom } from "../../src/directory/tenant-rules.ts";
import { createWalks } from "../../src/directory/walks.ts";
import type { RowMapper } from "../../src/import/dialect/dialect.ts";
import { usualDefaults } from "../../src/import/dialect/table-dialect.ts";
import type { GroupReference } from "../../src/import/groups.ts";
import { csvCell } from "../../src/import/guard.ts";
import { type Judging, judgeRow, type Verdict } from "../../src/import/judge.ts";
import type { Match } from "../../src/import/match.ts";
import { ScimError } from "../../src/scim/error.ts";
import type { Json, JsonObject } from "../../src/scim/json.ts";
import { strictProfile } from "../../src/scim/profile.ts";
import { enterpriseUserUrn, userUrn } from "../../src/scim/urn.ts";
import { defaultOptions } from "../../src/storage/import.ts";
import { defaultTenantId } from "../../src/storage/port.ts";
import { fakeHash, inDirectory, type TestDirectory } from "./support/directory.ts";
import { compiledUser, mapTable } from "./support/table.ts";

const groups: Readonly<Record<string, GroupReference>> = {
  Sales: { id: "g1" },
  Support: { id: "g2" },
  Twice: { wrong: "ambiguous" },
};

/** What a new user is judged by, unless something else is said. */
function judgingBy(mapper: RowMapper, more: Partial<Judging>): Judging {
  return {
    compiled: compiledUser,
    settings: usualDefaults,
    options: defaultOptions,
    key: { by: "unique", path: "userName", name: "userName" },
    mapper,
    groupOf: (name) => groups[name] ?? { wrong: "unknown" },
    rules: rulesFrom([]),
    application: undefined,
    freezesUserName: false,
    readHash: () => ({ wrong: "no hash is known here" }),
    ...more,
  };
}

async function judge(text: string, more: Partial<Judging> = {}, match: Match = nobody): Promise<readonly Verdict[]> {
  const { mapper, rows, mapped } = await mapTable("auto", text);
  return rows.map((table, index) => {
    const row = mapped[index] ?? mapper.map(table);
    return judgeRow(judgingBy(mapper, more), { table, mapped: row, match });
  });
}

const nobody: Match = { kind: "nobody" };

async function judgeOne(text: string, more: Partial<Judging> = {}, match: Match = nobody): Promise<Verdict> {
  const [verdict] = await judge(text, more, match);
  if (verdict === undefined) throw new Error("no row");
  return verdict;
}

function problemsOf(verdict: Verdict) {
  return verdict.kind === "refuse" ? verdict.problems : [];
}

describe("a row that can go in", () => {
  test("is a resource to write, with its password apart and the ids of its groups", async () => {
    const verdict = await judgeOne("userName,password,displayName,groups\nÅSA,pw,Åsa,Sales;Support");
    expect(verdict).toEqual({
      kind: "create",
      resource: {
        attributes: { schemas: [userUrn], userName: "ÅSA", displayName: "Åsa", active: true },
        secrets: { password: "pw" },
      },
      key: "åsa",
      groups: { join: ["g1", "g2"], leave: [], makes: [] },
      password: { kind: "clear", text: "pw" },
      reference: undefined,
      assignment: undefined,
      invites: false,
    });
  });

  test("without a password has none", async () => {
    expect(await judgeOne("userName,password\nana,")).toMatchObject({ kind: "create", password: { kind: "none" } });
  });
});

describe("a row that can not go in", () => {
  test("has every problem told, not only the first", async () => {
    const verdict = await judgeOne(
      "userName,active,x509Certificates[0].value,emails[0].primary,groups\n" +
        ',perhaps,"not base64!",often,Nobody;Sales;Twice,extra\n',
    );
    expect(problemsOf(verdict).map(({ code, column }) => [code, column])).toEqual([
      ["bad_value", "active"],
      ["bad_value", "emails[0].primary"],
      ["too_many_cells", undefined],
      ["bad_value", "x509Certificates[0].value"],
      ["required", "userName"],
      ["unknown_group", "groups"],
      ["ambiguous_match", "groups"],
    ]);
  });

  test("has problems with the group told by its name", async () => {
    expect(problemsOf(await judgeOne("userName,groups\nana,Nobody;Twice"))).toEqual([
      { code: "unknown_group", column: "groups", value: "Nobody", message: "no group has this name" },
      { code: "ambiguous_match", column: "groups", value: "Twice", message: "more than one group has this name" },
    ]);
  });

  test("has the column and the cell told in which the wrong value stands, where several fill one attribute", async () => {
    const [problem, ...others] = problemsOf(
      await judgeOne('userName,x509Certificates[0].value,x509Certificates[1].value\nana,QUJD,"not base64!"'),
    );
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ column: "x509Certificates[1].value", value: "not base64!" });
  });

  test("has the columns told that name two primary values", async () => {
    const [problem] = problemsOf(
      await judgeOne("userName,emails[0].value,emails[0].primary,emails[primary].value\nana,a@x.org,true,b@x.org"),
    );
    expect(problem).toMatchObject({ code: "bad_value", message: "emails has more than one value with primary true" });
  });

  test("never shows its password", async () => {
    const verdict = await judgeOne("userName,password,active\n,s3cret,perhaps");
    expect(problemsOf(verdict)).toHaveLength(2);
    expect(JSON.stringify(verdict)).not.toContain("s3cret");
  });
});

/** What POST /Users does with a body: the document it stores, or its words of refusal. */
async function post({ store, ports }: TestDirectory, body: JsonObject): Promise<unknown> {
  const { now, newId } = ports;
  const cursors = { ...createSealer(new Uint8Array(32)), now };
  const hashPassword = async (password: string) => fakeHash(password);
  const users = createDirectory({
    store,
    now,
    newId,
    hashPassword,
    cursors,
    walks: createWalks(now),
    rules: createRuleBook(store, Date.now),
    invitationFor: async () => undefined,
  });
  try {
    const { stored } = await users.create(
      { tenantId: defaultTenantId, id: "tester", scopes: new Set<Scope>(), profile: strictProfile },
      compiledUser,
      body,
    );
    return JSON.parse(stored.doc);
  } catch (error) {
    if (error instanceof ScimError) return error.detail;
    throw error;
  }
}

/** Headers, and where each puts the text of its cell into the body of a POST. */
const columns = {
  userName: (text: string) => ({ userName: text }),
  displayName: (text: string) => ({ displayName: text }),
  profileUrl: (text: string) => ({ profileUrl: text }),
  "name.givenName": (text: string) => ({ name: { givenName: text } }),
  "emails[work].value": (text: string) => ({ emails: [{ type: "work", value: text }] }),
  "x509Certificates[0].value": (text: string) => ({ x509Certificates: [{ value: text }] }),
  department: (text: string) => ({ [enterpriseUserUrn]: { department: text } }),
  active: (text: string) => ({ active: text === "yes" }),
} as const satisfies Record<string, (text: string) => Record<string, Json>>;

const cellText = fc.oneof(
  fc.constant(""),
  fc.string({ unit: "binary", maxLength: 20 }).filter((text) => !text.includes("\0")),
  fc.constantFrom("ana", "not base64!", "QUJD", "https://example.org", "ftp:", "\u{1f600}", "a".repeat(2000)),
);
const row = fc.record({
  userName: cellText,
  displayName: cellText,
  profileUrl: cellText,
  "name.givenName": cellText,
  "emails[work].value": cellText,
  "x509Certificates[0].value": cellText,
  department: cellText,
  active: fc.constantFrom("", "yes", "no"),
});

describe("a row has the verdict of POST /Users for the same data", () => {
  test("whatever its cells say", () =>
    inDirectory(async (directory) => {
      const names = Object.keys(columns).filter((name): name is keyof typeof columns => name in columns);
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(row, async (cells) => {
          // A suffix of its own keeps each name from being in use.
          const named = cells.userName.trim() === "" ? cells : { ...cells, userName: `${cells.userName}#${++taken}` };
          const body: Record<string, Json> = { schemas: [userUrn, enterpriseUserUrn] };
          for (const name of names) {
            const text = named[name].trim();
            if (text !== "" && text !== "\\N") Object.assign(body, columns[name](text));
          }
          const line = names.map((name) => `"${named[name].replaceAll('"', '""')}"`).join(",");
          const verdict = await judgeOne(`${names.join(",")}\n${line}`);
          const posted = await post(directory, body);
          if (verdict.kind === "create")
            expect(posted).toEqual(JSON.parse(JSON.stringify(verdict.resource.attributes)));
          else expect(posted).toStartWith(problemsOf(verdict)[0]?.message ?? "no problem");
        }),
        { numRuns: 300 },
      );
    }));

  test("also where it is refused", () =>
    inDirectory(async (directory) => {
      const refused: readonly (readonly [string, JsonObject])[] = [
        ['userName\n"\ufeff"\n', {}],
        ["userName,title\n,Boss\n", { title: "Boss" }],
        [
          `userName,x509Certificates.value\nana,${csvCell("&&&")}\n`,
          { userName: "ana", x509Certificates: [{ value: "&&&" }] },
        ],
      ];
      for (const [text, data] of refused) {
        const verdict = await judgeOne(text);
        const posted = await post(directory, { schemas: [userUrn], ...data });
        expect(problemsOf(verdict).map(({ message }) => message)).not.toBeEmpty();
        expect(posted).toStartWith(problemsOf(verdict)[0]?.message ?? "no problem");
      }
    }));
});
