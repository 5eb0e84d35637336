import { isJsonObject, type JsonObject, ownInAnyCase } from "../scim/json.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";

/** Where WSO2's clients say that a new user is to choose a password by mail. */
const places: readonly string[] = [enterpriseUserUrn, "urn:scim:wso2:schema"];

/** The body of a new user, and whether the user is to be asked for a password by mail. */
export interface AskedPassword {
  readonly body: unknown;
  readonly asks: boolean;
}

/**
 * Takes `askPassword` out of the body of a new user: it is a request, and no attribute.
 *
 * @example takeAskPassword({ "urn:scim:wso2:schema": { askPassword: "true" } }) // { body: {}, asks: true }
 */
export function takeAskPassword(body: unknown): AskedPassword {
  if (!isJsonObject(body)) return { body, asks: false };
  const rest: Record<string, JsonObject[string]> = { ...body };
  let asks = false;
  for (const [key, extension] of Object.entries(body)) {
    const isPlace = places.some((urn) => urn.toLowerCase() === key.toLowerCase());
    if (!isPlace || !isJsonObject(extension)) continue;
    const value = ownInAnyCase(extension, "askPassword");
    if (value === undefined) continue;
    asks ||= String(value).toLowerCase() === "true";
    const others = Object.entries(extension).filter(([name]) => name.toLowerCase() !== "askpassword");
    if (others.length === 0) delete rest[key];
    else rest[key] = Object.fromEntries(others);
  }
  return { body: rest, asks };
}
