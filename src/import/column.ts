import { parsePath, type ValuePath } from "../scim/filter/parse-path.ts";
import type { Json } from "../scim/json.ts";
import { type AttributePath, parseAttributePath } from "../scim/path.ts";
import { readSimpleValue, Wrong } from "../scim/resource/value.ts";
import { type BoundPath, bindPath, boundPathText, type ResourceType } from "../scim/schema/registry.ts";
import type { AttributeDefinition, AttributeType } from "../scim/schema/schema.ts";

/** Where the cells of a column go in a resource. */
export interface Target {
  readonly path: BoundPath;
  /** Which value of a multi-valued attribute: two columns with equal slots fill one value. Undefined: a list of values. */
  readonly slot: string | undefined;
  /** What the slot says of its value: `{ type: "work" }` of `emails[work].value`. */
  readonly given: Readonly<Record<string, Json>>;
  /** The path as messages of the engine write it, by which a problem finds its column. */
  readonly text: string;
  /** Names the object that holds the value; columns with equal homes fill one object. */
  readonly home: string;
}

/** The short way to choose a value: `emails[0].value`, `emails[work].value`, `emails[primary].value`. */
const shortSelector = /^(.*)\[([\w-]{1,64})\](?:\.([$A-Za-z][$\w-]*))?$/;

/**
 * Reads a header as the path of an attribute: `userName`, `name.givenName`, `emails[0].value`, `emails[work].value`,
 * `emails[type eq "home"].value`, with or without the URN of its schema.
 *
 * @returns undefined when the type has no such attribute, or the server alone sets it
 */
export function readColumn(header: string, type: ResourceType): Target | undefined {
  const parsed = parseHeader(header.trim());
  const path = parsed === undefined ? undefined : bindPath(type, parsed.path);
  if (parsed === undefined || path === undefined) return undefined;
  const { attribute } = path;
  const { selector } = parsed;
  if (attribute.mutability === "readOnly" || path.sub?.mutability === "readOnly") return undefined;
  if (!attribute.multiValued) {
    return selector === undefined && isSimple(path) ? target(path, { slot: "", given: {} }) : undefined;
  }
  const simple = attribute.subAttributes?.find((candidate) => candidate.name === "value");
  if (selector === undefined && path.sub === undefined) {
    const lists = attribute.type !== "complex" || simple !== undefined;
    return lists ? target(path, { slot: undefined, given: {} }) : undefined;
  }
  const chosen = readSelector(selector ?? "0", attribute);
  const value = path.sub ?? simple;
  return chosen === undefined || value === undefined ? undefined : target({ ...path, sub: value }, chosen);
}

interface Header {
  readonly path: AttributePath;
  readonly selector?: string;
}

/** A header in the short notation, or as a path of PATCH with a filter by type; undefined when it is neither. */
function parseHeader(header: string): Header | undefined {
  const [, name, selector, sub] = shortSelector.exec(header) ?? [];
  if (name !== undefined && selector !== undefined) {
    const path = parseAttributePath(sub === undefined ? name : `${name}.${sub}`);
    return path && { path, selector };
  }
  const parsed = tryParsePath(header);
  if (parsed?.filter === undefined) return parsed && { path: parsed.path };
  const { path, filter, sub: after } = parsed;
  const byType = filter.kind === "compare" && filter.operator === "eq" && filter.path.name.toLowerCase() === "type";
  if (!byType || typeof filter.value !== "string") return undefined;
  return { path: after === undefined ? path : { ...path, sub: after }, selector: filter.value };
}

function tryParsePath(header: string): ValuePath | undefined {
  try {
    return parsePath(header);
  } catch {
    return undefined;
  }
}

function target(path: BoundPath, chosen: Pick<Target, "slot" | "given">): Target {
  const home = `${path.extension ?? ""} ${path.attribute.name} ${chosen.slot ?? ""}`;
  return { path, ...chosen, text: boundPathText(path), home };
}

/** Whether a path ends at a simple value, so that the text of a cell can be it. */
function isSimple({ attribute, sub }: BoundPath): boolean {
  return (sub ?? attribute).type !== "complex";
}

function readSelector(selector: string, attribute: AttributeDefinition): Pick<Target, "slot" | "given"> | undefined {
  const has = (name: string): boolean => attribute.subAttributes?.some((sub) => sub.name === name) === true;
  const text = selector.trim();
  if (/^\d{1,3}$/.test(text)) return { slot: `#${Number(text)}`, given: {} };
  if (!/^[\w-]{1,64}$/.test(text)) return undefined;
  if (text.toLowerCase() === "primary" && has("primary")) return { slot: "primary", given: { primary: true } };
  return has("type") ? { slot: `type ${text.toLowerCase()}`, given: { type: text } } : undefined;
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  "1": true,
  active: true,
  false: false,
  no: false,
  "0": false,
  inactive: false,
};

/** How the text of a cell becomes a value of each type; undefined when it can not. The engine checks the rest. */
const converters: Readonly<Partial<Record<AttributeType, (text: string) => Json | undefined>>> = {
  boolean: (text) => {
    const word = text.trim().toLowerCase();
    return Object.hasOwn(words, word) ? words[word] : undefined;
  },
  integer: (text) => (/^\s*[+-]?\d{1,15}\s*$/.test(text) ? Number(text) : undefined),
  decimal: (text) => (/^\s*[+-]?\d{1,15}(\.\d{1,15})?\s*$/.test(text) ? Number(text) : undefined),
};

/** What a cell for an attribute of that type must hold, in words. */
export const expectations: Readonly<Partial<Record<AttributeType, string>>> = {
  boolean: "must be true or false (yes, no, 1, 0, active and inactive are understood)",
  integer: "must be a whole number",
  decimal: "must be a number",
};

/** The value of a cell; undefined when its text is no value of the attribute's type. */
export function convertCell(text: string, { attribute, sub }: BoundPath): Json | undefined {
  const convert = converters[(sub ?? attribute).type];
  return convert === undefined ? text : convert(text);
}

/** True when the text of a cell is no value that the engine accepts for the attribute. */
export function isWrongCell(text: string, path: BoundPath): boolean {
  const { type } = path.sub ?? path.attribute;
  const value = convertCell(text, path);
  return value === undefined || type === "complex" || readSimpleValue[type](value) instanceof Wrong;
}
