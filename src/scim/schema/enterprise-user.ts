import { enterpriseUserUrn } from "../urn.ts";
import { attribute, type SchemaDefinition } from "./schema.ts";

/** The Enterprise User extension (RFC 7643 §4.3, §8.7.1; manager.value case-exact by erratum 8472). */
export const enterpriseUserSchema: SchemaDefinition = Object.freeze({
  id: enterpriseUserUrn,
  name: "EnterpriseUser",
  description: "What an organisation adds to a user.",
  attributes: [
    attribute("employeeNumber", "The number the organisation gave the person.", { indexed: true }),
    attribute("costCenter", "The cost center."),
    attribute("organization", "The organization."),
    attribute("division", "The division."),
    attribute("department", "The department.", { indexed: true }),
    attribute("manager", "The user's manager.", {
      type: "complex",
      subAttributes: [
        attribute("value", "The id of the manager.", { caseExact: true, indexed: true }),
        attribute("$ref", "The URI of the manager.", { type: "reference", referenceTypes: ["User"] }),
        attribute("displayName", "The displayName of the manager.", { mutability: "readOnly" }),
      ],
    }),
  ],
});
