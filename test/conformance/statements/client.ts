import { type Section, section } from "./statement.ts";

/** What two large clients send and expect. Much of it is theirs alone to do, so not every line has a test. */
export const clientSections: readonly Section[] = [
  section(
    "Microsoft Entra ID",
    `
    EN-1  I | Entra | op is Add, Replace or Remove
    EN-2  I | Entra | a user is disabled by Replace of active with the text False
    EN-3  I | Entra | one replace without a path carries keys that are paths
    EN-4  I | Entra | a member is removed by Remove of members with a value
    EN-5  I | Entra | a member comes with $ref null
    EN-6  I | Entra | filters use eq and and
    EN-7  I | Entra | a mail address is looked up by brackets and a sub-attribute after them
    EN-8  I | Entra | groups are read and listed without their members
    EN-9  I | Entra | a connection is tested by a filter that finds nobody: 200 and an empty list
    EN-10 I | Entra | answers are application/scim+json, queries lists, and id is always there
    EN-11 I | Entra | inactive users are shown
    EN-12 I | Entra | a group comes with a schema of Microsoft's and with meta.resourceType
    EN-13 I | Entra | groups are created empty
    EN-14 I | Entra | a manager comes as a list, an object or a text
    EN-15 I | Entra | bodies contain nulls
    EN-16 I | Entra | a user has one value of each type
    EN-17 I | Entra | values come back as they were sent
    EN-18 I | Entra | Schemas is a list without nulls
    EN-19 I | Entra | 25 requests a second, and many members in one PATCH
    EN-20 I | Entra | Bulk is named and not sent
    EN-21 I | Entra | TLS 1.2
    EN-22 I | Entra | its validator creates, filters, patches and deletes users and groups
    EN-23 I | Entra | its validator clears a manager by an empty value, and patches groups without a path
    EN-24 I | Entra | its validator sends countries by name, URLs that are none and managers nobody has
    EN-25 I | Entra | its validator looks at few errors
    `,
  ),
  section(
    "Okta",
    `
    OK-1  I | Okta | a user is looked up by userName, and an empty list says that there is none
    OK-2  I | Okta | users are read page by page until totalResults
    OK-3  I | Okta | a creation sends empty groups and reads the id from the answer
    OK-4  I | Okta | a user that is there already is 409 with an error
    OK-5  I | Okta | a profile is changed by GET and PUT of the whole
    OK-6  I | Okta | a user is made inactive by replace without a path
    OK-7  I | Okta | users are made inactive and never deleted
    OK-8  I | Okta | groups are renamed and filled by PATCH with id and display in it
    OK-9  I | Okta | PATCH of a group is 200 or 204
    OK-10 I | Okta | DELETE of a group is 204
    OK-11 I | Okta | id is a text that stays and is compared by case
    OK-12 I | Okta | its suite looks at lists, errors and how fast they come
    OK-13 I | Okta | its examples answer with a status that is a number
    `,
  ),
];
