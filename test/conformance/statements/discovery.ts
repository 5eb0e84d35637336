import { type Section, section } from "./statement.ts";

/** What the server tells of itself. */
export const discoverySections: readonly Section[] = [
  section(
    "Discovery",
    `
    D-1  M | 44 §4 | ServiceProviderConfig is one object with its own schema
    D-2  M | 43 §5 | it has every feature, also those that are not supported
    D-3  M | 43 §5 | each authentication scheme has type, name and description
    D-4  M | 43 §5 | all of it is readOnly, and it needs no id
    D-5  M | 43 §5, 44 §3.7.4 | what it says is what the server does
    D-6  O | 43 §8.5 | it has meta with its type and location
    D-7  M | 44 §4 | ResourceTypes is a list of all types
    D-8  M | 44 §4, §3.4.1 | one type is read by its id, and an unknown one is 404
    D-9  M | 43 §6 | a type has name, endpoint and schema, and a list of its extensions
    D-10 M | 43 §6 | each schema of a type is one that Schemas has
    D-11 M | 43 §6 | name is meta.resourceType of the resources, and the id of the type
    D-12 M | 44 §4 | Schemas is a list of every schema in use
    D-13 M | 44 §4, §3.10 | one schema is read by its URN in any case, and an unknown one is 404
    D-14 M | 43 §7 | a schema says every characteristic of every attribute
    D-15 M | 43 §7 | the types are string, boolean, decimal, integer, dateTime, reference, complex and binary
    D-16 M | 43 §7 | referenceTypes is a list of type names, external or uri
    D-17 M | 43 §7 | a schema has the schema of schemas, and meta
    D-18 M | 44 §3.1 | the schemas of messages are not listed
    D-19 A | 43 §8.7.2 | the schemas of the three kinds of discovery resource are listed
    D-20 M | 44 §4 | parameters that sort or page have no effect here
    D-21 S | 44 §4 | a filter is 403
    D-22 I | clients | attributes and excludedAttributes have no effect here
    D-23 I | clients | every method but GET is 405
    D-24 I | clients | the numbers of the lists are integers and true
    D-25 A | 43 §8.7.2 | the schema of ServiceProviderConfig has etag, and type and primary of a scheme
    D-26 O | 44 §3.1 | a schema says what this server really has
    `,
  ),
];
