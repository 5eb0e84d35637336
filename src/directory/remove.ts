import type { CompiledType } from "../scim/resource/type.ts";
import { isRefusal } from "../storage/change.ts";
import {
  type Caller,
  commit,
  type DirectoryPorts,
  namesVersion,
  recordOf,
  refusalError,
  requireMatch,
  requireMayChange,
} from "./steps.ts";

/**
 * Deletes a resource, with its memberships, password and roles (RFC 7644 §3.6).
 *
 * @throws ScimError notFound, preconditionFailed or forbidden
 */
export async function removeResource(
  { store, now }: DirectoryPorts,
  caller: Caller,
  compiled: CompiledType,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  await requireMayChange(store, caller, id);
  const change = { kind: "deleteResource", resourceType: compiled.type.name, id, at: now() } as const;
  const current = namesVersion(ifMatch) ? await recordOf(store, caller, compiled, id) : undefined;
  if (current !== undefined) requireMatch(ifMatch, current.version);
  const expected = current === undefined ? {} : { expectedVersion: current.version };
  const result = await commit(store, caller, { ...change, ...expected });
  if (isRefusal(result)) throw refusalError(result, compiled, id);
}
