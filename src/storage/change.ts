import type { IndexedAttribute } from "../scim/filter/indexed.ts";
import type { ApplicationChange, MailChange } from "./application.ts";
import type { Actor, AuditChange } from "./audit.ts";
import type {
  FileShape,
  ImportJob,
  ImportRequest,
  ImportState,
  RowCounts,
  RowProblem,
  SettledOutcome,
  UndoOutcome,
} from "./import.ts";
import type { ProvisioningChange } from "./provisioning.ts";

/** What the store indexes of a resource, apart from its document; all folded by the caller. */
export interface ResourceKeys {
  /** The value that no other resource of the type in the tenant may have; null where the type has none. */
  readonly unique: string | null;
  readonly display: string | null;
  readonly externalId: string | null;
  readonly active: boolean | null;
}

export interface ResourceContent {
  readonly resourceType: string;
  readonly id: string;
  /** Milliseconds since 1970: becomes created or modified. */
  readonly at: number;
  /** JSON text of everything a client set, without id, meta, members and secrets. */
  readonly doc: string;
  readonly keys: ResourceKeys;
  /** The ids of all members; left out where membership is not touched. */
  readonly members?: readonly string[];
  /** Whether members that do not exist are left out instead of refused. */
  readonly skipUnknownMembers?: boolean;
  /** The resource type as it is registered, which must still be there; left out of the built-in ones. */
  readonly definition?: string;
  /** Whether no other resource of the type may have the same display key. */
  readonly displayIsUnique?: boolean;
  /** A password hash to set, or null to have none; left out where the password stays as it is. */
  readonly passwordHash?: string | null;
  /** Until when a password that is set lets its user in; for ever when left out. */
  readonly passwordUntil?: number;
}

/** What becomes of the members of a group. */
export interface MemberDelta {
  /** All members go that are not in `add`. */
  readonly reset: boolean;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * One durable change. Pure code computes them; `store.commit` carries them out. A change is all or none by
 * itself, and refuses before it writes.
 */
export type Change =
  /** Refused with `uniqueness` or `unknownMember`, or with `notFound` when the type is registered no longer. */
  | ({ readonly kind: "createResource" } & ResourceContent)
  /**
   * Replaces document, keys and, where given, members and password. What is equal already changes neither version
   * nor modified; keys alone never do. Refused with `notFound`, `version`, `uniqueness` or `unknownMember`.
   */
  | ({
      readonly kind: "replaceResource";
      readonly expectedVersion?: number;
      /** Instead of `members`, where only what changes is known. */
      readonly memberDelta?: MemberDelta;
    } & ResourceContent)
  /** Also ends the resource's memberships, members, password and roles. Refused with `notFound` or `version`. */
  | {
      readonly kind: "deleteResource";
      readonly resourceType: string;
      readonly id: string;
      readonly expectedVersion?: number;
      readonly at: number;
    }
  /** Adds and removes members without reading the others. Refused with `notFound` or `unknownMember`. */
  | ({
      readonly kind: "changeMembers";
      readonly groupId: string;
      readonly at: number;
      readonly skipUnknownMembers?: boolean;
    } & MemberDelta)
  /** Also ends links by which the user could set one. Refused with `notFound`, also when the hash is not the one expected. */
  | {
      readonly kind: "setPassword";
      readonly userId: string;
      readonly passwordHash: string;
      readonly passwordUntil?: number;
      readonly expectedHash?: string;
      /** The same password in another form. */
      readonly isRehash?: true;
      readonly at: number;
    }
  /** Gives the user just these roles. Refused with `notFound`. */
  | { readonly kind: "setRoles"; readonly userId: string; readonly roles: readonly string[] }
  /** Refused with `exists` when the id or the hash is there already. */
  | {
      readonly kind: "createToken";
      readonly id: string;
      readonly name: string;
      /** SHA-256 of the token, hexadecimal. */
      readonly hash: string;
      readonly scopes: readonly string[];
      readonly profile: string;
      readonly at: number;
      readonly expiresAt: number | null;
      /** The OAuth client that it is given to, which must be there: else refused with `notFound`. */
      readonly clientId?: string;
    }
  /** Refused with `notFound`. */
  | { readonly kind: "deleteToken"; readonly id: string }
  /** Has a token end at that time, if it does not before. Refused with `notFound`. */
  | { readonly kind: "endToken"; readonly id: string; readonly expiresAt: number }
  /** Notes when tokens were used last. Those that are gone are none to note. */
  | { readonly kind: "noteTokenUse"; readonly id: string; readonly at: number }
  /** Forgets some tokens that clients were given and that ended before. The effect's `changed` is false without any. */
  | { readonly kind: "dropEndedTokens"; readonly before: number }
  /**
   * Founds the tenant whose number the set has. Refused with `exists` when there is one of that number, with
   * `uniqueness` when one has the domain.
   */
  | { readonly kind: "createTenant"; readonly domain: string; readonly at: number }
  /** Refused with `exists` when the id is there already, whatever the tenant. */
  | {
      readonly kind: "createClient";
      readonly id: string;
      readonly name: string;
      /** SHA-256 of its secret, hexadecimal. */
      readonly hash: string;
      readonly scopes: readonly string[];
      readonly profile: string;
      readonly at: number;
    }
  /** Gives a client another secret; the one before works on until the next time. Refused with `notFound`. */
  | { readonly kind: "renewClient"; readonly id: string; readonly hash: string }
  /** Ends a client and the tokens that it was given. Refused with `notFound`. */
  | { readonly kind: "deleteClient"; readonly id: string }
  /** Refused with `uniqueness` when there is one of that issuer and audience, whatever the tenant. */
  | ({ readonly kind: "createIssuer"; readonly at: number } & IssuerContent)
  /** Refused with `notFound`. */
  | { readonly kind: "deleteIssuer"; readonly id: string }
  /** Registers a schema or a resource type under its key, in the place of one that is there. */
  | { readonly kind: "putDefinition"; readonly definition: DefinitionKind; readonly key: string; readonly doc: string }
  /**
   * Refused with `notFound`, or with `inUse` while the tenant has resources of `emptyType`, or users or groups whose names
   * begin with `emptyPrefix`, folded.
   */
  | {
      readonly kind: "deleteDefinition";
      readonly definition: DefinitionKind;
      readonly key: string;
      readonly emptyType?: string;
      readonly emptyPrefix?: string;
    }
  /**
   * Says which attributes of a type are indexed, all of them: one that is new is built by `buildIndexes`, unless there
   * is nothing to build, one that is left out goes. The effect's `changed` is false when all were so already.
   */
  | { readonly kind: "setIndexes"; readonly resourceType: string; readonly indexes: readonly IndexedAttribute[] }
  /**
   * Leaves new resources of a type out of its indexes, which filters then do not use, until `resumeIndexes`: where very
   * many come, an index is made sooner of all of them together. The effect's `changed` is false when none was ready.
   */
  | { readonly kind: "suspendIndexes"; readonly resourceType: string }
  /** What was left out is built from now on. The effect's `changed` is false when nothing was suspended. */
  | { readonly kind: "resumeIndexes"; readonly resourceType: string }
  /**
   * Goes on with making and removing a tenant's attribute indexes: few enough resources not to keep others waiting. The
   * effect's `changed` is false when nothing is left to do.
   */
  | { readonly kind: "buildIndexes" }
  /** Keeps bytes that nobody is shown. Refused with `exists`. */
  | { readonly kind: "createSecret"; readonly name: string; readonly bytes: Uint8Array }
  /** Refused with `exists`. */
  | {
      readonly kind: "createImport";
      readonly id: string;
      readonly request: ImportRequest;
      readonly fileName: string;
      readonly createdBy: string;
      /** The import whose refused rows it tries again. */
      readonly retryOf?: string;
      readonly at: number;
    }
  /** Forgets an import whose state is `received`, as if it had never been; its input must be gone. Refused as it is. */
  | { readonly kind: "deleteImport"; readonly importId: string }
  /** Notes that an import made a group. Refused with `notFound`. */
  | { readonly kind: "noteImportGroup"; readonly importId: string; readonly groupId: string }
  /**
   * Appends bytes to the input of an import whose state is `received`; `sequence` counts from 0. Refused with
   * `notFound`, `state` or `exists`.
   */
  | { readonly kind: "appendInput"; readonly importId: string; readonly sequence: number; readonly bytes: Uint8Array }
  /**
   * Moves an import on. Refused with `notFound`, with `state` when it is not in one of the states `from`, or with `exists`
   * when another import of the tenant has the idempotency key.
   */
  | ({
      readonly kind: "advanceImport";
      readonly importId: string;
      readonly from: readonly ImportState[];
      readonly to: ImportState;
    } & ImportProgress)
  /** Forgets some of what an earlier plan wrote. The effect's `changed` is false when nothing was left. */
  | { readonly kind: "clearPlan"; readonly importId: string }
  /** Writes what the plan has to tell about a row. */
  | ({ readonly kind: "planRow"; readonly importId: string; readonly outcome: SettledOutcome } & PlannedRow)
  /**
   * Overwrites and removes some pieces of the input, which may hold passwords: few enough not to keep others waiting.
   * The effect's `changed` is false when none were left.
   */
  | { readonly kind: "dropInput"; readonly importId: string }
  | ApplicationChange
  | ProvisioningChange
  | MailChange
  | AuditChange;

export type ChangeKind = Change["kind"];

/** A server whose JSON Web Tokens let their bearers in. */
export interface IssuerContent {
  readonly id: string;
  /** The `iss` and the `aud` of its tokens. */
  readonly issuer: string;
  readonly audience: string;
  /** Where its public keys are (RFC 7517). */
  readonly jwksUrl: string;
  /** The claim that has the scopes. */
  readonly scopeClaim: string;
  readonly profile: string;
}

/** What a tenant registers beside what is built in. */
export type DefinitionKind =
  | "schema"
  | "resourceType"
  | "index"
  | "importMapping"
  | "excludeList"
  | "userStore"
  | "settings";

/** What may be set while an import moves on; what is left out stays. */
export interface ImportProgress {
  /** How it was asked for, or what that came to; all of it. */
  readonly request?: ImportRequest;
  readonly fileBytes?: number;
  readonly sha256?: string;
  readonly idempotencyKey?: string;
  readonly shape?: FileShape;
  readonly passwords?: number;
  readonly isCancelled?: boolean;
  readonly phase?: NonNullable<ImportJob["phase"]>;
  readonly total?: number;
  readonly planned?: RowCounts;
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly started?: number;
  readonly finished?: number;
}

export interface PlannedRow {
  /** The record's place in the file; 1 is the header. */
  readonly row: number;
  readonly line: number;
  readonly key: string | null;
  readonly problems: readonly RowProblem[];
  /** The cells of a row that is refused. */
  readonly raw?: string;
}

/** What to write about a row when its set is refused. */
export interface Told {
  readonly outcome: SettledOutcome;
  readonly problems: readonly RowProblem[];
}

/**
 * The outcome of an import row, written in the same transaction as its changes; counts follow by themselves. Rows come
 * in the order of the file: a row at or before the last one with an outcome is refused with `exists`, so that no row is
 * ever carried out twice; one of an import that is not there with `notFound`. Neither writes anything.
 */
export interface AppliedRow {
  readonly kind: "applied";
  readonly importId: string;
  readonly row: number;
  readonly line: number;
  readonly key: string | null;
  readonly applied: SettledOutcome;
  readonly problems: readonly RowProblem[];
  readonly refused: Readonly<Record<RefusalKind, Told>>;
  /** Gives the cells of the row, which are kept where it comes to be refused. */
  readonly raw?: () => string;
  /** What an undo needs beside the version in which the resource is left. */
  readonly before?: string;
  /** A manager to be found when all rows are there. */
  readonly reference?: string;
  /** The row's outcome is `conflict` and this takes its place; refused with `exists` when it is another. */
  readonly again?: boolean;
}

/** Rows that are not carried out because the job ends before them; in the order of the file, as AppliedRow. */
export interface LeftRow {
  readonly kind: "left";
  readonly importId: string;
  readonly row: number;
  readonly line: number;
  readonly key: string | null;
  readonly raw: string;
}

/**
 * A reference of a row was followed, or leads nowhere: what the set changes belongs to the row, and an `unchanged` one
 * becomes `updated`. Refused with `exists` when the row has no reference any more. A set that is refused leaves it.
 */
export interface LinkedRow {
  readonly kind: "linked";
  readonly importId: string;
  readonly row: number;
  /** All that is to be told of the row from now on. */
  readonly problems: readonly RowProblem[];
  readonly before?: string;
}

/** What a row did was taken back by the set, or could not be. Refused with `exists` when that is told already. */
export interface UndoneRow {
  readonly kind: "undone";
  readonly importId: string;
  readonly row: number;
  readonly undo: UndoOutcome;
  /** All that is to be told of the row from now on; `refused` when the set is refused, which makes it a conflict. */
  readonly problems: readonly RowProblem[];
  readonly refused: readonly RowProblem[];
}

export type RowResult = AppliedRow | LeftRow | LinkedRow | UndoneRow;

/** Changes that happen together or not at all. */
export interface ChangeSet {
  readonly tenantId: number;
  readonly changes: readonly Change[];
  /** Who makes them; the server by itself when not said. */
  readonly by?: Actor;
  /** The import row that the set is about, if it is one; written whether the set is applied or refused. */
  readonly result?: RowResult;
}

/** Why a set was refused; nothing of it was written. */
export type Refusal =
  | { readonly kind: "notFound"; readonly id: string }
  /** The resource has another version than the one expected. */
  | { readonly kind: "version"; readonly version: number }
  /** Another resource, `id`, has the value of the attribute: the type's unique one when not said. */
  | { readonly kind: "uniqueness"; readonly id: string; readonly attribute?: string }
  | { readonly kind: "unknownMember"; readonly id: string }
  /** So many resources need what would go. */
  | { readonly kind: "inUse"; readonly resources: number }
  /** What the set would make is there already: a token, an import, a piece of input, the outcome of a row. */
  | { readonly kind: "exists" }
  | { readonly kind: "state"; readonly state: ImportState };
export type RefusalKind = Refusal["kind"];

/** What an applied change did. Changes that touch no resource have no effect to tell. */
export interface Effect {
  readonly changed: boolean;
  /** Members that do not exist and were left out. */
  readonly skippedMembers?: number;
  readonly version: number;
  readonly created: number;
  readonly modified: number;
}

export type SetResult =
  | { readonly applied: true; readonly effects: readonly Effect[] }
  /** `at` tells of a set of several changes which one was refused; counts from 0. */
  | { readonly applied: false; readonly refusal: Refusal; readonly at?: number };

/** True when a change was refused. */
export function isRefusal(result: Effect | Refusal): result is Refusal {
  return "kind" in result;
}
