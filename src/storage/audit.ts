/** What the store keeps of who did what. */

/** Who makes a change, or tries to. */
export interface Actor {
  /**
   * A bearer token, a user, the administrator that is no user, an OAuth client, whoever has a link by mail, an import,
   * whoever works on the data directory itself, or the server by itself.
   */
  readonly kind: "token" | "user" | "builtIn" | "client" | "link" | "import" | "operator" | "system";
  /** The id of the token, the user, the client, the link or the import; empty where there is none. */
  readonly id: string;
  /** As people know it. */
  readonly name: string;
  /** From where; empty where that is not known. */
  readonly address: string;
}

/** A line of the trail. */
export interface AuditLine {
  /** Counts the lines of the tenant from 1. */
  readonly sequence: number;
  /** Milliseconds since 1970; never before that of the line before. */
  readonly at: number;
  readonly action: string;
  readonly actor: Actor;
  readonly targetType: string;
  readonly targetId: string;
  /** JSON text of what there is to tell beside documents; null when there is nothing. */
  readonly details: string | null;
  /** JSON text of the document before and after; null where there was none, or nobody knows it any more. */
  readonly before: string | null;
  readonly after: string | null;
  /** Hexadecimal. */
  readonly hash: string;
}

export interface AuditQuery {
  readonly tenantId: number;
  /** Only lines before this one; undefined for the newest. */
  readonly before?: number | undefined;
  readonly limit: number;
  readonly action?: string | undefined;
  /** The id or the name of who did it. */
  readonly actor?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  /** Milliseconds since 1970: lines from then on, and until then. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface AuditPage {
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  /** Where the next page begins; a page may have fewer lines than were asked for and yet not be the last. */
  readonly next?: number;
}

/** A login that was refused; several of a kind are one line. */
export interface RefusedLogin {
  readonly kind: "noteRefusedLogin";
  /** As whom somebody tried, as they wrote it; never a token. */
  readonly name: string;
  readonly reason: string;
  readonly address: string;
  readonly count: number;
}

export type AuditChange = RefusedLogin;

export interface AuditReads {
  lines(query: AuditQuery): Promise<AuditPage>;
  /** The last line of a tenant, and its hash in hexadecimal; undefined when there is none. */
  head(tenantId: number): Promise<{ readonly sequence: number; readonly hash: string } | undefined>;
}
