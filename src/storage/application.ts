/** What the store keeps of applications, of who is assigned to them, and of the links by which people set passwords. */

export const applicationAccesses = ["public", "internal", "private"] as const;
/** Who may in: anybody, every active user of the tenant, or those who are assigned. */
export type ApplicationAccess = (typeof applicationAccesses)[number];

export interface ApplicationRecord {
  readonly id: string;
  readonly name: string;
  /** Where people go when they have a password. */
  readonly homeUrl: string | null;
  readonly access: ApplicationAccess;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly modified: number;
}

/** What is kept of a user for one application, by the names of SAP: `spCustomAttribute1` … `5`. */
export type AssignmentAttributes = Readonly<Record<string, string>>;

/** `failed` when its mail could not be delivered, `expired` when its link is too old. */
export type ActivationState = "none" | "queued" | "sent" | "failed" | "expired" | "activated" | "revoked";

export interface ActivationRecord {
  readonly id: string;
  readonly tenantId: number;
  readonly userId: string;
  /** Null for a link that belongs to no application. */
  readonly applicationId: string | null;
  /** `pending` until the password is set or the link is revoked. */
  readonly state: "pending" | "activated" | "revoked";
  /** What became of its last mail. */
  readonly mailState: MailState;
  readonly mailId: string;
  readonly created: number;
  /** When the last mail was made. */
  readonly sent: number;
  readonly expiresAt: number | null;
}

/** A user who is assigned to an application. */
export interface AssignedUser {
  readonly userId: string;
  /** JSON text, as of a resource. */
  readonly doc: string;
  readonly attributes: AssignmentAttributes;
  readonly assigned: number;
  readonly hasPassword: boolean;
  readonly activation: ActivationRecord | undefined;
  /** The place in the order of the pages. */
  readonly place: number;
}

export interface AssignedQuery {
  readonly tenantId: number;
  readonly applicationId: string;
  /** The place of the last one of the page before; 0 for the first page. */
  readonly after: number;
  readonly limit: number;
}

/** How somebody who is asked in is to be told, and by what link. */
export interface Invitation {
  readonly id: string;
  readonly userId: string;
  readonly applicationId: string | null;
  readonly code: string;
  /** SHA-256 of the code, hexadecimal. */
  readonly codeHash: string;
  readonly at: number;
  readonly expiresAt: number | null;
  readonly mail: NewMail;
}

export interface NewMail {
  readonly id: string;
  readonly recipient: string;
  readonly template: string;
  readonly locale: string;
  /** What the template says beside the link. */
  readonly words: Readonly<Record<string, string>>;
}

export type ApplicationChange =
  /** Refused with `uniqueness` when another has the name, with `notFound` when one that is changed is gone. */
  | {
      readonly kind: "putApplication";
      readonly id: string;
      readonly name: string;
      /** The name, folded. */
      readonly nameKey: string;
      readonly homeUrl: string | null;
      readonly access: ApplicationAccess;
      readonly at: number;
      readonly isNew: boolean;
    }
  /** Also ends its assignments and links. Refused with `notFound`. */
  | { readonly kind: "deleteApplication"; readonly id: string }
  /** Assigns a user, or sets what is kept of one who is assigned. Refused with `notFound`. */
  | {
      readonly kind: "assignUser";
      readonly applicationId: string;
      readonly userId: string;
      readonly attributes: AssignmentAttributes;
      readonly at: number;
    }
  /** Refused with `notFound`. */
  | { readonly kind: "unassignUser"; readonly applicationId: string; readonly userId: string }
  /**
   * Makes a link and queues its mail. Of one user and application there is one: another is made in its place with
   * `again`, and else nothing is (the effect's `changed` is false). Refused with `notFound`.
   */
  | ({ readonly kind: "inviteUser"; readonly again: boolean } & Invitation)
  /**
   * Sets the password by a link that is pending and not expired, and ends it with all others of the user. Refused with
   * `notFound` when there is none with that code any more.
   */
  | {
      readonly kind: "activateUser";
      readonly userId: string;
      readonly codeHash: string;
      readonly passwordHash: string;
      readonly at: number;
    }
  /** Ends a link that is pending, and its mail if that waits. Refused with `notFound`. */
  | { readonly kind: "revokeActivation"; readonly id: string };

export interface ApplicationReads {
  /** By name. */
  all(tenantId: number): Promise<readonly ApplicationRecord[]>;
  get(tenantId: number, id: string): Promise<ApplicationRecord | undefined>;
  /** Who is assigned, in an order that stays. */
  assigned(query: AssignedQuery): Promise<readonly AssignedUser[]>;
  /** How many are assigned. */
  count(tenantId: number, id: string): Promise<number>;
  /** The assignment of one user; undefined without one. */
  assignment(tenantId: number, id: string, userId: string): Promise<AssignedUser | undefined>;
  /** The applications that a user is assigned to. */
  of(tenantId: number, userId: string): Promise<readonly ApplicationRecord[]>;
  /** The links of a user, newest first. */
  activations(tenantId: number, userId: string): Promise<readonly ActivationRecord[]>;
  activation(tenantId: number, id: string): Promise<ActivationRecord | undefined>;
  /** The link with that code, of whatever tenant. */
  activationByCode(codeHash: string): Promise<ActivationRecord | undefined>;
}

/** `withdrawn`: its link was revoked, used or too old before it was sent; `dead`: nobody could deliver it. */
export type MailState = "queued" | "sent" | "dead" | "withdrawn";

export interface MailRecord extends NewMail {
  readonly tenantId: number;
  readonly state: MailState;
  /** Null once it opens nothing any more. */
  readonly code: string | null;
  readonly codeExpiresAt: number | null;
  readonly attempts: number;
  readonly created: number;
  /** When it is tried next. */
  readonly dueAt: number;
  readonly sentAt: number | null;
  /** What the mail server said last. */
  readonly error: string | null;
  readonly place: number;
}

export interface MailQuery {
  readonly tenantId: number;
  readonly state?: MailState | undefined;
  /** Only mails before this place; undefined for the newest. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export type MailChange =
  /** Nothing happens to one that is not queued any more. */
  | { readonly kind: "noteMailSent"; readonly id: string; readonly at: number }
  /** Tries again at `dueAt`, or never where that is null. */
  | { readonly kind: "noteMailFailed"; readonly id: string; readonly error: string; readonly dueAt: number | null }
  /** Queues one again that is dead. Refused with `notFound`. */
  | { readonly kind: "retryMail"; readonly id: string; readonly at: number }
  /**
   * Forgets some codes of any tenant that opened nothing any more before that time, and withdraws their mails. The
   * effect's `changed` is false when none were left.
   */
  | { readonly kind: "dropExpiredCodes"; readonly before: number };

export interface MailReads {
  /** Newest first. */
  all(query: MailQuery): Promise<readonly MailRecord[]>;
  get(tenantId: number, id: string): Promise<MailRecord | undefined>;
  /** Of any tenant what is to be sent by now, oldest first. */
  due(now: number, limit: number): Promise<readonly MailRecord[]>;
}
