import type { JsonObject } from "../scim/json.ts";
import type { ActivationRecord, ActivationState } from "../storage/application.ts";

/** What a user is as SAP has it, and as WSO2 does: `new` has no password yet, `pending` was asked to choose one. */
export type UserStatus = "active" | "inactive" | "new" | "pending";

/** The status of a user. */
export function statusOf(
  user: JsonObject,
  hasPassword: boolean,
  links: readonly ActivationRecord[],
  now: number,
): UserStatus {
  if (user.active === false) return "inactive";
  if (hasPassword) return "active";
  const isAsked = links.some((link) => ["queued", "sent"].includes(activationState(link, now)));
  return isAsked ? "pending" : "new";
}

/** What became of a link. */
export function activationState(link: ActivationRecord | undefined, now: number): ActivationState {
  if (link === undefined) return "none";
  if (link.state !== "pending") return link.state;
  if (link.expiresAt !== null && link.expiresAt <= now) return "expired";
  return link.mailState === "dead" ? "failed" : link.mailState === "sent" ? "sent" : "queued";
}
