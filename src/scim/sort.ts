import { ScimError } from "./error.ts";
import type { SimpleTarget } from "./filter/bound.ts";
import { comparable, compareText } from "./filter/comparable.ts";
import { isJsonObject, type Json, type JsonObject, own } from "./json.ts";
import { parseAttributePath } from "./path.ts";
import { bindPath, boundPathText, findAttribute, type ResourceType } from "./schema/registry.ts";

/** In which order a list is wanted (RFC 7644 §3.4.2.3). */
export interface Sort {
  readonly target: SimpleTarget;
  readonly descending: boolean;
}

/** What a resource is ordered by; undefined when it has no such value. */
export type SortKey = string | number | boolean | undefined;

const orders: ReadonlyMap<string, boolean> = new Map([
  ["ascending", false],
  ["descending", true],
]);

/**
 * Reads `sortBy` and `sortOrder`; a complex attribute is sorted by its `value`.
 *
 * @returns undefined when there is no `sortBy`: a `sortOrder` alone orders nothing
 * @throws ScimError invalidValue for an attribute or an order that is none, sensitive for one never returned
 */
export function readSort(
  type: ResourceType,
  sortBy: string | undefined,
  sortOrder: string | undefined,
): Sort | undefined {
  if (sortBy === undefined || sortBy === "") return undefined;
  const descending = orders.get((sortOrder || "ascending").toLowerCase());
  if (descending === undefined) throw new ScimError("invalidValue", "sortOrder must be ascending or descending.");
  const parsed = parseAttributePath(sortBy);
  const path = parsed === undefined ? undefined : bindPath(type, parsed);
  if (path === undefined) {
    throw new ScimError(
      "invalidValue",
      `sortBy ${JSON.stringify(sortBy.slice(0, 100))} is no attribute of ${type.name}.`,
    );
  }
  const { extension, attribute } = path;
  const sub = path.sub ?? findAttribute(attribute.subAttributes ?? [], "value");
  const { type: valueType, caseExact, returned } = sub ?? attribute;
  if (attribute.returned === "never" || returned === "never") {
    throw new ScimError("sensitive", `${boundPathText(path)} can not be sorted by.`);
  }
  if (valueType === "complex")
    throw new ScimError("invalidValue", `sortBy ${boundPathText(path)} needs a sub-attribute.`);
  const target = {
    ...(extension !== undefined && { extension }),
    attribute: attribute.name,
    ...(sub !== undefined && { sub: sub.name }),
    type: valueType,
    multiValued: attribute.multiValued,
    caseExact,
  };
  return { target, descending };
}

/** The value that a whole resource is ordered by: of several the primary one, else the first. */
export function sortKey({ target }: Sort, resource: JsonObject): SortKey {
  const holder = target.extension === undefined ? resource : own(resource, target.extension);
  if (!isJsonObject(holder)) return undefined;
  const value = one(own(holder, target.attribute));
  const named = target.sub === undefined ? value : isJsonObject(value) ? one(own(value, target.sub)) : undefined;
  return named === undefined || named === null ? undefined : comparable(target, "gt", named);
}

function one(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return value;
  return value.find((element: Json) => isJsonObject(element) && element.primary === true) ?? value[0];
}

/** Orders two keys: without a value last when ascending, first when descending. */
export function compareKeys({ descending }: Sort, left: SortKey, right: SortKey): number {
  return descending ? ascending(right, left) : ascending(left, right);
}

function ascending(left: SortKey, right: SortKey): number {
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  // Of several types that have an attribute of one name, one may hold texts there and another one numbers.
  if (typeof left === "string" || typeof right === "string") return typeof left === "string" ? 1 : -1;
  return Number(left) - Number(right);
}
