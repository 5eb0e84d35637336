/*
 * The examples of RFC 7643 (SCIM Core Schema) and RFC 7644 (SCIM Protocol), each in a file beside this one that is
 * named by its RFC and section. Lines that the RFCs broke to fit their pages are whole again (RFC 7643 §1.1, §8.7).
 * Verified errata are applied; a reported one only where the text would be no JSON without it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scopes } from "../../../src/access/scope.ts";
import type { SettingName } from "../../../src/config.ts";
import { groupsPath, list, usersPath } from "../../support/scim.ts";
import { type Body, object, startServer, type TestServer } from "../../support/server.ts";

export type Kind =
  | "user"
  | "group"
  | "schema"
  | "serviceProviderConfig"
  | "resourceTypes"
  | "list"
  | "search"
  | "patch"
  | "error"
  | "bulkRequest"
  | "bulkResponse";

/** Where the examples are, one a file. */
export const examplesDir = import.meta.dir;

/** Each example: its file, without `.json`, and what it is. */
export const examples = {
  "rfc7643-8.1-user-minimal": "user",
  // Erratum 5990 (verified): the country is US.
  "rfc7643-8.2-user-full": "user",
  // Erratum 5991 (verified): the country is US.
  "rfc7643-8.3-enterprise-user": "user",
  "rfc7643-8.4-group": "group",
  "rfc7643-8.5-service-provider-config": "serviceProviderConfig",
  "rfc7643-8.6-resource-types": "resourceTypes",
  // One array there; a file for each schema here.
  "rfc7643-8.7.1-schema-user": "schema",
  "rfc7643-8.7.1-schema-group": "schema",
  "rfc7643-8.7.1-schema-enterprise-user": "schema",
  "rfc7643-8.7.2-schema-service-provider-config": "schema",
  "rfc7643-8.7.2-schema-resource-type": "schema",
  "rfc7643-8.7.2-schema-schema": "schema",
  "rfc7644-3.3-create-request": "user",
  "rfc7644-3.3-create-response": "user",
  "rfc7644-3.4.1-get-response": "user",
  "rfc7644-3.4.2-list-response": "list",
  "rfc7644-3.4.3-search-request": "search",
  "rfc7644-3.5.1-put-request": "user",
  "rfc7644-3.5.1-put-response": "user",
  "rfc7644-3.5.2.1-patch-add-members": "patch",
  "rfc7644-3.5.2.2-patch-remove-one-member": "patch",
  "rfc7644-3.5.2.2-patch-remove-all-members": "patch",
  "rfc7644-3.5.2.2-patch-remove-email": "patch",
  "rfc7644-3.5.2.2-patch-remove-and-add-one-member": "patch",
  "rfc7644-3.5.2.2-patch-remove-and-add-all-members": "patch",
  "rfc7644-3.5.2.3-patch-replace-members": "patch",
  "rfc7644-3.5.2.3-patch-replace-work-address": "patch",
  "rfc7644-3.5.2.3-patch-replace-street-address": "patch",
  "rfc7644-3.6-error-not-found": "error",
  "rfc7644-3.7.1-bulk-request-circular": "bulkRequest",
  "rfc7644-3.7.1-list-response": "list",
  "rfc7644-3.7.2-bulk-request-user-and-group": "bulkRequest",
  "rfc7644-3.7.2-bulk-response": "bulkResponse",
  "rfc7644-3.7.2-get-response": "group",
  "rfc7644-3.7.2-bulk-request-manager": "bulkRequest",
  // Erratum 5050 (reported): the data of the PATCH is the whole body of one.
  "rfc7644-3.7.3-bulk-request": "bulkRequest",
  "rfc7644-3.7.3-bulk-response": "bulkResponse",
  // Erratum 7916 (verified): the comma behind "invalidSyntax", which the same lines lack in all of §3.7.3.
  "rfc7644-3.7.3-bulk-response-one-error": "bulkResponse",
  "rfc7644-3.7.3-bulk-response-all-failed": "bulkResponse",
  "rfc7644-3.7.4-error-too-large": "error",
  "rfc7644-3.9-get-response": "user",
  "rfc7644-3.12-error-not-found": "error",
  // Erratum 7898 (verified): the comma behind "mutability".
  "rfc7644-3.12-error-mutability": "error",
  "rfc7644-3.14-create-request": "user",
  "rfc7644-3.14-create-response": "user",
  "rfc7644-4-resource-types-response": "list",
  // Erratum 6893 (verified): the status is 403.
  "rfc7644-7.5.2-error-sensitive": "error",
} as const satisfies Record<string, Kind>;

export type ExampleName = keyof typeof examples;

/** The names of the examples of one kind. */
export type ExampleOf<K extends Kind> = {
  [Name in ExampleName]: (typeof examples)[Name] extends K ? Name : never;
}[ExampleName];

/** What the RFCs show that is no JSON, and no erratum makes it so: the place that is wrong, and what is wrong there. */
export const leftOut = [
  {
    where: "RFC 7643 §3, figure 2",
    text: '{ "name": { "honorificSuffix": "III" }, ... "meta": { "resourceType": "User" } }',
    why: "attributes are left out as three dots",
  },
  {
    where: "RFC 7644 §3.4.2.4, figure 3",
    text: '{ "startIndex": 1, "Resources": [{ ... }] }',
    why: "the resource is three dots",
  },
  {
    where: "RFC 7644 §3.4.3, figure 5",
    text: '{ "Resources": [{ "id": "c8596b90-7539-4f20968d1908", "displayName": "Smith Family" }, ... ] }',
    why: "98 resources are three dots",
  },
  {
    where: "RFC 7644 §3.5.2, figure 6",
    text: '{ "Operations": [{ "op": "add", "path": "members" }, ... + additional operations if needed ... ] }',
    why: "further operations are words",
  },
  {
    where: "RFC 7644 §3.5.2, figure 8",
    text: '"path": "members"',
    why: "the paths are members without an object",
  },
  {
    where: "RFC 7644 §3.5.2.1, attributes added without a path",
    text: '{ "Operations": [{ "op": "add", "value": { "emails": [], "nickname": "Babs" }] }',
    why: "the operation is not closed",
  },
  {
    where: "RFC 7644 §3.5.2.3, attributes replaced without a path",
    text: '{ "Operations": [{ "op": "replace", "value": { "emails": [], "nickname": "Babs" }] }',
    why: "the operation is not closed",
  },
  {
    where: "RFC 7644 §3.7.3, a status",
    text: '"status": "201"',
    why: "a member without an object, which erratum 7916 takes away",
  },
  {
    where: "RFC 7644 §3.7.3, a status of a failed operation",
    text: '{ "status": "400", "scimType": "invalidSyntax", "detail": "Request is unparsable …", }',
    why: "members without an object; what erratum 7916 makes of them ends in a comma",
  },
  {
    where: "RFC 7644 §3.8, attributes",
    text: '"attributes": [ "value1", "value2" ]',
    why: "members without an object",
  },
] as const;

/** The names of the files that are there, without `.json`. */
export function filesPresent(): readonly string[] {
  return readdirSync(examplesDir)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}

/** `RFC 7644 §3.5.2.1 patch-add-members` */
export function titleOf(name: ExampleName): string {
  const [, rfc, section, what] = /^rfc(\d{4})-([\d.]+)-(.+)$/.exec(name) ?? [];
  return `RFC ${rfc} §${section} ${what}`;
}

function isExample(name: string): name is ExampleName {
  return Object.hasOwn(examples, name);
}

/** The examples of these kinds, with their titles: the rows of a `test.each`. */
export function examplesOf<K extends Kind>(...kinds: readonly K[]): [string, ExampleOf<K>][] {
  const isOfKind = (name: ExampleName): name is ExampleOf<K> => kinds.some((kind) => kind === examples[name]);
  return Object.keys(examples)
    .filter(isExample)
    .filter(isOfKind)
    .map((name) => [titleOf(name), name]);
}

/** What stands in the file, with each of these texts in the place of another: ids that a server gave, for one. */
export function readExample(name: ExampleName, put: Readonly<Record<string, string>> = {}): unknown {
  const text = readFileSync(join(examplesDir, `${name}.json`), "utf8");
  return JSON.parse(Object.entries(put).reduce((filled, [old, now]) => filled.replaceAll(old, now), text));
}

/** An example that is one object. */
export function example(name: ExampleName, put: Readonly<Record<string, string>> = {}): Body {
  return object(readExample(name, put));
}

/** Every path to a value that is no object, with the type of the value: `emails[].type: string`. */
export function shapeOf(value: unknown, path = ""): ReadonlySet<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((element) => [...shapeOf(element, `${path}[]`)]));
  if (typeof value !== "object" || value === null) return new Set([`${path}: ${typeof value}`]);
  const prefix = path === "" ? "" : `${path}.`;
  return new Set(Object.entries(value).flatMap(([name, inner]) => [...shapeOf(inner, prefix + name)]));
}

/** How the shape of an answer departs from that of an example: `+` only the answer has it, `-` only the example. */
export function departures(answer: unknown, of: unknown): readonly string[] {
  const ours = shapeOf(answer);
  const theirs = shapeOf(of);
  const more = [...ours].filter((line) => !theirs.has(line)).map((line) => `+ ${line}`);
  const less = [...theirs].filter((line) => !ours.has(line)).map((line) => `- ${line}`);
  return [...more, ...less].sort();
}

/** A server whose requests are made in the strict profile: what the RFCs show needs no forgiveness. */
export async function startStrictServer(settings: Partial<Record<SettingName, string>> = {}): Promise<TestServer> {
  const server = await startServer(settings);
  const token = await server.makeToken({ scopes, profile: "strict" });
  const authorization = { Authorization: `Bearer ${token}` };
  return {
    ...server,
    token,
    request: (method, path, body, headers) => server.request(method, path, body, { ...authorization, ...headers }),
  };
}

/** Where the examples' server answers, in the place of which ours does. */
export function ourBase({ url }: TestServer): Readonly<Record<string, string>> {
  return { "https://example.com/v2": `${url}/scim/v2` };
}

/** A resource without what its server alone decides. */
export function withoutServersOwn({ id, meta, ...rest }: Body): Body {
  return rest;
}

/** Takes away every user and group: the examples use the same names again and again. */
export async function removeAll(server: TestServer): Promise<void> {
  for (const path of [groupsPath, usersPath]) {
    const { resources } = await list(server, path, { attributes: "displayName" });
    for (const { id } of resources) await server.request("DELETE", `${path}/${id}`);
  }
}
