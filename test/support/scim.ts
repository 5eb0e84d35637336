import { expect } from "bun:test";
import { coreRegistry, type ResourceType } from "../../src/scim/schema/registry.ts";
import { enterpriseUserUrn, errorUrn, groupUrn, listResponseUrn, userUrn } from "../../src/scim/urn.ts";
import { type Answer, type Body, objects, type TestServer, text, unique } from "./server.ts";

export const usersPath = "/scim/v2/Users";
export const groupsPath = "/scim/v2/Groups";

/** An id that no server makes. */
export const unknownId = "ffffffff-ffff-7fff-8fff-ffffffffffff";

/** The least that makes a user, and more. */
export function user(userName: string, more: Body = {}): Body {
  return { schemas: [userUrn], userName, ...more };
}

/** The least that makes a group, and more. */
export function group(displayName: string, memberIds: readonly string[] = [], more: Body = {}): Body {
  return { schemas: [groupUrn], displayName, members: memberIds.map((value) => ({ value })), ...more };
}

/** A user with something in every corner of both schemas. */
export function fullUser(userName: string): Body {
  return {
    schemas: [userUrn, enterpriseUserUrn],
    externalId: "HR-701984",
    userName,
    name: {
      formatted: "Ms. Barbara J Jensen, III",
      familyName: "Jensen",
      givenName: "Barbara",
      middleName: "Jane",
      honorificPrefix: "Ms.",
      honorificSuffix: "III",
    },
    displayName: "Babs Jensen",
    nickName: "Babs",
    profileUrl: "https://login.example.com/bjensen",
    title: "Tour Guide",
    userType: "Employee",
    preferredLanguage: "en-US, en;q=0.8",
    locale: "en-US",
    timezone: "America/Los_Angeles",
    active: true,
    emails: [
      { value: "bjensen@example.com", type: "work", primary: true },
      { value: "babs@jensen.example", display: "at home", type: "home" },
    ],
    phoneNumbers: [{ value: "tel:+1-555-0100", type: "mobile" }],
    ims: [{ value: "someaimhandle", type: "aim" }],
    photos: [{ value: "https://photos.example.com/profilephoto/72930000000Ccne/F", type: "photo" }],
    addresses: [{ streetAddress: "100 Universal City Plaza", locality: "Hollywood", country: "US", type: "work" }],
    entitlements: [{ value: "parking" }],
    roles: [{ value: "guide", display: "Guide" }],
    x509Certificates: [{ value: "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAw" }],
    [enterpriseUserUrn]: {
      employeeNumber: "701984",
      costCenter: "4130",
      organization: "Universal Studios",
      division: "Theme Park",
      department: "Tour Operations",
      manager: { value: "26118915-6090-4610-87e4-49d8ca9f808d", $ref: "../Users/26118915" },
    },
  };
}

/** The resource type of that name. */
export function typeNamed(name: string): ResourceType {
  const type = coreRegistry.resourceTypes.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`no resource type ${name}`);
  return type;
}

/** Makes a resource; fails the test when it is refused. */
export async function create(server: TestServer, path: string, body: Body): Promise<Body & { readonly id: string }> {
  const answer = await server.request("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return { ...answer.json, id: text(answer.json.id) };
}

/** Makes a user; with a name of its own when none is given. */
export function createUser(server: TestServer, more: Body = {}): Promise<Body & { readonly id: string }> {
  return create(server, usersPath, user(unique(), more));
}

export function createGroup(
  server: TestServer,
  memberIds: readonly string[] = [],
  displayName = unique("group"),
): Promise<Body & { readonly id: string }> {
  return create(server, groupsPath, group(displayName, memberIds));
}

export interface Page {
  readonly total: unknown;
  readonly startIndex: unknown;
  readonly itemsPerPage: unknown;
  readonly resources: readonly Body[];
}

/** Reads a list; fails the test when the answer is none. */
export function pageOf(answer: Answer): Page {
  expect(answer.status, answer.text).toBe(200);
  const { schemas, totalResults: total, startIndex, itemsPerPage, Resources, ...rest } = answer.json;
  expect(schemas).toEqual([listResponseUrn]);
  expect(rest).toEqual({});
  return { total, startIndex, itemsPerPage, resources: objects(Resources) };
}

/** Lists with these query parameters, encoded. */
export async function list(server: TestServer, path: string, query: Record<string, string> = {}): Promise<Page> {
  return pageOf(await server.request("GET", `${path}?${new URLSearchParams(query)}`));
}

export interface Refusal {
  readonly status: number;
  /** The keyword; absent when the body must have none. */
  readonly scimType?: string;
  /** What the detail must contain: the attribute it is about. */
  readonly names?: string;
}

/** Checks an error to the letter: status, media type, and nothing in the body but the four members of an error. */
export function expectRefusal(answer: Answer, { status, scimType, names = "" }: Refusal): void {
  expect(answer.status, answer.text).toBe(status);
  if ("Errors" in answer.json) expectErrors1(answer, names);
  else expectError2(answer, { status, names, ...(scimType !== undefined && { scimType }) });
}

function expectError2(answer: Answer, { status, scimType, names = "" }: Refusal): void {
  expect(answer.header("Content-Type")).toBe("application/scim+json");
  const { detail, ...rest } = answer.json;
  expect(rest).toEqual({ schemas: [errorUrn], status: String(status), ...(scimType !== undefined && { scimType }) });
  expect(text(detail)).toContain(names);
  expect(text(detail).length).toBeGreaterThan(0);
}

/** The same of SCIM 1.1: a list of one, with nothing in it but a description and the status. */
function expectErrors1(answer: Answer, names: string): void {
  expect(answer.header("Content-Type")).toBe("application/json");
  expect(Object.keys(answer.json)).toEqual(["Errors"]);
  const [error, ...more] = objects(answer.json.Errors);
  expect(more).toEqual([]);
  expect(Object.keys(error ?? {})).toEqual(["description", "code"]);
  expect(error?.code).toBe(String(answer.status));
  expect(text(error?.description)).toContain(names);
  expect(text(error?.description).length).toBeGreaterThan(0);
}

/** What a refusal says, in the form of SCIM 2.0 or 1.1. */
export function detailOf({ json }: Answer): string {
  return text("Errors" in json ? objects(json.Errors)[0]?.description : json.detail);
}

export const invalidValue = { status: 400, scimType: "invalidValue" } as const;
export const invalidSyntax = { status: 400, scimType: "invalidSyntax" } as const;
export const invalidFilter = { status: 400, scimType: "invalidFilter" } as const;
export const uniqueness = { status: 409, scimType: "uniqueness" } as const;
export const notFound = { status: 404 } as const;
