import { ScimError } from "../error.ts";
import { parseAttributePath } from "../path.ts";
import { resourceTypeUrn, schemaUrn } from "../urn.ts";
import { schemaExtensionsMax, schemaUrnCharsMax } from "./limits.ts";
import { readAttributes } from "./read-attribute.ts";
import {
  badValue,
  findTwice,
  type Place,
  pathOf,
  readDescription,
  readFlag,
  readForm,
  readList,
  readPlace,
  readText,
} from "./read-field.ts";
import type { ResourceTypeDefinition, SchemaDefinition } from "./schema.ts";

const schemaFields: ReadonlySet<string> = new Set(["schemas", "id", "name", "description", "attributes", "meta"]);

const schemaName = /^[A-Za-z][A-Za-z0-9 _.-]{0,63}$/;
const schemaNameForm = "a letter and then up to 63 letters, digits, blanks, _, . or -";

/**
 * Reads a schema that an administrator registers, as a Schema resource shows it (RFC 7643 §7). `schemas` and `meta`
 * may be there and say nothing. Names are those of the RFC to the letter, and no others.
 *
 * @throws ScimError invalidSyntax for the wrong shape, invalidValue for what can not be, tooLarge; the detail says where
 * @example readSchemaDefinition({ id: "urn:example:Badge", name: "Badge", attributes: [{ name: "number" }] })
 */
export function readSchemaDefinition(input: unknown): SchemaDefinition {
  const place = readPlace(input, "", schemaFields);
  checkSchemas(place, schemaUrn);
  return Object.freeze({
    id: readSchemaId(place),
    name: readForm(place, "name", schemaName, schemaNameForm),
    description: readDescription(place),
    attributes: readAttributes(place),
  });
}

const typeFields: ReadonlySet<string> = new Set([
  "schemas",
  "id",
  "name",
  "endpoint",
  "description",
  "schema",
  "schemaExtensions",
  "meta",
]);
const extensionFields: ReadonlySet<string> = new Set(["schema", "required"]);

const typeName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const typeNameForm = "a letter and then up to 63 letters, digits, _ or -";
const typeEndpoint = /^\/[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Names that resource types of the server itself have, in lower case. */
const reservedTypeNames: ReadonlySet<string> = new Set([
  "builtinuser",
  "schema",
  "resourcetype",
  "serviceproviderconfig",
]);

/** First segments of addresses that the server itself serves, in lower case. */
const reservedSegments: ReadonlySet<string> = new Set([
  "api",
  "ui",
  "docs",
  "oauth",
  "activate",
  "services",
  "healthz",
  "readyz",
  "metrics",
  "me",
  "bulk",
  "schemas",
  "resourcetypes",
  "serviceproviderconfig",
  "serviceproviderconfigs",
  "wso2",
  "jans-scim",
  "v1",
  "v2",
]);

/**
 * Reads a resource type that an administrator registers, as a ResourceType resource shows it (RFC 7643 §6). `schemas`
 * and `meta` may be there and say nothing, `id` must be the name. The endpoint is `/` and the name and `s` where none
 * is given. Whether the schemas exist, and whether the name is free, only the registry knows.
 *
 * @throws ScimError invalidSyntax for the wrong shape, invalidValue for what can not be, tooLarge; the detail says where
 * @example readResourceTypeDefinition({ name: "Badge", schema: "urn:example:Badge" }).endpoint // "/Badges"
 */
export function readResourceTypeDefinition(input: unknown): ResourceTypeDefinition {
  const place = readPlace(input, "", typeFields);
  checkSchemas(place, resourceTypeUrn);
  const name = readForm(place, "name", typeName, typeNameForm);
  if (reservedTypeNames.has(name.toLowerCase())) throw badValue(place, "name", `may not be ${name}: it is reserved`);
  const id = readText(place, "id");
  if (id !== undefined && id !== name) throw badValue(place, "id", "must be the name");
  const schema = readUrn(place, "schema");
  return Object.freeze({
    name,
    endpoint: readEndpoint(place, name),
    description: readDescription(place),
    schema,
    schemaExtensions: readExtensions(place, schema),
  });
}

function readEndpoint(place: Place, name: string): string {
  const endpoint = readText(place, "endpoint") ?? `/${name}s`;
  if (!typeEndpoint.test(endpoint)) throw badValue(place, "endpoint", `must be / and then ${typeNameForm}`);
  const segment = endpoint.slice(1).toLowerCase();
  if (!isReservedEndpoint(segment)) return endpoint;
  throw badValue(place, "endpoint", `may not be ${endpoint}: it is reserved`);
}

/** Whether the server has its own use for addresses that begin with this segment, and no type may. */
export function isReservedEndpoint(segment: string): boolean {
  const name = segment.toLowerCase();
  return reservedSegments.has(name) || name.startsWith("scim");
}

function readExtensions(place: Place, base: string): ResourceTypeDefinition["schemaExtensions"] {
  const extensions = (readList(place, "schemaExtensions", schemaExtensionsMax) ?? []).map((element, index) => {
    const extension = readPlace(element, `schemaExtensions[${index}]`, extensionFields);
    const schema = readUrn(extension, "schema");
    if (schema.toLowerCase() === base.toLowerCase()) throw badValue(extension, "schema", "is the base schema");
    return Object.freeze({ schema, required: readFlag(extension, "required", false) });
  });
  const twice = findTwice(extensions.map(({ schema }) => schema));
  if (twice === undefined) return Object.freeze(extensions);
  throw badValue(place, `schemaExtensions[${twice.index}].schema`, "is the schema of another extension");
}

/** What a definition says of its own kind: nothing, or the URN of that kind. */
function checkSchemas(place: Place, urn: string): void {
  const schemas = readList(place, "schemas", schemaExtensionsMax);
  if (schemas === undefined) return;
  const isNamed = schemas.some((named) => typeof named === "string" && named.toLowerCase() === urn.toLowerCase());
  if (!isNamed) throw badValue(place, "schemas", `must name ${urn}`);
}

/**
 * Of what RFC 8141 §2 lets a URN be made of, what neither an address, nor a filter, nor a list of attributes takes
 * for its own: without the percent sign, slashes, ampersand, plus sign, comma, apostrophe and round brackets.
 */
const urn = /^urn:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]:[A-Za-z0-9._~!$*;=@:-]+$/;
const urnForm = "a URN, such as urn:example:Badge, of letters, digits and - . _ ~ ! $ * ; = @ :";

function readUrn(place: Place, name: string): string {
  const value = readForm(place, name, urn, urnForm);
  if (value.length <= schemaUrnCharsMax) return value;
  throw new ScimError("tooLarge", `${pathOf(place, name)} is longer than ${schemaUrnCharsMax} characters.`);
}

/** URNs of SCIM itself: what stands behind them is the same at every server (RFC 7643 §10.3). Entra's extensions are not among them. */
const reservedUrns = ["urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:api:"];

function readSchemaId(place: Place): string {
  const id = readUrn(place, "id");
  const reserved = reservedUrns.find((urns) => id.toLowerCase().startsWith(urns));
  if (reserved !== undefined) throw badValue(place, "id", `may not begin with ${reserved}, which is reserved`);
  // A URN alone is a path too, and stands for all that its schema has (RFC 7644 §3.5.2).
  if (parseAttributePath(id) !== undefined) return id;
  throw badValue(place, "id", "must have a name after its last colon, a letter first, as in urn:example:hr:2.0:Badge");
}
