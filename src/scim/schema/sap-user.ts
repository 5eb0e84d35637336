import { sapUserUrn } from "../urn.ts";
import { attribute, type SchemaDefinition } from "./schema.ts";

/**
 * From when until when a user is valid, as SAP Cloud Identity Services keep it: told to applications, and nobody is kept
 * out by it here.
 */
export const sapUserSchema: SchemaDefinition = Object.freeze({
  id: sapUserUrn,
  name: "SapUser",
  description: "What SAP Cloud Identity Services add to a user.",
  attributes: [
    attribute("validFrom", "When the user begins to be valid.", { type: "dateTime" }),
    attribute("validTo", "When the user ceases to be valid.", { type: "dateTime" }),
  ],
});
