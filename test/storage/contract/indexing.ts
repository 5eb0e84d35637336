import { indexableAttribute } from "../../../src/scim/filter/indexed.ts";
import type { ResourceType } from "../../../src/scim/schema/registry.ts";
import type { Change } from "../../../src/storage/change.ts";
import type { World } from "./world.ts";

/** Attributes of users that can be indexed: of one value and of several, texts, booleans, of an extension. */
export const indexablePaths = [
  "title",
  "emails.value",
  "emails.primary",
  "emails.type",
  "name.familyName",
  "department",
  "manager.value",
] as const;

/** The change after which just these attributes are indexed. */
export function indexed(type: ResourceType, paths: readonly string[]): Change {
  const indexes = paths.map((path) => {
    const attribute = indexableAttribute(type, path);
    if (attribute === undefined) throw new Error(`${path} can not be indexed`);
    return attribute;
  });
  return { kind: "setIndexes", resourceType: type.name, indexes };
}

/** More steps than any of these indexes takes. */
const stepsMax = 1000;

/** Goes on with the tenant's indexes until nothing is left to do; tells in how many steps. */
export async function build(world: World): Promise<number> {
  for (let steps = 0; steps < stepsMax; steps++) {
    const [effect] = await world.apply({ kind: "buildIndexes" });
    if (effect?.changed !== true) return steps;
  }
  throw new Error("the indexes are never ready");
}

/** How the attributes of a directory may be indexed; the answers are the same. */
export const indexModes: Readonly<Record<string, readonly [before: readonly string[], after: readonly string[]]>> = {
  never: [[], []],
  "from the first day": [indexablePaths, indexablePaths],
  "some of them": [
    ["emails.value", "department"],
    ["emails.value", "department"],
  ],
  later: [[], indexablePaths],
  "no more": [indexablePaths, ["title"]],
};
