import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { BulkOperation } from "./request.ts";

/*
 * `bulkId:` and a bulkId stand for the id that the POST of that bulkId makes (RFC 7644 §3.7.2): as a whole value of any
 * attribute, as the last segment of a URI, as the id in the path of an operation, and between quotes in a PATCH path.
 */

const scheme = "bulkId:";

/** Names and PATCH paths of passwords: a password is a password, whatever it looks like. */
const passwordName = /(^|[:.])password$/i;

/** The text of a value, with what a reference in it becomes. */
type Resolve = (bulkId: string) => string;

/**
 * The bulkIds that an operation refers to, each once.
 *
 * @example referencesOf({ method: "DELETE", endpoint: "Users", id: "bulkId:qwerty", version: undefined }) // ["qwerty"]
 */
export function referencesOf(operation: BulkOperation): readonly string[] {
  const found = new Set<string>();
  resolveReferences(operation, (bulkId) => {
    found.add(bulkId);
    return bulkId;
  });
  return [...found];
}

/** The bulkId that the id of an operation refers to. */
export function referenceIn(id: string): string | undefined {
  return id.startsWith(scheme) ? id.slice(scheme.length) : undefined;
}

/** The operation with each reference in the place of which stands what `resolve` makes of it. */
export function resolveReferences<Operation extends BulkOperation>(operation: Operation, resolve: Resolve): Operation {
  const inData = operation.method === "PATCH" ? inPatch : inObject;
  return {
    ...operation,
    ...("id" in operation && { id: inId(operation.id, resolve) }),
    ...("data" in operation && { data: inData(operation.data, resolve) }),
  };
}

function inValue(value: Json, resolve: Resolve): Json {
  if (typeof value === "string") return inText(value, resolve);
  if (Array.isArray(value)) return value.map((element: Json) => inValue(element, resolve));
  return isJsonObject(value) ? inObject(value, resolve) : value;
}

function inObject(object: JsonObject, resolve: Resolve): JsonObject {
  return mapped(object, (name, value) => (passwordName.test(name) ? value : inValue(value, resolve)));
}

/** In the body of a PATCH, whose operations have paths. */
function inPatch(body: JsonObject, resolve: Resolve): JsonObject {
  return mapped(body, (name, value) => {
    if (name.toLowerCase() !== "operations" || !Array.isArray(value)) return inValue(value, resolve);
    return value.map((each: Json) => (isJsonObject(each) ? inPatchOperation(each, resolve) : each));
  });
}

function inPatchOperation(operation: JsonObject, resolve: Resolve): JsonObject {
  const isPath = (name: string): boolean => name.toLowerCase() === "path";
  const isOfPassword = Object.entries(operation).some(
    ([name, value]) => isPath(name) && typeof value === "string" && passwordName.test(value),
  );
  if (isOfPassword) return operation;
  return mapped(operation, (name, value) =>
    isPath(name) && typeof value === "string" ? inPatchPath(value, resolve) : inValue(value, resolve),
  );
}

function inPatchPath(path: string, resolve: Resolve): string {
  return path.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, (quotedText) => {
    const text = quotedText.slice(1, -1);
    const made = inText(text, resolve);
    return made === text ? quotedText : JSON.stringify(made);
  });
}

function mapped(object: JsonObject, map: (name: string, value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value = null]) => [name, map(name, value)]));
}

function inId(id: string, resolve: Resolve): string {
  const bulkId = referenceIn(id);
  return bulkId === undefined ? id : resolve(bulkId);
}

function inText(text: string, resolve: Resolve): string {
  const whole = referenceIn(text);
  if (whole !== undefined) return resolve(whole);
  const at = text.lastIndexOf(`/${scheme}`) + 1;
  const bulkId = text.slice(at + scheme.length);
  const isUri = at > 0 && bulkId !== "" && !/\s/.test(text) && !bulkId.includes("/");
  return isUri ? text.slice(0, at) + resolve(bulkId) : text;
}
