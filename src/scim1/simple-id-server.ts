import { type Dialect, ownDialect } from "./dialect.ts";

/** How SimpleIdServer speaks SCIM 2.0: what a schema does not have is refused, and what a listed one has may stand at the top. */
export const simpleIdServerDialect: Dialect = {
  ...ownDialect,
  forgives: ["liftListedAttributes"],
  insistsOn: ["ignoreUnknownAttributes", "liftExtensionAttributes"],
  words: {
    uniqueness: ({ attribute }) => (attribute === undefined ? undefined : `attribute ${attribute} must be unique`),
    notFound: ({ id }) => (id === undefined ? undefined : `resource ${id} not found`),
    invalidValue: ({ attribute, problem }) =>
      problem === "missing" ? `required attributes ${attribute} are missing` : undefined,
    invalidSyntax: ({ attribute, problem }) =>
      problem === "unknown" ? `attribute ${attribute} is not recognized by the SCIM schema` : undefined,
  },
};
