import type { CompiledType } from "../scim/resource/type.ts";
import { defaultTenantId, type Store } from "../storage/port.ts";
import { administratorChanges } from "./administrator.ts";
import { randomPassword } from "./password.ts";
import { builtInUserType } from "./principal.ts";
import { scopes } from "./scope.ts";
import { hashToken } from "./token.ts";

/** A token that somebody chose should be as hard to guess as ours; shorter ones are accepted with a warning. */
export const chosenTokenCharsMin = 32;

export interface FirstAdministrator {
  readonly userName: string;
  readonly password: string | undefined;
  readonly token: string | undefined;
}

/** What was made on first start; the password only when it was made at random. */
export interface FirstStart {
  readonly userName: string;
  readonly randomPassword: string | undefined;
}

/**
 * Makes the administrator when the directory has none, and the token if one was chosen.
 *
 * @returns undefined when there is an administrator already; nothing is changed then
 */
export async function ensureAdministrator(
  store: Store,
  userType: CompiledType,
  chosen: FirstAdministrator,
  { now, newId }: { now: () => number; newId: () => string },
): Promise<FirstStart | undefined> {
  const type = { ...userType.type, name: builtInUserType };
  const { total } = await store.resources.list({
    tenantId: defaultTenantId,
    types: [{ type }],
    start: { offset: 0 },
    limit: 0,
  });
  if (total > 0) return undefined;
  const password = chosen.password ?? randomPassword();
  const at = now();
  const { userName, token } = chosen;
  const changes = [...(await administratorChanges(userType, { userName, password }, { now, newId }))];
  if (token !== undefined) {
    const hash = hashToken(token);
    changes.push({
      kind: "createToken",
      id: newId(),
      name: "MUSTER_ADMIN_TOKEN",
      hash,
      scopes,
      profile: "compatible",
      at,
      expiresAt: null,
    });
  }
  const [result] = await store.commit([{ tenantId: defaultTenantId, changes }]);
  if (result?.applied !== true) return undefined;
  return { userName, randomPassword: chosen.password === undefined ? password : undefined };
}
