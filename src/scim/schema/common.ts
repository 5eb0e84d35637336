import { type AttributeDefinition, attribute } from "./schema.ts";

/** The attributes every resource has though no schema lists them (RFC 7643 §3, §3.1). */
export const commonAttributes: readonly AttributeDefinition[] = Object.freeze([
  attribute("schemas", "The URNs of the schemas the resource uses.", {
    type: "reference",
    multiValued: true,
    required: true,
    returned: "always",
    referenceTypes: ["uri"],
  }),
  attribute("id", "The identifier the server gave the resource.", {
    caseExact: true,
    mutability: "readOnly",
    returned: "always",
    uniqueness: "server",
  }),
  attribute("externalId", "The identifier the client gave the resource.", { caseExact: true }),
  attribute("meta", "What the server knows about the resource.", {
    type: "complex",
    mutability: "readOnly",
    subAttributes: [
      attribute("resourceType", "The name of the resource type.", { caseExact: true, mutability: "readOnly" }),
      attribute("created", "When the resource was created.", { type: "dateTime", mutability: "readOnly" }),
      attribute("lastModified", "When the resource last changed.", { type: "dateTime", mutability: "readOnly" }),
      attribute("location", "The URI of the resource.", {
        type: "reference",
        mutability: "readOnly",
        referenceTypes: ["uri"],
      }),
      attribute("version", "The version of the resource, equal to its ETag.", {
        caseExact: true,
        mutability: "readOnly",
      }),
    ],
  }),
]);
