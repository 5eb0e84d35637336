import type { Change } from "../storage/change.ts";

/** Has a user join some groups and leave others, whoever else is in them. */
export function membershipChanges(
  userId: string,
  { join, leave }: { readonly join: readonly string[]; readonly leave: readonly string[] },
  at: number,
): readonly Change[] {
  // Of most rows there is nothing to do.
  if (join.length + leave.length === 0) return [];
  const change = (groupId: string, add: readonly string[], remove: readonly string[]): Change => ({
    kind: "changeMembers",
    groupId,
    reset: false,
    add,
    remove,
    at,
  });
  return [
    ...join.map((groupId) => change(groupId, [userId], [])),
    ...leave.map((groupId) => change(groupId, [], [userId])),
  ];
}
