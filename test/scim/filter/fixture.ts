import type { JsonObject } from "../../../src/scim/json.ts";
import { buildRegistry, coreRegistry, type ResourceType } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { enterpriseUserUrn, groupUrn, userUrn } from "../../../src/scim/urn.ts";

function typeNamed(types: readonly ResourceType[], name: string): ResourceType {
  const type = types.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`no resource type ${name}`);
  return type;
}

export const userType = typeNamed(coreRegistry.resourceTypes, "User");
export const groupType = typeNamed(coreRegistry.resourceTypes, "Group");

/** A type with what users and groups lack: numbers, simple multi-valued attributes, names of Object.prototype. */
export const deviceUrn = "urn:example:schemas:Device";
export const deviceType = typeNamed(
  buildRegistry(
    [
      {
        id: deviceUrn,
        name: "Device",
        description: "A device.",
        attributes: [
          attribute("serial", "The serial number.", { type: "integer" }),
          attribute("weight", "The weight in kilograms.", { type: "decimal" }),
          attribute("labels", "Free labels.", { multiValued: true }),
          attribute("readings", "Figures read.", { type: "integer", multiValued: true }),
          attribute("key", "A public key.", { type: "binary" }),
          attribute("constructor", "Who built it.", {
            type: "complex",
            subAttributes: [attribute("name", "The name."), attribute("tags", "Tags.", { multiValued: true })],
          }),
        ],
      },
    ],
    [
      {
        name: "Device",
        endpoint: "/Devices",
        description: "A device.",
        schema: deviceUrn,
        schemaExtensions: [],
      },
    ],
  ).resourceTypes,
  "Device",
);

/** Everything set, two mail addresses. */
const barbara: JsonObject = {
  schemas: [userUrn, enterpriseUserUrn],
  id: "2819c223",
  externalId: "HR-701984",
  userName: "bjensen@example.com",
  name: { formatted: "Ms. Barbara J Jensen, III", familyName: "Jensen", givenName: "Barbara" },
  displayName: "Babs (the) [first] and only",
  profileUrl: "https://login.example.com/bjensen",
  title: "Tour Guide",
  userType: "Employee",
  active: true,
  emails: [
    { value: "bjensen@example.com", type: "work", primary: true },
    { value: "babs@jensen.org", type: "home" },
  ],
  addresses: [{ type: "work", locality: "Hollywood", country: "USA" }],
  x509Certificates: [{ value: "MIIDQzCCAqygAwIBAgICEAAw" }],
  meta: {
    resourceType: "User",
    created: "2010-01-23T04:56:22Z",
    lastModified: "2011-05-13T04:42:34Z",
    version: 'W/"a330bc54f0671c9"',
    location: "https://example.com/v2/Users/2819c223",
  },
  [enterpriseUserUrn]: {
    employeeNumber: "701984",
    department: "Tour Operations",
    manager: { value: "26118915", $ref: "https://example.com/scim/v2/Users/26118915", displayName: "John Smith" },
  },
};

/** Disabled, one mail address; letters beyond ASCII and the wildcards of SQL. */
const jorg: JsonObject = {
  schemas: [userUrn],
  id: "ABC-1",
  externalId: "hr-701984",
  userName: "JÖRG",
  name: { familyName: "Ölçer", givenName: 'Jörg "Jo" \\ Ö' },
  displayName: "100%_*",
  nickName: "\u{1F600}",
  title: "",
  userType: "Contractor",
  active: false,
  emails: [{ value: "Joerg@Example.COM", type: "Work" }],
  meta: {
    resourceType: "User",
    created: "2012-02-29T23:30:00.5+02:00",
    lastModified: "2012-03-01T00:00:00Z",
    version: 'W/"b"',
  },
};

/** Only what is required, and values that count as unassigned. */
const min: JsonObject = {
  schemas: [userUrn],
  id: "min",
  userName: "min",
  nickName: "\uFFFD",
  emails: [],
  roles: [{}],
  name: null,
  meta: { resourceType: "User", created: "2012-02-29T21:30:00Z", lastModified: "2012-02-29T21:30:00Z" },
};

export const users: Readonly<Record<"barbara" | "jorg" | "min", JsonObject>> = { barbara, jorg, min };

export const groups: Readonly<Record<"guides" | "empty", JsonObject>> = {
  guides: {
    schemas: [groupUrn],
    id: "g1",
    displayName: "Tour Guides",
    members: [
      { value: "2819c223", $ref: "https://example.com/v2/Users/2819c223", type: "User", display: "Babs" },
      { value: "g2", $ref: "https://example.com/Groups/g2", type: "Group" },
    ],
  },
  empty: { schemas: [groupUrn], id: "g2", displayName: "Empty" },
};

export const devices: Readonly<Record<"scale" | "bare", JsonObject>> = {
  scale: {
    id: "d1",
    serial: 0,
    weight: 1.5,
    labels: ["Red", "Heavy"],
    readings: [3, 40],
    key: "AAaa",
    constructor: { name: "ACME", tags: ["x", "Y"] },
  },
  bare: { id: "d2" },
};
