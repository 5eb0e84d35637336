import { isJsonObject, type JsonObject } from "../../scim/json.ts";
import type { Dialect } from "./dialect.ts";
import { bindRecords, type ScimRecord } from "./record-mapper.ts";
import { usualDefaults } from "./table-dialect.ts";

/** A resource, or an operation of a Bulk request that makes one (RFC 7644 §3.7). */
function readRecord(record: JsonObject): ScimRecord {
  const { method, path, data } = record;
  if (typeof method !== "string" || typeof path !== "string") return { attributes: record };
  const makesUser = method.toUpperCase() === "POST" && /^\/?users\/?$/i.test(path) && isJsonObject(data);
  if (makesUser) return { attributes: data };
  const message = `${method.slice(0, 16)} ${path.slice(0, 64)}: only POST /Users of a Bulk request makes a user`;
  return { attributes: {}, problems: [{ code: "bad_value", column: "method", message }] };
}

const recognised = /^(?:schemas|username|emails|externalid|method)$/i;

/** A JSON document with SCIM users: an array, a ListResponse or a Bulk request. */
export const scimJsonDialect: Dialect = {
  id: "scim-json",
  title: "a JSON array, ListResponse or Bulk request of SCIM users",
  reads: "records",
  defaults: usualDefaults,
  recognise(header, _type, format) {
    if (format !== "json") return undefined;
    const name = header.find((each) => recognised.test(each));
    return name === undefined ? undefined : `the records are JSON objects with ${name}`;
  },
  bind: (_header, type, options) => bindRecords(type, readRecord, options),
};

/** The same, one resource a line. */
export const ndjsonDialect: Dialect = {
  ...scimJsonDialect,
  id: "ndjson",
  title: "a SCIM user a line, as JSON",
  recognise(header, _type, format) {
    if (format !== "ndjson") return undefined;
    const name = header.find((each) => recognised.test(each));
    return name === undefined ? undefined : `each line is a JSON object with ${name}`;
  },
};
