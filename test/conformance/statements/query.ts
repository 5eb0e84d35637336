import { type Section, section } from "./statement.ts";

/** Reading one resource and many. */
export const querySections: readonly Section[] = [
  section(
    "Read",
    `
    R-1 M | 44 §3.4.1 | 200 with the resource
    R-2 M | 44 §3.6, §3.12 | an id that is unknown, deleted or another type's is 404
    R-3 M | 43 §3.1 | ids are compared by case
    R-4 M | 44 §3.4, §3.9 | what is returned always or by default is shown
    R-5 M | 44 §3.9 | attributes and excludedAttributes are obeyed
    R-6 O | 44 §3.4.1 | ETag and Location are sent
    R-7 M | 43 §7 | nothing that is never returned is shown
    R-8 A | 44 §3.4.2.1 | a filter on one resource gives it or 404, or has no effect
    R-9 O | RFC 9110 | HEAD gives the headers of GET
    `,
  ),
  section(
    "Lists",
    `
    Q-1  M | 44 §3.4.2 | schemas is that of a list, alone
    Q-2  M | 44 §3.4.2 | totalResults counts the matches on all pages
    Q-3  M | 44 §3.4.2 | Resources is there, also when it is empty
    Q-4  M | 44 §3.4.2 | startIndex and itemsPerPage are there
    Q-5  M | 44 §3.4.2 | no match is 200 with totalResults 0
    Q-6  M | 44 §3.4.2.1 | a query of the base address goes over all types
    Q-7  M | 44 §3.4.2.1 | there, an attribute that a type lacks has no value
    Q-8  M | 44 §3.4.2.1 | there, meta.resourceType picks a type
    Q-9  M | 44 §3.4.2.1 | a result too large to give is 400 tooMany
    Q-10 S | 44 §7.5.2 | a query on sensitive data in an address may be 403 sensitive
    Q-11 M | 44 §3.6 | what is deleted is in no list
    Q-12 M | 44 §3.4.2 | each entry is the whole resource, with schemas, id and meta
    Q-13 A | 44 §3.4.2 | a server without queries of the base address answers 501 or 404
    Q-14 A | 44 §3.4.2 | totalResults counts what the caller may see
    `,
  ),
  section(
    "Filters",
    `
    F-1  O | 44 §3.4.2.2 | filters are offered, and ServiceProviderConfig says so
    F-2  M | 44 §3.4.2.2 | names, operators and words are read in any case, literals are JSON
    F-3  M | 44 §3.4.2.2 | grouping before not before and before or
    F-4  M | 44 §3.4.2.2 | chains of and and or may be long
    F-5  A | 44 §3.4.2.2 | not is followed by a parenthesis, with blanks between or without
    F-6  M | 44 table 3 | eq: equal by the attribute's case rule
    F-7  M | 44 table 3 | ne: not equal
    F-8  M | 44 table 3 | co, sw and ew: a part, the beginning, the end
    F-9  M | 44 table 3 | pr: there is a value, false and 0 too
    F-10 M | 44 table 3 | gt, ge, lt and le order texts, numbers and times each in their way
    F-11 M | 44 table 3 | booleans and binaries have no order: 400 invalidFilter
    F-12 A | 44 table 9 | only texts have parts: co, sw and ew of others are 400 invalidFilter
    F-13 A | 43 §2.3.5 | times are compared as instants
    F-14 M | 44 table 9 | a time that is none is 400 invalidFilter
    F-15 A | 43 §2.3.4 | numbers are compared as numbers, however they are written
    F-16 A | 44 table 9 | a literal of another type is 400 invalidFilter, but for booleans in strings
    F-17 M | 44 §3.4.2.2 | of many values one that matches suffices
    F-18 M | 44 table 5 | two conditions may be met by two values, within brackets by one
    F-19 A | 44 §3.4.2.2 | a complex attribute without sub-attribute means its value
    F-20 O | 44 table 5 | brackets are offered
    F-21 M | 44 table 5 | within brackets names are sub-attributes, and everything else works
    F-22 A | 44 §3.4.2.2 | brackets on one complex value work
    F-23 A | 44 §3.4.2.2 | a sub-attribute and an operator may follow brackets
    F-24 A | 44 §3.4.2.2 | brackets alone, or with pr, hold when one value matches
    F-25 M | 44 §3.10 | names with a URN work
    F-26 M | 44 §3.10 | URNs and names are found in any case
    F-27 M | 44 §3.4.2.2 | schemas can be asked for
    F-28 M | 43 §3.1 | id, externalId and every part of meta can be asked for, by their case rules
    F-29 M | 44 fig. 1 | texts are JSON strings, and what is in them is data
    F-30 A | 44 fig. 1 | texts without double quotes are 400 invalidFilter
    F-31 M | 43 §2.5 | eq null finds what has no value, ne null what has one
    F-32 M | 44 §3.4.2.2 | an unknown operator is 400 invalidFilter
    F-33 M | 44 §3.4.2.2 | what does not parse is 400 invalidFilter
    F-34 A | 44 §3.4.2.1 | an attribute that the type lacks is 400 invalidFilter
    F-35 M | 44 §3.4.2.2 | a default counts as the value
    F-36 M | 43 §7 | a filter does not tell what is never returned
    F-37 A | 43 §7 | what is returned on request can be asked for without being shown
    F-38 I | servers | too deep or too long is 400, not a crash
    F-39 M | 44 fig. 1 | more blanks than one, or none before a quote, change nothing
    F-40 M | 44 §7.7 | no character of a text is a wildcard or leaves it
    F-41 M | 44 §5, §7.8 | letters beyond ASCII are compared without regard to case too
    F-42 M | 44 §3.4.3, §3.5.2 | one filter finds the same by GET, by .search and in a path of PATCH
    F-43 M | 43 §2.4 | a $ref is found with a version in its path and without
    F-44 A | 44 fig. 1 | a third level, or a part of a simple attribute, is 400 invalidFilter
    `,
  ),
  section(
    "Sorting",
    `
    O-1  O | 44 §3.4.2.3 | it is offered, and ServiceProviderConfig says so
    O-2  M | 44 §3.4.2.3 | sortBy names an attribute, sortOrder is ascending unless it says descending
    O-3  M | 44 §3.4.2.3 | of many values the primary one counts, else the first
    O-4  M | 44 §3.4.2.3 | a complex attribute is sorted by a sub-attribute
    O-5  M | 44 §3.4.2.3 | no value is last when ascending, first when descending
    O-6  M | 44 §3.4.2.3 | texts are ordered by Unicode, with regard to case where caseExact says so
    O-7  M | 44 §3.4.2.3 | numbers are ordered as numbers, times as times
    O-8  A | 44 §3.4.2.3 | sortOrder without sortBy has no effect
    O-9  A | 44 §3.4.2.3 | an unknown attribute or order is 400 invalidValue
    O-10 A | 44 §3.4.2.3 | a server without sorting ignores sortBy
    O-11 I | clients | what is equal stays in one order, so that no page repeats or skips
    O-12 M | 44 §3.10 | a name with a URN works
    `,
  ),
  section(
    "Pages by index",
    `
    PG-1  M | 44 table 6 | startIndex counts from 1, and less means 1
    PG-2  M | 44 table 6 | count is the most that a page holds
    PG-3  M | 44 table 6 | a count below 0 means 0
    PG-4  M | 44 table 6 | count 0 gives the total and no resource
    PG-5  M | 44 table 6, 43 §5 | without count a page is what the server finds right
    PG-6  M | 44 table 6 | a count above the most is cut, not refused
    PG-7  M | 44 table 7 | itemsPerPage is what this page holds, startIndex its first
    PG-8  A | 44 table 6 | a startIndex beyond the end is an empty page
    PG-9  A | 44 table 6 | what is no whole number is 400 invalidValue
    PG-10 I | clients | the numbers are integers, never texts
    PG-11 I | clients | every page of a query has the same order and the same total
    PG-12 M | 44 §3.4.2 | pages go together with filter, sorting and projection
    PG-13 M | 44 §3.4.2.4 | the server keeps nothing between pages
    PG-14 A | 44 table 7 | itemsPerPage of a short page is what it really holds
    `,
  ),
  section(
    "Pages by cursor",
    `
    CU-1  M | 65 §2 | cursor is empty at first and then what the page before gave
    CU-2  M | 65 §2 | a cursor needs no encoding in an address
    CU-3  M | 65 §2 | count is the most of a page, less than 0 means 0, 0 gives the total alone
    CU-4  M | 65 §2 | every page but the last has nextCursor
    CU-5  O | 65 §2 | previousCursor may be there, but not on the first page
    CU-6  M | 65 §2 | a cursor belongs to its query: with another one it is 400
    CU-7  O | 65 §2 | totalResults may be left out where nobody knows it
    CU-8  I | 65 §2 | pages by cursor have itemsPerPage and no startIndex
    CU-9  S | 65 §2.1 | errors are 400 invalidCursor, expiredCursor and invalidCount
    CU-10 A | 65 §2.1 | a count above the most is cut on the first page
    CU-11 S | 65 §2.2 | sorting goes over all pages
    CU-12 O | 65 §2.3 | a server without pages by index gives a cursor to everybody
    CU-13 M | 65 §2.4 | a server with both has one that counts when nobody says
    CU-14 A | 65 §2 | cursor and startIndex together are 400
    CU-15 M | 65 §3 | .search takes cursor and count
    CU-16 S | 65 §4 | ServiceProviderConfig tells of it under pagination
    CU-17 M | 65 §4 | cursorTimeout is how long a cursor lives at least
    CU-18 M | 65 §5 | every page asks again what the caller may see
    CU-19 S | 65 §5 | cursors end when the rights of their owner change
    CU-20 S | 65 §5 | cursors tell nothing and can not be made up
    CU-21 M | 65 §5 | the error for what is forbidden is that for what is not there
    CU-22 S | 65 §5 | nobody holds more cursors than the server can bear
    CU-23 I | clients | a walk meets everything that does not change exactly once
    CU-24 I | clients | previousCursor of page 2 leads to page 1
    `,
  ),
  section(
    "Projection",
    `
    A-1  M | 44 §3.4.2.5, §3.9 | attributes and excludedAttributes work wherever a resource is answered
    A-2  M | 44 §3.9, §3.4.3 | names are parted by commas in an address, and a list in .search
    A-3  M | 44 §3.9 | attributes shows what is named and what is always shown
    A-4  M | 44 §3.9 | excludedAttributes hides what is named of what is shown by default
    A-5  M | 44 §3.4.2.5 | what is always shown can not be hidden
    A-6  M | 43 §7 | what is never shown can not be asked for
    A-7  M | 43 §7 | what is shown on request is shown when it is named
    A-8  M | 44 §3.9, §3.10 | one sub-attribute can be shown or hidden
    A-9  M | 44 §3.9 | that goes for every value of many
    A-10 M | 44 §3.10 | names with a URN work, in any case
    A-11 A | 44 §3.10 | a URN alone means the whole extension
    A-12 A | 44 §3.9 | both parameters at once are 400 invalidValue
    A-13 A | 44 §3.9 | unknown names have no effect
    A-14 A | 44 §3.4.2 | schemas is always shown
    A-15 M | 44 §3.4.2 | id is always shown
    A-16 A | 44 §3.9 | an empty parameter is none
    A-17 M | 44 §3.5.2 | PATCH with attributes is answered with a body
    A-18 I | 43 §3.1 | meta is hidden when other attributes are asked for
    A-19 I | clients | blanks around names have no effect
    A-20 A | clients | a filter in brackets does not fail
    `,
  ),
  section(
    "POST /.search",
    `
    X-1 M | 44 §3.4.3 | it is there at the base and at every type
    X-2 M | 44 §3.4.3 | the body has the schema of a search
    X-3 M | 44 §3.4.3 | it takes what GET takes, and all of it may be left out
    X-4 M | 44 §3.4.3 | the answer is 200 with a list, as GET gives it
    X-5 M | 44 table 9 | a wrong body, filter or value is 400 with its scimType
    X-6 O | 44 §3.4.3 | Location is the address of the search
    X-7 M | 44 §3.4.3 | whoever may read may search
    X-8 A | 44 §4 | discovery has no search
    X-9 I | clients | names may come as one text
    `,
  ),
];
