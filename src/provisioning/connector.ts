import type { Sealer } from "../access/seal.ts";
import { ScimError } from "../scim/error.ts";
import type { ConnectorRecord } from "../storage/provisioning.ts";
import type { MappingRule } from "./mapping-rule.ts";
import type { Schedule } from "./schedule.ts";

/** What is done with who is no longer at the source. */
export const missingChoices = ["keep", "deactivate"] as const;

/** How a SCIM server is told who asks, without what is secret of it. */
export type Authentication =
  | { readonly type: "APIKEY" }
  | { readonly type: "BASIC"; readonly userName: string }
  | {
      readonly type: "CLIENT_SECRET_POST";
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly scope?: string | undefined;
    };

/** How a directory is told who asks, without the password. */
export interface Bind {
  readonly type: "BIND";
  readonly bindDn: string;
}

/** What connectors of every kind have. */
interface CommonSettings {
  /** Certificates (PEM) by which the source's is checked instead of those that are known. */
  readonly ca?: string | undefined;
  /** Entries in one page. */
  readonly count: number;
  /** Of the entries that are wanted, in the source's own language. */
  readonly filter: string;
  readonly rules: readonly MappingRule[];
  readonly missing: (typeof missingChoices)[number];
  /** Percent of all who came from here that may go missing at once; more waits for approval. */
  readonly missingPercentMax: number;
  /** Whether somebody here of the same userName is taken to be who the source means. */
  readonly adopt: boolean;
  /** Groups that a rule names and nobody has made are made. */
  readonly createGroups: boolean;
  /** The user store that users are put into; empty for the one that their names tell. */
  readonly userStore: string;
  /** Whether it may be launched. */
  readonly enabled: boolean;
  /** When it is launched by itself; null for never. */
  readonly schedule: Schedule | null;
}

export interface ScimConnector extends CommonSettings {
  readonly kind: "scim";
  /** The address before `/Users`, without a slash at its end. */
  readonly url: string;
  readonly authentication: Authentication;
}

export interface LdapConnector extends CommonSettings {
  readonly kind: "ldap";
  /** `ldap://host` or `ldaps://host`. */
  readonly url: string;
  /** Whether a connection that begins in clear goes on encrypted. */
  readonly startTls: boolean;
  readonly baseDn: string;
  readonly authentication: Bind;
}

/** A place that users are taken from, as it is kept; its secret is kept beside. */
export type Connector = ScimConnector | LdapConnector;

export type StoredConnector = Connector & {
  readonly id: string;
  readonly tenantId: number;
  readonly name: string;
  readonly hasSecret: boolean;
  readonly created: number;
  readonly modified: number;
};

/** A connector as it is stored. */
export function connectorOf({ doc, sealed, ...record }: ConnectorRecord): StoredConnector {
  // Written by ourselves, in this shape.
  const kept = JSON.parse(doc) as Connector;
  return { ...kept, ...record, hasSecret: sealed !== null };
}

/** What a secret is sealed for: it opens nowhere else. */
const contextOf = ({ tenantId, id }: Pick<ConnectorRecord, "tenantId" | "id">): string => `connector ${tenantId} ${id}`;

export function sealSecret(
  sealer: Sealer,
  connector: Pick<ConnectorRecord, "tenantId" | "id">,
  secret: string,
): string {
  return sealer.seal(secret, contextOf(connector));
}

/**
 * The secret of a connector.
 *
 * @throws ScimError conflict when there is none, or the key is another one than it was sealed with
 */
export function openSecret(sealer: Sealer, record: ConnectorRecord): string {
  if (record.sealed === null) {
    throw new ScimError("conflict", `The connector ${JSON.stringify(record.name)} has no secret; set one first.`);
  }
  const secret = sealer.open(record.sealed, contextOf(record));
  if (secret !== undefined) return secret;
  throw new ScimError(
    "conflict",
    "The key file is not the one that the secret was encrypted with; set the secret again.",
  );
}

/**
 * Whether a secret may stay when a connector changes: it is for one address, and must not be sent to another one that
 * somebody wrote in its place.
 */
export function keepsSecret(before: Connector, after: Connector): boolean {
  return JSON.stringify(targetsOf(before)) === JSON.stringify(targetsOf(after));
}

function targetsOf(connector: Connector) {
  const { url, authentication } = connector;
  const token = authentication.type === "CLIENT_SECRET_POST" ? new URL(authentication.tokenUrl).origin : "";
  const { protocol, host } = new URL(url);
  // In clear a password is told to more than the directory.
  const startTls = connector.kind === "ldap" && connector.startTls;
  return [protocol, host, token, authentication.type, startTls];
}
