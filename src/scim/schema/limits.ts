/** Limits of what an administrator may register: far above any schema in use, and each list small enough to search. */

/** Characters of a schema's URN: it is a key in every document that uses it, and part of an address. */
export const schemaUrnCharsMax = 255;
/** Characters of a description. */
export const descriptionCharsMax = 1000;
/** Attributes of one schema. */
export const schemaAttributesMax = 200;
/** Sub-attributes of one attribute. */
export const subAttributesMax = 100;
/** Canonical values, or reference types, of one attribute. */
export const attributeTermsMax = 200;
/** Characters of one canonical value or reference type. */
export const attributeTermCharsMax = 256;
/** Extensions of one resource type: each is looked through for every bare name. */
export const schemaExtensionsMax = 20;
/** Schemas of one tenant, the built-in ones among them: all are listed on one page. */
export const schemasMax = 200;
/** Resource types of one tenant: a query of all types looks at each. */
export const resourceTypesMax = 50;
