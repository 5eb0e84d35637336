import { ScimError } from "../error.ts";
import { parsePath } from "../filter/parse-path.ts";
import { isJsonObject, type Json, type JsonObject, jsonTypeName } from "../json.ts";
import { parseAttributePath } from "../path.ts";
import { tolerates } from "../resource/read.ts";
import { commonAttributes } from "../schema/common.ts";
import { type BoundPath, bindPath, findAttribute } from "../schema/registry.ts";
import type { AttributeDefinition } from "../schema/schema.ts";
import { type Draft, isReadOnly, requireWritable, valueAt } from "./draft.ts";
import type { SetOp } from "./operation.ts";
import { dropExtension, isSchemas, readSchemas } from "./schemas.ts";
import { setTarget } from "./set.ts";
import {
  type AttributeTarget,
  type Extension,
  findSchema,
  findTarget,
  type PatchTarget,
  type SchemaTarget,
} from "./target.ts";
import { reportUnknown, settle } from "./values.ts";

/**
 * Adds or replaces, one by one, what an object names of a resource (RFC 7644 §3.5.2.1, §3.5.2.3): attributes, whole
 * extensions under their URNs and, where that is forgiven, paths.
 *
 * @throws ScimError as setTarget does, and `invalidSyntax` for a name that is unknown or given twice.
 */
export function setInResource(draft: Draft, op: SetOp, value: JsonObject): void {
  setNames(draft, op, value, true);
}

/** A resource may stand under the URN of its base schema, and in that no other. */
function setNames(draft: Draft, op: SetOp, value: JsonObject, isTop: boolean): void {
  const { type } = draft.compiled;
  const attributes = [...commonAttributes, ...type.base.attributes];
  setEach(draft, op, value, attributes, undefined, (name, input) => {
    const target = findSchema(type, name) ?? pathTarget(draft, name);
    if (target?.kind === "attribute") setNamed(draft, op, target, input);
    else if (target?.kind === "extension") setExtension(draft, op, target.extension, input);
    else if (target !== undefined && isTop) setNames(draft, op, requireObject(type.base.id, input), false);
    else reportUnknown(draft.reading, name);
  });
}

/**
 * Adds or replaces, one by one, what an object names of a schema that the URN in a path or key stands for.
 *
 * @throws ScimError as setInResource does, and `invalidValue` for what is no object.
 */
export function setWhole(draft: Draft, op: SetOp, target: SchemaTarget, input: Json): void {
  if (target.kind === "extension") setExtension(draft, op, target.extension, input);
  else setInResource(draft, op, requireObject(draft.compiled.type.base.id, input));
}

function requireObject(name: string, input: Json): JsonObject {
  if (isJsonObject(input)) return input;
  throw new ScimError("invalidValue", `${name} must be an object, not ${jsonTypeName(input)}.`);
}

/**
 * Adds or replaces, one by one, what an object names of an extension; null in a replacement takes the extension away.
 *
 * @throws ScimError as setInResource does, and `mutability` for a required extension that would go.
 */
function setExtension(draft: Draft, op: SetOp, extension: Extension, input: Json): void {
  const { id, attributes } = extension.schema;
  if (input === null) {
    if (op === "replace") dropExtension(draft, extension);
    return;
  }
  setEach(draft, op, requireObject(id, input), attributes, id, (name) => reportUnknown(draft.reading, `${id}:${name}`));
}

/** Sets the attributes that an object names, and hands on every other name. */
function setEach(
  draft: Draft,
  op: SetOp,
  value: JsonObject,
  attributes: readonly AttributeDefinition[],
  extension: string | undefined,
  other: (name: string, input: Json) => void,
): void {
  const seen = new Set<string>();
  for (const [name, input = null] of Object.entries(value)) {
    const attribute = findAttribute(attributes, name);
    const key = attribute?.name ?? name.toLowerCase();
    if (seen.has(key)) throw new ScimError("invalidSyntax", `${key.slice(0, 200)} is given twice.`);
    seen.add(key);
    if (attribute === undefined) other(name, input);
    else setNamed(draft, op, { kind: "attribute", path: placed(extension, attribute), filter: undefined }, input);
  }
  settle(draft.reading);
}

function placed(extension: string | undefined, attribute: AttributeDefinition): BoundPath {
  return extension === undefined ? { attribute } : { extension, attribute };
}

/** Sets what a name in a value stands for; unlike a path, it may be there only because the client sends back all it got. */
function setNamed(draft: Draft, op: SetOp, target: AttributeTarget, input: Json): void {
  const { path } = target;
  if (isReadOnly(path)) {
    const isEqual = path.sub === undefined && !isComplex(input) && valueAt(draft, path) === input;
    if (!isEqual && !tolerates(draft.reading, "patchReadOnlyIgnored")) requireWritable(path);
  } else if (isSchemas(path) && input !== null) {
    // Clients send `schemas` with every object: without its path it is no wish to take an extension away.
    readSchemas(draft, op, path, input);
  } else setTarget(draft, op, target, input);
}

function isComplex(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

/** What a key stands for that is a path: `name.givenName`, `urn:…:User:division`, `emails[type eq "work"].value`. */
function pathTarget({ compiled, reading }: Draft, key: string): PatchTarget | undefined {
  const open = key.indexOf("[");
  const name = open < 0 ? key : key.slice(0, open);
  if (parseAttributePath(name) === undefined) return undefined;
  if (!/[.:[]/.test(key)) return lifted(compiled, reading, key);
  if (!reading.profile.tolerances.has("patchDottedKeys")) return undefined;
  const target = findTarget(compiled.type, parsePath(key, reading.profile));
  return target !== undefined && tolerates(reading, "patchDottedKeys") ? target : undefined;
}

/** The attribute of an extension that a name without its URN stands for, where that is forgiven. */
function lifted({ type }: Draft["compiled"], reading: Draft["reading"], key: string): PatchTarget | undefined {
  const path = bindPath(type, { name: key });
  if (path === undefined || !tolerates(reading, "liftExtensionAttributes")) return undefined;
  return { kind: "attribute", path, filter: undefined };
}
