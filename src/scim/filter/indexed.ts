import { isJsonObject, type Json, type JsonObject, own } from "../json.ts";
import { parseAttributePath } from "../path.ts";
import { commonAttributes } from "../schema/common.ts";
import {
  type BoundPath,
  bindPath,
  boundPathText,
  findAttribute,
  membershipOf,
  type ResourceType,
} from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import type { SimpleTarget, SimpleType } from "./bound.ts";
import { comparable } from "./comparable.ts";

/*
 * Attributes whose values a store keeps apart from the documents, so that a filter finds resources without reading
 * them. What is kept is what `comparable` makes of a value: an index can only say sooner what `evaluate` would.
 */

/** Where the values of an indexed attribute stand and how they compare: plain data, which a store keeps as JSON. */
export interface IndexTarget extends SimpleTarget {
  /** How the `type` beside each of several values compares (`work`); absent where the attribute has no such part. */
  readonly label?: { readonly caseExact: boolean };
}

export interface IndexedAttribute {
  /** The shortest text that binds to it: `emails.value`. */
  readonly path: string;
  readonly target: IndexTarget;
}

/** One value as an index holds it; `label` is the `type` beside it, empty where there is none. */
export interface IndexedValue {
  readonly value: string | number;
  readonly label: string;
}

/** What an administrator chose for an attribute, by its path: to be indexed or not to be. */
export type IndexChoices = ReadonlyMap<string, boolean>;

/** What answers filters sooner than any index of values would, or is kept elsewhere. */
const keptElsewhere: ReadonlySet<string> = new Set(["displayName", "active", "groups", "members"]);

/** The part of an attribute that holds one of its values, and the part that says what it is for. */
const labelName = "type";

const simpleTypes: ReadonlySet<string> = new Set<SimpleType>([
  "string",
  "boolean",
  "decimal",
  "integer",
  "dateTime",
  "reference",
]);

/** The attributes of a type that are to be indexed: those its schemas mark, unless an administrator chose otherwise. */
export function indexedAttributes(type: ResourceType, choices: IndexChoices): readonly IndexedAttribute[] {
  const marked = markedPaths(type).map((path) => boundPathText(path));
  const wanted = new Set([...marked, ...choices.keys()].filter((path) => choices.get(path) ?? true));
  return [...wanted].flatMap((path) => indexableAttribute(type, path) ?? []);
}

/** The attributes that the schemas of a type mark. */
export function markedPaths({ base, extensions }: ResourceType): readonly BoundPath[] {
  const marked = (attributes: readonly AttributeDefinition[], extension?: string): readonly BoundPath[] =>
    attributes.flatMap((attribute) => {
      const path = { ...(extension !== undefined && { extension }), attribute };
      const subs = (attribute.subAttributes ?? []).filter(({ indexed }) => indexed);
      return [...(attribute.indexed ? [path] : []), ...subs.map((sub) => ({ ...path, sub }))];
    });
  return [...marked(base.attributes), ...extensions.flatMap(({ schema }) => marked(schema.attributes, schema.id))];
}

/**
 * The attribute that a path names, as it would be indexed; a complex one stands for its `value`.
 *
 * @returns undefined when the path names nothing, or nothing that an index of values would help with
 * @example indexableAttribute(userType, "emails")?.path // "emails.value"
 */
export function indexableAttribute(type: ResourceType, text: string): IndexedAttribute | undefined {
  const parsed = parseAttributePath(text);
  const bound = parsed && bindPath(type, parsed);
  if (bound === undefined || commonAttributes.includes(bound.attribute)) return undefined;
  const { extension, attribute } = bound;
  const subs = attribute.subAttributes ?? [];
  const sub = bound.sub ?? findAttribute(subs, "value");
  const { type: simple, caseExact, returned, multiValued } = sub ?? attribute;
  const isKept = extension === undefined && isKeptElsewhere(type, attribute);
  const isSecret = attribute.returned === "never" || returned === "never";
  if (isKept || isSecret || sub?.name === "$ref" || !isSimple(simple)) return undefined;
  const label = attribute.multiValued && sub?.name !== labelName ? findAttribute(subs, labelName) : undefined;
  const target: IndexTarget = {
    ...(extension !== undefined && { extension }),
    attribute: attribute.name,
    ...(sub !== undefined && { sub: sub.name }),
    type: simple,
    multiValued: attribute.multiValued || multiValued,
    caseExact,
    ...(label?.type === "string" && !label.multiValued && { label: { caseExact: label.caseExact } }),
  };
  return { path: boundPathText({ ...bound, ...(sub !== undefined && { sub }) }), target };
}

function isKeptElsewhere(type: ResourceType, { name, uniqueness }: AttributeDefinition): boolean {
  return uniqueness !== "none" || keptElsewhere.has(name) || membershipOf(type) === name;
}

function isSimple(type: AttributeDefinition["type"]): type is SimpleType {
  return simpleTypes.has(type);
}

/** The values that an index holds of a resource; each once for each of the types it has. */
export function indexedValues(target: IndexTarget, resource: JsonObject): readonly IndexedValue[] {
  const holder = target.extension === undefined ? resource : own(resource, target.extension);
  if (!isJsonObject(holder)) return [];
  const { sub, label } = target;
  return list(own(holder, target.attribute)).flatMap((element) => {
    if (sub === undefined) return entry(target, element, "");
    if (!isJsonObject(element)) return [];
    const name = label === undefined ? "" : labelOf(label, own(element, labelName));
    return list(own(element, sub)).flatMap((value) => entry(target, value, name));
  });
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function entry(target: IndexTarget, value: Json, label: string): readonly IndexedValue[] {
  const found = comparable(target, "gt", value);
  if (found === undefined) return [];
  return [{ value: typeof found === "boolean" ? Number(found) : found, label }];
}

/** The `type` beside a value in the form in which it compares; empty when it has none. */
function labelOf({ caseExact }: { readonly caseExact: boolean }, value: Json | undefined): string {
  const target = { attribute: "", sub: labelName, type: "string", multiValued: false, caseExact } as const;
  const found = value === undefined || value === null ? undefined : comparable(target, "eq", value);
  return typeof found === "string" ? found : "";
}
