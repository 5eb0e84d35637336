import type { Principal } from "../../access/principal.ts";
import type { Directory } from "../../directory/resources.ts";
import type { JsonObject } from "../../scim/json.ts";
import { readProjection } from "../../scim/resource/projection.ts";
import { attributesOf } from "../../scim/resource/render.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { groupUrn } from "../../scim/urn.ts";
import { withoutSameName, withStoreOf } from "../../scim1/name.ts";
import { toPatch2 } from "../../scim1/patch.ts";

/** A resource by its name as it is kept; its members are not read for that. */
export async function namedResource(
  directory: Directory,
  caller: Principal,
  compiled: CompiledType,
  id: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const { stored } = await directory.get(
    caller,
    compiled,
    id,
    readProjection(compiled.type, ["id"], [], caller.profile),
  );
  const { userName, displayName } = attributesOf(stored);
  const name = compiled.type.base.id === groupUrn ? displayName : userName;
  return { id: stored.id, name: typeof name === "string" ? name : "" };
}

/** The changes that the body of a PATCH asks for; undefined when it asks for none. */
export function patchOf(
  { type }: CompiledType,
  name: string,
  body: JsonObject,
  stores: ReadonlySet<string>,
): JsonObject | undefined {
  const base = type.base.id;
  return toPatch2(type, withoutSameName(base, name, withStoreOf(base, name, body, stores)));
}
