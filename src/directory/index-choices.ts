import { ScimError } from "../scim/error.ts";
import { type IndexChoices, indexedAttributes } from "../scim/filter/indexed.ts";
import { isJsonObject } from "../scim/json.ts";
import type { Types } from "../scim/resource/type.ts";
import type { AttributeIndexRecord, DefinitionRecord, Store } from "../storage/port.ts";

/** Sets in one call to build indexes: the store writes what many of them have in the order of the index. */
const buildSetsPerCommit = 400;

/** What a tenant chose, by the name of the type. */
export type ChoicesByType = ReadonlyMap<string, IndexChoices>;

/** Reads what a tenant chose. */
export function choicesFrom(records: readonly DefinitionRecord[]): ChoicesByType {
  const choices = new Map<string, Map<string, boolean>>();
  for (const { definition, doc } of records) {
    const choice: unknown = definition === "index" ? JSON.parse(doc) : undefined;
    if (!isJsonObject(choice)) continue;
    const { resourceType, path, indexed } = choice;
    if (typeof resourceType !== "string" || typeof path !== "string" || typeof indexed !== "boolean") continue;
    const ofType = choices.get(resourceType) ?? new Map<string, boolean>();
    choices.set(resourceType, ofType.set(path, indexed));
  }
  return choices;
}

export const noChoices: IndexChoices = new Map();

/**
 * Has the store index what the schemas mark and the tenant chose, and no more. A store that can not write now goes on
 * without: filters are answered all the same.
 *
 * @returns whether anything changed
 */
export async function ensureIndexes(
  store: Store,
  tenantId: number,
  types: Types,
  choices: ChoicesByType,
): Promise<boolean> {
  const there = await store.indexes.all(tenantId);
  const names = new Set([...types.byName.keys(), ...there.map(({ resourceType }) => resourceType)]);
  const changes = [...names].flatMap((name) => {
    const indexes = types.byName.get(name);
    const wanted = indexes === undefined ? [] : indexedAttributes(indexes.type, choices.get(name) ?? noChoices);
    const held = there.filter(({ resourceType }) => resourceType === name);
    return isSame(wanted, held) ? [] : [{ kind: "setIndexes", resourceType: name, indexes: wanted } as const];
  });
  if (changes.length === 0) return false;
  try {
    await store.commit([{ tenantId, changes }]);
    return true;
  } catch (error) {
    if (error instanceof ScimError && error.kind === "unavailable") return false;
    throw error;
  }
}

type Held = Pick<AttributeIndexRecord, "path" | "target">;

function isSame(wanted: readonly Held[], held: readonly Held[]): boolean {
  const known = new Map(held.map(({ path, target }) => [path, JSON.stringify(target)]));
  return (
    wanted.length === held.length && wanted.every(({ path, target }) => known.get(path) === JSON.stringify(target))
  );
}

/**
 * Goes on with the indexes of the first tenant that has some to build.
 *
 * @param isBusy whether an import of the tenant is under way, which suspended indexes wait for
 * @param stopRequested whether the process is about to end: what is built so far is kept
 * @returns whether there may be more to do
 */
export async function buildSomeIndexes(
  store: Store,
  isBusy: (tenantId: number) => boolean,
  stopRequested: () => boolean = () => false,
): Promise<boolean> {
  for (const tenantId of await store.indexes.unfinished()) {
    const indexes = await store.indexes.all(tenantId);
    const suspended = new Set(indexes.filter(({ state }) => state === "suspended").map((each) => each.resourceType));
    if (suspended.size > 0 && isBusy(tenantId)) continue;
    const resumed = [...suspended].map((resourceType) => ({ kind: "resumeIndexes", resourceType }) as const);
    if (resumed.length > 0) await store.commit([{ tenantId, changes: resumed }]);
    await store.indexes.readAhead(tenantId, stopRequested);
    if (stopRequested()) return true;
    const set = { tenantId, changes: [{ kind: "buildIndexes" } as const] };
    await store.commit(Array.from({ length: buildSetsPerCommit }, () => set));
    return true;
  }
  return false;
}
