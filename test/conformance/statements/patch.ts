import { type Section, section } from "./statement.ts";

/** PATCH, operation by operation. */
export const patchSections: readonly Section[] = [
  section(
    "PATCH",
    `
    PA-1  O | 44 §3.5, §3.5.2 | it is offered, or 501
    PA-2  M | 44 §3.5.2 | a body without the schema of a patch is 400 invalidSyntax
    PA-3  M | 44 §3.5.2 | a body without operations is 400 invalidSyntax
    PA-4  M | 44 §3.5.2 | an op that is not add, remove or replace is 400 invalidSyntax
    PA-5  I | clients | op is read in any case
    PA-6  I | clients | the names of the message are read in any case
    PA-7  M | 44 fig. 7 | a path is an attribute, or values in brackets with a sub-attribute or without
    PA-8  M | 44 §3.5.2 | add and replace need no path, remove does
    PA-9  M | 44 §3.5.2 | each operation sees what the one before it left
    PA-10 M | 44 §3.5.2 | all of it is done or nothing
    PA-11 M | 44 §3.5.2 | success is 200 with the resource, or 204 with its headers
    PA-12 M | 44 §3.5.2 | with attributes it is 200
    PA-13 I | clients | 200 with a body is what most clients expect
    PA-14 M | 44 §3.12 | an unknown id is 404
    PA-15 M | 44 §3.14 | If-Match of another version is 412
    PA-16 M | 44 §3.10 | names in paths may have a URN, in any case
    PA-17 M | 44 §3.5.2 | a name with an extension's URN puts that into schemas
    PA-18 A | 44 §3.5.2 | an extension without any value left goes from schemas
    PA-19 M | 44 §3.5.2 | schemas can be patched, and later operations see it
    PA-20 M | 44 §3.5.2 | a value that becomes primary takes it from the others
    PA-21 A | 44 §3.5.2 | two primary values in one operation are 400 invalidValue
    PA-22 M | 44 §3.5.2 | an index in brackets is 400 invalidPath
    PA-23 M | 44 §3.5.2.1 | what changes nothing succeeds, and lastModified stays
    PA-24 M | 44 table 9 | a conflict is 409 uniqueness
    PA-25 M | 44 table 9 | a value of another type is 400 invalidValue
    PA-26 I | clients | fifty operations, and hundreds of members in one, are carried out
    `,
  ),
  section(
    "PATCH: add",
    `
    PA-A1  M | 44 §3.5.2.1 | without a value: 400 invalidValue
    PA-A2  M | 44 §3.5.2.1 | without a path: each member of the object is added
    PA-A3  A | 44 §3.5.2.1 | without a path and no object: 400 invalidValue
    PA-A4  M | 44 §3.5.2.1 | a single value that was absent is set
    PA-A5  M | 44 §3.5.2.1 | a single value that was there is replaced
    PA-A6  S | 44 §3.5.2.1 | the same value changes nothing
    PA-A7  M | 44 §3.5.2.1 | a complex value gets what is given and keeps the rest
    PA-A8  M | 44 §3.5.2.1 | a sub-attribute makes its parent
    PA-A9  M | 44 §3.5.2.1 | a list that was absent is made
    PA-A10 M | 44 §3.5.2.1 | a list that was there gets longer
    PA-A11 S | 44 §3.5.2.1 | an equal value is not there twice
    PA-A12 A | 44 §3.5.2.1 | a value that differs in something else is one more; a member is known by its id
    PA-A13 I | clients | one object is a list of one
    PA-A14 A | 44 §3.5.2.1 | an object for values in brackets is merged into them
    PA-A15 A | 44 §3.5.2.1 | a sub-attribute after brackets is set in them
    PA-A16 A | clients | brackets without a match make what their eqs describe, or are 400 noTarget
    PA-A17 A | 44 §3.5.2.1 | a sub-attribute without brackets is set in every value
    PA-A18 A | 44 §3.5.2.1 | an object for an extension's URN is merged
    PA-A19 M | 44 §3.5.2.1, 43 §3.3 | an extension's URN as a key is merged
    PA-A20 I | clients | a key that is a path is read as one
    PA-A21 M | 44 §3.5.2 | readOnly: 400 mutability
    PA-A22 M | 44 §3.5.2 | immutable and absent: set
    PA-A23 M | 44 §3.5.2 | immutable and different: 400 mutability
    PA-A24 A | 44 §3.5.2 | immutable and the same: nothing changes
    PA-A25 M | 43 §7 | writeOnly: set and not shown
    PA-A26 A | 44 table 9 | an unknown attribute: 400 invalidPath by path, ignored as a key
    `,
  ),
  section(
    "PATCH: remove",
    `
    PA-R1  M | 44 §3.5.2.2 | without a path: 400 noTarget
    PA-R2  M | 44 §3.5.2.2 | a single value goes
    PA-R3  A | 44 §3.5.2.2 | what is absent: nothing changes
    PA-R4  M | 44 §3.5.2.2 | a complex value goes whole
    PA-R5  M | 44 §3.5.2.2 | a sub-attribute goes, and its parent with the last one
    PA-R6  M | 44 §3.5.2.2 | without brackets all values go
    PA-R7  M | 44 §3.5.2.2 | with brackets those that match go
    PA-R8  A | 44 §3.5.2.2 | brackets without a match: nothing changes
    PA-R9  M | 44 §3.5.2.2 | a sub-attribute after brackets goes from those that match
    PA-R10 A | 44 §3.5.2.2 | a sub-attribute without brackets goes from every value
    PA-R11 M | 44 §3.5.2.2 | required: 400 mutability
    PA-R12 M | 44 §3.5.2.2 | readOnly: 400 mutability
    PA-R13 M | 44 §3.5.2 | immutable: 400 mutability
    PA-R14 A | 44 §3.5.2.2 | what a value in brackets requires: 400 mutability
    PA-R15 I | clients | members with a value: those members go, and no other
    PA-R16 A | clients | another list with a value: equal values go
    PA-R17 A | 44 §3.5.2.2 | an extension goes whole, unless it is required
    PA-R18 A | 44 §3.5.2.2 | no other value becomes primary
    PA-R19 A | 44 table 9 | an unknown attribute: 400 invalidPath
    `,
  ),
  section(
    "PATCH: replace",
    `
    PA-P1  M | 44 §3.5.2.3 | without a path: what the object names is replaced, the rest stays
    PA-P2  A | 44 §3.5.2.3 | without a path and no object, or an empty one: 400 invalidValue
    PA-P3  M | 44 §3.5.2.3 | a single value is replaced
    PA-P4  M | 44 §3.5.2.3 | what is absent is added
    PA-P5  M | 44 §3.5.2.3 | a complex value gets what is given and keeps the rest
    PA-P6  M | 44 §3.5.2.3 | without brackets the whole list is replaced
    PA-P7  I | clients | one object is a list of one
    PA-P8  M | 43 §2.5 | [] and null clear; what is required is 400 mutability
    PA-P9  M | 44 §3.5.2.3 | values in brackets are replaced
    PA-P10 M | 44 §3.5.2.3 | a sub-attribute after brackets is set in those that match
    PA-P11 M | 44 §3.5.2.3 | brackets without a match: 400 noTarget, or made where that is forgiven
    PA-P12 A | 44 §3.5.2.3 | brackets on what is absent: 400 noTarget, or made where that is forgiven
    PA-P13 A | 44 §3.5.2.3 | a sub-attribute without brackets is set in every value
    PA-P14 A | 43 §2.5 | null clears; what is required is 400
    PA-P15 A | 44 §3.5.2.3 | without a value: 400 invalidValue
    PA-P16 M | 44 §3.5.2 | readOnly by path: 400 mutability
    PA-P17 I | clients | readOnly as a key and the same: ignored
    PA-P18 A | 44 §3.5.2 | readOnly as a key and different: ignored, or 400 mutability
    PA-P19 A | 44 §3.5.2 | immutable and the same: success
    PA-P20 M | 44 §3.5.2 | immutable and different: 400 mutability
    PA-P21 M | 43 §4.2 | what is said of a member: 400 mutability
    PA-P22 M | 43 §4.1.1 | an empty text for what is required: 400 invalidValue
    PA-P23 I | clients | a text for manager is its value
    PA-P24 I | clients | an empty value for manager clears it
    PA-P25 I | clients | a boolean in a string is understood
    PA-P26 A | 44 §3.5.2 | schemas without the type's own: 400 invalidValue
    `,
  ),
  section(
    "PATCH: errors",
    `
    PA-X1  M | 44 §3.12 | no JSON, no schema, no operations: 400 invalidSyntax
    PA-X2  M | 44 table 9 | a path that does not parse: 400 invalidPath
    PA-X3  A | 44 table 9 | a filter in a path that is wrong: 400 invalidFilter
    PA-X4  A | 44 table 9 | an attribute that the schema lacks: 400 invalidPath
    PA-X5  A | 44 table 9 | brackets on what has no values to choose from: 400 invalidPath
    PA-X6  M | 44 table 9 | a replacement of nothing: 400 noTarget, where that is not forgiven
    PA-X7  M | 44 table 9 | remove without a path: 400 noTarget
    PA-X8  M | 44 table 9 | a wrong type, or a required value that is missing: 400 invalidValue
    PA-X9  M | 44 table 9 | what may not change or go: 400 mutability
    PA-X10 M | 44 table 9 | a conflict: 409 uniqueness
    PA-X11 M | 44 §3.14 | another version: 412 without a scimType
    `,
  ),
];
