import { parseAttributePath } from "../path.ts";
import { commonAttributes } from "./common.ts";
import { findAttribute } from "./registry.ts";
import type { SchemaDefinition } from "./schema.ts";

/**
 * Why a schema can not stand beside others: the URN of one would be the path of an attribute of another, as
 * `urn:example:Badge:number` is where `urn:example:Badge` has a number (RFC 7644 §3.10).
 *
 * @returns a sentence without its full stop; undefined when every path means one thing
 */
export function pathClash(schema: SchemaDefinition, others: readonly SchemaDefinition[]): string | undefined {
  for (const other of others) {
    const [owner, namesake] = hasPath(other, schema.id) ? [other, schema] : [schema, other];
    if (hasPath(owner, namesake.id)) return `${namesake.id} would name both a schema and an attribute of ${owner.id}`;
  }
  return undefined;
}

function hasPath({ id, attributes }: SchemaDefinition, text: string): boolean {
  const path = parseAttributePath(text);
  if (path?.urn?.toLowerCase() !== id.toLowerCase()) return false;
  return findAttribute([...commonAttributes, ...attributes], path.name) !== undefined;
}
