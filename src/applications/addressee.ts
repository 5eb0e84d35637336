import { isJsonObject, type Json, type JsonObject } from "../scim/json.ts";

/* Whom a mail goes to, as the attributes of a user tell it. */

/** Characters of an address (RFC 5321 §4.5.3.1). */
const addressCharsMax = 254;
/** One address, without a name, comments, quotes or a second one behind it. */
const address = /^[^\s@<>,;:"()[\]\\\p{C}]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u;

/** The address that mail of a user goes to: the primary one, else the first; undefined when none is an address. */
export function addressOf({ emails }: JsonObject): string | undefined {
  const all = (Array.isArray(emails) ? emails : []).filter(isJsonObject);
  const first = all.find(({ primary }) => primary === true) ?? all[0];
  const value = typeof first?.value === "string" ? first.value.trim() : "";
  return value.length <= addressCharsMax && address.test(value) ? value : undefined;
}

/** What a user is called in a mail. */
export function calledAs({ displayName, name, userName }: JsonObject): string {
  const parts = isJsonObject(name) ? [name.givenName, name.formatted] : [];
  const called = [displayName, ...parts, userName].find(isText);
  return called ?? "";
}

const isText = (value: Json | undefined): value is string => typeof value === "string" && value.trim() !== "";

/** The locale in which a user is written to; empty where none is known. */
export function localeOf({ locale, preferredLanguage }: JsonObject): string {
  return [locale, preferredLanguage].find(isText) ?? "";
}
