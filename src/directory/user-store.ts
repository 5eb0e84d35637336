import { ScimError } from "../scim/error.ts";
import type { JsonObject } from "../scim/json.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import { groupUrn, userUrn } from "../scim/urn.ts";

/*
 * User stores part the names of users and groups: `SALES/kim` and `kim` are two users. A name in the store PRIMARY has no
 * prefix. A prefix that is no store of the tenant is a part of the name.
 */

/** The store that every tenant has. */
export const primaryStore = "PRIMARY";
/** Letters, digits and some signs, as WSO2 has them; kept in upper case. */
const storeName = /^[A-Z0-9][A-Z0-9_.-]{0,62}$/;

/**
 * The name of a store in the form in which it is kept.
 *
 * @throws ScimError invalidValue
 * @example readStoreName("amrsnghe") // "AMRSNGHE"
 */
export function readStoreName(text: string): string {
  const name = text.trim().toUpperCase();
  if (storeName.test(name)) return name;
  const shown = JSON.stringify(text.slice(0, 64));
  throw new ScimError("invalidValue", `name ${shown} must be letters, digits, dots, hyphens or underscores.`);
}

/**
 * A name with the store that it is in.
 *
 * @param stores those of the tenant beside PRIMARY, in upper case
 * @param chosen the store that the name is to be in, whatever its prefix says
 * @example storedName(new Set(["SALES"]), "sales/kim") // "SALES/kim"
 */
export function storedName(stores: ReadonlySet<string>, name: string, chosen?: string): string {
  const slash = name.indexOf("/");
  const prefix = slash > 0 ? name.slice(0, slash).toUpperCase() : "";
  const isStore = prefix === primaryStore || stores.has(prefix);
  const bare = isStore ? name.slice(slash + 1) : name;
  const store = chosen ?? (isStore ? prefix : primaryStore);
  return store === primaryStore || bare === "" ? bare : `${store}/${bare}`;
}

/** The attribute by which resources of a type are in a store; undefined where they are in none. */
function storeAttribute({ type }: CompiledType): "userName" | "displayName" | undefined {
  if (type.base.id === userUrn) return "userName";
  return type.base.id === groupUrn ? "displayName" : undefined;
}

/** A resource with its name as it is kept. */
export function inStore(stores: ReadonlySet<string>, compiled: CompiledType, attributes: JsonObject): JsonObject {
  const attribute = storeAttribute(compiled);
  const name = attribute === undefined ? undefined : attributes[attribute];
  if (attribute === undefined || typeof name !== "string") return attributes;
  const stored = storedName(stores, name);
  return stored === name || stored === "" ? attributes : { ...attributes, [attribute]: stored };
}

/** The refusal of a name whose prefix is no store of the tenant, in WSO2's words; undefined where it is one. */
export function unknownStore(
  stores: ReadonlySet<string>,
  compiled: CompiledType,
  attributes: JsonObject,
): ScimError | undefined {
  const attribute = storeAttribute(compiled);
  const name = attribute === undefined ? undefined : attributes[attribute];
  const slash = typeof name === "string" ? name.indexOf("/") : -1;
  if (typeof name !== "string" || slash <= 0) return undefined;
  const store = name.slice(0, slash);
  if (store.toUpperCase() === primaryStore || stores.has(store.toUpperCase())) return undefined;
  const what = attribute === "userName" ? "user" : "group";
  const detail = `Cannot add ${what} through scim to user store . SCIM is not enabled for user store`;
  return new ScimError("invalidValue", `${detail} ${store.slice(0, 64)}`);
}
