/**
 * The shape of a SCIM schema as data (RFC 7643 §7). Everything else (validation, filter binding, discovery,
 * import columns, OpenAPI components) is derived from values of these types: an attribute is written down once.
 */

/** The data types of RFC 7643 §2.3. */
export type AttributeType =
  | "string"
  | "boolean"
  | "decimal"
  | "integer"
  | "dateTime"
  | "reference"
  | "binary"
  | "complex";
export type Mutability = "readOnly" | "readWrite" | "immutable" | "writeOnly";
export type Returned = "always" | "never" | "default" | "request";
export type Uniqueness = "none" | "server" | "global";

/** One attribute with all its characteristics (RFC 7643 §2.2, §7). */
export interface AttributeDefinition {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDefinition[];
  /**
   * Whether filters on it are answered from an index unless an administrator says otherwise. No characteristic of the
   * RFC: discovery does not show it.
   */
  readonly indexed?: boolean;
}

export interface SchemaDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

/** A resource type: an endpoint, its base schema and its extensions (RFC 7643 §6). */
export interface ResourceTypeDefinition {
  readonly name: string;
  readonly endpoint: string;
  readonly description: string;
  readonly schema: string;
  readonly schemaExtensions: readonly { readonly schema: string; readonly required: boolean }[];
}

const defaults = {
  type: "string",
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: "readWrite",
  returned: "default",
  uniqueness: "none",
} as const satisfies Partial<AttributeDefinition>;

/**
 * An attribute with the defaults of RFC 7643 §2.2 for what is not said. References and binaries are always
 * case-exact (RFC 7643 §2.3.6, §2.3.7), whatever the published JSON says.
 *
 * @example attribute("userName", "Name to log in with.", { required: true, uniqueness: "server" })
 */
export function attribute(
  name: string,
  description: string,
  characteristics: Partial<Omit<AttributeDefinition, "name" | "description">> = {},
): AttributeDefinition {
  const caseExact = characteristics.type === "reference" || characteristics.type === "binary";
  return Object.freeze({ name, ...defaults, caseExact, description, ...characteristics });
}
