import { type Section, section } from "./statement.ts";

/** Where servers differ, with what this one does unless it is told otherwise. */
export const choiceSections: readonly Section[] = [
  section(
    "Choices",
    `
    AM-1  A | choice | $ref in a path: accepted, though the grammar has no name that begins so
    AM-2  A | choice | references and binaries: compared by case
    AM-3  A | choice | the value of a member, group or manager, which is an id: compared by case
    AM-4  A | choice | schemas of a body: 400 invalidSyntax when missing; unknown URNs are ignored
    AM-5  A | choice | attributes that no schema has: ignored
    AM-6  A | choice | a conflict in PUT and PATCH: 409
    AM-7  A | choice | displayName of groups: not unique
    AM-8  A | choice | core attributes under the core URN: merged
    AM-9  A | choice | the URI in answers to GET and PUT: in Location and in Content-Location
    AM-10 A | choice | attributes together with excludedAttributes: 400 invalidValue
    AM-11 A | choice | ne on what is absent: true
    AM-12 A | choice | ne on many values: true when none of them is equal
    AM-13 A | choice | remove that matches nothing: success
    AM-14 A | choice | replace of a complex value: merged
    AM-15 A | choice | replace of a value in brackets by an object: the whole value
    AM-16 A | choice | add where nothing matches: made from the filter when that has only eqs
    AM-17 A | choice | an unknown attribute in a path: 400 invalidPath
    AM-18 A | choice | a wrong filter in a path: 400 invalidFilter
    AM-19 A | choice | the status of a result of Bulk: text
    AM-20 A | choice | bulkId: in a path: resolved
    AM-21 A | choice | a bulkId without a resource: 409 for circles, 400 invalidValue when unknown
    AM-22 A | choice | If-Match with weak tags: compared by what is in the quotes
    AM-23 A | choice | another version: 412
    AM-24 A | choice | an unknown attribute in a filter: 400 invalidFilter, and no value at the base address
    AM-25 A | choice | texts without double quotes in a filter: 400 invalidFilter
    AM-26 A | choice | booleans in strings: understood in POST, PUT and PATCH
    AM-27 A | choice | a dateTime without a zone: UTC
    AM-28 A | choice | mail addresses and telephone numbers: kept as they were sent
    AM-29 A | choice | success of PATCH: 200
    AM-30 A | choice | discovery without credentials: 401
    AM-31 A | choice | a filter on discovery: 403
    AM-32 A | choice | a count above the most, with a cursor: cut
    AM-33 A | choice | a member that does not exist: 400
    AM-34 A | choice | a required value that is missing: 400 invalidValue
    AM-35 A | choice | the status in an error: text
    AM-36 A | choice | totalResults: an integer, always there
    AM-37 A | choice | a deleted user: 404 from then on
    AM-38 A | choice | a password that PUT leaves out: stays
    AM-39 A | choice | a sub-attribute of many values without brackets: all of them
    AM-40 A | choice | two primary values in one body: 400 invalidValue
    AM-41 A | choice | schemas when attributes are asked for: shown
    AM-42 A | choice | a filter on many values without a sub-attribute: their value
    `,
  ),
];
