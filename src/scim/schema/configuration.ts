import { resourceTypeUrn, schemaUrn, serviceProviderConfigUrn } from "../urn.ts";
import { type AttributeDefinition, attribute, type SchemaDefinition } from "./schema.ts";

/*
 * The schemas of what a server tells of itself (RFC 7643 §8.7.2), with errata 5606, 5607, 7522, 8011 and 8415. The
 * attribute `id` is among them there, though it is a common one.
 */

type Characteristics = Partial<Omit<AttributeDefinition, "name" | "description" | "mutability">>;

/** An attribute as all of these schemas have them: no client writes it. */
function told(name: string, description: string, characteristics: Characteristics = {}): AttributeDefinition {
  return attribute(name, description, { mutability: "readOnly", ...characteristics });
}

const required = { required: true } as const;
const exact = { caseExact: true } as const;
const requiredFlag = { type: "boolean", required: true } as const;
const requiredCount = { type: "integer", required: true } as const;
const uri = { type: "reference", referenceTypes: ["uri"] } as const;
const page = { type: "reference", referenceTypes: ["external"] } as const;

/** A feature of the server: whether it is there, and more about it. */
function feature(name: string, description: string, more: readonly AttributeDefinition[] = []): AttributeDefinition {
  return told(name, description, {
    type: "complex",
    required: true,
    subAttributes: [told("supported", "Whether the server offers it.", requiredFlag), ...more],
  });
}

const authenticationSchemes = told("authenticationSchemes", "The ways in which a client may show who it is.", {
  type: "complex",
  multiValued: true,
  required: true,
  subAttributes: [
    told("type", "The kind of the scheme.", {
      required: true,
      canonicalValues: ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"],
    }),
    told("name", "The name of the scheme as people know it, such as HTTP Basic.", required),
    told("description", "What the scheme is.", required),
    told("specUri", "The URI of the specification of the scheme.", page),
    told("documentationUri", "The URI of a page that tells how to use the scheme.", page),
    told("primary", "True for the preferred scheme; at most one.", { type: "boolean" }),
  ],
});

/** RFC 9865 §4. */
const pagination = told("pagination", "The ways in which long lists are given in pages.", {
  type: "complex",
  subAttributes: [
    told("cursor", "Whether pages are asked for by a cursor.", requiredFlag),
    told("index", "Whether pages are asked for by the index of their first resource.", requiredFlag),
    told("defaultPaginationMethod", "The way that is taken when the client names none.", {
      canonicalValues: ["cursor", "index"],
    }),
    told("defaultPageSize", "How many resources a page has when the client does not say.", { type: "integer" }),
    told("maxPageSize", "How many resources a page has at most.", { type: "integer" }),
    told("cursorTimeout", "For how many seconds a cursor is good.", { type: "integer" }),
  ],
});

/** What the server can do (RFC 7643 §5). */
const serviceProviderConfigSchema: SchemaDefinition = Object.freeze({
  id: serviceProviderConfigUrn,
  name: "Service Provider Configuration",
  description: "What the server can do.",
  attributes: [
    told("documentationUri", "The URI of a page that people can read about the server.", page),
    feature("patch", "Changes by PATCH."),
    feature("bulk", "Many operations in one request.", [
      told("maxOperations", "How many operations a request may have.", requiredCount),
      told("maxPayloadSize", "How many bytes a request may have.", requiredCount),
    ]),
    feature("filter", "Lists by a filter.", [
      told("maxResults", "How many resources an answer has at most.", requiredCount),
    ]),
    feature("changePassword", "Changes of a password."),
    feature("sort", "Lists in an order."),
    feature("etag", "Versions of resources as ETags."),
    authenticationSchemes,
    pagination,
  ],
});

/** A kind of resource (RFC 7643 §6). */
const resourceTypeSchema: SchemaDefinition = Object.freeze({
  id: resourceTypeUrn,
  name: "ResourceType",
  description: "A kind of resource: where it is, and what it is made of.",
  attributes: [
    told("id", "The identifier of the resource type, equal to its name."),
    told("name", "The name of the resource type, such as User.", {
      required: true,
      caseExact: true,
      uniqueness: "server",
    }),
    told("description", "What the resource type is for."),
    told("endpoint", "Where its resources are, below the base URI, such as /Users.", {
      ...uri,
      required: true,
      uniqueness: "server",
    }),
    told("schema", "The URN of its base schema.", { ...uri, required: true }),
    told("schemaExtensions", "The schemas that extend it.", {
      type: "complex",
      multiValued: true,
      required: true,
      subAttributes: [
        told("schema", "The URN of the extension.", { ...uri, required: true }),
        told("required", "Whether each resource must have the extension.", requiredFlag),
      ],
    }),
  ],
});

const simpleTypes = ["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary"] as const;

/** What is told of an attribute or a sub-attribute: of both the same, but for the types and what is inside. */
function characteristics(types: readonly string[]): readonly AttributeDefinition[] {
  return [
    told("name", "The name of the attribute.", { required: true, caseExact: true }),
    told("type", "The type of its values.", { required: true, canonicalValues: types }),
    told("multiValued", "Whether it has several values.", requiredFlag),
    told("description", "What it is, for people to read.", exact),
    told("required", "Whether each resource must have it.", { type: "boolean" }),
    told("canonicalValues", "Values that it usually has, such as work and home.", { ...exact, multiValued: true }),
    told("caseExact", "Whether upper and lower case make a difference.", { type: "boolean" }),
    told("mutability", "Who may change it, and when.", {
      ...exact,
      canonicalValues: ["readOnly", "readWrite", "immutable", "writeOnly"],
    }),
    told("returned", "When an answer shows it.", {
      ...exact,
      canonicalValues: ["always", "never", "default", "request"],
    }),
    told("uniqueness", "Among which resources a value is there once.", {
      ...exact,
      canonicalValues: ["none", "server", "global"],
    }),
    told("referenceTypes", "What a reference refers to: resource types, uri or external.", {
      ...exact,
      multiValued: true,
    }),
  ];
}

/** A schema (RFC 7643 §7): the one resource whose complex attribute has a complex sub-attribute. */
const schemaSchema: SchemaDefinition = Object.freeze({
  id: schemaUrn,
  name: "Schema",
  description: "A schema: the attributes that a resource may have.",
  attributes: [
    told("id", "The URN of the schema.", required),
    told("name", "The name of the schema, such as User.", required),
    told("description", "What the schema describes."),
    told("attributes", "The attributes of the schema.", {
      type: "complex",
      multiValued: true,
      required: true,
      subAttributes: [
        ...characteristics([...simpleTypes, "complex"]),
        told("subAttributes", "The sub-attributes of a complex attribute.", {
          type: "complex",
          multiValued: true,
          subAttributes: characteristics(simpleTypes),
        }),
      ],
    }),
  ],
});

/** The schemas of ServiceProviderConfig, ResourceType and Schema (RFC 7643 §5, §6, §7, §8.7.2; RFC 9865 §4). */
export const configurationSchemas: readonly SchemaDefinition[] = Object.freeze([
  serviceProviderConfigSchema,
  resourceTypeSchema,
  schemaSchema,
]);
