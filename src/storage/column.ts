import type { SimpleTarget } from "../scim/filter/bound.ts";
import type { ResourceType } from "../scim/schema/registry.ts";

/** A column of a resource that holds the comparable form of an attribute. */
export interface Column {
  readonly name: "id" | "unique_key" | "display_key" | "external_id" | "active" | "created" | "modified";
  /** True when a resource may have no value there. */
  readonly nullable: boolean;
  /** The index that has the resources of a type, or of a tenant, in its order; undefined when none has. */
  readonly index: string | undefined;
}

/** Columns by the path of the attribute they hold. */
const columns: Readonly<Record<string, Column>> = {
  id: { name: "id", nullable: false, index: "resource_id" },
  externalId: { name: "external_id", nullable: true, index: "resource_external_id" },
  displayName: { name: "display_key", nullable: true, index: "resource_display" },
  active: { name: "active", nullable: true, index: undefined },
  "meta.created": { name: "created", nullable: false, index: undefined },
  "meta.lastModified": { name: "modified", nullable: false, index: "resource_modified" },
};

/** What the columns hold, by their keys: an attribute of that name that compares otherwise is not in them. */
const held: Readonly<Record<string, Pick<SimpleTarget, "type" | "caseExact">>> = {
  displayName: { type: "string", caseExact: false },
  active: { type: "boolean", caseExact: false },
};

/** The column that holds what a core attribute compares by; undefined when none does. */
export function columnOf(target: SimpleTarget, type: ResourceType): Column | undefined {
  const { extension, attribute, sub, multiValued } = target;
  if (extension !== undefined || multiValued) return undefined;
  const unique = type.base.attributes.find(({ uniqueness }) => uniqueness !== "none");
  if (sub === undefined && unique?.name === attribute) {
    return { name: "unique_key", nullable: !unique.required, index: "resource_unique" };
  }
  const path = sub === undefined ? attribute : `${attribute}.${sub}`;
  const wanted = Object.hasOwn(held, path) ? held[path] : undefined;
  const differs = wanted !== undefined && (wanted.type !== target.type || wanted.caseExact !== target.caseExact);
  return Object.hasOwn(columns, path) && !differs ? columns[path] : undefined;
}
