import { expect } from "bun:test";
import { enterpriseUserUrn, patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import { type Answer, type Body, type HeaderValues, startServer, type TestServer } from "../../support/server.ts";

/** What an organisation adds to its users: an attribute of every type and of every other characteristic. */
export const badgeUrn = "urn:example:schemas:extension:2.0:Badge";
export const badgeSchema = {
  id: badgeUrn,
  name: "Badge",
  description: "The badge of a person.",
  attributes: [
    { name: "badgeNumber", description: "A string." },
    { name: "code", caseExact: true, description: "A string that is compared by case." },
    { name: "zone", canonicalValues: ["inside", "outside"], description: "A string with suggestions." },
    { name: "level", type: "integer" },
    { name: "weight", type: "decimal" },
    { name: "valid", type: "boolean" },
    { name: "issued", type: "dateTime" },
    { name: "policy", type: "reference", referenceTypes: ["external"] },
    { name: "chip", type: "binary" },
    { name: "tags", multiValued: true },
    { name: "floors", type: "integer", multiValued: true },
    {
      name: "desk",
      type: "complex",
      subAttributes: [
        { name: "building" },
        { name: "floor", type: "integer" },
        { name: "key", mutability: "immutable" },
        { name: "plan", returned: "request" },
      ],
    },
    {
      name: "doors",
      type: "complex",
      multiValued: true,
      subAttributes: [
        { name: "value" },
        { name: "type", canonicalValues: ["front", "back"] },
        { name: "until", type: "dateTime" },
        { name: "weight", type: "integer" },
        { name: "primary", type: "boolean" },
      ],
    },
    { name: "serial", mutability: "immutable" },
    { name: "printed", mutability: "readOnly" },
    { name: "photo", returned: "request" },
    { name: "holder", returned: "always" },
  ],
} as const satisfies Body;

/** Something that is no user: with a value that no two may share, and an extension that each must have. */
export const deviceUrn = "urn:example:schemas:2.0:Device";
export const warrantyUrn = "urn:example:schemas:extension:2.0:Warranty";
export const deviceSchema = {
  id: deviceUrn,
  name: "Device",
  description: "A device.",
  attributes: [
    { name: "serialNumber", required: true, uniqueness: "server" },
    { name: "displayName" },
    { name: "count", type: "integer" },
    { name: "owner", type: "reference", referenceTypes: ["User"] },
    { name: "keeper", type: "complex", subAttributes: [{ name: "value" }, { name: "note" }] },
  ],
} as const satisfies Body;
export const warrantySchema = {
  id: warrantyUrn,
  name: "Warranty",
  description: "The warranty of a device.",
  attributes: [{ name: "until", type: "dateTime", required: true }, { name: "provider" }],
} as const satisfies Body;
export const deviceType = {
  name: "Device",
  description: "A device.",
  schema: deviceUrn,
  schemaExtensions: [{ schema: warrantyUrn, required: true }],
} as const satisfies Body;

export const devicesPath = "/scim/v2/Devices";
export const schemasPath = "/api/schemas";
export const typesPath = "/api/resource-types";

/** The User type as it is built in, with these extensions in the place of the enterprise one. */
export function userTypeWith(...urns: readonly (string | { readonly schema: string; readonly required: boolean })[]) {
  return {
    name: "User",
    endpoint: "/Users",
    schema: userUrn,
    schemaExtensions: urns.map((urn) => (typeof urn === "string" ? { schema: urn, required: false } : urn)),
  } satisfies Body;
}

/** The least that makes a device, and more. */
export function device(serialNumber: string, more: Body = {}): Body {
  return { schemas: [deviceUrn, warrantyUrn], serialNumber, [warrantyUrn]: { until: "2030-01-01T00:00:00Z" }, ...more };
}

/** A user's badge as it stands in a body. */
export function badge(values: Body): Body {
  return { [badgeUrn]: values };
}

/** Sends a definition that must be taken. */
export async function register(server: TestServer, path: string, definition: Body, method = "POST"): Promise<Body> {
  const answer = await server.request(method, path, definition);
  expect(answer.status, answer.text).toBe(method === "POST" ? 201 : 200);
  return answer.json;
}

/** A server whose users have a badge beside the enterprise extension. */
export async function startWithBadge(): Promise<TestServer> {
  const server = await startServer();
  await register(server, schemasPath, badgeSchema);
  await register(server, `${typesPath}/User`, userTypeWith(enterpriseUserUrn, badgeUrn), "PUT");
  return server;
}

/** A server with devices. */
export async function startWithDevices(): Promise<TestServer> {
  const server = await startServer();
  await register(server, schemasPath, deviceSchema);
  await register(server, schemasPath, warrantySchema);
  await register(server, typesPath, deviceType);
  return server;
}

export type Send = (method: string, path: string, body?: Body, headers?: HeaderValues) => Promise<Answer>;

/** Requests with a token of that profile. */
export async function sender(server: TestServer, profile: string): Promise<Send> {
  const token = await server.makeToken({ scopes: ["scim:read", "scim:write", "scim:bulk"], profile });
  return (method, path, body, headers = {}) =>
    server.request(method, path, body, { Authorization: `Bearer ${token}`, ...headers });
}

/** The body of a PATCH. */
export function patch(...operations: readonly Body[]): Body {
  return { schemas: [patchOpUrn], Operations: operations };
}
