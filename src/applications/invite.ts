import { hashToken, randomToken } from "../access/token.ts";
import type { TemplateName } from "../mail/words.ts";
import type { JsonObject } from "../scim/json.ts";
import type { ApplicationRecord, Invitation } from "../storage/application.ts";
import { addressOf, calledAs, localeOf } from "./addressee.ts";

const minuteMs = 60_000;

/** How long links work, in minutes: 14 days for those of an application, a day for the others; 0 for ever. */
export const linkMinutes = { application: 20_160, password: 1440 } as const;

/** Who is asked in. */
export interface Invited {
  readonly userId: string;
  readonly user: JsonObject;
  /** The application that it is for. */
  readonly application: Pick<ApplicationRecord, "id" | "name"> | undefined;
  /** Minutes that the link works; 0 for ever. */
  readonly minutes?: number;
}

/**
 * A link for a user, of 256 random bits, and the mail that brings it.
 *
 * @returns undefined when the user has no address that mail can be sent to
 */
export function invitationOf(
  { now, newId }: { readonly now: () => number; readonly newId: () => string },
  { userId, user, application, minutes }: Invited,
): Invitation | undefined {
  const recipient = addressOf(user);
  if (recipient === undefined) return undefined;
  const code = randomToken("");
  const template: TemplateName = application === undefined ? "password" : "activation";
  const lives = minutes ?? linkMinutes[application === undefined ? "password" : "application"];
  const at = now();
  const words = { name: calledAs(user), ...(application !== undefined && { application: application.name }) };
  return {
    id: newId(),
    userId,
    applicationId: application?.id ?? null,
    code,
    codeHash: hashToken(code),
    at,
    expiresAt: lives === 0 ? null : at + lives * minuteMs,
    mail: { id: newId(), recipient, template, locale: localeOf(user), words },
  };
}
