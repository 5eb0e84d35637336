import { groupUrn } from "../urn.ts";
import { attribute, type SchemaDefinition } from "./schema.ts";

/** The Group schema (RFC 7643 §4.2, §8.7.1; displayName required by erratum 5368). */
export const groupSchema: SchemaDefinition = Object.freeze({
  id: groupUrn,
  name: "Group",
  description: "A group of users and of other groups.",
  attributes: [
    attribute("displayName", "The name of the group as shown to people.", { required: true }),
    attribute("members", "The members of the group.", {
      type: "complex",
      multiValued: true,
      subAttributes: [
        attribute("value", "The id of the member.", { mutability: "immutable", caseExact: true }),
        attribute("$ref", "The URI of the member.", {
          type: "reference",
          mutability: "immutable",
          referenceTypes: ["User", "Group"],
        }),
        attribute("type", "The resource type of the member.", {
          mutability: "immutable",
          canonicalValues: ["User", "Group"],
        }),
        attribute("display", "The name of the member as shown to people.", { mutability: "immutable" }),
      ],
    }),
  ],
});
