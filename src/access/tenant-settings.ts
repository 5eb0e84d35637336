import { z } from "zod";
import type { DefinitionRecord } from "../storage/port.ts";

/* What a tenant decides for itself. */

/** Ten years: what is to be valid longer is valid for ever. */
const minutesMax = 5_256_000;
const minutes = z.int().min(0).max(minutesMax);

export const tenantSettingsSchema = z.strictObject({
  passwordCharsMin: z.int().min(8).max(128).default(12).meta({
    description: "characters of a password that a person chooses",
  }),
  scimPasswords: z.enum(["all", "notFromIdentityProviders", "none"]).default("notFromIdentityProviders").meta({
    description: "whose SCIM `password` sets a login; identity providers are known by the profile of their token",
  }),
  applicationLinkMinutes: minutes.default(20_160).meta({
    description: "how long the links of an application's mails work; 0 for ever",
  }),
  passwordLinkMinutes: minutes.default(1440).meta({
    description: "how long the links of users work who were imported to choose a password (askPassword); 0 for ever",
  }),
});

export type TenantSettings = z.output<typeof tenantSettingsSchema>;

/** What a tenant has decided, and what holds where it has not. */
export function tenantSettingsFrom(records: readonly DefinitionRecord[]): TenantSettings {
  const record = records.find(({ definition }) => definition === "settings");
  return tenantSettingsSchema.parse(record === undefined ? {} : JSON.parse(record.doc));
}
