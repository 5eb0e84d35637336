import { csvLine } from "../import/guard.ts";
import { joinList } from "../import/row.ts";
import type { JsonObject } from "../scim/json.ts";
import { cellText, type ExportedUser, elementsOf, textAt } from "./user.ts";
import type { ExportDialect } from "./writer.ts";

/** A column of a dialect: the path whose text it shows, or how it is made. */
export type ExportColumn = readonly [header: string, value: string | ((user: ExportedUser) => string)];

/** A dialect whose columns are always the same. */
export function tableWriter(id: string, title: string, columns: readonly ExportColumn[]): ExportDialect {
  return {
    id,
    title,
    format: "csv",
    needsSurvey: false,
    async open() {
      return {
        head: csvLine(columns.map(([header]) => header)),
        line: (user) =>
          csvLine(
            columns.map(([, value]) => (typeof value === "string" ? textAt(user.attributes, value) : value(user))),
          ),
      };
    },
  };
}

/** What a user has of one type: `typed(attributes, "phoneNumbers", "mobile")`; empty where there is none of it. */
export function typed(attributes: JsonObject, name: string, type: string, sub = "value"): string {
  const element = elementsOf(attributes, name).find(
    (each) => typeof each.type === "string" && each.type.toLowerCase() === type,
  );
  return cellText(element?.[sub]);
}

/** The groups of a user as one cell. */
export function groupsCell(separator: string): (user: ExportedUser) => string {
  return ({ groups }) => joinList(groups, separator);
}
