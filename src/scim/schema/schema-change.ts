import type { AttributeDefinition, SchemaDefinition } from "./schema.ts";

/** What of an attribute the stored values and their indexes were made by. */
const fixed = ["type", "multiValued", "caseExact", "uniqueness", "mutability"] as const;

/**
 * Why a schema that resources use can not become another, without breaking a resource that is there. Attributes and
 * sub-attributes may be added unless they are required, and `required` may become false; the description, canonical
 * values, reference types and `returned` are free. A name is the key in the documents: it stays, to the letter.
 *
 * @returns a sentence that names the attribute, without its full stop; undefined when the change may be made
 * @example schemaChangeProblem(before, after) // "number can not change its type from string to integer"
 */
export function schemaChangeProblem(before: SchemaDefinition, after: SchemaDefinition): string | undefined {
  if (before.id !== after.id) return `The id can not change from ${before.id} to ${after.id}`;
  return siblingsProblem(before.attributes, after.attributes, "");
}

function siblingsProblem(
  before: readonly AttributeDefinition[],
  after: readonly AttributeDefinition[],
  prefix: string,
): string | undefined {
  const next = new Map(after.map((attribute) => [attribute.name, attribute]));
  for (const attribute of before) {
    const problem = attributeProblem(attribute, next.get(attribute.name), prefix + attribute.name);
    if (problem !== undefined) return problem;
  }
  const known = new Set(before.map(({ name }) => name));
  const added = after.find(({ name, required }) => required && !known.has(name));
  return added && `${prefix}${added.name} is new and can not be required: the resources do not have it`;
}

function attributeProblem(
  before: AttributeDefinition,
  after: AttributeDefinition | undefined,
  path: string,
): string | undefined {
  if (after === undefined) return `${path} can not be taken away or written otherwise`;
  const changed = fixed.find((characteristic) => before[characteristic] !== after[characteristic]);
  if (changed !== undefined) {
    return `${path} can not change its ${changed} from ${before[changed]} to ${after[changed]}`;
  }
  if (after.required && !before.required) return `${path} can not become required`;
  return siblingsProblem(before.subAttributes ?? [], after.subAttributes ?? [], `${path}.`);
}
