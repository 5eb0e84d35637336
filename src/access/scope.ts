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
