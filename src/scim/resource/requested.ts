import { isJsonObject, type Json, type JsonObject, ownInAnyCase } from "../json.ts";
import { parseAttributePath } from "../path.ts";
import { bindPath, boundPathText, type ResourceType } from "../schema/registry.ts";
import { patchOpUrn } from "../urn.ts";
import type { Projection } from "./projection.ts";

/**
 * What the answer to a write shows: what was asked for, and of what is returned on request also what the body named
 * (RFC 7643 §7). What `attributes` or `excludedAttributes` say of it wins.
 *
 * @param body of a POST, PUT or PATCH, as it was sent
 * @returns `projection` itself when the body names nothing of the kind
 */
export function projectionOfWrite(
  type: ResourceType,
  projection: Projection | undefined,
  body: unknown,
): Projection | undefined {
  const requested = requestedNames(type, body);
  if (requested.length === 0) return projection;
  const shown = projection ?? { kind: "but", core: new Map(), extensions: new Map(), requested: new Set() };
  return { ...shown, requested: new Set([...shown.requested, ...requested]) };
}

/**
 * The attributes and sub-attributes returned on request that the body of a POST, PUT or PATCH names, by the path that
 * `boundPathText` writes. Never throws: what is wrong with a body is told by who reads it.
 *
 * @example requestedNames(badgeType, { schemas: [badgeUrn], PHOTO: "a face" }) // ["photo"]
 */
export function requestedNames(type: ResourceType, body: unknown): readonly string[] {
  if (!isJsonObject(body)) return [];
  const operations = operationsIn(body);
  const named =
    operations === undefined
      ? namesIn(type, body, "")
      : operations.flatMap((operation) => (isJsonObject(operation) ? namesInOperation(type, operation) : []));
  return [...new Set(named.flatMap((name) => onRequest(type, name)))];
}

/** The operations of a PATCH; undefined for what is none. */
function operationsIn(body: JsonObject): readonly Json[] | undefined {
  const isPatch = listOf(ownInAnyCase(body, "schemas")).some(
    (urn) => typeof urn === "string" && urn.toLowerCase() === patchOpUrn.toLowerCase(),
  );
  return isPatch ? listOf(ownInAnyCase(body, "Operations")) : undefined;
}

function namesInOperation(type: ResourceType, operation: JsonObject): readonly string[] {
  const path = ownInAnyCase(operation, "path");
  const value = ownInAnyCase(operation, "value");
  if (typeof path !== "string") return isJsonObject(value) ? namesIn(type, value, "") : [];
  return namesUnder(type, withoutFilter(path), value);
}

/** The names of an object and, for those that hold objects, of what is in these. */
function namesIn(type: ResourceType, object: JsonObject, prefix: string): readonly string[] {
  return Object.keys(object).flatMap((name) => namesUnder(type, prefix + withoutFilter(name), object[name]));
}

function namesUnder(type: ResourceType, name: string, value: Json | undefined): readonly string[] {
  const objects = (Array.isArray(value) ? listOf(value) : [value]).filter(isJsonObject);
  if (isUrn(type, name)) return objects.flatMap((object) => namesIn(type, object, `${name}:`));
  const subs = new Set(objects.flatMap((object) => Object.keys(object)));
  return [name, ...[...subs].map((sub) => `${name}.${sub}`)];
}

function isUrn({ base, extensions }: ResourceType, name: string): boolean {
  const wanted = name.toLowerCase();
  return [base, ...extensions.map(({ schema }) => schema)].some(({ id }) => id.toLowerCase() === wanted);
}

/** A path without what stands in its brackets, which may hold brackets of its own in a text. */
function withoutFilter(path: string): string {
  const open = path.indexOf("[");
  return open < 0 ? path : path.slice(0, open) + path.slice(path.lastIndexOf("]") + 1);
}

/** What of a path is returned on request: the attribute, the sub-attribute, both or neither. */
function onRequest(type: ResourceType, name: string): readonly string[] {
  const path = parseAttributePath(name);
  if (path === undefined) return [];
  const { sub: _, ...whole } = path;
  const bound = bindPath(type, path) ?? bindPath(type, whole);
  if (bound === undefined) return [];
  const { sub, ...attribute } = bound;
  return [
    ...(bound.attribute.returned === "request" ? [boundPathText(attribute)] : []),
    ...(sub?.returned === "request" ? [boundPathText(bound)] : []),
  ];
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
