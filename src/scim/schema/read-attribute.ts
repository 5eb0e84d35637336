import { schemaAttributesMax, subAttributesMax } from "./limits.ts";
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
  readTerms,
  readWord,
} from "./read-field.ts";
import { type AttributeDefinition, type AttributeType, attribute } from "./schema.ts";

const fields: ReadonlySet<string> = new Set([
  "name",
  "type",
  "multiValued",
  "description",
  "required",
  "caseExact",
  "mutability",
  "returned",
  "uniqueness",
  "canonicalValues",
  "referenceTypes",
  "subAttributes",
]);

const mutabilities = ["readOnly", "readWrite", "immutable", "writeOnly"] as const;
const returns = ["always", "never", "default", "request"] as const;
const uniquenesses = ["none", "server", "global"] as const;
const simpleTypes = ["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary"] as const;

/** What differs between the attributes of a schema and those inside a complex one (RFC 7643 §2.1, §2.3.8). */
interface Kind {
  readonly name: RegExp;
  readonly form: string;
  readonly types: readonly AttributeType[];
  readonly reserved: ReadonlySet<string>;
  readonly elementsMax: number;
}

/** Names that every JavaScript object has: a look-up of such a name would find what no client has sent. */
const inheritedNames: readonly string[] = [...Object.getOwnPropertyNames(Object.prototype), "prototype"].map((name) =>
  name.toLowerCase(),
);

/** A filter that begins with it goes on with a bracket: in brackets of its own, no name could stand for the attribute. */
const filterWord = "not";

const nameForm = "a letter and then up to 63 letters, digits, $, - or _";

const attributeKind: Kind = {
  name: /^[A-Za-z][A-Za-z0-9$_-]{0,63}$/,
  form: nameForm,
  types: [...simpleTypes, "complex"],
  // The common attributes, which every resource has beside those of its schemas (RFC 7643 §3.1).
  reserved: new Set([...inheritedNames, filterWord, "schemas", "id", "externalid", "meta"]),
  elementsMax: schemaAttributesMax,
};

const subAttributeKind: Kind = {
  name: /^(?:\$ref|[A-Za-z][A-Za-z0-9$_-]{0,63})$/,
  form: `${nameForm}, or $ref`,
  types: simpleTypes,
  reserved: new Set([...inheritedNames, filterWord]),
  elementsMax: subAttributesMax,
};

/**
 * Reads the attributes of a custom schema with all that is in them (RFC 7643 §2.2, §7). What is not said has the
 * default of `attribute()`; what contradicts itself or can not be kept is refused.
 *
 * @throws ScimError invalidSyntax, invalidValue or tooLarge; the detail begins with the place, as `attributes[3].type`
 */
export function readAttributes(schema: Place): readonly AttributeDefinition[] {
  const attributes = readSiblings(schema, "attributes", attributeKind);
  const unique = attributes.flatMap(({ uniqueness }, index) => (uniqueness === "none" ? [] : [index]));
  if (unique.length > 1) {
    throw badValue(
      schema,
      `attributes[${unique[1]}].uniqueness`,
      "must be none: one attribute of a schema may be unique",
    );
  }
  return attributes;
}

function readSiblings(parent: Place, name: string, kind: Kind): readonly AttributeDefinition[] {
  const elements = readList(parent, name, kind.elementsMax);
  if (elements === undefined) throw badValue(parent, name, "is required, with at least one element");
  const prefix = pathOf(parent, name);
  const attributes = elements.map((element, index) => readAttribute(element, `${prefix}[${index}]`, kind));
  const twice = findTwice(attributes.map((each) => each.name));
  if (twice === undefined) return Object.freeze(attributes);
  throw badValue(
    parent,
    `${name}[${twice.index}].name`,
    `is ${twice.text}, which another has; case makes no difference`,
  );
}

function readAttribute(input: unknown, path: string, kind: Kind): AttributeDefinition {
  const place = readPlace(input, path, fields);
  const name = readForm(place, "name", kind.name, kind.form);
  if (kind.reserved.has(name.toLowerCase())) throw badValue(place, "name", `may not be ${name}: it is reserved`);
  const type = readWord(place, "type", kind.types, "string");
  const canonicalValues = readTerms(place, "canonicalValues");
  const referenceTypes = readTerms(place, "referenceTypes");
  const isExact = readFlag(place, "caseExact", false) || type === "reference" || type === "binary";
  const definition = attribute(name, readDescription(place), {
    type,
    multiValued: readFlag(place, "multiValued", false),
    required: readFlag(place, "required", false),
    caseExact: isExact,
    mutability: readWord(place, "mutability", mutabilities, "readWrite"),
    returned: readWord(place, "returned", returns, "default"),
    uniqueness: readWord(place, "uniqueness", uniquenesses, "none"),
    ...(canonicalValues !== undefined && { canonicalValues }),
    ...(type === "reference" && { referenceTypes: referenceTypes ?? Object.freeze(["uri"]) }),
    ...(type === "complex" && { subAttributes: readSiblings(place, "subAttributes", subAttributeKind) }),
  });
  if (type !== "reference" && referenceTypes !== undefined) {
    throw badValue(place, "referenceTypes", `may not be given for the type ${type}, only for reference`);
  }
  if (type !== "complex" && readList(place, "subAttributes", subAttributesMax) !== undefined) {
    throw badValue(place, "subAttributes", `may not be given for the type ${type}, only for complex`);
  }
  refuse(place, definition, kind);
  return definition;
}

/** What each characteristic must not be beside the others, and why. */
interface Contradiction {
  readonly field: string;
  readonly why: string;
  readonly holds: (definition: AttributeDefinition, isSub: boolean) => boolean;
}

const isText = ({ type }: AttributeDefinition): boolean => type === "string" || type === "reference";

const contradictions: readonly Contradiction[] = [
  {
    field: "mutability",
    why: "may not be writeOnly: the only secret that is kept is the password of users",
    holds: ({ mutability }) => mutability === "writeOnly",
  },
  {
    field: "returned",
    why: "may not be never: the only secret that is kept is the password of users",
    holds: ({ returned }) => returned === "never",
  },
  {
    field: "required",
    why: "may not be true where mutability is readOnly: no client could give the value",
    holds: ({ required, mutability }) => required && mutability === "readOnly",
  },
  {
    field: "uniqueness",
    why: "must be none for a sub-attribute",
    holds: ({ uniqueness }, isSub) => isSub && uniqueness !== "none",
  },
  {
    field: "uniqueness",
    why: "must be none for what is multi-valued or has another type than string or reference",
    holds: (definition) => definition.uniqueness !== "none" && (definition.multiValued || !isText(definition)),
  },
  {
    field: "type",
    why: "must be boolean for a sub-attribute named primary, which marks one of the values",
    holds: ({ name, type }, isSub) => isSub && name.toLowerCase() === "primary" && type !== "boolean",
  },
];

function refuse(place: Place, definition: AttributeDefinition, kind: Kind): void {
  const wrong = contradictions.find(({ holds }) => holds(definition, kind === subAttributeKind));
  if (wrong !== undefined) throw badValue(place, wrong.field, wrong.why);
}
