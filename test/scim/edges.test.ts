import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readBulk } from "../../src/scim/bulk/request.ts";
import { ScimError } from "../../src/scim/error.ts";
import { bindFilter, bindFilterAmongTypes } from "../../src/scim/filter/bind.ts";
import { evaluate } from "../../src/scim/filter/evaluate.ts";
import { parseFilter } from "../../src/scim/filter/parse.ts";
import { parsePath } from "../../src/scim/filter/parse-path.ts";
import { jsonTextProblem } from "../../src/scim/json-text.ts";
import { readListRequest, readSearchRequest } from "../../src/scim/list.ts";
import { type Profile, profiles } from "../../src/scim/profile.ts";
import { readProjection } from "../../src/scim/resource/projection.ts";
import { coreTypes, userTypeOf } from "../../src/scim/resource/type.ts";
import { readSort } from "../../src/scim/sort.ts";
import { bulkRequestUrn, enterpriseUserUrn, searchRequestUrn, userUrn } from "../../src/scim/urn.ts";
import { fuzzRuns } from "../support/fuzz.ts";

/*
 * The edges where a client's text comes in: whatever it is, the engine reads it or throws a ScimError below 500, and
 * leaves nothing behind.
 */

const numRuns = fuzzRuns(2000);
const users = userTypeOf(coreTypes);
const profile = fc.constantFrom<Profile>(...profiles);

/** What filters and paths are made of, and what they are not. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("userName", "emails", "emails.type", "name.givenName", "active", "members") },
  { weight: 2, arbitrary: fc.constantFrom(`${userUrn}:title`, `${enterpriseUserUrn}:department`, enterpriseUserUrn) },
  { weight: 5, arbitrary: fc.constantFrom(" eq ", " ne ", " co ", " sw ", " gt ", " pr", " and ", " or ", "not (") },
  { weight: 5, arbitrary: fc.constantFrom("(", ")", "[", "]", ".", '"', "'", "\\", ",", " ", "\t", "%", "\u0000") },
  { weight: 4, arbitrary: fc.constantFrom('"a"', "true", "null", "42", "-1e9", '"2011-05-13T04:42:34Z"', "1e999") },
  { weight: 2, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "\ud800", "\u{1F600}", "ß") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
);
const text = fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join(""));

/** A filter, into which in every other case something is put that may break it. */
const term = fc
  .tuple(
    fc.constantFrom("userName", "emails.type", "name.givenName", `${enterpriseUserUrn}:department`, "meta.created"),
    fc.constantFrom("eq", "ne", "EQ"),
    fc.constantFrom('"a"', '"2011-05-13T04:42:34Z"', "null", "jyoung", "'a b'"),
  )
  .map((words) => words.join(" "));
const filterText = fc
  .tuple(fc.array(term, { minLength: 1, maxLength: 4 }), fc.constantFrom(" and ", " or "), fc.option(piece), fc.nat())
  .map(([terms, joint, wrench, at]) => {
    const whole = terms.join(joint);
    const place = at % (whole.length + 1);
    return whole.slice(0, place) + (wrench ?? "") + whole.slice(place);
  });

/** Runs a reader; anything but a result or a refusal fails the test. */
function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof ScimError) || error.status >= 500) throw error;
    expect(error.detail.isWellFormed()).toBe(true);
    expect(error.detail.length).toBeLessThan(2000);
    return false;
  }
}

const resource = {
  id: "1",
  userName: "a",
  active: true,
  emails: [{ value: "a", type: "b" }],
  name: { givenName: "a" },
};

describe("whatever comes in as", () => {
  test("a filter is bound and evaluated, or refused", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(text, filterText), profile, (filter, forgiving) => {
        const isRead = reads(() => {
          const parsed = parseFilter(filter, forgiving);
          evaluate(bindFilter(parsed, users.type, forgiving), resource);
        });
        reads(() => {
          const types = [...coreTypes.byName.values()].map(({ type }) => type);
          const bound = bindFilterAmongTypes(parseFilter(filter, forgiving), types, forgiving);
          for (const each of bound) evaluate(each, resource);
        });
        if (isRead) read++;
      }),
      { numRuns, seed: 42 },
    );
    // The property is about something: some of it is a filter.
    expect(read).toBeGreaterThan(numRuns / 20);
  });

  test("the path of a PATCH is read, or refused", () => {
    fc.assert(
      fc.property(text, profile, (path, forgiving) => void reads(() => parsePath(path, forgiving))),
      { numRuns },
    );
  });

  test("names and numbers of a list are read, or refused", () => {
    const asked = fc.record(
      { filter: text, sortBy: text, sortOrder: text, startIndex: text, count: text, cursor: text },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(asked, fc.array(text, { maxLength: 3 }), profile, (request, attributes, forgiving) => {
        reads(() => readListRequest(users, forgiving, { ...request, attributes }));
        reads(() => readProjection(users.type, attributes, [], forgiving));
        reads(() => readSort(users.type, request.sortBy, request.sortOrder));
      }),
      { numRuns },
    );
  });

  test("JSON is read as a resource, a search or a Bulk request, or refused, and touches no prototype", () => {
    const name = fc.oneof(
      fc.constantFrom(
        "userName",
        "emails",
        "name",
        "schemas",
        "Operations",
        "method",
        "path",
        "data",
        "bulkId",
        "value",
      ),
      fc.constantFrom(enterpriseUserUrn, userUrn, "__proto__", "constructor", "filter", "attributes", "failOnErrors"),
      fc.string({ maxLength: 5 }),
    );
    const leaf = fc.oneof(
      text,
      fc.constantFrom(userUrn, bulkRequestUrn, searchRequestUrn, "POST", "/Users"),
      fc.jsonValue(),
    );
    const { body } = fc.letrec((tie) => ({
      body: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie("body"), { maxLength: 4 }),
        fc.array(fc.tuple(name, tie("body")), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
      ),
    }));
    const envelope = fc.constantFrom([userUrn], [bulkRequestUrn], [searchRequestUrn]);
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    fc.assert(
      fc.property(body, envelope, profile, (part, schemas, forgiving) => {
        const json = JSON.stringify({ ...Object(part), schemas }) ?? "null";
        if (jsonTextProblem(json) !== undefined) return;
        const whole: unknown = JSON.parse(json);
        const { issues } = users.read(whole, forgiving);
        for (const { message } of issues) expect(message.length).toBeLessThan(2000);
        reads(() => readSearchRequest(whole));
        reads(() => readBulk(whole, 10, "http://127.0.0.1/scim/v2"));
      }),
      { numRuns },
    );
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before);
  });
});
