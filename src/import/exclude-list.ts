import { z } from "zod";
import { ScimError } from "../scim/error.ts";
import { isJsonObject, type JsonObject } from "../scim/json.ts";
import { foldCase } from "../scim/resource/fold.ts";
import type { DefinitionRecord } from "../storage/port.ts";

/** Values of one list, and characters of a value. */
export const excludedValuesMax = 10_000;
const excludedCharsMax = 256;

/** The attributes of which a tenant may refuse values. */
export const excludableAttributes = ["mail", "firstName", "lastName"] as const;
export type ExcludableAttribute = (typeof excludableAttributes)[number];

/** The values that a tenant refuses of each attribute, folded. */
export type ExcludeLists = ReadonlyMap<ExcludableAttribute, ReadonlySet<string>>;

const listSchema = z.strictObject({
  values: z.array(z.string().min(1).max(excludedCharsMax)).max(excludedValuesMax),
});

/** The values of an exclude list as a client sent them; throws ScimError invalidValue that says where it is wrong. */
export function readExcludeList(body: unknown): readonly string[] {
  const read = listSchema.safeParse(body);
  if (!read.success)
    throw new ScimError("invalidValue", `The exclude list is not valid: ${z.prettifyError(read.error)}`);
  return read.data.values;
}

/** The attribute of that name, in any case. */
export function excludableAttribute(name: string): ExcludableAttribute | undefined {
  return excludableAttributes.find((attribute) => attribute.toLowerCase() === name.toLowerCase());
}

/** The lists that a tenant has stored. */
export function excludeListsFrom(records: readonly DefinitionRecord[]): ExcludeLists {
  const lists = new Map<ExcludableAttribute, ReadonlySet<string>>();
  for (const { definition, key, doc } of records) {
    const attribute = definition === "excludeList" ? excludableAttribute(key) : undefined;
    if (attribute !== undefined) lists.set(attribute, new Set(readExcludeList(JSON.parse(doc)).map(foldCase)));
  }
  return lists;
}

/** Where the values of each stand in a resource, as the messages of the engine write it. */
const paths: Readonly<Record<ExcludableAttribute, string>> = {
  mail: "emails.value",
  firstName: "name.givenName",
  lastName: "name.familyName",
};

/** The values of a resource that the lists refuse, with the paths where they stand. */
export function excludedValues(
  lists: ExcludeLists,
  resource: JsonObject,
): readonly { readonly path: string; readonly attribute: ExcludableAttribute; readonly value: string }[] {
  return [...lists].flatMap(([attribute, refused]) =>
    valuesOf(resource, attribute)
      .filter((value) => refused.has(foldCase(value)))
      .map((value) => ({ path: paths[attribute], attribute, value })),
  );
}

function valuesOf({ emails, name }: JsonObject, attribute: ExcludableAttribute): readonly string[] {
  const values =
    attribute === "mail"
      ? (Array.isArray(emails) ? emails : []).map((email) => (isJsonObject(email) ? email.value : undefined))
      : [isJsonObject(name) ? name[attribute === "firstName" ? "givenName" : "familyName"] : undefined];
  return values.filter((value): value is string => typeof value === "string");
}
