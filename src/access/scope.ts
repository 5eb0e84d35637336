/** What a credential may do. */
export const scopes = [
  "scim:read",
  "scim:write",
  "scim:bulk",
  "import:write",
  "provisioning:write",
  "audit:read",
  "admin",
] as const;
export type Scope = (typeof scopes)[number];

/** Roles are names for sets of scopes. */
export const roles = {
  administrator: scopes,
  provisioner: scopes.filter((scope) => scope !== "admin"),
  auditor: ["scim:read", "audit:read"],
} as const satisfies Record<string, readonly Scope[]>;
export type Role = keyof typeof roles;

/** What a scope of another system allows, at the endpoints that it is for: the first segments behind that system's path. */
interface ScopeAlias {
  readonly scopes: readonly Scope[];
  readonly endpoints: readonly string[];
}

export type ScopeAliases = Readonly<Record<string, ScopeAlias>>;

const discovery = ["ServiceProviderConfig", "ResourceTypes", "Schemas"] as const;

/** Janssen's, each for one kind of resource. */
export const janssenScopes: ScopeAliases = {
  "https://jans.io/scim/users.read": { scopes: ["scim:read"], endpoints: ["Users", ...discovery] },
  "https://jans.io/scim/users.write": { scopes: ["scim:write"], endpoints: ["Users"] },
  "https://jans.io/scim/groups.read": { scopes: ["scim:read"], endpoints: ["Groups", ...discovery] },
  "https://jans.io/scim/groups.write": { scopes: ["scim:write"], endpoints: ["Groups"] },
  "https://jans.io/scim/all-resources.search": { scopes: ["scim:read"], endpoints: ["", ".search", ...discovery] },
  // There it is all that a Bulk request needs, whatever its operations are about.
  "https://jans.io/scim/bulk": { scopes: ["scim:bulk", "scim:write"], endpoints: ["Bulk"] },
};

/** Everything that a token can be given. */
export const grantable: readonly string[] = [...scopes, ...Object.keys(janssenScopes)];

/** What these scopes, of which some may be another system's, allow at an endpoint of that system. */
export function withAliases(
  own: ReadonlySet<Scope>,
  granted: readonly string[],
  aliases: ScopeAliases,
  endpoint: string,
): ReadonlySet<Scope> {
  const more = granted.flatMap((name) => {
    const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
    const isHere = alias?.endpoints.some((each) => each.toLowerCase() === endpoint.toLowerCase());
    return isHere === true ? (alias?.scopes ?? []) : [];
  });
  return more.length === 0 ? own : new Set([...own, ...more]);
}

export function isScope(text: string): text is Scope {
  return scopes.some((scope) => scope === text);
}

export function isRole(text: string): text is Role {
  return Object.hasOwn(roles, text);
}

/** The role that everybody has, which allows nothing by itself; it is stored nowhere, and no group. */
export const everyoneRole = "Everyone";

/** All roles of a user, of whom these are stored. */
export function roleNamesOf(stored: readonly string[]): string[] {
  return [everyoneRole, ...stored];
}

/** The scopes of all these roles together; names that are no role give nothing. */
export function scopesOfRoles(names: readonly string[]): ReadonlySet<Scope> {
  return new Set(names.filter(isRole).flatMap((name): readonly Scope[] => roles[name]));
}
