import { userUrn } from "../urn.ts";
import { type AttributeDefinition, attribute, type SchemaDefinition } from "./schema.ts";

const primary = attribute("primary", "True for the preferred value; at most one per attribute.", { type: "boolean" });
const display = attribute("display", "A name of the value for people to read.");

/** A multi-valued attribute with the standard sub-attributes of RFC 7643 §2.4. */
function plural(
  name: string,
  description: string,
  types: readonly string[] = [],
  value: Partial<Omit<AttributeDefinition, "name" | "description">> = {},
): AttributeDefinition {
  const type = attribute(
    "type",
    "What the value is for.",
    types.length === 0 ? {} : { canonicalValues: Object.freeze([...types]) },
  );
  return attribute(name, description, {
    type: "complex",
    multiValued: true,
    subAttributes: [attribute("value", `The value itself of one of the ${name}.`, value), display, type, primary],
  });
}

const name = attribute("name", "The parts of the user's name.", {
  type: "complex",
  subAttributes: [
    attribute("formatted", "The whole name as it is written."),
    attribute("familyName", "The family name, or last name.", { indexed: true }),
    attribute("givenName", "The given name, or first name.", { indexed: true }),
    attribute("middleName", "The middle names."),
    attribute("honorificPrefix", "What stands before the name, such as Ms."),
    attribute("honorificSuffix", "What stands after the name, such as III."),
  ],
});

const addresses = attribute("addresses", "Postal addresses.", {
  type: "complex",
  multiValued: true,
  subAttributes: [
    attribute("formatted", "The whole address as it is written."),
    attribute("streetAddress", "Street, house number, post box."),
    attribute("locality", "City or town."),
    attribute("region", "State or region."),
    attribute("postalCode", "Postal code."),
    attribute("country", "Country as two letters of ISO 3166-1."),
    attribute("type", "What the address is for.", { canonicalValues: ["work", "home", "other"] }),
    // Not in the JSON of RFC 7643 §8.7.1, yet used in its example §8.2.
    primary,
  ],
});

const groups = attribute("groups", "The groups the user belongs to; changed only through the groups.", {
  type: "complex",
  multiValued: true,
  mutability: "readOnly",
  subAttributes: [
    attribute("value", "The id of the group.", { mutability: "readOnly", caseExact: true }),
    attribute("$ref", "The URI of the group.", {
      type: "reference",
      mutability: "readOnly",
      referenceTypes: ["User", "Group"],
    }),
    attribute("display", "The displayName of the group.", { mutability: "readOnly" }),
    attribute("type", "How the user belongs to it.", {
      mutability: "readOnly",
      canonicalValues: ["direct", "indirect"],
    }),
  ],
});

/** The core User schema (RFC 7643 §4.1, §8.7.1). */
export const userSchema: SchemaDefinition = Object.freeze({
  id: userUrn,
  name: "User",
  description: "User Account",
  attributes: [
    attribute("userName", "The name to log in with, unique in the tenant without regard to case.", {
      required: true,
      uniqueness: "server",
    }),
    name,
    attribute("displayName", "The name of the user as shown to people."),
    attribute("nickName", "The casual name of the user."),
    attribute("profileUrl", "The URI of the user's online profile.", {
      type: "reference",
      referenceTypes: ["external"],
    }),
    attribute("title", "The job title."),
    attribute("userType", "The relation to the organisation, such as Employee."),
    attribute("preferredLanguage", "Preferred languages as in an Accept-Language header."),
    attribute("locale", "The locale for dates and numbers, such as en-US."),
    attribute("timezone", "The IANA time zone, such as Europe/Berlin."),
    attribute("active", "Whether the account may be used.", { type: "boolean" }),
    attribute("password", "A clear-text password to set; never returned.", {
      mutability: "writeOnly",
      returned: "never",
    }),
    plural("emails", "E-mail addresses.", ["work", "home", "other"], { indexed: true }),
    plural("phoneNumbers", "Telephone numbers.", ["work", "home", "mobile", "fax", "pager", "other"], {
      indexed: true,
    }),
    plural("ims", "Instant messaging addresses.", [
      "aim",
      "gtalk",
      "icq",
      "xmpp",
      "msn",
      "skype",
      "qq",
      "yahoo",
      "other",
    ]),
    plural("photos", "URIs of photographs.", ["photo", "thumbnail"], {
      type: "reference",
      caseExact: true,
      referenceTypes: ["external"],
    }),
    addresses,
    groups,
    plural("entitlements", "Things the user is entitled to."),
    plural("roles", "Roles of the user.", [], { indexed: true }),
    plural("x509Certificates", "Certificates issued to the user.", [], { type: "binary", caseExact: true }),
  ],
});
