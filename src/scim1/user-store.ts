import { type Filter, junction, not } from "../scim/filter/ast.ts";
import type { AttributePath } from "../scim/path.ts";
import { attributesOf, type StoredResource } from "../scim/resource/render.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import { groupUrn } from "../scim/urn.ts";

/*
 * WSO2 shows the user store in the name of every group, also PRIMARY, and in that of a user when it is another store.
 * Here names are kept without PRIMARY.
 */

const primary = "PRIMARY/";

/** A name without the prefix of the store that names are in without one. */
export function withoutPrimaryPrefix(name: string): string {
  return name.slice(0, primary.length).toUpperCase() === primary ? name.slice(primary.length) : name;
}

/** A group's name as WSO2 shows it. `stores` are those of the tenant beside PRIMARY, in upper case. */
export function shownGroupName(name: string, stores: ReadonlySet<string>): string {
  const slash = name.indexOf("/");
  return slash > 0 && stores.has(name.slice(0, slash).toUpperCase()) ? name : primary + name;
}

/** A stored group with its name as WSO2 shows it; anything else as it is. */
export function shownInStore(
  { type }: CompiledType,
  stored: StoredResource,
  stores: ReadonlySet<string>,
): StoredResource {
  if (type.base.id !== groupUrn) return stored;
  const attributes = attributesOf(stored);
  const { displayName } = attributes;
  if (typeof displayName !== "string") return stored;
  return { ...stored, doc: JSON.stringify({ ...attributes, displayName: shownGroupName(displayName, stores) }) };
}

const storeNames: ReadonlySet<string> = new Set(["username", "displayname"]);

function isName({ name, sub }: AttributePath): boolean {
  return sub === undefined && storeNames.has(name.toLowerCase());
}

/** A filter that finds by `PRIMARY/kim` who is kept as `kim`. */
export function withoutPrimary(filter: Filter): Filter {
  switch (filter.kind) {
    case "and":
    case "or":
      return junction(filter.kind, filter.terms.map(withoutPrimary));
    case "not":
      return not(withoutPrimary(filter.filter));
    case "compare": {
      const { value } = filter;
      const isNamed = typeof value === "string" && isName(filter.path);
      return isNamed ? { ...filter, value: withoutPrimaryPrefix(value) } : filter;
    }
    case "present":
    case "element":
      return filter;
  }
}
