import { isJsonObject, type Json, type JsonObject } from "../scim/json.ts";
import { enterpriseUserUrn, userUrn } from "../scim/urn.ts";
import { enterprise1Urn } from "./urn.ts";

/** What the server sets, and what WSO2 does not take from a client: roles are given by other means. */
const dropped: ReadonlySet<string> = new Set(["schemas", "id", "meta", "groups", "roles"]);

/**
 * The body of a resource of SCIM 1.1 as one of 2.0.
 *
 * @param base the URN of the type's schema in 2.0
 * @example toBody2({ userName: "kim", "urn:scim:schemas:extension:enterprise:1.0": { manager: { managerId: "1" } } }, userUrn)
 */
export function toBody2(body: JsonObject, base: string): JsonObject {
  const made: Record<string, Json | undefined> = {};
  const schemas = [base];
  for (const [name, value] of Object.entries(body)) {
    if (dropped.has(name.toLowerCase())) continue;
    if (name.toLowerCase() === enterprise1Urn && isJsonObject(value)) {
      made[enterpriseUserUrn] = toEnterprise2(value);
      if (base === userUrn) schemas.push(enterpriseUserUrn);
    } else made[name] = value;
  }
  return { schemas, ...made };
}

/** `managerId` of 1.1 is the `value` of 2.0. */
export function toEnterprise2(extension: JsonObject): JsonObject {
  return mapped(extension, (name, value) => {
    if (name.toLowerCase() !== "manager" || !isJsonObject(value)) return [name, value];
    return [name, mapped(value, (sub, inner) => [sub.toLowerCase() === "managerid" ? "value" : sub, inner])];
  });
}

function mapped(object: JsonObject, map: (name: string, value: Json) => readonly [string, Json]): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value = null]) => map(name, value)));
}
