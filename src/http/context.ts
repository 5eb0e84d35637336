import type { Context } from "hono";
import type { PasswordPolicy } from "../access/policy.ts";
import type { Authenticator, Principal } from "../access/principal.ts";
import type { RefusedLogins } from "../access/refused-logins.ts";
import type { CompatName } from "../config.ts";
import type { AttributeIndexAdmin } from "../directory/attribute-indexes.ts";
import type { Catalog } from "../directory/catalog.ts";
import type { DefinitionAdmin } from "../directory/definitions.ts";
import type { Directory } from "../directory/resources.ts";
import type { RuleBook } from "../directory/tenant-rules.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { Provisioner } from "../provisioning/provisioner.ts";
import type { CompiledType, Types } from "../scim/resource/type.ts";
import type { Store } from "../storage/port.ts";
import type { Metrics } from "./metrics.ts";
import type { BulkLimitsOf, Mount } from "./mounts.ts";

/** What the routes need; `server.ts` fills it. */
export interface AppPorts {
  readonly version: string;
  readonly store: Store;
  readonly directory: Directory;
  /** The resource types of each tenant. */
  readonly catalog: Catalog;
  readonly definitions: DefinitionAdmin;
  readonly attributeIndexes: AttributeIndexAdmin;
  readonly authenticator: Authenticator;
  /** Told of everybody who is not let in. */
  readonly refused: Pick<RefusedLogins, "note">;
  /** What each tenant asks of its resources. */
  readonly rules: RuleBook;
  readonly policy: PasswordPolicy;
  readonly metrics: Metrics;
  /** Takes users out of other places. */
  readonly provisioner: Provisioner;
  /** Sends mails. */
  readonly outbox: Pick<Outbox, "wake" | "render">;
  /** Tells the runner that a job waits. */
  readonly wakeImports: () => void;
  /** Aborted when the server is to stop: whoever waits for something is answered at once. */
  readonly stopping: AbortSignal;
  readonly now: () => number;
  readonly newId: () => string;
  /** What Bulk is limited to, as discovery announces it. */
  readonly bulk: BulkLimitsOf;
  /** The ways in of other systems that are open. */
  readonly compat: readonly CompatName[];
  /** Whether what the server supports is told without credentials. */
  readonly publicDiscovery: boolean;
  /** Writes a line for the operator. */
  readonly log: (level: "info" | "warn" | "error", message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** What travels with a request. */
export interface AppEnv {
  Bindings: {
    /** The address of who asks; none in a request that came by no connection. */
    readonly address?: () => string | undefined;
  };
  Variables: {
    principal: Principal;
    /** The way in; on the SCIM endpoints. */
    mount: Mount | undefined;
    /** The user stores of the principal's tenant beside PRIMARY, in upper case; where names are shown with them. */
    stores: ReadonlySet<string>;
    /** The resource types of the principal's tenant; on the SCIM endpoints. */
    types: Types;
    /** The type that the address names; on its endpoints. */
    compiled: CompiledType;
    /** The id that the address names; on the endpoints of one resource. */
    id: string;
  };
}

/** The address of who asks; empty when it is not known. */
export function addressOf(c: Context<AppEnv>): string {
  // Without bindings hono gives none at all.
  const bindings: Partial<AppEnv["Bindings"]> | undefined = c.env;
  return bindings?.address?.() ?? "";
}

/** `http://host:port` as the client wrote it: locations follow the request's host. */
export function originOf(url: string): string {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  return path < 0 ? url : url.slice(0, path);
}
