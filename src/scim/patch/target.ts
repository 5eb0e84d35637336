import { ScimError } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import type { ValuePath } from "../filter/parse-path.ts";
import { quoted } from "../filter/refusal.ts";
import type { AttributePath } from "../path.ts";
import type { CompiledType } from "../resource/type.ts";
import { type BoundPath, bindPath, boundPathText, findAttribute, type ResourceType } from "../schema/registry.ts";

export type Extension = ResourceType["extensions"][number];

/** An attribute, some of its values, or a sub-attribute of either. */
export interface AttributeTarget {
  readonly kind: "attribute";
  readonly path: BoundPath;
  /** Selects values of a multi-valued complex attribute; its names are sub-attributes. */
  readonly filter: Filter | undefined;
}

/** What a PATCH path names: the URN of a schema stands for all that the schema has. */
export type PatchTarget = AttributeTarget | SchemaTarget;
export type SchemaTarget =
  | { readonly kind: "extension"; readonly extension: Extension }
  | { readonly kind: "resource" };

/**
 * Looks up what a path names in a resource type (RFC 7644 §3.5.2, §3.10).
 *
 * @returns undefined when no schema of the type has it.
 * @throws ScimError `invalidPath` for brackets behind what is not multi-valued and complex.
 */
export function findTarget(type: ResourceType, { path, filter, sub }: ValuePath): PatchTarget | undefined {
  const whole = filter === undefined ? findSchema(type, pathText(path)) : undefined;
  if (whole !== undefined) return whole;
  const bound = bindPath(type, path);
  if (bound === undefined) return undefined;
  if (filter === undefined) return { kind: "attribute", path: bound, filter };
  const { type: attributeType, multiValued, subAttributes = [] } = bound.attribute;
  if (attributeType !== "complex" || !multiValued) {
    throw new ScimError("invalidPath", `${boundPathText(bound)} has no values that a filter could select.`);
  }
  if (sub === undefined) return { kind: "attribute", path: bound, filter };
  const found = findAttribute(subAttributes, sub);
  return found === undefined ? undefined : { kind: "attribute", path: { ...bound, sub: found }, filter };
}

/**
 * As `findTarget`, for a path that must name something.
 *
 * @throws ScimError `invalidPath` also when no schema of the type has it.
 */
export function requireTarget(type: ResourceType, path: ValuePath): PatchTarget {
  const target = findTarget(type, path);
  if (target !== undefined) return target;
  const text = pathText(path.path) + (path.sub === undefined ? "" : `[…].${path.sub}`);
  throw new ScimError("invalidPath", `${quoted(text)} is not an attribute of ${type.name}.`);
}

/** The schema of a type whose URN the text is, in any case; undefined when it is the URN of none. */
export function findSchema(type: ResourceType, text: string): SchemaTarget | undefined {
  const urn = text.toLowerCase();
  if (urn === type.base.id.toLowerCase()) return { kind: "resource" };
  const extension = type.extensions.find(({ schema }) => schema.id.toLowerCase() === urn);
  return extension === undefined ? undefined : { kind: "extension", extension };
}

/** True for the `members` of a type that keeps them as rows, and not in the document. */
export function isMembers({ membership }: CompiledType, { extension, attribute }: BoundPath): boolean {
  return membership === "members" && extension === undefined && attribute.name === "members";
}

function pathText({ urn, name, sub }: AttributePath): string {
  return (urn === undefined ? "" : `${urn}:`) + name + (sub === undefined ? "" : `.${sub}`);
}
