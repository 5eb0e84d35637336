import { type Section, section } from "./statement.ts";

/** SCIM 1.1: 11a is draft-scim-api-01, 11c draft-scim-core-schema-01, both of 2012. */
export const earlierSections: readonly Section[] = [
  section(
    "SCIM 1.1",
    `
    L-1   M | 11a §3.10 | a version in the address is the segment v1 directly before the endpoint
    L-2   M | 11c §6-10 | one URN names the core of users, groups, configuration and lists
    L-3   M | 11a §3 | the endpoints are Users, Groups, ServiceProviderConfigs, Schemas and Bulk
    L-4   M | 11a §3.6 | JSON is what is answered when nothing else is asked for
    L-5   M | 11a §3.6 | the client says what type its body has
    L-6   O | 11c §5.1, §5.2 | a body of the core alone may leave schemas out; the answer has them
    L-7   M | 11c §5.1 | meta has created, lastModified and location, no resourceType; location is the header's
    L-8   M | 11a §3.8 | attributes of extensions are addressed by their whole URN
    L-9   O | 11c §3.2 | elements of a list may be given as plain values
    L-10  M | 11c §7 | the manager of the enterprise extension has a managerId
    L-11  M | 11c §8 | a group needs a displayName, and its members are named by id
    L-12  M | 11c §9 | the configuration tells of patch, bulk, filter, sort, etag, passwords, XML and how to log in
    L-13  M | 11c §10 | a Schema describes a resource with its endpoint and its attributes
    L-20  M | 11a §3.1 | POST answers 201 with the whole resource and its Location; a duplicate is 409
    L-21  M | 11a §3.2 | GET by id answers 200
    L-22  M | 11a §3.2.2 | a list has totalResults, Resources, startIndex and itemsPerPage
    L-23  M | 11a §3.2.2.1 | filters have nine operators, and, or and parentheses
    L-24  M | 11a §3.2.2.1 | texts in a filter stand in quotes, by the rules of JSON
    L-25  O | 11a §3.2.2.2 | a list may be sorted
    L-26  M | 11a §3.2.2.3 | a list is paged by startIndex and count
    L-27  M | 11a §3.7 | attributes limits what is shown to these and the least there is
    L-28  M | 11a §3.3.1 | PUT replaces all but a password that is left out
    L-29  O | 11a §3.3.2 | PATCH takes away what meta.attributes names, and then merges the body
    L-30  M | 11a §3.3.2 | single values are replaced, complex ones merged, elements added or merged by their value
    L-31  M | 11a §3.3.2 | an element with operation delete goes; an absent member is no error
    L-32  M | 11a §3.3.2 | what meta.attributes and the body both name is replaced by the body's
    L-33  M | 11a §3.3.2 | a new primary value takes the place of the old
    L-34  M | 11a §3.3.2 | PATCH answers 200 with the resource, or 204
    L-35  M | 11a §3.4 | DELETE answers 200, and the resource is nowhere any more
    L-36  O | 11a §3.12 | X-HTTP-Method-Override says what a POST stands for
    L-37  M | 11a §3.11 | versions are compared as in 2.0 where there are any
    L-38  O | 11a §3.5 | Bulk tells of each operation a status with its code
    L-39  M | 11a §3.9 | an error is a list of one, with description and code
    L-40  M | 11a §3.9 | errors have statuses of HTTP that mean the same there
    L-41  O | 11a §3.6 | bodies may be XML
    L-42  I | store | what one version of the protocol writes, the other shows
    `,
  ),
];
