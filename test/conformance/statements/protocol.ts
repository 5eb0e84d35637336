import { type Section, section } from "./statement.ts";

/** What holds for every request. */
export const protocolSections: readonly Section[] = [
  section(
    "Addresses and versions of the protocol",
    `
    BU-1  M | 44 §1.3 | endpoints are segments after the base address, which has no query
    BU-2  O | 44 §3.13 | the segment v2 may stand before an endpoint
    BU-3  M | 44 §3.13, §3.12 | another version in the path is 400 invalidVers
    BU-4  S | 44 §3.13 | a path without a version is answered in the newest
    BU-5  M | 44 §1.2 | percent-encoded addresses are decoded, and a plus in a query is a blank
    BU-6  M | 44 §1.3, 43 §3.1 | links are built from the address under which the client sees the server
    BU-7  S | 44 §3.2 | the endpoint of a type is its name and an s
    BU-8  I | clients | a path in another case works, or is 404 with an error of SCIM
    BU-9  I | clients | a slash at the end is tolerated
    BU-10 I | 44 §3.12 | what is no endpoint is 404 with an error of SCIM
    BU-11 S | 44 §3.4.2 | parameters that the server does not know are ignored
    `,
  ),
  section(
    "Who may do what",
    `
    AU-1  M | 44 §3.12 | missing or wrong credentials are 401
    AU-2  M | 44 §2 | WWW-Authenticate of a 401 names every scheme
    AU-3  M | 44 §3.12 | 401 and 403 have the body of an error
    AU-4  M | 44 §3.12 | right credentials that do not suffice are 403
    AU-5  M | 44 §2 | what a client may read and write follows from who it is
    AU-6  S | 44 §2 | it also follows from the resource that the request is about
    AU-7  O | 44 §2 | bearer tokens, Basic and other schemes are possible
    AU-8  M | 44 §7.4 | tokens are long, at random, end some day, and travel over TLS
    AU-9  O | 44 §2.2, §7.6 | some requests may be open to everybody
    AU-10 S | 43 §5 | authenticationSchemes can be read without credentials
    AU-11 I | clients | identity providers send a bearer token that lasts, or Basic
    AU-12 I | 44 §2, 65 §5 | what a caller may not see is left out, and no filter tells it
    `,
  ),
  section(
    "Media types and HTTP",
    `
    H-1  M | 44 §3.8 | JSON comes and goes in UTF-8
    H-2  M | 44 §3.8 | Accept: application/scim+json is honoured
    H-3  S | 44 §3.8 | Accept: application/json is honoured
    H-4  M | 44 §3.8 | without Accept, or with */*, the answer is application/scim+json
    H-5  A | 44 §3.8 | who asks for application/json gets it
    H-6  A | RFC 9110 §12.5.1 | who asks for anything else gets application/scim+json all the same
    H-7  M | 44 §3.1, §8.1 | bodies of application/scim+json are read, with a charset or without
    H-8  I | 44 §8.1 | bodies of application/json are read too
    H-9  A | RFC 9110 §15.5.16 | bodies of another type are 415
    H-10 M | 44 §3.1, §8.1 | answers with a body, errors too, are application/scim+json
    H-11 O | 44 §3.8 | a suffix .scim of the path may choose the format
    H-12 M | RFC 9110 | 204 and 304 have no body
    H-13 I | clients | a method that an endpoint lacks is 405 with Allow and an error of SCIM
    H-14 S | 44 §3.11, §3.12 | an operation that the server does not have is 501
    H-15 M | 44 §3.12 | a redirection of 307 or 308 leads to Location with the same method
    H-16 I | 65 §5 | 429 with Retry-After when there are too many requests
    H-17 M | 44 §3.3 | Location of a 201 is the whole URI of the new resource
    H-18 M | 43 §3.1 | Content-Location, when it is sent, is meta.location
    H-19 I | clients | broken JSON, large bodies and unknown paths are errors of SCIM as well
    `,
  ),
  section(
    "Versions of resources",
    `
    V-1  O | 44 §3.14 | ETags are offered, weak ones
    V-2  M | 44 §3.14 | the ETag header is there, and meta.version says the same
    V-3  M | RFC 9110 §8.8 | every change moves the tag, and what changes nothing does not
    V-4  M | 44 §3.14 | GET with If-None-Match of that tag is 304
    V-5  M | 44 §3.12, §3.14 | PUT, PATCH and DELETE with If-Match of another tag are 412 and change nothing
    V-6  A | 44 §3.12 | another version is 412, not 409
    V-7  A | RFC 9110 §13.1.1 | tags are compared without regard to W/
    V-8  M | RFC 9110 §13.1 | an asterisk and lists of tags work
    V-9  A | 44 §3.12 | what does not exist is 404 whatever If-Match says
    V-10 M | 43 §3.1 | a weak tag has W/ and quotes, in JSON too
    V-11 A | 44 §3.14 | a server without versions ignores the headers
    V-12 A | RFC 9110 §13.1.2 | If-None-Match with an asterisk on a write has no meaning in SCIM
    V-13 I | clients | 304 and 412 carry the ETag
    V-14 M | 44 §3.7 | version of an operation of Bulk is an If-Match
    `,
  ),
  section(
    "/Me",
    `
    ME-1 S | 44 §3.11 | 501 where it is not offered
    ME-2 O | 44 §3.11 | it answers itself, or leads to the resource by 308
    ME-3 M | 44 §3.11 | Location of an answer is the real URI
    ME-4 O | 44 §3.11 | every method acts on the caller's own resource
    ME-5 A | 44 §3.11 | a caller without a resource gets 404
    ME-6 M | 44 §3.11 | meta.location is the real URI
    `,
  ),
  section(
    "Errors",
    `
    ER-1 M | 44 §3.12 | an error has its schema, the status as text, and perhaps scimType and detail
    ER-2 M | 44 §3.12 | every status of 400 or more has that body
    ER-3 S | 44 §3.12 | detail names the attribute, and no inside of the server
    ER-4 M | 44 §3.12, 65 §2.1 | each scimType goes with its status and its kind of request
    ER-5 I | 44 §3.12 | each outcome has its status
    ER-6 A | 44 §3.12 | status is text, not a number
    ER-7 M | 44 §3.12 | what is not there, resource or endpoint, is 404
    ER-8 M | 44 §3.5.2 | a request that fails changes nothing
    `,
  ),
  section(
    "Security and tenants",
    `
    SEC-1 M | 44 §7.2 | TLS 1.2 or newer
    SEC-2 M | 44 §5 | userName and password are prepared before they are compared
    SEC-3 S | 44 §7.5.2 | POST /.search keeps personal data out of addresses
    SEC-4 O | 44 §6.1 | no tenant sees another
    SEC-5 M | 44 §6.2 | externalId means something within its tenant alone
    SEC-6 S | 44 §7.7 | credentials are hashed, inputs checked, guessing slowed down
    SEC-7 I | clients | a conflict never tells of another tenant's users
    `,
  ),
];
