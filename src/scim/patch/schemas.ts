import { ScimError } from "../error.ts";
import { isJsonObject, type Json, own } from "../json.ts";
import { tolerates } from "../resource/read.ts";
import type { BoundPath } from "../schema/registry.ts";
import { type Draft, requireSame } from "./draft.ts";
import { readNamed } from "./named.ts";
import type { SetOp } from "./operation.ts";
import type { Extension } from "./target.ts";
import { listOf, readValue } from "./values.ts";

/** True for the common attribute `schemas`. It follows what has data, so that to take a URN away is to take that. */
export function isSchemas({ extension, attribute }: BoundPath): boolean {
  return extension === undefined && attribute.name === "schemas";
}

/**
 * Sets `schemas` (RFC 7644 §3.5.2): the extensions that a replacement leaves out go with their data.
 *
 * @throws ScimError as readSchemas does, and `mutability` for a required extension that would go.
 */
export function setSchemas(draft: Draft, op: SetOp, path: BoundPath, input: Json): void {
  const urns = readSchemas(draft, op, path, input);
  if (op === "add") return;
  for (const extension of draft.compiled.type.extensions) {
    if (!urns.has(extension.schema.id.toLowerCase())) dropExtension(draft, extension);
  }
}

/**
 * Reads a value for `schemas`: the URNs in lower case.
 *
 * @throws ScimError `invalidValue` for a replacement without the type's own URN, for one that the type does not have
 *   and the profile does not leave out, and for what is no list of URNs.
 */
export function readSchemas(draft: Draft, op: SetOp, path: BoundPath, input: Json): ReadonlySet<string> {
  const { compiled, reading } = draft;
  const urns = new Set(lowerCase(listOf(readValue(reading, path, input))));
  const base = compiled.type.base.id;
  if (op === "replace" && !urns.has(base.toLowerCase())) {
    throw new ScimError("invalidValue", `schemas must name ${base}.`);
  }
  const known = new Set(lowerCase([base, ...compiled.type.extensions.map(({ schema }) => schema.id)]));
  const isKnown = [...urns].every((urn) => known.has(urn));
  if (isKnown || tolerates(reading, "ignoreUnknownAttributes")) return urns;
  throw new ScimError("invalidValue", `schemas names a schema that ${compiled.type.name} does not have.`);
}

/**
 * Takes URNs out of `schemas`, and with them the data of their extensions.
 *
 * @throws ScimError `mutability` for all of them or for a required extension, `invalidValue` for the type's own URN.
 */
export function removeSchemas(draft: Draft, path: BoundPath, named: Json | undefined): void {
  const { base, extensions } = draft.compiled.type;
  if (named === undefined) throw new ScimError("mutability", "schemas is required and can not be removed.");
  const urns = new Set(lowerCase(readNamed(draft.reading, path, named)));
  if (urns.has(base.id.toLowerCase())) throw new ScimError("invalidValue", `schemas must name ${base.id}.`);
  for (const extension of extensions) {
    if (urns.has(extension.schema.id.toLowerCase())) dropExtension(draft, extension);
  }
}

/**
 * Takes an extension away with all that is in it (RFC 7643 §3.3).
 *
 * @throws ScimError `mutability` when it is required or holds something immutable.
 */
export function dropExtension(draft: Draft, { schema, required }: Extension): void {
  if (required) throw new ScimError("mutability", `${schema.id} is required and can not be removed.`);
  const { [schema.id]: extension, ...rest } = draft.document;
  for (const attribute of schema.attributes) {
    const value = isJsonObject(extension) ? own(extension, attribute.name) : undefined;
    requireSame(attribute, value, undefined, `${schema.id}:${attribute.name}`);
  }
  draft.document = rest;
}

function lowerCase(texts: readonly Json[]): readonly string[] {
  return texts.flatMap((text) => (typeof text === "string" ? [text.toLowerCase()] : []));
}
