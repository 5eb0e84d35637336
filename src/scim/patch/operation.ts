import { ScimError } from "../error.ts";
import { parsePath, type ValuePath } from "../filter/parse-path.ts";
import { quoted } from "../filter/refusal.ts";
import { isJsonObject, isList, type Json, type JsonObject, jsonTypeName } from "../json.ts";
import { patchOperationsMax } from "../limits.ts";
import type { Profile, Tolerance } from "../profile.ts";
import { newReading, type Reading, tolerates } from "../resource/read.ts";
import { patchOpUrn } from "../urn.ts";

/** `add` or `replace` at a path. */
export interface SetAtPath {
  readonly op: "add" | "replace";
  readonly path: ValuePath;
  readonly value: Json;
}

/** `add` or `replace` without a path: the value is a part of the resource. */
export interface SetInResource {
  readonly op: "add" | "replace";
  readonly path: undefined;
  readonly value: JsonObject;
}

export interface RemoveAtPath {
  readonly op: "remove";
  readonly path: ValuePath;
  /** What Entra names to be removed; the RFC knows no value here. */
  readonly value: Json | undefined;
}

/** One operation of a PATCH (RFC 7644 §3.5.2) that has the shape its `op` asks for. */
export type PatchOperation = SetAtPath | SetInResource | RemoveAtPath;
export type SetOp = SetAtPath["op"];

export interface PatchRequest {
  readonly operations: readonly PatchOperation[];
  readonly tolerated: ReadonlySet<Tolerance>;
}

const ops: ReadonlyMap<string, PatchOperation["op"]> = new Map(
  (["add", "replace", "remove"] as const).map((op) => [op, op]),
);

/**
 * Reads the body of a PATCH (RFC 7644 §3.5.2): keys in any case, paths parsed, each operation of the shape its `op`
 * asks for. What a path names is not looked up yet.
 *
 * @throws ScimError `invalidSyntax` for a body of another shape, `invalidPath` or `invalidFilter` for a path that is
 *   none, `noTarget` for a `remove` without a path, `invalidValue` for a missing value, `tooLarge`.
 * @example readPatch({ schemas: [patchOpUrn], Operations: [{ op: "replace", path: "active", value: false }] }, profile)
 */
export function readPatch(body: unknown, profile: Profile): PatchRequest {
  if (!isJsonObject(body)) throw syntax(`The body must be a JSON object, not ${jsonTypeName(body)}.`);
  const schemas = member(body, "schemas");
  const isPatch =
    isList(schemas) && schemas.some((urn) => isText(urn) && urn.toLowerCase() === patchOpUrn.toLowerCase());
  if (!isPatch) throw syntax(`schemas must be an array that names ${patchOpUrn}.`);
  const operations = member(body, "Operations");
  if (!isList(operations) || operations.length === 0) throw syntax("Operations must be an array of at least one.");
  if (operations.length > patchOperationsMax) {
    throw new ScimError(
      "tooLarge",
      `The request has ${operations.length} operations; at most ${patchOperationsMax} are accepted.`,
    );
  }
  const reading = newReading(profile);
  const read = operations.map((operation, index) =>
    inOperation(index, operations.length, () => readOperation(operation, reading)),
  );
  return { operations: read, tolerated: reading.tolerated };
}

function readOperation(input: Json, reading: Reading): PatchOperation {
  if (!isJsonObject(input)) throw syntax(`An operation must be an object, not ${jsonTypeName(input)}.`);
  const op = readOp(member(input, "op"), reading);
  const path = readPath(member(input, "path"), reading.profile);
  const value = member(input, "value");
  if (op === "remove") {
    if (path === undefined) throw new ScimError("noTarget", "remove needs a path.");
    return { op, path, value: value ?? undefined };
  }
  // There is no way to add what has no value; to replace by it is to remove (RFC 7643 §2.5).
  if (value === undefined || (value === null && op === "add")) throw invalid(`${op} needs a value.`);
  if (path !== undefined) return { op, path, value };
  if (reading.profile.tolerances.has("patchPathRequired")) throw syntax(`${op} needs a path.`);
  if (!isJsonObject(value)) throw invalid(`Without a path the value must be an object, not ${jsonTypeName(value)}.`);
  if (op === "replace" && Object.keys(value).length === 0) throw invalid("The value names nothing to replace.");
  return { op, path, value };
}

function readOp(input: Json | undefined, reading: Reading): PatchOperation["op"] {
  if (isText(input)) {
    const exact = ops.get(input);
    if (exact !== undefined) return exact;
    const op = ops.get(input.toLowerCase());
    if (op !== undefined && tolerates(reading, "patchOpAnyCase")) return op;
  }
  throw syntax(`op must be add, replace or remove, not ${isText(input) ? quoted(input) : jsonTypeName(input)}.`);
}

function readPath(input: Json | undefined, profile: Profile): ValuePath | undefined {
  if (input === undefined || input === null) return undefined;
  if (!isText(input)) throw new ScimError("invalidPath", `The path must be a string, not ${jsonTypeName(input)}.`);
  return parsePath(input, profile);
}

/** What stands under a name in any case (RFC 7643 §2.1). */
function member(object: JsonObject, name: string): Json | undefined {
  const wanted = name.toLowerCase();
  const keys = Object.keys(object).filter((key) => key.length === name.length && key.toLowerCase() === wanted);
  if (keys.length > 1) throw syntax(`${name} is given twice.`);
  return keys[0] === undefined ? undefined : object[keys[0]];
}

/** Runs a step; what it is refused with tells which of several operations it was. */
export function inOperation<Result>(index: number, count: number, step: () => Result): Result {
  if (count === 1) return step();
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    throw new ScimError(error.kind, `Operation ${index + 1}: ${error.detail}`, { cause: error.cause });
  }
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}

function syntax(detail: string): ScimError {
  return new ScimError("invalidSyntax", detail);
}

function invalid(detail: string): ScimError {
  return new ScimError("invalidValue", detail);
}
