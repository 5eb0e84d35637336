import { type TenantSettings, tenantSettingsFrom } from "../access/tenant-settings.ts";
import { ScimError } from "../scim/error.ts";
import type { JsonObject } from "../scim/json.ts";
import { forgives, type Profile } from "../scim/profile.ts";
import type { ReadResource } from "../scim/resource/resource.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import { userUrn } from "../scim/urn.ts";
import type { DefinitionRecord, Store } from "../storage/port.ts";
import { type ExcludeLists, excludedValues, excludeListsFrom } from "./exclude-list.ts";
import { inStore } from "./user-store.ts";

/** What a tenant asks of its resources beside their schemas. */
export interface TenantRules {
  readonly settings: TenantSettings;
  readonly excluded: ExcludeLists;
  /** The names of its user stores beside PRIMARY, in upper case. */
  readonly userStores: ReadonlySet<string>;
}

/** The rules of each tenant, kept in memory for a moment. */
export interface RuleBook {
  of(tenantId: number): TenantRules | Promise<TenantRules>;
  /** Forgets what is known of a tenant: it changed. */
  forget(tenantId: number): void;
}

/** How long rules are kept that somebody may change beside this process. */
const memoryMs = 1000;

/** Reads the rules that are stored. */
export function rulesFrom(records: readonly DefinitionRecord[]): TenantRules {
  const stores = records.filter(({ definition }) => definition === "userStore").map(({ key }) => key);
  return {
    settings: tenantSettingsFrom(records),
    excluded: excludeListsFrom(records),
    userStores: new Set(stores),
  };
}

export function createRuleBook({ definitions }: Pick<Store, "definitions">, now: () => number): RuleBook {
  const known = new Map<number, { readonly rules: TenantRules; readonly until: number }>();
  return {
    of(tenantId) {
      const kept = known.get(tenantId);
      if (kept !== undefined && now() < kept.until) return kept.rules;
      return definitions.all(tenantId).then((records) => {
        const rules = rulesFrom(records);
        known.set(tenantId, { rules, until: now() + memoryMs });
        return rules;
      });
    },
    forget: (tenantId) => void known.delete(tenantId),
  };
}

/**
 * A resource as a tenant takes it.
 *
 * @param before its attributes as they are stored: what an exclude list has come to refuse since may stay
 * @throws ScimError invalidValue for a value that an exclude list has
 */
export function obey(
  { excluded, userStores }: TenantRules,
  compiled: CompiledType,
  read: ReadResource,
  before?: JsonObject,
): ReadResource {
  const attributes = inStore(userStores, compiled, read.attributes);
  if (excluded.size > 0 && compiled.type.base.id === userUrn) {
    const kept = new Set(before === undefined ? [] : excludedValues(excluded, before).map(({ value }) => value));
    const wrong = excludedValues(excluded, attributes).find(({ value }) => !kept.has(value));
    if (wrong !== undefined) {
      const shown = JSON.stringify(wrong.value.slice(0, 64));
      throw new ScimError("invalidValue", `${wrong.path} ${shown} is in the exclude list for ${wrong.attribute}.`);
    }
  }
  return attributes === read.attributes ? read : { ...read, attributes };
}

/** Whether a `password` that comes by SCIM sets a login. */
export function takesPassword({ settings: { scimPasswords } }: TenantRules, profile: Profile): boolean {
  if (scimPasswords !== "notFromIdentityProviders") return scimPasswords === "all";
  return !forgives(profile, "ignorePassword");
}
