import { readColumn } from "../import/column.ts";
import { csvLine } from "../import/guard.ts";
import { joinList } from "../import/row.ts";
import { isJsonObject, type Json, type JsonObject } from "../scim/json.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { AttributeDefinition } from "../scim/schema/schema.ts";
import { cellText, type ExportedUser, elementsOf } from "./user.ts";
import type { ExportDialect } from "./writer.ts";

/** A column with how its cells are made. */
interface PathColumn {
  readonly header: string;
  readonly text: (user: ExportedUser) => string;
}

/** Attributes that stand in columns of their own. */
const ownColumns: ReadonlySet<string> = new Set(["groups", "manager", "password"]);

/** What is known of all users before the first is written: how many values each attribute has at most. */
type Widths = Map<string, number>;

function holderOf(attributes: JsonObject, extension: string | undefined): JsonObject {
  const value = extension === undefined ? attributes : attributes[extension];
  return isJsonObject(value) ? value : {};
}

function isWritten({ mutability, returned, name }: AttributeDefinition): boolean {
  return mutability !== "readOnly" && returned !== "never" && !ownColumns.has(name);
}

/** The attributes of a type that may be written, with the extension they stand in. */
function attributesOf(type: ResourceType): readonly { extension?: string; attribute: AttributeDefinition }[] {
  const external: AttributeDefinition | undefined = readColumn("externalId", type)?.path.attribute;
  return [
    ...(external === undefined ? [] : [{ attribute: external }]),
    ...type.base.attributes.filter(isWritten).map((attribute) => ({ attribute })),
    ...type.extensions.flatMap(({ schema }) =>
      schema.attributes.filter(isWritten).map((attribute) => ({ extension: schema.id, attribute })),
    ),
  ];
}

const keyOf = (extension: string | undefined, name: string): string => `${extension ?? ""} ${name}`;

/** Notes how many values a user has of each attribute. */
function survey(type: ResourceType, { attributes }: ExportedUser, widths: Widths): void {
  for (const { extension, attribute } of attributesOf(type)) {
    const value = holderOf(attributes, extension)[attribute.name];
    if (value === undefined) continue;
    const key = keyOf(extension, attribute.name);
    widths.set(key, Math.max(widths.get(key) ?? 0, Array.isArray(value) ? value.length : 1));
  }
}

/** The name of an attribute in a header: without its schema where that is told by the name alone. */
function nameIn(type: ResourceType, extension: string | undefined, name: string, rest: string): string {
  if (extension === undefined) return name + rest;
  const isPlain = readColumn(name + rest, type)?.path.extension === extension;
  return isPlain ? name + rest : `${extension}:${name}${rest}`;
}

/** The columns for one attribute: one, one for each of its parts, or as many as the user with most values needs. */
function columnsOf(
  type: ResourceType,
  { extension, attribute }: { readonly extension?: string; readonly attribute: AttributeDefinition },
  width: number,
): readonly PathColumn[] {
  const { name, multiValued, subAttributes } = attribute;
  const stored = ({ attributes }: ExportedUser): Json | undefined => holderOf(attributes, extension)[name];
  const parts = (subAttributes ?? []).filter((sub) => isWritten(sub) && !sub.multiValued && sub.name !== "$ref");
  const header = (rest: string): string => nameIn(type, extension, name, rest);
  if (subAttributes === undefined) {
    if (!multiValued) return [{ header: header(""), text: (user) => cellText(stored(user)) }];
    const list = (user: ExportedUser): string => {
      const values = stored(user);
      return Array.isArray(values) ? joinList(values.map(cellText), ";") : "";
    };
    return [{ header: header(""), text: list }];
  }
  if (!multiValued) {
    return parts.map((sub) => ({
      header: header(`.${sub.name}`),
      text: (user) => {
        const value = stored(user);
        return isJsonObject(value) ? cellText(value[sub.name]) : "";
      },
    }));
  }
  return Array.from({ length: width }, (_, index) =>
    parts.map((sub) => ({
      header: header(`[${index}].${sub.name}`),
      text: ({ attributes }: ExportedUser) =>
        cellText(elementsOf(holderOf(attributes, extension), name)[index]?.[sub.name]),
    })),
  ).flat();
}

/** Users in columns whose headers are paths of SCIM attributes, so many as they have values. */
export const scimPathExport: ExportDialect = {
  id: "scim-path",
  title: "headers are paths of SCIM attributes",
  format: "csv",
  needsSurvey: true,
  async open(type, { ids }, users) {
    const widths: Widths = new Map([[keyOf(undefined, "userName"), 1]]);
    let hasManagers = false;
    let hasGroups = false;
    for await (const user of users) {
      survey(type, user, widths);
      hasManagers ||= user.manager !== undefined;
      hasGroups ||= user.groups.length > 0;
    }
    const columns: PathColumn[] = [
      ...(ids ? [{ header: "id", text: ({ id }: ExportedUser) => id }] : []),
      ...attributesOf(type).flatMap(({ extension, attribute }) => {
        const width = widths.get(keyOf(extension, attribute.name)) ?? 0;
        const place = { attribute, ...(extension !== undefined && { extension }) };
        return width === 0 ? [] : columnsOf(type, place, width);
      }),
      ...(hasManagers ? [{ header: "manager", text: ({ manager = "" }: ExportedUser) => manager }] : []),
      ...(hasGroups ? [{ header: "groups", text: ({ groups }: ExportedUser) => joinList(groups, ";") }] : []),
    ];
    return {
      head: csvLine(columns.map(({ header }) => header)),
      line: (user) => csvLine(columns.map(({ text }) => text(user))),
    };
  },
};
