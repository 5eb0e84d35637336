import { ScimError } from "../../../src/scim/error.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../src/scim/json.ts";
import { applyPatch, memberDelta, type PatchedResource } from "../../../src/scim/patch/apply.ts";
import { readPatch } from "../../../src/scim/patch/operation.ts";
import { compatibleProfile, type Profile, strictProfile, type Tolerance } from "../../../src/scim/profile.ts";
import type { Membership } from "../../../src/scim/resource/render.ts";
import { type CompiledType, compileType } from "../../../src/scim/resource/type.ts";
import { buildRegistry } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { enterpriseUserUrn, groupUrn, patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import { typeNamed } from "../../support/scim.ts";

export { compatibleProfile, enterpriseUserUrn, groupUrn, patchOpUrn, strictProfile, userUrn };

export const user = compileType(typeNamed("User"));
export const group = compileType(typeNamed("Group"));

/** Everything that the core schemas lack: immutable and required attributes, and an extension that has to be there. */
export const thingUrn = "urn:example:schemas:Thing";
export const stampUrn = "urn:example:schemas:Stamp";
const types = buildRegistry(
  [
    {
      id: thingUrn,
      name: "Thing",
      description: "A thing.",
      attributes: [
        attribute("label", "Its name.", { required: true }),
        attribute("serial", "Set once.", { mutability: "immutable" }),
        attribute("tags", "Texts.", { multiValued: true }),
        attribute("owners", "At least one.", {
          multiValued: true,
          required: true,
          type: "complex",
          subAttributes: [
            attribute("value", "Who.", { required: true }),
            attribute("since", "Set once.", { mutability: "immutable" }),
          ],
        }),
        attribute("state", "The server's.", { mutability: "readOnly" }),
      ],
    },
    {
      id: stampUrn,
      name: "Stamp",
      description: "A stamp.",
      attributes: [attribute("by", "Who.", { required: true }), attribute("at", "Where.")],
    },
  ],
  [
    {
      name: "Thing",
      endpoint: "/Things",
      description: "A thing.",
      schema: thingUrn,
      schemaExtensions: [{ schema: stampUrn, required: true }],
    },
  ],
).resourceTypes.map(compileType);
const [thingType] = types;
if (thingType === undefined) throw new Error("no resource type Thing");
export const thing = thingType;

export type Body = Readonly<Record<string, unknown>>;

/** What is stored of a body, as the reader of its type gives it. */
export function stored(compiled: CompiledType, body: Body): JsonObject {
  const { resource, issues } = compiled.read({ schemas: [compiled.type.base.id], ...body }, strictProfile);
  if (issues.length > 0) throw new Error(issues.map(({ message }) => message).join("; "));
  return resource.attributes;
}

/** The stored attributes of a user. */
export function aUser(more: Body = {}): JsonObject {
  return stored(user, { userName: "bjensen", ...more });
}

/** The stored attributes of a group. */
export const aGroup = stored(group, { displayName: "Tour Guides" });

export const aThing = (more: Body = {}): JsonObject =>
  stored(thing, { label: "a", owners: [{ value: "o", since: "1" }], [stampUrn]: { by: "b" }, ...more });

/** A PATCH body with these operations, in the form that JSON gives it. */
export function body(...operations: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify({ schemas: [patchOpUrn], Operations: operations }));
}

export interface Patching {
  readonly compiled?: CompiledType;
  readonly current?: JsonObject;
  readonly profile?: Profile;
  readonly members?: readonly Membership[];
}

/** Reads and applies operations; without more, to a bare user and in the compatible profile. */
export function patch(operations: readonly unknown[], options: Patching = {}): PatchedResource {
  const { compiled = user, profile = compatibleProfile, members } = options;
  const { current = compiled === group ? aGroup : compiled === thing ? aThing() : aUser() } = options;
  const request = readPatch(body(...operations), profile);
  // Frozen through and through: nothing may be changed in place, not even before a refusal.
  const patched = applyPatch(compiled, frozen(current), request.operations, profile, members);
  return { ...patched, tolerated: new Set([...request.tolerated, ...patched.tolerated]) };
}

function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** The attributes that operations give. */
export function patched(operations: readonly unknown[], options: Patching = {}): JsonObject {
  return patch(operations, options).resource.attributes;
}

/** One operation on a user that has these attributes; what then stands under a name, `a.b` for what lies deeper. */
export function after(operation: unknown, name: string, current: Body = {}, profile: Profile = compatibleProfile) {
  return at(patched([operation], { current: aUser(current), profile }), ...name.split("/"));
}

export function at(object: JsonObject, ...names: readonly string[]): Json | undefined {
  let value: Json | undefined = object;
  for (const name of names) value = isJsonObject(value) ? value[name] : undefined;
  return value;
}

/** What operations are refused with: the kind of error; "accepted" when they are not. */
export function refusal(operations: readonly unknown[], options: Patching = {}): string {
  return kindOf(() => patch(operations, options));
}

export function kindOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ScimError) return error.kind;
    throw error;
  }
  return "accepted";
}

/** The delta of operations on members, computed both without the group and with it: they must agree. */
export function delta(operations: readonly unknown[], profile: Profile = compatibleProfile) {
  const request = readPatch(body(...operations), profile);
  const quick = memberDelta(group, request.operations, profile);
  const whole = applyPatch(group, aGroup, request.operations, profile).members ?? { reset: false, add: [], remove: [] };
  if (JSON.stringify(quick) !== JSON.stringify(whole))
    throw new Error(`${JSON.stringify(quick)} is not ${JSON.stringify(whole)}`);
  return quick;
}

/** A profile that lacks one tolerance. */
export function without(...lacking: Tolerance[]): Profile {
  const tolerances = new Set(compatibleProfile.tolerances);
  for (const tolerance of lacking) tolerances.delete(tolerance);
  return { name: "test", tolerances };
}
