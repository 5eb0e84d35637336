/** One user as a source has it. */
export interface SourceEntry {
  /** By which the source knows it, for ever. */
  readonly id: string;
  /** Another one whenever something of the entry changed. */
  readonly version: string;
  /** What mapping rules are read against: a resource of SCIM, the attributes of an LDAP entry, a row. */
  readonly value: unknown;
}

/** A version of an entry of which the source tells none: another one for each other content. */
export function versionByContent(value: unknown): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 22);
}

/** A live place where users are taken from. */
export interface Source {
  /** Entries in pages, all there are; throws SourceError. */
  readonly pages: (signal: AbortSignal) => AsyncGenerator<readonly SourceEntry[]>;
  /** What there is to be seen of it at once: how many entries, where it tells, and the first of them. */
  readonly look: (limit: number, signal: AbortSignal) => Promise<Glimpse>;
}

export interface Glimpse {
  /** Undefined where the source does not tell. */
  readonly total: number | undefined;
  readonly entries: readonly SourceEntry[];
}

/** Why nothing more can be had of a source, in words for who set it up; never a secret. */
export class SourceError extends Error {
  /** Whether it may be otherwise a moment later. */
  readonly isPassing: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isPassing?: boolean } = {}) {
    super(message, options);
    this.name = "SourceError";
    this.isPassing = options.isPassing ?? false;
  }
}
