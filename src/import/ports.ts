import { availableParallelism } from "node:os";
import { attributed } from "../access/actor.ts";
import { hashPassword } from "../access/password.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { Store } from "../storage/port.ts";

/** What imports need of the world. */
export interface ImportPorts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
  /** Passwords hashed at once: the cores of the machine. */
  readonly hashesAtOnce: number;
  /** True when the process is about to end: the job is left where it is, to be gone on with after a restart. */
  readonly stopRequested: () => boolean;
}

/** What one import needs, while it runs. */
export interface RunPorts extends ImportPorts {
  /** The type of the resources that rows become, as the tenant has it. */
  readonly compiled: CompiledType;
}

/** What imports need, of this machine and its clock. */
export function importPorts(store: Store, stopRequested: () => boolean): ImportPorts {
  return {
    store: attributed(store),
    now: Date.now,
    newId: () => Bun.randomUUIDv7(),
    hashPassword,
    hashesAtOnce: availableParallelism(),
    stopRequested,
  };
}
