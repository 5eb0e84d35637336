import { ScimError } from "../error.ts";
import type { BulkOperation } from "./request.ts";

/**
 * For each operation the places of earlier ones that it does not pass by, should they have to wait: the last that is
 * about the same resource, and the last that takes the same unique name.
 *
 * @param nameOf the unique name that an operation takes, as a key
 * @example followed([put42, post43, delete42], () => undefined) // [[], [], [0]]
 */
export function followed(
  operations: readonly (BulkOperation | ScimError)[],
  nameOf: (operation: BulkOperation) => string | undefined,
): readonly (readonly number[])[] {
  const byId = new Map<string, number>();
  const byName = new Map<string, number>();
  return operations.map((operation, place) => {
    if (operation instanceof ScimError) return [];
    const id = "id" in operation ? operation.id : undefined;
    return [...lastOf(byId, id, place), ...lastOf(byName, nameOf(operation), place)];
  });
}

/** The last place before this one that was noted under a key; this one is noted in its stead. */
function lastOf(places: Map<string, number>, key: string | undefined, place: number): readonly number[] {
  if (key === undefined) return [];
  const last = places.get(key);
  places.set(key, place);
  return last === undefined ? [] : [last];
}
