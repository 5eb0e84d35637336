import { isJsonObject, type Json, type JsonObject } from "../scim/json.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";

/** A user to be written, with what stands in no document. */
export interface ExportedUser {
  readonly id: string;
  readonly attributes: JsonObject;
  /** The groups they are in directly: by displayName where that names one group alone, else by id. */
  readonly groups: readonly string[];
  /** Their manager: by userName where there is such a user, else as it is stored. */
  readonly manager: string | undefined;
  /** The manager's mail, where they have one. */
  readonly managerMail: string | undefined;
  /** Only where hashes were asked for. */
  readonly passwordHash: string | undefined;
}

/** A simple value as the text of a cell. */
export function cellText(value: Json | undefined): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** The values of a multi-valued complex attribute. */
export function elementsOf(attributes: JsonObject, name: string): readonly JsonObject[] {
  const values = attributes[name];
  return Array.isArray(values) ? values.filter(isJsonObject) : [];
}

/**
 * The text at a short path of a dialect: `userName`, `name.givenName`, `emails[work].value`, `department`. A chosen type
 * is also met by a value that has none; `primary` by the first where none is it.
 */
export function textAt(attributes: JsonObject, path: string): string {
  const [, name = "", selector, sub] = /^([^.[]+)(?:\[([^\]]+)\])?(?:\.(.+))?$/.exec(path) ?? [];
  if (selector !== undefined) {
    const part = sub ?? "value";
    return cellText(chosen(elementsOf(attributes, name), selector, part === "value")?.[part]);
  }
  const extension = attributes[enterpriseUserUrn];
  const value = attributes[name] ?? (isJsonObject(extension) ? extension[name] : undefined);
  return cellText(sub === undefined ? value : isJsonObject(value) ? value[sub] : undefined);
}

/** @param mayLackType whether a value without a type is taken: of one with several parts nobody knows what they are for */
function chosen(elements: readonly JsonObject[], selector: string, mayLackType: boolean): JsonObject | undefined {
  if (selector === "primary") return elements.find(({ primary }) => primary === true) ?? elements[0];
  const isOfType = ({ type }: JsonObject): boolean => typeof type === "string" && type.toLowerCase() === selector;
  return elements.find(isOfType) ?? (mayLackType ? elements.find(({ type }) => type === undefined) : undefined);
}
