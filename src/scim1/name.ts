import { ScimError } from "../scim/error.ts";
import { type JsonObject, keyInAnyCase } from "../scim/json.ts";
import { foldCase } from "../scim/resource/fold.ts";
import { groupUrn } from "../scim/urn.ts";
import { shownGroupName, withoutPrimaryPrefix } from "./user-store.ts";

const primary = "PRIMARY";

/**
 * The body of a PUT or PATCH with its name in the store that the resource is in: a group's bare name stays in the
 * group's store, and a user keeps the userName.
 *
 * @param base the URN of the type's schema in 2.0
 * @param name of the resource as it is kept
 * @param stores those of the tenant beside PRIMARY, in upper case
 * @throws ScimError invalidValue when a user would be renamed, or a group moved to another store
 * @example withStoreOf(groupUrn, "SALES/manager", { displayName: "executive" }, new Set(["SALES"])) // "SALES/executive"
 */
export function withStoreOf(base: string, name: string, body: JsonObject, stores: ReadonlySet<string>): JsonObject {
  const isGroup = base === groupUrn;
  const key = keyInAnyCase(body, isGroup ? "displayName" : "userName");
  const given = key === undefined ? undefined : body[key];
  if (key === undefined || typeof given !== "string") return body;
  if (!isGroup) {
    if (foldCase(withoutPrimaryPrefix(given)) === foldCase(name)) return { ...body, [key]: name };
    throw new ScimError("invalidValue", "User name is immutable in carbon user store.");
  }
  const [store = primary] = shownGroupName(name, stores).split("/", 1);
  const slash = given.indexOf("/");
  const prefix = slash > 0 ? given.slice(0, slash).toUpperCase() : "";
  const isStore = prefix === primary || stores.has(prefix);
  if (isStore && prefix !== store.toUpperCase()) {
    throw new ScimError("invalidValue", `The group is in the user store ${store}, and can not be moved to ${prefix}.`);
  }
  const bare = isStore ? given.slice(slash + 1) : given;
  return { ...body, [key]: store.toUpperCase() === primary ? bare : `${store}/${bare}` };
}

/** The body without its name where that is the one that the resource has: nothing is to be done about it. */
export function withoutSameName(base: string, name: string, body: JsonObject): JsonObject {
  const key = keyInAnyCase(body, base === groupUrn ? "displayName" : "userName");
  if (key === undefined || body[key] !== name) return body;
  const { [key]: _, ...rest } = body;
  return rest;
}
