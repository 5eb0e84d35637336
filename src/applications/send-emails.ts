import type { RuleBook } from "../directory/tenant-rules.ts";
import { ScimError } from "../scim/error.ts";
import type { ActivationRecord, ApplicationRecord } from "../storage/application.ts";
import type { ChangeSet } from "../storage/change.ts";
import { heapClearing } from "../storage/heap.ts";
import { type ApplicationPorts, findApplication } from "./application.ts";
import { invitationOf } from "./invite.ts";

/** Users that are looked at, and whose mails are queued, at a time: others get their turn between. */
const usersAtOnce = 200;
/** Users without an address of whom a message tells. */
const toldMax = 100;

/** What people are asked in with. */
export interface InvitingPorts extends ApplicationPorts {
  readonly rules: RuleBook;
}

/** What came of sending the mails of an application. */
export interface SentEmails {
  /** Mails that were put into the outbox. */
  readonly sent: number;
  readonly failed: number;
  readonly message: string;
  /** The first who can not be sent a mail. */
  readonly failures: readonly { readonly userId: string; readonly userName: string }[];
}

/** What SAP says where an application has no home. */
const homeMissing =
  "Home URL or SAML 2.0 configuration of the application missing. You can only import users, " +
  "but you cannot send activation emails.";

/**
 * Sends everybody who is assigned to an application a link to set a password: who has none, is active, and was not sent
 * one for it before. Doing it again sends nothing new.
 *
 * @throws ScimError notFound, or conflict for an application without a home URL
 */
export async function sendEmails(ports: InvitingPorts, tenantId: number, id: string): Promise<SentEmails> {
  const application = await findApplication(ports.store, tenantId, id);
  if (application.homeUrl === null) throw new ScimError("conflict", homeMissing);
  const { settings } = await ports.rules.of(tenantId);
  let [sent, failed] = [0, 0];
  const failures: { userId: string; userName: string; address: string }[] = [];
  const clearHeap = heapClearing();
  for (let after = 0; ; ) {
    clearHeap();
    const query = { tenantId, applicationId: id, after, limit: usersAtOnce } as const;
    const users = await ports.store.applications.assigned(query);
    const last = users.at(-1);
    if (last === undefined) break;
    after = last.place;
    const sets: ChangeSet[] = [];
    for (const { userId, doc, activation, hasPassword } of users) {
      const user = JSON.parse(doc);
      if (hasPassword || user.active === false || !isUnsent(activation)) continue;
      const invitation = invitationOf(ports, { userId, user, application, settings });
      if (invitation === undefined) {
        failed++;
        if (failures.length < toldMax) failures.push({ userId, userName: user.userName, address: addressIn(user) });
        continue;
      }
      const again = activation !== undefined;
      sets.push({ tenantId, changes: [{ kind: "inviteUser", ...invitation, again }] });
    }
    if (sets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const result of await ports.store.commit(sets)) if (result.applied && result.effects[0]?.changed) sent++;
  }
  const told = failures.map(({ userId, userName }) => ({ userId, userName }));
  return { sent, failed, message: messageOf(sent, failures[0]?.address), failures: told };
}

/** Whether somebody was sent no mail for the application, or only one that nobody could deliver. */
function isUnsent(activation: ActivationRecord | undefined): boolean {
  return activation === undefined || (activation.state === "pending" && activation.mailState === "dead");
}

function addressIn({ emails, userName }: { emails?: readonly { value?: string }[]; userName: string }): string {
  return emails?.[0]?.value ?? userName;
}

/** In SAP's words, who would have stopped at the first; the others were sent all the same. */
function messageOf(sent: number, failedAddress: string | undefined): string {
  if (failedAddress === undefined) return `${sent} emails sent`;
  return (
    `First ${sent} mails are sent. Mailing has been interrupted because sending e-mail to user with e-mail address ` +
    `${failedAddress} is not possible. Please update the user e-mail and trigger e-mail sending again.`
  );
}

/**
 * Sends a user another link, in the place of the one before.
 *
 * @param application that it is for; undefined for none
 * @throws ScimError notFound, or invalidValue without an address
 */
export async function inviteAgain(
  ports: InvitingPorts,
  tenantId: number,
  userId: string,
  application: ApplicationRecord | undefined,
): Promise<void> {
  const record = await ports.store.resources.get(tenantId, "User", userId);
  const noUser = new ScimError("notFound", `There is no user ${JSON.stringify(userId.slice(0, 64))}.`);
  if (record === undefined) throw noUser;
  const { settings } = await ports.rules.of(tenantId);
  const invitation = invitationOf(ports, { userId, user: JSON.parse(record.doc), application, settings });
  if (invitation === undefined) throw new ScimError("invalidValue", "emails has no address that mail can be sent to.");
  const change = { kind: "inviteUser", ...invitation, again: true } as const;
  const [result] = await ports.store.commit([{ tenantId, changes: [change] }]);
  if (result?.applied !== true) throw noUser;
}
