import { type Section, section } from "./statement.ts";

/** What resources and their attributes are. */
export const modelSections: readonly Section[] = [
  section(
    "Schema model",
    `
    S-1  M | 43 §2.1, 44 §3.10 | attribute names are found in any case, in bodies, paths, filters and parameters
    S-2  M | 43 §2.1 | a name is a letter and then letters, digits, $, - and _; $ref is one too
    S-3  M | 43 §2.2 | a characteristic that is not stated has its default
    S-4  M | 43 §2.3.8, §7 | nothing complex stands inside a complex attribute, but in the schema of schemas
    S-5  M | 43 §2.3.8, §3 | the order of keys and of schemas has no meaning
    S-6  M | 43 §2.5 | absent, null and [] are one state, and giving null or [] leads to it
    S-7  O | 43 §2.5 | what has no value is left out of answers
    S-8  M | 43 §3 | schemas is there, not empty, and names nothing twice
    S-9  M | 43 §3, §3.3 | a resource's schemas are its base schema and extensions of its type
    S-10 M | 43 §3.3 | an extension's attributes stand under its URN, all others at the top
    S-11 M | 43 §6 | an extension that the type requires must be there
    S-12 A | 44 §3.5.2 | schemas names an extension exactly when it has data
    S-13 M | 43 §7, 44 §3.3, §3.5 | readOnly: ignored in POST and PUT, refused in PATCH
    S-14 M | 43 §7 | readWrite: changed whenever a client likes
    S-15 M | 43 §7, 44 §3.5 | immutable: set once, and then only to the same
    S-16 M | 43 §7 | writeOnly: taken and not shown
    S-17 M | 43 §7, 44 §3.9 | returned always: shown whatever is asked for
    S-18 M | 43 §7 | returned never: not shown, even when asked for by name
    S-19 M | 43 §7, 44 §3.9 | returned default: shown unless other attributes are asked for or it is excluded
    S-20 M | 43 §7 | returned request: shown when asked for, or when the client has just written it
    S-21 M | 43 §7, 44 §3.4.2.2 | caseExact decides how values are compared; they come back as sent
    S-22 S | 43 §7 | a value of uniqueness server or global is in one resource at most
    S-23 M | 44 §3.3 | a creation with a value in use is 409 uniqueness
    S-24 O | 43 §2.3.1, §7 | canonical values are suggestions, and others are taken too
    S-25 M | 43 §2.4 | one value of an attribute at most is primary
    S-26 S | 43 §2.4 | an attribute does not show the same type and value twice
    S-27 M | 43 §2.4 | type, primary, display, value and $ref mean what they mean everywhere
    S-28 S | 43 §2.4, §4.1.2 | values of many are brought into one form before they are shown
    S-29 M | 43 §2.4 | a $ref with a version in its path and one without lead to the same resource
    S-30 M | 43 §2, 44 §3.1 | a body is checked attribute by attribute against the server's own schema
    S-31 A | 44 §3.1 | an attribute that no schema has is ignored, or refused by strict servers
    S-32 M | 44 §3.1 | an answer shows what the server holds, not what was sent
    `,
  ),
  section(
    "Data types",
    `
    DT-1  M | 43 §2.3.1 | a string is any Unicode text
    DT-2  M | 43 §2.3.2 | a boolean is true or false in answers; clients also send it in a string
    DT-3  M | 43 §2.3.3 | a decimal is a JSON number
    DT-4  M | 43 §2.3.4 | an integer is a JSON number without fraction or exponent
    DT-5  M | 43 §2.3.5 | a dateTime has a date and a time, with or without fractions and zone
    DT-6  M | 43 §2.3.6 | a binary is base64 and compared by case
    DT-7  M | 43 §2.3.7 | a reference is a URI, relative or absolute, and compared by case
    DT-8  M | 43 §2.3.7 | a reference to a resource can be read with GET
    DT-9  O | 43 §2.3.7 | references to what is deleted may be cleaned up
    DT-10 M | 43 §2.3.8, §2.4 | a complex value is an object, many values are an array
    DT-11 M | 44 §3.12 | a value of another JSON type is 400 invalidValue
    DT-12 I | clients | one object for a list, and a list of one for an object, are understood
    `,
  ),
  section(
    "Common attributes",
    `
    C-1  M | 43 §3.1 | id is the server's, in every answer, and no other resource ever has the same
    C-2  M | 43 §3.1, 44 §3.3 | an id from a client is ignored
    C-3  M | 43 §3.1 | no id contains the word bulkId
    C-4  M | 43 §3.1 | externalId is the client's, compared by case, and need not be unique
    C-5  M | 43 §3.1 | meta from a client is ignored
    C-6  M | 43 §3.1, 44 §3.3.1 | meta.resourceType is the name of the type
    C-7  M | 43 §3.1 | created and lastModified are dateTimes, the same right after creation
    C-8  M | 44 §3.5.2.1 | lastModified stays when nothing changes
    C-9  M | 43 §3.1 | meta.location is the URI of the resource
    C-10 M | 43 §3.1, 44 §3.14 | meta.version is the ETag
    C-11 M | 43 §3.1 | meta is readOnly and shown by default only
    C-12 M | 43 §3.1, §5, §6 | every resource type has id, externalId and meta though no schema lists them
    C-13 M | 43 §3.1 | a schema that lists a common attribute does not change what it is
    `,
  ),
  section(
    "Users",
    `
    U-1  M | 43 §4.1.1, 44 §3.12 | a userName that is missing, null or empty is 400 invalidValue
    U-2  M | 43 §4.1.1 | two users can not have userNames that differ in case alone
    U-3  M | 44 §5, §7.8 | userName and password are prepared with PRECIS before they are compared
    U-4  M | 43 §4.1.1 | a password is in no answer, error or log, neither in clear nor hashed
    U-5  M | 43 §9.2 | passwords are not kept in clear
    U-6  O | 43 §4.1.1, 44 §7.5.2 | a filter on password is refused as sensitive
    U-7  M | 43 §4.1.2 | a user's groups are readOnly: membership changes through groups alone
    U-8  M | 43 §4.1.2 | groups.value and $ref are a group's id and URI, type is direct or indirect
    U-9  M | 43 §4.1.2 | country is an ISO 3166-1 code of two letters, and what is none is not refused
    U-10 S | 43 §4.1.2 | mail addresses and telephone numbers follow their RFCs, and other forms are not refused
    U-11 M | 43 §4.1 | photos and profileUrl are URLs, and what is none is not refused
    U-12 M | 43 §4.1.1 | preferredLanguage, locale and timezone have their notations, and others are not refused
    U-13 M | 43 §4.1.2 | a certificate is DER in base64, and what is no base64 is refused
    U-14 S | 43 §4.1.1 | displayName is the label of a user; name.formatted agrees with the parts
    U-15 A | 43 §8.2, §8.7.1 | an address may be primary
    U-16 M | 43 §4.1.1 | an inactive user is read and listed as any other
    U-17 A | 43 §4.1.1 | a user is active when nobody says
    `,
  ),
  section(
    "Groups",
    `
    G-1  M | 43 §4.2 | a group without a displayName is 400 invalidValue
    G-2  M | 43 §4.2 | members come and go, but what is said of one can not be edited
    G-3  M | 43 §4.2 | a group may be a member of a group
    G-4  S | 43 §4.2 | the server fills in $ref and type of a member
    G-5  A | 43 §4.2 | a member that does not exist is 400 invalidValue
    G-6  A | 44 §3.7.1 | groups may contain each other, and everything still ends
    G-7  M | 44 §3.5.2.1 | adding who is a member changes nothing and succeeds
    G-8  M | 43 §4.1.2 | a user's groups show a change at once
    G-9  A | 43 §4.2 | two groups may have one displayName
    G-10 I | clients | a group is created with an empty list of members, or without any
    G-11 I | clients | a group is read without its members being read
    `,
  ),
  section(
    "Enterprise extension",
    `
    E-1 M | 43 §3.3, §4.3 | its attributes count under its URN alone
    E-2 M | 43 §4.3 | manager.displayName from a client is ignored
    E-3 S | 43 §4.3, §8.7.1 | manager.value and $ref are those of a user, and neither is required
    E-4 M | 44 §3.10 | full names with the URN work everywhere
    E-5 A | 44 §3.10 | a name without its URN is understood when it is the only one
    E-6 M | 44 §3.7.2 | a bulkId in manager.value becomes the id
    `,
  ),
];
