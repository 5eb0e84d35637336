import { type Section, section } from "./statement.ts";

/** Creating, replacing and deleting, alone and in Bulk. */
export const writeSections: readonly Section[] = [
  section(
    "Create",
    `
    P-1  M | 44 §3.3 | success is 201
    P-2  M | 44 §3.3 | Location and meta.location are the new URI
    P-3  S | 44 §3.3, §3.9 | the answer is the whole new resource
    P-4  M | 44 §3.3 | what is readOnly is ignored
    P-5  O | 44 §3.3 | what is left out may get a default
    P-6  M | 44 §3.3 | null and [] win over a default
    P-7  M | 44 §3.3 | a conflict is 409 uniqueness
    P-8  M | 44 §3.3.1 | meta.resourceType follows the endpoint
    P-9  M | 44 table 9 | what is required and missing is 400 invalidValue
    P-10 M | 44 §3.12 | a body that is no JSON object is 400 invalidSyntax
    P-11 A | 44 §3.3 | missing or empty schemas are 400 invalidSyntax
    P-12 A | 44 §3.3 | schemas without the type's own are 400 invalidValue, unknown ones are ignored
    P-13 A | 44 §3.3 | an extension that schemas does not name is taken and then named
    P-14 A | 43 §2.4 | two primary values are 400 invalidValue
    P-15 M | 44 §3.14 | the answer has an ETag
    P-16 I | clients | POST to a resource is 404 or 405
    P-17 A | RFC 8259 §4 | a key twice, also in two cases, is 400 invalidSyntax
    P-18 A | 43 §3.3 | core attributes under the core URN are taken
    P-19 I | clients | id and meta of the body never change those of the server
    `,
  ),
  section(
    "Replace",
    `
    RP-1  M | 44 §3.5 | PUT is offered
    RP-2  M | 44 §3.5.1 | an unknown id is 404, and nothing is made
    RP-3  M | 44 §3.5.1 | success is 200 with the whole resource
    RP-4  M | 44 §3.5.1 | what is given takes the place of what was
    RP-5  O | 44 §3.5.1 | what is left out is cleared or gets its default
    RP-6  A | 44 §3.5.1 | a password that is left out stays
    RP-7  M | 44 §3.5.1 | what is readOnly is ignored
    RP-8  M | 44 §3.5.1 | what is immutable must be the same, else 400 mutability
    RP-9  A | 44 §3.5.1 | what is immutable and left out stays
    RP-10 M | 44 §3.5.1 | what is required and missing is 400 invalidValue
    RP-11 M | 44 §3.5.1 | null and [] clear
    RP-12 M | 44 table 9 | a conflict is 409 uniqueness
    RP-13 M | 44 §3.14 | If-Match of another version is 412 and changes nothing
    RP-14 A | 44 §3.5.1 | another id in the body is ignored
    RP-15 A | 44 §3.5.1 | an extension that is left out is cleared, and schemas follow
    RP-16 A | 44 §3.5.1 | what changes nothing moves neither version nor lastModified
    RP-17 M | 44 §3.2 | PUT of a collection is 404 or 405
    RP-18 I | clients | what GET gave can be sent back as it is
    `,
  ),
  section(
    "Delete",
    `
    DL-1  M | 44 §3.6 | success is 204 without a body
    DL-2  M | 44 §3.6 | afterwards every operation on the id is 404
    DL-3  M | 44 §3.6 | it is in no query any more
    DL-4  O | 44 §3.6 | the server may keep it inside
    DL-5  S | 44 §3.6 | its unique values are free again
    DL-6  M | 43 §3.1 | its id is never given again
    DL-7  O | 43 §2.3.7 | members and other references to it go
    DL-8  O | 44 §3.6, §3.12 | If-Match of another version is 412
    DL-9  M | 44 §3.2 | DELETE of a collection is 404 or 405
    DL-10 M | 44 §3.12 | an unknown id is 404
    DL-11 I | clients | it really deletes, and does not make inactive
    `,
  ),
  section(
    "Bulk",
    `
    B-1  O | 44 §3.7, §3.12 | it is offered, or 501
    B-2  M | 44 §3.7 | request and response have their schemas
    B-3  M | 44 §3.7 | every operation has a method and a path
    B-4  M | 44 §3.7 | a path is that of a type for POST, of a resource for the others
    B-5  M | 44 §3.7 | every POST has a bulkId that no other has
    B-6  M | 44 §3.7 | POST, PUT and PATCH have data
    B-7  O | 44 §3.7, §3.7.3 | version is an If-Match
    B-8  M | 44 §3.7, §3.7.3 | the whole is 200, whatever became of the parts
    B-9  M | 44 §3.7, §3.7.3 | each result has method, bulkId, location, status and version
    B-10 M | 44 §3.7.3 | the status of a result is text
    B-11 M | 44 §3.7 | a result that failed holds the error
    B-12 M | 44 §3.7 | without failOnErrors everything is tried
    B-13 M | 44 §3.7, §3.7.3 | failOnErrors ends after that many errors, and gives the results so far
    B-14 M | 44 §3.7 | failOnErrors is not in the response
    B-15 A | 44 §3.7 | a failOnErrors that is no count from 1 is 400
    B-16 M | 44 §3.7.2 | bulkId: in a reference becomes the new id
    B-17 M | 44 §3.7.1 | it may name what comes later
    B-18 M | 44 §3.7.1 | operations that name each other are tried, and given up with 409
    B-19 A | 44 §3.7.2 | bulkId: works in a path too
    B-20 A | 44 §3.7.2 | a bulkId that leads nowhere fails its operation
    B-21 M | 44 §3.7 | another order than that of the request ends in the same
    B-22 M | 44 §3.7 | what succeeded stays when something else fails
    B-23 M | 44 §3.7.4 | beyond the limits it is 413, which names the limit, and nothing is done
    B-24 M | 44 §3.7.4 | just as much as the limits is done
    B-25 M | 44 §2, §3.7 | each operation needs the rights it needs alone
    B-26 A | 44 §3.7 | other methods and paths fail their operation
    B-27 A | 44 §3.7 | a method in small letters is understood
    B-28 M | 44 table 9 | a body of another shape is 400 invalidSyntax
    B-29 A | 44 §3.7 | a path with the base before it is understood
    B-30 A | 44 §3.7 | a request without operations is 400 invalidSyntax
    B-31 M | 44 §3.7.3 | results stand in the order of the request
    B-32 I | servers | a Content-Length beyond the limit is refused before the body is read
    `,
  ),
];
