import { readAuth0Hash } from "../../access/hash/auth0.ts";
import { isJsonObject, type Json, type JsonObject } from "../../scim/json.ts";
import type { RowProblem } from "../../storage/import.ts";
import type { Dialect } from "./dialect.ts";
import { bindRecords, type ScimRecord } from "./record-mapper.ts";
import { usualDefaults } from "./table-dialect.ts";

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The connection in front of an id, which is no part of it: `auth0|5f7c…`. */
function withoutConnection(id: string): string {
  return id.slice(id.indexOf("|") + 1);
}

function readRecord(record: JsonObject): ScimRecord {
  const { user_id, email, username, given_name, family_name, name, nickname, picture, phone_number, blocked } = record;
  const [id, mail] = [text(user_id), text(email)];
  const formatted = text(name);
  const attributes: Record<string, Json> = {};
  const set = (key: string, value: Json | undefined): void => {
    if (value !== undefined) attributes[key] = value;
  };
  set("userName", text(username) ?? mail);
  set("externalId", id === undefined ? undefined : withoutConnection(id));
  set("displayName", formatted);
  set("nickName", text(nickname));
  set("active", typeof blocked === "boolean" ? !blocked : undefined);
  const names = Object.entries({ givenName: given_name, familyName: family_name, formatted });
  const parts = names.flatMap(([key, value]) => (text(value) === undefined ? [] : [[key, text(value) ?? ""] as const]));
  if (parts.length > 0) set("name", Object.fromEntries(parts));
  if (mail !== undefined) set("emails", [{ value: mail, primary: true }]);
  if (text(phone_number) !== undefined) set("phoneNumbers", [{ value: text(phone_number) ?? "", type: "mobile" }]);
  if (text(picture) !== undefined) set("photos", [{ value: text(picture) ?? "", type: "photo" }]);
  return { attributes, ...hashOf(record), warnings: warningsOf(record) };
}

function hashOf({ password_hash, custom_password_hash }: JsonObject): Pick<ScimRecord, "passwordHash" | "problems"> {
  const plain = text(password_hash);
  if (plain !== undefined) return { passwordHash: { text: plain } };
  if (!isJsonObject(custom_password_hash)) return {};
  const read = readAuth0Hash(custom_password_hash, true);
  if ("hash" in read) return { passwordHash: { text: read.hash } };
  return { problems: [{ code: "bad_hash", column: "custom_password_hash", message: read.wrong }] };
}

/** What Auth0 keeps of users and this directory has no attribute for. */
function warningsOf(record: JsonObject): readonly RowProblem[] {
  const lost = ["app_metadata", "user_metadata", "mfa_factors"].filter((name) => {
    const value = record[name];
    return value !== undefined && value !== null && Object.keys(value).length > 0;
  });
  return lost.map((column) => ({ code: "not_imported", column, message: `${column} has no SCIM attribute` }));
}

const recognised = ["user_id", "app_metadata", "custom_password_hash", "password_hash", "email_verified"];

/** The users of an Auth0 tenant, as its import takes them and its export gives them. */
export const auth0JsonDialect: Dialect = {
  id: "auth0-json",
  title: "users of Auth0 as JSON: email, user_id, custom_password_hash",
  reads: "records",
  defaults: usualDefaults,
  recognise(header) {
    const name = recognised.find((each) => header.includes(each));
    return name === undefined ? undefined : `the records have ${name}`;
  },
  bind: (_header, type, options) => bindRecords(type, readRecord, options),
};
