import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { contentOf } from "../../src/directory/content.ts";
import { exportDialects, exportUsers, requireExportDialect } from "../../src/export/export-users.ts";
import type { JsonObject } from "../../src/scim/json.ts";
import { strictProfile } from "../../src/scim/profile.ts";
import { enterpriseUserUrn, userUrn } from "../../src/scim/urn.ts";
import type { Change } from "../../src/storage/change.ts";
import { defaultTenantId } from "../../src/storage/port.ts";
import { inDirectory, type TestDirectory } from "../import/support/directory.ts";
import { compiledUser, userType } from "../import/support/table.ts";

const tenantId = defaultTenantId;

/** Text as it may stand in a cell: what a spreadsheet would run, quotes, delimiters and line ends included. */
const text = fc
  .oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    fc.constantFrom("=1+1", "+49", "-", "@x", "'=1", "''", 'say "hej"', "a;b", "a,b", "a\nb", "a|b", "007", "4.41E+11"),
  )
  .map((value) => value.replaceAll("\0", "").trim())
  .filter((value) => value !== "" && value !== "\\N");

const type = fc.constantFrom("work", "home", "other", "mobile");
const mail = fc.integer({ min: 0, max: 99_999 }).map((number) => `m${number}@example.org`);

/** Values of which at most one is primary. */
function values(value: fc.Arbitrary<string>): fc.Arbitrary<readonly JsonObject[]> {
  const element = fc.record({ value, type, display: text }, { requiredKeys: ["value"] });
  const list = fc.uniqueArray(element, { maxLength: 3, selector: (each) => each.value });
  return fc
    .tuple(list, fc.integer({ min: -1, max: 2 }))
    .map(([elements, primary]) =>
      elements.map((each, index) => (index === primary ? { ...each, primary: true } : each)),
    );
}

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** A user as somebody may have made them, without a userName. */
const person = fc
  .record({
    externalId: some(text),
    name: some(fc.record({ givenName: text, familyName: text, middleName: text }, { requiredKeys: [] })),
    displayName: some(text),
    title: some(text),
    locale: some(fc.constantFrom("en", "de-DE", "en-US", "x-klingon")),
    active: fc.boolean(),
    emails: some(values(mail)),
    phoneNumbers: some(values(fc.constantFrom("+49 170 1", "tel:+491701", "555-0100", "=5"))),
    addresses: some(
      fc.array(
        fc.record(
          { type, streetAddress: text, locality: text, country: fc.constantFrom("DE", "SE") },
          { requiredKeys: [] },
        ),
        { maxLength: 2 },
      ),
    ),
    roles: some(values(text)),
    [enterpriseUserUrn]: some(
      fc.record({ department: text, employeeNumber: text, costCenter: text }, { requiredKeys: ["department"] }),
    ),
  })
  .map((record): JsonObject => JSON.parse(JSON.stringify(record)));

/** A user whom the application import of SAP takes: with a mail, a last name, and no long values. */
const sapPerson = fc
  .record({
    last: text,
    given: some(text),
    mails: values(mail).filter((list) => list.length > 0),
    active: fc.boolean(),
  })
  .map(({ last, given, mails, active }): JsonObject => {
    const name = { familyName: last, ...(given !== undefined && { givenName: given }) };
    return { name, emails: mails, active };
  });

async function add(directory: TestDirectory, userName: string, attributes: JsonObject): Promise<string> {
  const body = { schemas: [userUrn, enterpriseUserUrn], userName, ...attributes };
  const { resource, issues } = compiledUser.read(body, strictProfile, {});
  expect(issues).toEqual([]);
  const content = contentOf(compiledUser, resource, directory.ports.newId(), directory.ports.now());
  await directory.commit({ kind: "createResource", ...content } satisfies Change);
  return content.id;
}

async function exported(directory: TestDirectory, dialect: string, ids = false): Promise<string> {
  const request = { tenantId, type: userType, dialect: requireExportDialect(dialect), ids, hashes: false };
  let out = "";
  for await (const piece of exportUsers(directory.store, request)) out += piece;
  return out;
}

async function versions({ store }: TestDirectory): Promise<readonly (readonly [string, number])[]> {
  const { resources } = await store.resources.list({
    tenantId,
    types: [{ type: userType }],
    start: { offset: 0 },
    limit: 1000,
  });
  return resources.map(({ id, version }) => [id, version]);
}

/** What an export says, imported again: no row that is not `unchanged`, and no version that moved. */
async function expectRoundTrip(directory: TestDirectory, dialect: string, ids = false): Promise<void> {
  const before = await versions(directory);
  const file = await exported(directory, dialect, ids);
  const job = await directory.import(file, { mode: "upsert" });
  const changed = (await directory.rows(job)).filter(({ outcome }) => outcome !== "unchanged");
  expect({ file, changed, warnings: job.state === "failed" ? job.message : "" }).toEqual({
    file,
    changed: [],
    warnings: "",
  });
  expect(job.counts.unchanged).toBe(before.length);
  expect(job.request.dialect).toBe(dialect);
  expect(await versions(directory)).toEqual(before);
}

const dialects = exportDialects.map(({ id }) => id);
const names = ["ana", "Bo Ek", "c@example.org", "=cmd", "d/e", "'x"];

describe("what is exported and imported again changes nothing", () => {
  for (const dialect of dialects) {
    test(
      `in ${dialect}, whoever the users are`,
      () =>
        fc.assert(
          fc.asyncProperty(
            fc.array(dialect === "sap-ias" ? sapPerson : person, { minLength: 1, maxLength: 6 }),
            (people) =>
              inDirectory(async (directory) => {
                for (const [index, attributes] of people.entries()) {
                  // In SAP's table the mail is the key, so that no two may share one.
                  const unique = JSON.parse(
                    JSON.stringify(attributes).replaceAll("@example.org", `@${index}.example.org`),
                  );
                  await add(directory, names[index] ?? `u${index}`, dialect === "sap-ias" ? unique : attributes);
                }
                await expectRoundTrip(directory, dialect);
              }),
          ),
          { numRuns: 25 },
        ),
      60_000,
    );

    test(`in ${dialect}, with groups and managers`, () =>
      inDirectory(async (directory) => {
        const groups = [
          await directory.addGroup("Sales; North"),
          await directory.addGroup("Twice"),
          await directory.addGroup("twice"),
        ];
        const mails = {
          name: { familyName: "Sol" },
          emails: [{ value: "a@example.org", primary: true, type: "work" }],
        };
        const boss = await add(directory, "boss", { ...mails, active: true });
        const other = { ...mails, emails: [{ value: "b@example.org", type: "work" }] };
        const clerk = await add(directory, "clerk", {
          ...other,
          active: false,
          [enterpriseUserUrn]: { manager: { value: boss } },
        });
        for (const groupId of groups) {
          await directory.commit({ kind: "changeMembers", groupId, reset: false, add: [clerk], remove: [], at: 1 });
        }
        await expectRoundTrip(directory, dialect);
        expect((await directory.members(groups[0] ?? "")).map(({ id }) => id)).toEqual([clerk]);
      }));
  }

  test("in scim-path with ids, also when somebody got another name meanwhile", () =>
    inDirectory(async (directory) => {
      const id = await add(directory, "ana", { active: true, title: "Boss" });
      const file = await exported(directory, "scim-path", true);
      await directory.import(`id,userName\n${id},renamed\n`, { mode: "update" });
      expect((await directory.import(file, { mode: "upsert" })).counts).toMatchObject({ updated: 1, created: 0 });
      expect(await directory.userNames()).toEqual(["ana"]);
    }));
});

describe("an export", () => {
  test("has as many columns as the user with most values needs, and none that nobody fills", () =>
    inDirectory(async (directory) => {
      await add(directory, "ana", { active: true, emails: [{ value: "a@x.org" }, { value: "b@x.org", type: "home" }] });
      await add(directory, "bo", { active: true, [enterpriseUserUrn]: { department: "Sales" } });
      const [header, first] = (await exported(directory, "scim-path")).split("\r\n");
      expect(header).toStartWith("userName,");
      expect(header).toContain("emails[0].value");
      expect(header).toContain("emails[1].type");
      expect(header).toContain("department");
      expect(header).not.toContain("emails[2]");
      expect(header).not.toContain("nickName");
      expect(first).toContain("a@x.org");
    }));

  test("of nobody is a header, which is no file to import", () =>
    inDirectory(async (directory) => {
      expect(await exported(directory, "okta")).toStartWith("login,firstName,lastName,");
      expect(await exported(directory, "ndjson")).toBe("");
    }));

  test("guards what a spreadsheet would run", () =>
    inDirectory(async (directory) => {
      await add(directory, "ana", { active: true, title: "=HYPERLINK(1)" });
      expect(await exported(directory, "scim-path")).toContain(",'=HYPERLINK(1)");
    }));

  test("never has a password", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,password\nana,s3cret\n");
      for (const dialect of dialects) {
        const file = await exported(directory, dialect);
        expect(file).not.toContain("s3cret");
        expect(file).not.toContain("fake:");
      }
    }));
});
