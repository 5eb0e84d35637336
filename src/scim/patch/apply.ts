import { ScimError } from "../error.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Profile, Tolerance } from "../profile.ts";
import { tolerates } from "../resource/read.ts";
import type { Membership } from "../resource/render.ts";
import { issuesError, type ReadResource } from "../resource/resource.ts";
import type { CompiledType } from "../resource/type.ts";
import { type Draft, newDraft, valueAt } from "./draft.ts";
import { selection, valuesIn } from "./match.ts";
import { deltaOf, type MemberDelta } from "./member.ts";
import { setInResource, setWhole } from "./object.ts";
import { inOperation, type PatchOperation, type SetOp } from "./operation.ts";
import { removeTarget } from "./remove.ts";
import { dropExtension } from "./schemas.ts";
import { setTarget } from "./set.ts";
import { findTarget, isMembers, type PatchTarget, requireTarget } from "./target.ts";
import { attributeText, listOf } from "./values.ts";

export type { MemberDelta } from "./member.ts";

/** What a PATCH makes of a resource. */
export interface PatchedResource {
  readonly resource: ReadResource;
  /** What it does to the members; undefined when it leaves them as they are. */
  readonly members: MemberDelta | undefined;
  readonly tolerated: ReadonlySet<Tolerance>;
}

/** How the result is read once more: what is stored may have attributes that its schema has lost. */
const storedProfile: Profile = Object.freeze({
  name: "stored",
  tolerances: new Set<Tolerance>(["ignoreUnknownAttributes"]),
});

/**
 * Applies operations to a resource, each to the result of the one before (RFC 7644 §3.5.2). Nothing is changed in
 * place, so that a refusal leaves everything as it was.
 *
 * @param current the stored attributes: `schemas`, `externalId`, core attributes and extensions, without members;
 *   `id` may be in it, for clients that send it back.
 * @param members the members of the resource, where needsMembers asks for them.
 * @throws ScimError `invalidPath`, `noTarget`, `invalidFilter`, `invalidValue`, `mutability`, `invalidSyntax`,
 *   `tooLarge`, `tooMany`
 * @example applyPatch(userType, stored, readPatch(body, profile).operations, profile).resource.attributes
 */
export function applyPatch(
  compiled: CompiledType,
  current: JsonObject,
  operations: readonly PatchOperation[],
  profile: Profile,
  members?: readonly Membership[],
): PatchedResource {
  const draft = newDraft(compiled, current, profile, members);
  applyAll(draft, operations);
  const whole = { ...draft.document, schemas: [compiled.type.base.id] };
  const { resource, issues } = compiled.read(whole, storedProfile);
  const error = issuesError(issues);
  if (error !== undefined) throw error;
  return { resource, members: deltaOf(draft), tolerated: draft.reading.tolerated };
}

/**
 * What operations do to the members, when they are about nothing else and can be carried out without reading the
 * group; else undefined.
 *
 * @throws ScimError as applyPatch does.
 */
export function memberDelta(
  compiled: CompiledType,
  operations: readonly PatchOperation[],
  profile: Profile,
): MemberDelta | undefined {
  if (!operations.every((operation) => isAboutMembers(compiled, operation))) return undefined;
  if (needsMembers(compiled, operations)) return undefined;
  const draft = newDraft(compiled, {}, profile, undefined);
  applyAll(draft, operations);
  return deltaOf(draft) ?? { reset: false, add: [], remove: [] };
}

function isAboutMembers(compiled: CompiledType, operation: PatchOperation): boolean {
  const { type, membership } = compiled;
  if (membership !== "members") return false;
  if (operation.path === undefined) {
    const names = Object.keys(operation.value).map((name) => name.toLowerCase());
    return names.length > 0 && names.every((name) => name === "members");
  }
  const target = findTarget(type, operation.path);
  return target?.kind === "attribute" && isMembers(compiled, target.path);
}

/** True when an operation selects members by more than their `value`, so that applyPatch has to know them. */
export function needsMembers(compiled: CompiledType, operations: readonly PatchOperation[]): boolean {
  return operations.some(({ op, path }) => {
    if (op !== "remove" || path?.filter === undefined || valuesIn(path.filter) !== undefined) return false;
    const target = findTarget(compiled.type, path);
    return target?.kind === "attribute" && target.path.sub === undefined && isMembers(compiled, target.path);
  });
}

function applyAll(draft: Draft, operations: readonly PatchOperation[]): void {
  operations.forEach((operation, index) => {
    inOperation(index, operations.length, () => applyOperation(draft, operation));
  });
}

function applyOperation(draft: Draft, operation: PatchOperation): void {
  const { op, path } = operation;
  if (path === undefined) {
    setInResource(draft, op, operation.value);
    return;
  }
  const { compiled, reading } = draft;
  const isKnown = findTarget(compiled.type, path) !== undefined;
  if (!isKnown && tolerates(reading, "patchUnknownPathIgnored")) return;
  const target = requireTarget(compiled.type, path);
  requireOneValue(draft, target);
  if (op === "remove") remove(draft, target, operation.value);
  else set(draft, op, target, operation.value);
}

/** Where a profile holds paths to it, a filter selects one value and the path names a sub-attribute of it. */
function requireOneValue(draft: Draft, target: PatchTarget): void {
  if (!draft.reading.profile.tolerances.has("patchOneValueOnly")) return;
  if (target.kind !== "attribute" || target.filter === undefined || isMembers(draft.compiled, target.path)) return;
  const name = attributeText(target.path);
  if (target.path.sub === undefined) {
    throw new ScimError("invalidPath", `A path with a filter must name a sub-attribute of ${name}.`);
  }
  const values = listOf(valueAt(draft, target.path));
  const selects = selection(draft, target.path, target.filter, values.length);
  if (values.filter((value) => selects(value)).length > 1) {
    throw new ScimError("invalidFilter", `The filter selects more than one of the ${name}.`);
  }
}

function set(draft: Draft, op: SetOp, target: PatchTarget, value: Json): void {
  if (target.kind === "attribute") setTarget(draft, op, target, value);
  else setWhole(draft, op, target, value);
}

function remove(draft: Draft, target: PatchTarget, value: Json | undefined): void {
  if (target.kind === "attribute") removeTarget(draft, target, value);
  else if (target.kind === "extension") dropExtension(draft, target.extension);
  else throw new ScimError("noTarget", "PATCH removes no resource.");
}
