import { ScimError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { parseAttributePath } from "../path.ts";
import { forgives, type Profile } from "../profile.ts";
import { commonAttributes } from "../schema/common.ts";
import { type BoundPath, bindPath, boundPathText, findAttribute, type ResourceType } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";

/** Names at one place of a resource: an attribute whole, or some of its sub-attributes. */
type Named = ReadonlyMap<string, "whole" | ReadonlySet<string>>;

/** Which attributes a client wants to see (RFC 7644 §3.4.2.5, §3.9). */
export interface Projection {
  /** `only` what is named, or all `but` that. */
  readonly kind: "only" | "but";
  readonly core: Named;
  /** Extensions by URN: whole, or the attributes named of them. */
  readonly extensions: ReadonlyMap<string, "whole" | Named>;
  /** The path of each attribute that is named as such, not by what it stands in: what is returned on request is shown. */
  readonly requested: ReadonlySet<string>;
}

/**
 * Reads the names of `attributes` or `excludedAttributes`. Names in any case, with or without the URN of their
 * schema; a whole extension by its URN; names that nothing has are ignored, and so is a filter in brackets.
 *
 * @returns undefined when neither names anything
 * @throws ScimError invalidValue when both are given and the profile does not let one win
 * @example readProjection(userType, ["userName", "name.givenName"], [])
 */
export function readProjection(
  type: ResourceType,
  attributes: readonly string[],
  excluded: readonly string[],
  profile?: Profile,
): Projection | undefined {
  const only = attributes.map((name) => name.trim()).filter((name) => name !== "");
  const but = excluded.map((name) => name.trim()).filter((name) => name !== "");
  const both = only.length > 0 && but.length > 0;
  if (both && !(profile !== undefined && forgives(profile, "attributesBeforeExcluded"))) {
    throw new ScimError("invalidValue", "attributes and excludedAttributes exclude each other.");
  }
  if (only.length + but.length === 0) return undefined;
  const core = new Map<string, "whole" | Set<string>>();
  const extensions = new Map<string, "whole" | Map<string, "whole" | Set<string>>>();
  const requested = new Set<string>();
  for (const name of only.length > 0 ? only : but) {
    const bound = add(type, core, extensions, name.replaceAll(/\[[^\]]*\]/g, ""));
    if (bound !== undefined && only.length > 0) requested.add(boundPathText(bound));
  }
  return { kind: only.length > 0 ? "only" : "but", core, extensions, requested };
}

/** Adds what a name stands for; tells the attribute, if it stands for one. */
function add(
  type: ResourceType,
  core: Map<string, "whole" | Set<string>>,
  extensions: Map<string, "whole" | Map<string, "whole" | Set<string>>>,
  name: string,
): BoundPath | undefined {
  const whole = type.extensions.find(({ schema }) => schema.id.toLowerCase() === name.toLowerCase());
  if (whole !== undefined) {
    extensions.set(whole.schema.id, "whole");
    return undefined;
  }
  const path = parseAttributePath(name);
  const bound = path === undefined ? undefined : bindPath(type, path);
  if (bound === undefined) return undefined;
  let home = core;
  if (bound.extension !== undefined) {
    const known = extensions.get(bound.extension) ?? new Map<string, "whole" | Set<string>>();
    if (known === "whole") return bound;
    extensions.set(bound.extension, known);
    home = known;
  }
  const before = home.get(bound.attribute.name);
  if (bound.sub === undefined) home.set(bound.attribute.name, "whole");
  else if (before === undefined) home.set(bound.attribute.name, new Set([bound.sub.name]));
  else if (before !== "whole") before.add(bound.sub.name);
  return bound;
}

/** Whether an answer can show the core attribute at all: what it does not show need not be read. */
export function showsAttribute(projection: Projection | undefined, name: string): boolean {
  if (projection === undefined) return true;
  const named = projection.core.get(name);
  return projection.kind === "only" ? named !== undefined : named !== "whole";
}

/**
 * What a client sees of a whole resource: attributes returned `always` whatever it asked for, `never` ones not at
 * all, `request` ones only when named, `default` ones as it asked (RFC 7643 §7, RFC 7644 §3.9). So are the parts of
 * complex attributes that are shown.
 */
export function project(type: ResourceType, resource: JsonObject, projection: Projection | undefined): JsonObject {
  const { kind, core, extensions, requested } = projection ?? all;
  const attributes = [...commonAttributes, ...type.base.attributes];
  const shown: Record<string, Json> = projectObject(attributes, resource, { kind, names: core, requested, prefix: "" });
  for (const { schema } of type.extensions) {
    const value = resource[schema.id];
    if (!isJsonObject(value)) continue;
    const view = { ...viewOf(kind, extensions.get(schema.id)), requested, prefix: `${schema.id}:` };
    const extension = projectObject(schema.attributes, value, view);
    if (Object.keys(extension).length > 0) shown[schema.id] = extension;
  }
  return shown;
}

/** What is to be seen of an object. */
interface View {
  readonly kind: Projection["kind"];
  readonly names: Named;
  readonly requested: ReadonlySet<string>;
  /** What stands before the names of the object in a path. */
  readonly prefix: string;
}

const none: Named = new Map();
const all: Projection = { kind: "but", core: none, extensions: new Map(), requested: new Set() };

/** What is to be seen of an extension: of one that is hidden, what is always shown. */
function viewOf(kind: Projection["kind"], named: "whole" | Named | undefined): Pick<View, "kind" | "names"> {
  if (named === "whole") return { kind: kind === "only" ? "but" : "only", names: none };
  return { kind, names: named ?? none };
}

function projectObject(
  attributes: readonly AttributeDefinition[],
  object: JsonObject,
  view: View,
): Record<string, Json> {
  const shown: Record<string, Json> = {};
  for (const key of Object.keys(object)) {
    const attribute = findAttribute(attributes, key);
    const value = object[key];
    if (attribute === undefined || value === undefined) continue;
    const projected = projectAttribute(attribute, value, view);
    if (projected !== undefined) shown[attribute.name] = projected;
  }
  return shown;
}

function projectAttribute(attribute: AttributeDefinition, value: Json, view: View): Json | undefined {
  const { returned, name } = attribute;
  const named = view.names.get(name);
  if (returned === "never") return undefined;
  if (returned !== "always") {
    if (view.kind === "only" && named === undefined) return undefined;
    if (view.kind === "but" && named === "whole") return undefined;
    if (view.kind === "but" && returned === "request" && !view.requested.has(view.prefix + name)) return undefined;
  }
  const isPart = named !== undefined && named !== "whole" && returned !== "always";
  const kind = isPart ? view.kind : "but";
  const names: Named = isPart ? new Map([...named].map((sub) => [sub, "whole"])) : none;
  return projectParts(attribute, value, { kind, names, requested: view.requested, prefix: `${view.prefix}${name}.` });
}

/** A value with those of its sub-attributes that are to be seen; undefined when none is. */
function projectParts({ subAttributes }: AttributeDefinition, value: Json, view: View): Json | undefined {
  if (subAttributes === undefined) return value;
  const isWhole = view.names.size === 0 && subAttributes.every(({ returned }) => isShown(returned));
  if (isWhole) return value;
  const one = (element: Json): Json | undefined => {
    if (!isJsonObject(element)) return element;
    const object = projectObject(subAttributes, element, view);
    return Object.keys(object).length === 0 ? undefined : object;
  };
  if (!Array.isArray(value)) return one(value);
  const elements = value.map(one).filter((element: Json | undefined) => element !== undefined);
  return elements.length === 0 ? undefined : elements;
}

function isShown(returned: AttributeDefinition["returned"]): boolean {
  return returned === "default" || returned === "always";
}
