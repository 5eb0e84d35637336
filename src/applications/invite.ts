import type { TenantSettings } from "../access/tenant-settings.ts";
import { hashToken, randomToken } from "../access/token.ts";
import type { TemplateName } from "../mail/words.ts";
import type { JsonObject } from "../scim/json.ts";
import type { ApplicationRecord, Invitation } from "../storage/application.ts";
import { addressOf, calledAs, localeOf } from "./addressee.ts";

const minuteMs = 60_000;

/** Who is asked in. */
export interface Invited {
  readonly userId: string;
  readonly user: JsonObject;
  /** The application that it is for. */
  readonly application: Pick<ApplicationRecord, "id" | "name"> | undefined;
  /** Of the tenant, which decides how long links work. */
  readonly settings: Pick<TenantSettings, "applicationLinkMinutes" | "passwordLinkMinutes">;
}

/**
 * A link for a user, of 256 random bits, and the mail that brings it.
 *
 * @returns undefined when the user has no address that mail can be sent to
 */
export function invitationOf(
  { now, newId }: { readonly now: () => number; readonly newId: () => string },
  { userId, user, application, settings }: Invited,
): Invitation | undefined {
  const recipient = addressOf(user);
  if (recipient === undefined) return undefined;
  const code = randomToken("");
  const template: TemplateName = application === undefined ? "password" : "activation";
  const minutes = application === undefined ? settings.passwordLinkMinutes : settings.applicationLinkMinutes;
  const at = now();
  const words = { name: calledAs(user), ...(application !== undefined && { application: application.name }) };
  return {
    id: newId(),
    userId,
    applicationId: application?.id ?? null,
    code,
    codeHash: hashToken(code),
    at,
    expiresAt: minutes === 0 ? null : at + minutes * minuteMs,
    mail: { id: newId(), recipient, template, locale: localeOf(user), words },
  };
}
