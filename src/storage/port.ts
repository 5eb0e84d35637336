import type { BoundFilter } from "../scim/filter/bind.ts";
import type { IndexTarget } from "../scim/filter/indexed.ts";
import type { PathOf } from "../scim/resource/render.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { Sort } from "../scim/sort.ts";
import type { AccessReads } from "./access.ts";
import type { ApplicationReads, AssignmentAttributes, MailReads } from "./application.ts";
import type { AuditReads } from "./audit.ts";
import type { ChangeSet, DefinitionKind, SetResult } from "./change.ts";
import type {
  ImportJob,
  ImportRow,
  ImportState,
  KeptRow,
  PendingReference,
  RowOutcome,
  UndoableRow,
} from "./import.ts";
import type { ProvisioningReads } from "./provisioning.ts";
import type { StoreStats } from "./stats.ts";

/** The tenant that exists from the first start. */
export const defaultTenantId = 1;

/**
 * The type under which accounts that are no part of the directory are stored: no endpoint shows it, and it can not be
 * a member of anything.
 */
export const builtInUserType = "BuiltInUser";

/** A resource as it is stored. */
export interface ResourceRecord {
  readonly resourceType: string;
  readonly id: string;
  /** Counts the changes from 1; the ETag is `W/"<version>"`. */
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly modified: number;
  /** JSON text of what a client set: it starts with `schemas` and holds neither id, meta nor members. */
  readonly doc: string;
}

/** One end of a membership: the member of a group, or the group of a member. */
export interface MembershipRecord {
  readonly resourceType: string;
  readonly id: string;
  /** The displayName, else the userName; null when there is neither. */
  readonly display: string | null;
  /** `indirect` through groups in groups alone; who is in it both ways is in it directly. */
  readonly kind: "direct" | "indirect";
}

/**
 * Which ends of memberships to read with a resource: the groups it is in, also through groups in groups, or the members
 * it has directly.
 */
export type Join = "groups" | "members";

/** A resource with its memberships, each once; empty where none were asked for. */
export interface JoinedRecord extends ResourceRecord {
  readonly joined: readonly MembershipRecord[];
}

/** A group with more than `joinedMembersMax` members, where they were asked for: they are read by `members`. */
export interface LargeRecord extends ResourceRecord {
  readonly joined: undefined;
}

export type FoundRecord = JoinedRecord | LargeRecord;

/** Which members of a group are asked for. */
export interface MembersQuery {
  readonly tenantId: number;
  readonly groupId: string;
  /** The place of the last member of the page before; undefined for the first page. */
  readonly after?: number | undefined;
  /** How many to return at most; 0 only counts. */
  readonly limit: number;
  /** Also who is in it through groups in groups. */
  readonly indirect?: boolean;
}

export interface MembersPage {
  /** Members over all pages; undefined where they are indirect and it is not the first page: each time they are counted. */
  readonly total: number | undefined;
  /** In an order that stays, each once. */
  readonly members: readonly MembershipRecord[];
  /** The place of the last one, when there are more. */
  readonly next?: number;
}

/** What is asked of the resources of one type. */
export interface TypeQuery {
  readonly type: ResourceType;
  readonly filter?: BoundFilter | undefined;
  readonly join?: Join | undefined;
  /** In the order of creation when not said; what is equal is in that order, too. */
  readonly sort?: Sort | undefined;
}

/** The place of a resource in a list: what it is ordered by, null without a value, and a number of the store's own. */
export interface Place {
  readonly key: string | number | boolean | null;
  readonly row: number;
}

/** Where a page begins: so many matches from the first, or beside a place that stays though others come and go. */
export type Start =
  | { readonly offset: number }
  /** Undefined is before the first. */
  | { readonly after: Place | undefined }
  | { readonly before: Place };

export interface ResourceQuery {
  readonly tenantId: number;
  /** One or several types, whose matches are in one order; all are sorted in the same direction. */
  readonly types: readonly TypeQuery[];
  readonly start: Start;
  /** How many to return at most; 0 only counts. */
  readonly limit: number;
  /** Where resources are seen, for filters that ask for it; under no host when not said. */
  readonly pathOf?: PathOf | undefined;
  /**
   * The total as an earlier page of the same walk told it: where counting anew costs more than the page does, it is
   * taken as it is.
   */
  readonly knownTotal?: number | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface ResourcePage {
  /** Matches over all pages. */
  readonly total: number;
  readonly resources: readonly JoinedRecord[];
  /** The place of the last resource of the page, when there are more. */
  readonly next?: Place;
  /** The place of the first one, when there may be some before it; only for a start beside a place. */
  readonly previous?: Place;
}

/** How the resources of one type are found that a query asks for. */
export interface Explanation {
  /**
   * `order`: there is no filter. `index`: an index has the candidates, few enough to look at each. `indexes`: walks
   * through whole indexes tell the matches. `documents`: documents are read and evaluated.
   */
  readonly strategy: "order" | "index" | "indexes" | "documents";
  /** The indexes that are looked into, for people. */
  readonly uses: readonly string[];
  /** Resources in the indexes that are looked at, where they are few. */
  readonly candidates: number | undefined;
  /** Documents that have to be read to tell the matches and their order. */
  readonly documents: number;
  /** Attributes that only documents tell of, by their paths. */
  readonly unindexed: readonly string[];
  /** Whether the order is that of an index, is made by sorting what was found, or is told by documents alone. */
  readonly order: "index" | "sorted" | "documents";
  /** Documents that the store would look at; undefined when any number. */
  readonly documentsMax: number | undefined;
}

/** Values of one attribute by which resources of a type are looked for. */
export interface MatchQuery {
  readonly tenantId: number;
  readonly resourceType: string;
  /** `unique` values are folded by the caller; the path is that of an indexed attribute. */
  readonly by: "id" | "unique" | "externalId" | { readonly path: string };
  readonly values: readonly string[];
  /** The application whose assignments are told. */
  readonly applicationId?: string | undefined;
}

/** A resource as an import compares a row with it. */
export interface MatchedRecord {
  readonly id: string;
  readonly version: number;
  readonly doc: string;
  readonly created: number;
  readonly passwordHash: string | null;
  /** Until when that lets its user in; null for ever. */
  readonly passwordUntil: number | null;
  /** The ids of the groups it is in directly. */
  readonly groupIds: readonly string[];
  /** Whether it has a role here: then only an administrator may change it. */
  readonly hasRole: boolean;
  /** What is kept of it for the application that was asked for; undefined when it is not assigned, or none was. */
  readonly assignment?: AssignmentAttributes | undefined;
}

export interface ResourceReads {
  /** The resource; undefined when the tenant has none of that type and id. */
  get(tenantId: number, resourceType: string, id: string, join?: Join): Promise<FoundRecord | undefined>;
  /**
   * A page of the members of a group, at a cost that depends on the page alone, or on the groups in it where they are
   * indirect. Who comes and goes meanwhile moves nobody else. Undefined when the tenant has no such group.
   */
  members(query: MembersQuery): Promise<MembersPage | undefined>;
  /** The resource with that unique value, folded by the caller. */
  getByUniqueKey(tenantId: number, resourceType: string, key: string): Promise<ResourceRecord | undefined>;
  /** For each unique value whether it is taken, in the order asked. */
  takenKeys(tenantId: number, resourceType: string, keys: readonly string[]): Promise<readonly boolean[]>;
  /**
   * The resources that have each of these values, in the order asked; at most two of one value, which tells that it
   * names nobody alone. An attribute that is not indexed, or not yet, is none to look by: undefined.
   */
  matches(query: MatchQuery): Promise<readonly (readonly MatchedRecord[])[] | undefined>;
  /** The ids of the resources with that display value, folded by the caller; at most two. */
  idsByDisplay(tenantId: number, resourceType: string, key: string): Promise<readonly string[]>;
  /**
   * Rejects with ScimError `tooMany` when the page's memberships are more than `pageMembershipsMax`, or those of a group
   * that a filter has to look into, or when more documents would have to be looked at than the store was told to allow;
   * with `unavailable` when too many such queries run already, or once the signal is aborted.
   */
  list(query: ResourceQuery): Promise<ResourcePage>;
  /** Says how a list would be found; counts candidates, and reads no document. */
  explain(tenantId: number, asked: TypeQuery): Promise<Explanation>;
}

export interface RowQuery {
  readonly tenantId: number;
  readonly importId: string;
  readonly outcome?: RowOutcome;
  /** Only rows with a problem to tell. */
  readonly problemsOnly: boolean;
  /** Only rows after this one; 0 for the first page. */
  readonly after: number;
  readonly limit: number;
}

/** A schema or a resource type that the tenant registered, or its choice that an attribute be indexed or not. */
export interface DefinitionRecord {
  readonly definition: DefinitionKind;
  readonly key: string;
  /** JSON text. */
  readonly doc: string;
}

export interface DefinitionReads {
  /** What the tenant registered, by key. */
  all(tenantId: number): Promise<readonly DefinitionRecord[]>;
}

/** An attribute whose values the store keeps apart, so that filters on it read no documents. */
export interface AttributeIndexRecord {
  readonly resourceType: string;
  readonly path: string;
  readonly target: IndexTarget;
  /** Filters use it when it is ready; a suspended one waits for the end of a large import. */
  readonly state: "building" | "ready" | "suspended";
  /** The part of the resources that is in it, from 0 to 1. */
  readonly progress: number;
}

export interface AttributeIndexReads {
  /** By type and path. */
  all(tenantId: number): Promise<readonly AttributeIndexRecord[]>;
  /** The tenants that have an index which is not ready. */
  unfinished(): Promise<readonly number[]>;
  /**
   * Reads ahead what the next changes `buildIndexes` of this store write, where that is much: reading and sorting hold
   * up nobody, and an index that is written in its order is written once. Need not be called, and is given up when
   * `stopRequested`.
   */
  readAhead(tenantId: number, stopRequested?: () => boolean): Promise<void>;
}

export interface ImportReads {
  job(tenantId: number, id: string): Promise<ImportJob | undefined>;
  /** The tenant's jobs, newest first. */
  jobs(tenantId: number, offset: number, limit: number): Promise<readonly ImportJob[]>;
  /** Jobs of any tenant in one of these states, oldest first. */
  jobsInStates(states: readonly ImportState[]): Promise<readonly ImportJob[]>;
  /** Jobs of any tenant whose input is still there, oldest first. */
  jobsWithInput(): Promise<readonly ImportJob[]>;
  /** The bytes of the file, in order, a piece at a time. */
  input(tenantId: number, id: string): AsyncIterable<Uint8Array>;
  /** One piece of the file; undefined behind the last. */
  inputPiece(tenantId: number, id: string, sequence: number): Promise<Uint8Array | undefined>;
  /** Rows in file order. A row that only a plan has seen tells the outcome the plan expects. */
  rows(query: RowQuery): Promise<readonly ImportRow[]>;
  /** The last row whose changes are durable; 0 when there is none. The place to go on after a crash. */
  lastRow(tenantId: number, id: string): Promise<number>;
  /** The job of the tenant with that idempotency key. */
  jobByKey(tenantId: number, idempotencyKey: string): Promise<ImportJob | undefined>;
  /** The tenant's newest other job before this one with the same bytes. */
  sameFile(tenantId: number, job: Pick<ImportJob, "id" | "sha256">): Promise<ImportJob | undefined>;
  /** Refused rows with their cells, in file order, after that row. */
  keptRows(tenantId: number, id: string, after: number, limit: number): Promise<readonly KeptRow[]>;
  /** Rows whose manager is still to be found, in file order, after that row. */
  pendingReferences(tenantId: number, id: string, after: number, limit: number): Promise<readonly PendingReference[]>;
  /** Rows that changed something and that no undo has looked at, from the last one backwards. */
  undoable(tenantId: number, id: string, limit: number): Promise<readonly UndoableRow[]>;
  /** The ids of the groups that the import made. */
  groupsMade(tenantId: number, id: string): Promise<readonly string[]>;
}

/**
 * Where everything is kept. Reads see what was committed before them. A store that can not answer (disk full,
 * locked, closed) rejects with ScimError `unavailable`.
 */
export interface Store {
  /**
   * Makes sets durable and answers one result a set, in order. Each set is applied whole or refused whole; a
   * refused set does not take the others along. Sets of calls that arrive together share a transaction; the sets of
   * one long call may be spread over several, in order, so that other writers get their turn.
   */
  commit(sets: readonly ChangeSet[]): Promise<readonly SetResult[]>;
  readonly resources: ResourceReads;
  readonly access: AccessReads;
  readonly definitions: DefinitionReads;
  readonly indexes: AttributeIndexReads;
  readonly imports: ImportReads;
  readonly applications: ApplicationReads;
  readonly mails: MailReads;
  readonly provisioning: ProvisioningReads;
  readonly audit: AuditReads;
  /** Throws when the store can not answer: for readiness probes. */
  check(): Promise<void>;
  /** What it holds over all tenants. Costs the same however many people there are. */
  stats(): Promise<StoreStats>;
  close(): Promise<void>;
}
