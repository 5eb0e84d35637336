import { ScimError } from "../error.ts";
import { isJsonObject, type Json, own } from "../json.ts";
import { foldCase } from "../resource/fold.ts";
import { type Reading, tolerates } from "../resource/read.ts";
import type { BoundPath } from "../schema/registry.ts";
import { type Draft, spend } from "./draft.ts";
import { attributeText, listOf, objectForText, readValue } from "./values.ts";

/**
 * Reads what the value of a `remove` names, also where it repeats the name of the attribute (as Salesforce does).
 * To take all away instead would be the worst reading of it, so where it is not forgiven it is refused.
 *
 * @throws ScimError `invalidValue`
 */
export function readNamed(reading: Reading, path: BoundPath, named: Json): readonly Json[] {
  if (!tolerates(reading, "patchRemoveByValue")) {
    throw new ScimError("invalidValue", `remove takes no value; select the ${attributeText(path)} by a filter.`);
  }
  const [key, ...more] = isJsonObject(named) ? Object.keys(named) : [];
  const isNested = key?.toLowerCase() === path.attribute.name.toLowerCase() && more.length === 0;
  const values = isNested && isJsonObject(named) ? (own(named, key ?? "") ?? null) : named;
  return listOf(readValue(reading, path, objectForText(reading, path, values)));
}

/**
 * The values without those that `named` names: equal ones, or of complex values those that are equal in all the
 * sub-attributes that it has. The cost is that of the values times the sets of sub-attributes that are named.
 *
 * @throws ScimError `tooMany`
 */
export function without(
  draft: Draft,
  { attribute }: BoundPath,
  values: readonly Json[],
  named: readonly Json[],
): readonly Json[] {
  const subs = attribute.subAttributes ?? [];
  const exact = new Map(subs.map(({ name, caseExact }) => [name, caseExact]));
  const keyOf = (value: Json, names: readonly string[] | undefined): string => {
    if (names === undefined || !isJsonObject(value)) return JSON.stringify(folded(value, attribute.caseExact));
    return JSON.stringify(names.map((name) => folded(own(value, name) ?? null, exact.get(name) === true)));
  };
  const groups = new Map<string, { readonly names: readonly string[] | undefined; readonly keys: Set<string> }>();
  for (const value of named) {
    const names = isJsonObject(value) ? Object.keys(value) : undefined;
    const signature = names?.join() ?? "";
    const group = groups.get(signature) ?? { names, keys: new Set<string>() };
    group.keys.add(keyOf(value, names));
    groups.set(signature, group);
  }
  spend(draft, groups.size * values.length);
  return values.filter((value) => ![...groups.values()].some(({ names, keys }) => keys.has(keyOf(value, names))));
}

function folded(value: Json, caseExact: boolean): Json {
  return typeof value === "string" && !caseExact ? foldCase(value) : value;
}
