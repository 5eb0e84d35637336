import { ScimError } from "../scim/error.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { TenantRecord } from "../storage/access.ts";
import { defaultTenantId, type Store } from "../storage/port.ts";
import { administratorChanges } from "./administrator.ts";

/** Characters of a domain (RFC 1035 §2.3.4). */
const domainCharsMax = 253;
const domain = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** How often a number is tried that somebody else took at the same moment. */
const triesMax = 5;

/**
 * The domain of a tenant in the form in which it is kept.
 *
 * @throws ScimError invalidValue
 * @example readDomain("Amrsnghe.ORG") // "amrsnghe.org"
 */
export function readDomain(text: string): string {
  const lower = text.trim().toLowerCase();
  if (lower.length <= domainCharsMax && domain.test(lower)) return lower;
  const shown = JSON.stringify(text.slice(0, 64));
  throw new ScimError("invalidValue", `domain ${shown} must be letters, digits and hyphens, parted by dots.`);
}

export interface NewTenant {
  readonly domain: string;
  /** Who may do everything in it; logs in as `userName@domain`. */
  readonly admin: { readonly userName: string; readonly password: string };
}

/**
 * Founds a tenant with its administrator.
 *
 * @throws ScimError invalidValue, or uniqueness when there is one with that domain
 */
export async function createTenant(
  store: Store,
  userType: CompiledType,
  wanted: NewTenant,
  { now, newId }: { now: () => number; newId: () => string },
): Promise<TenantRecord> {
  const name = readDomain(wanted.domain);
  const changes = await administratorChanges(userType, wanted.admin, { now, newId });
  for (let tries = 0; tries < triesMax; tries++) {
    const tenantId = Math.max(...(await store.access.tenants()).map((tenant) => tenant.tenantId)) + 1;
    const created = now();
    const founded = { kind: "createTenant", domain: name, at: created } as const;
    const [result] = await store.commit([{ tenantId, changes: [founded, ...changes] }]);
    if (result?.applied === true) return { tenantId, domain: name, created };
    if (result?.refusal.kind === "uniqueness") throw new ScimError("uniqueness", `There is a tenant ${name} already.`);
  }
  throw new ScimError("unavailable", "Too many tenants are being made; try again.");
}

/** Whom a login name is about. */
export interface LoginName {
  readonly tenantId: number;
  readonly userName: string;
}

/**
 * Finds the tenant of a login name: what follows the last `@` names one if there is one of that domain, else it is a
 * part of the userName, in the tenant that nobody has to name.
 */
export async function readLoginName({ access }: Pick<Store, "access">, text: string): Promise<LoginName> {
  const at = text.lastIndexOf("@");
  const tenantId = at <= 0 ? undefined : await access.tenantOf(text.slice(at + 1).toLowerCase());
  if (tenantId === undefined) return { tenantId: defaultTenantId, userName: text };
  return { tenantId, userName: text.slice(0, at) };
}
