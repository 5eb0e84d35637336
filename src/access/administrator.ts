import { foldCase } from "../scim/resource/fold.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { Change } from "../storage/change.ts";
import { builtInUserType } from "../storage/port.ts";
import { hashPassword } from "./password.ts";

/**
 * Makes the administrator of a tenant: an account that is no user of the directory, so that SCIM neither lists nor
 * removes it.
 */
export async function administratorChanges(
  userType: CompiledType,
  { userName, password }: { readonly userName: string; readonly password: string },
  { now, newId }: { now: () => number; newId: () => string },
): Promise<readonly Change[]> {
  const id = newId();
  return [
    {
      kind: "createResource",
      resourceType: builtInUserType,
      id,
      at: now(),
      doc: JSON.stringify({ schemas: [userType.type.base.id], userName, displayName: "Administrator", active: true }),
      keys: { unique: foldCase(userName), display: null, externalId: null, active: true },
      passwordHash: await hashPassword(password),
    },
    { kind: "setRoles", userId: id, roles: ["administrator"] },
  ];
}
