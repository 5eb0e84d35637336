import fc from "fast-check";
import type { JsonObject } from "../../../src/scim/json.ts";
import { foldCase } from "../../../src/scim/resource/fold.ts";
import { enterpriseUserUrn } from "../../../src/scim/urn.ts";

/** A user to create; replaced by itself with a nickName when there is a second time. */
export interface Person {
  readonly attributes: JsonObject;
  readonly at: number;
  readonly touchedAt?: number | undefined;
}

export interface Team {
  readonly displayName: string;
  readonly at: number;
  /** Places in the list of people, taken modulo its length. */
  readonly members: readonly number[];
  /** Places in the list of teams, of those that are in this one: also in circles. */
  readonly nested: readonly number[];
}

export interface Directory {
  readonly people: readonly Person[];
  readonly teams: readonly Team[];
}

/** Few words, so that values and literals collide: cases, folds, prefixes, wildcards of SQL, ends of the planes. */
const words = [
  "",
  "a",
  "A",
  "ab",
  "Ab",
  "b",
  "ä",
  "Ä",
  "ß",
  "ﬁ",
  "fi",
  "Σας",
  "σασ",
  "%",
  "_b",
  "a'b",
  "\u{1F600}",
  "\uFFFD",
];
const word = fc.constantFrom(...words);
const instants = [
  "2026-01-01T00:00:00Z",
  "2026-01-01T00:00:00.001Z",
  "2026-01-02T03:04:05.678Z",
  "1969-12-31T23:59:59Z",
];
const instant = fc.constantFrom(...instants.map((text) => Date.parse(text)));

const email = fc.record(
  { value: word, type: fc.constantFrom("work", "Work", "home"), primary: fc.boolean() },
  { requiredKeys: ["value"] },
);

const person: fc.Arbitrary<Person> = fc.record({
  attributes: fc.record(
    {
      userName: word,
      displayName: word,
      externalId: word,
      active: fc.boolean(),
      title: word,
      name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
      emails: fc.array(email, { maxLength: 2 }),
      [enterpriseUserUrn]: fc.record({ department: word, manager: fc.record({ value: word }) }, { requiredKeys: [] }),
    },
    { requiredKeys: ["userName"] },
  ),
  at: instant,
  touchedAt: fc.option(instant, { nil: undefined }),
});

const team: fc.Arbitrary<Team> = fc.record({
  displayName: word,
  at: instant,
  members: fc.array(fc.nat(20), { maxLength: 4 }),
  nested: fc.array(fc.nat(20), { maxLength: 2 }),
});

export const directory: fc.Arbitrary<Directory> = fc.record({
  people: fc.uniqueArray(person, {
    minLength: 3,
    maxLength: 8,
    selector: ({ attributes }) => foldCase(String(attributes.userName)),
  }),
  teams: fc.array(team, { minLength: 2, maxLength: 4 }),
});

const text = word.map((value) => JSON.stringify(value));
/** Stands for the id of a resource until there is one; see `withIds`. */
const id = fc.nat(12).map((place) => `"#${place}"`);
/** The same, of the last ones that were made: of groups. */
const groupId = fc.nat(12).map((place) => `"#-${place + 1}"`);
const textOperator = fc.constantFrom("eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le");
const instantOperator = fc.constantFrom("eq", "ne", "gt", "ge", "lt", "le");
const instantLiteral = fc
  .constantFrom(...instants, "2026-01-01T01:00:00+01:00", "2026-01-02T03:04:05.678")
  .map((value) => JSON.stringify(value));

const comparison = (paths: readonly string[], operator: fc.Arbitrary<string>, literal: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom(...paths), operator, literal).map((parts) => parts.join(" "));

const common: readonly fc.Arbitrary<string>[] = [
  comparison(["displayName", "DISPLAYNAME", "externalId"], fc.constant("eq"), text),
  comparison(["displayName", "externalId"], textOperator, text),
  comparison(["meta.created", "meta.lastModified"], instantOperator, instantLiteral),
  comparison(["id"], fc.constantFrom("eq", "ne", "gt", "sw"), id),
  comparison(["displayName", "externalId", "id"], fc.constantFrom("eq", "ne"), fc.constant("null")),
  fc.constantFrom(
    "displayName pr",
    "externalId pr",
    "meta.created pr",
    'meta.version eq "W/\\"1\\""',
    'schemas co "user"',
  ),
];

/** How somebody is in a group, and what nobody is. */
const kind = fc.constantFrom('"direct"', '"Indirect"', '"indirect"', '"other"');

const department = `${enterpriseUserUrn}:department`;
const ofUsers: readonly fc.Arbitrary<string>[] = [
  comparison(["userName", "title", "emails", "emails.value", "name.familyName", "department"], textOperator, text),
  comparison(["userName", "active"], fc.constantFrom("eq", "ne"), fc.constant("null")),
  comparison([department, "manager", "groups.display"], textOperator, text),
  comparison(["active", "emails.primary"], fc.constantFrom("eq", "ne"), fc.constantFrom("true", "false")),
  fc.constantFrom(
    "active pr",
    "title pr",
    "emails pr",
    "name pr",
    "manager pr",
    "nickName pr",
    "groups pr",
    "groups.type pr",
  ),
  fc.constantFrom('groups.$ref co "Groups/"', "groups[value pr and display pr]", "groups.display pr"),
  comparison(["groups.type"], fc.constantFrom("eq", "ne"), kind),
  comparison(["groups", "groups.value"], fc.constantFrom("eq", "ne", "ew"), groupId),
  fc
    .uniqueArray(
      fc.oneof(
        comparison(["value"], fc.constant("eq"), groupId),
        comparison(["display"], fc.constantFrom("eq", "eq", "sw"), text),
        comparison(["type"], fc.constantFrom("eq", "eq", "ne"), kind),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((terms) => `groups[${terms.join(" and ")}]`),
  fc
    .tuple(fc.constantFrom('type eq "work"', "primary eq true", "not (type pr)"), fc.constantFrom("and", "or"), text)
    .map(([inner, joint, value]) => `emails[${inner} ${joint} value sw ${value}]`),
  fc.tuple(textOperator, text).map(([operator, value]) => `emails[type eq "home"].value ${operator} ${value}`),
];

const ofGroups: readonly fc.Arbitrary<string>[] = [
  comparison(["displayName"], textOperator, text),
  comparison(["members.display"], textOperator, text),
  comparison(["members", "members.value"], fc.constantFrom("eq", "ne", "ew"), id),
  fc.constantFrom("members pr", 'members.type eq "User"', 'members[type eq "group"]', 'members.$ref co "Users/"'),
  fc
    .tuple(
      id,
      fc.constantFrom("", ' and type eq "user"', ' and type eq "Group"', " and display pr", ' and value ew "1"'),
    )
    .map(([value, more]) => `members[value eq ${value}${more}]`),
];

/** The filter with the ids of resources that exist. */
export function withIds(filter: string, ids: readonly string[]): string {
  return filter.replace(/"#(-?\d+)"/g, (_, place) => JSON.stringify(ids.at(Number(place) % ids.length)));
}

/** Filters as text, over what people and teams have. */
export function filterOf(typeName: string): fc.Arbitrary<string> {
  const term = fc.oneof(...common, ...(typeName === "User" ? ofUsers : ofGroups));
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      term,
      fc.tuple(tie("filter"), tie("filter")).map(([left, right]) => `(${left}) and (${right})`),
      fc.tuple(tie("filter"), tie("filter")).map(([left, right]) => `(${left}) or (${right})`),
      tie("filter").map((inner) => `not (${inner})`),
    ),
  }));
  return filter;
}
