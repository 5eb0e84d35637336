import { z } from "zod";
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

/** The values of one list. */
export const excludeListSchema = z.array(z.string().min(1).max(excludedCharsMax)).max(excludedValuesMax);

const storedSchema = z.object({ values: excludeListSchema });

/** The values that a tenant has stored for each attribute that has a list, as they were written. */
export function storedLists(records: readonly DefinitionRecord[]): ReadonlyMap<ExcludableAttribute, readonly string[]> {
  const lists = new Map<ExcludableAttribute, readonly string[]>();
  for (const { definition, key, doc } of records) {
    const attribute = definition === "excludeList" ? excludableAttributes.find((each) => each === key) : undefined;
    if (attribute !== undefined) lists.set(attribute, storedSchema.parse(JSON.parse(doc)).values);
  }
  return lists;
}

/** The lists that a tenant has stored. */
export function excludeListsFrom(records: readonly DefinitionRecord[]): ExcludeLists {
  return new Map([...storedLists(records)].map(([attribute, values]) => [attribute, new Set(values.map(foldCase))]));
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
