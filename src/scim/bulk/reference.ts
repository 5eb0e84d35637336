import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { BulkOperation } from "./request.ts";

/*
 * `bulkId:` and a bulkId stand for the id that the POST of that bulkId makes (RFC 7644 §3.7.2): as a whole value of any
 * attribute, as the last segment of a URI, as the id in the path of an operation, and between quotes in a PATCH path.
 */

const whole = /^((?:.*\/)?)bulkId:([^/]+)$/s;
const inPath = /"bulkId:([^"]+)"/g;

/** The text of a value, with what a reference in it becomes. */
type Resolve = (bulkId: string) => string;

/**
 * The bulkIds that an operation refers to.
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

/** The operation with each reference in the place of which stands what `resolve` makes of it. */
export function resolveReferences<Operation extends BulkOperation>(operation: Operation, resolve: Resolve): Operation {
  return {
    ...operation,
    ...("id" in operation && { id: inText(operation.id, resolve) }),
    ...("data" in operation && { data: inObject(operation.data, resolve) }),
  };
}

function inValue(value: Json, resolve: Resolve): Json {
  if (typeof value === "string") return inText(value, resolve);
  if (Array.isArray(value)) return value.map((element: Json) => inValue(element, resolve));
  return isJsonObject(value) ? inObject(value, resolve) : value;
}

function inObject(object: JsonObject, resolve: Resolve): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value = null]) => {
      const key = name.toLowerCase();
      // A password is a password, whatever it looks like.
      if (key === "password") return [name, value];
      const isPath = key === "path" && typeof value === "string" && value.includes("bulkId:");
      return [name, isPath ? inPatchPath(value, resolve) : inValue(value, resolve)];
    }),
  );
}

function inPatchPath(path: string, resolve: Resolve): string {
  return path.replaceAll(inPath, (_, bulkId: string) => JSON.stringify(resolve(bulkId)));
}

function inText(text: string, resolve: Resolve): string {
  if (!text.includes("bulkId:")) return text;
  const [, before = "", bulkId] = whole.exec(text) ?? [];
  return bulkId === undefined ? text : before + resolve(bulkId);
}
