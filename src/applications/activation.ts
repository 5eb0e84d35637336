import { hashPassword } from "../access/password.ts";
import type { PasswordPolicy, PasswordProblem } from "../access/policy.ts";
import { hashToken } from "../access/token.ts";
import type { ActivationRecord, ApplicationRecord } from "../storage/application.ts";
import { localeOf } from "./addressee.ts";
import type { ApplicationPorts } from "./application.ts";
import { type InvitingPorts, inviteAgain } from "./send-emails.ts";
import { activationState } from "./status.ts";

/** How soon after a mail another may be asked for. */
const renewMsMin = 300_000;

/** A link, and what there is behind it. */
export interface FoundActivation {
  readonly link: ActivationRecord;
  readonly state: "open" | "expired" | "over";
  readonly user: { readonly userName: string; readonly isActive: boolean; readonly locale: string };
  readonly application: ApplicationRecord | undefined;
}

/** The link with that code; undefined when there is none any more. */
export async function findActivation(
  { store, now }: ApplicationPorts,
  code: string,
): Promise<FoundActivation | undefined> {
  const link = await store.applications.activationByCode(hashToken(code));
  if (link === undefined) return undefined;
  const { tenantId, userId, applicationId } = link;
  const record = await store.resources.get(tenantId, "User", userId);
  if (record === undefined) return undefined;
  const user = JSON.parse(record.doc);
  const application = applicationId === null ? undefined : await store.applications.get(tenantId, applicationId);
  const state = activationState(link, now());
  const isOver = state === "activated" || state === "revoked";
  return {
    link,
    state: isOver ? "over" : state === "expired" ? "expired" : "open",
    user: { userName: user.userName, isActive: user.active !== false, locale: localeOf(user) },
    application,
  };
}

/** What came of a password that somebody chose. */
export type Activated =
  | { readonly kind: "done" }
  | { readonly kind: "over" }
  | { readonly kind: "wrong"; readonly problem: PasswordProblem };

/** Sets the password by a link, which ends it: of two who do it at once one is too late. */
export async function activate(
  { store, now, policy }: ApplicationPorts & { readonly policy: PasswordPolicy },
  code: string,
  { link, user }: FoundActivation,
  password: string,
): Promise<Activated> {
  const { tenantId } = link;
  const problem = await policy.problem({ tenantId, password, userName: user.userName, before: "" });
  if (problem !== undefined) return { kind: "wrong", problem };
  const passwordHash = await hashPassword(password);
  const change = {
    kind: "activateUser",
    userId: link.userId,
    codeHash: hashToken(code),
    passwordHash,
    at: now(),
  } as const;
  const [result] = await store.commit([{ tenantId, changes: [change] }]);
  return { kind: result?.applied === true ? "done" : "over" };
}

/**
 * Sends the owner of a link that has expired another one, to the address that is known.
 *
 * @returns false when one was sent a moment ago
 */
export async function renewActivation(ports: InvitingPorts, { link, application }: FoundActivation): Promise<boolean> {
  if (ports.now() - link.sent < renewMsMin) return false;
  await inviteAgain(ports, link.tenantId, link.userId, application);
  return true;
}
