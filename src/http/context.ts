import type { Authenticator, Principal } from "../access/principal.ts";
import type { Directory } from "../directory/resources.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { Store } from "../storage/port.ts";

/** What the routes need; `server.ts` fills it. */
export interface AppPorts {
  readonly version: string;
  readonly store: Store;
  readonly directory: Directory;
  readonly types: ReadonlyMap<string, CompiledType>;
  readonly authenticator: Authenticator;
  /** Tells the runner that a job waits. */
  readonly wakeImports: () => void;
  /** Aborted when the server is to stop: whoever waits for something is answered at once. */
  readonly stopping: AbortSignal;
  readonly now: () => number;
  readonly newId: () => string;
  /** What Bulk will be limited to, as discovery announces it. */
  readonly bulk: { readonly maxOperations: number; readonly maxPayloadSize: number };
  /** Writes a line for the operator. */
  readonly log: (level: "info" | "warn" | "error", message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** What travels with a request. */
export interface AppEnv {
  Variables: { principal: Principal };
}

/** `http://host:port` as the client wrote it: locations follow the request's host. */
export function originOf(url: string): string {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  return path < 0 ? url : url.slice(0, path);
}
