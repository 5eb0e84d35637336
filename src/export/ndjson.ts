import { isJsonObject, type Json } from "../scim/json.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";
import type { ExportDialect } from "./writer.ts";

/** A SCIM user a line: everything that a client may set, and the groups by name. */
export const ndjsonExport: ExportDialect = {
  id: "ndjson",
  title: "a SCIM user a line, as JSON",
  format: "ndjson",
  needsSurvey: false,
  async open(_type, { ids }) {
    return {
      head: "",
      line({ id, attributes, groups, manager, passwordHash }) {
        const extension = attributes[enterpriseUserUrn];
        const record: Record<string, Json | undefined> = { ...(ids && { _id: id }), ...attributes };
        if (manager !== undefined && isJsonObject(extension)) {
          record[enterpriseUserUrn] = { ...extension, manager: { value: manager } };
        }
        if (passwordHash !== undefined) record.passwordHash = passwordHash;
        return `${JSON.stringify({ ...record, groups })}\n`;
      },
    };
  },
};
