import type { Store } from "../storage/port.ts";

/** Refusals of a kind that are told by one line: a flood of them must not fill the disk. */
const togetherMs = 10_000;
/** Kinds that are remembered; of more each is told at once. */
const kindsMax = 10_000;
/** Characters of a name that a line repeats. */
const nameCharsMax = 128;

/** A login that was refused. */
export interface Refused {
  readonly tenantId: number;
  /** As whom somebody tried; never a token. */
  readonly name: string;
  readonly reason: "password" | "throttled" | "expired" | "token" | "client" | "jwt";
  readonly address: string;
}

export interface RefusedLogins {
  note(refused: Refused): void;
  /** Writes what is counted and not told yet. */
  flush(): Promise<void>;
}

/** Records refused logins: the first of a kind at once, those that follow soon after together, with their number. */
export function createRefusedLogins(store: Store, now: () => number): RefusedLogins {
  const counted = new Map<string, { readonly refused: Refused; count: number; readonly since: number }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function write(entries: readonly { readonly refused: Refused; readonly count: number }[]): Promise<void> {
    const sets = entries.map(({ refused: { tenantId, name, reason, address }, count }) => {
      const change = { kind: "noteRefusedLogin", name, reason, address, count } as const;
      return { tenantId, changes: [change] };
    });
    // Nobody gets in because the store can not answer.
    await store.commit(sets).catch(() => undefined);
  }

  async function tellOld(until: number): Promise<void> {
    const old = [...counted].filter(([, { since }]) => since <= until);
    for (const [key] of old) counted.delete(key);
    await write(old.flatMap(([, entry]) => (entry.count > 0 ? [entry] : [])));
  }

  function plan(): void {
    timer ??= setTimeout(async () => {
      timer = undefined;
      await tellOld(now() - togetherMs);
      if (counted.size > 0) plan();
    }, togetherMs);
    timer.unref();
  }

  return {
    note(given) {
      // Names may be as long as a head: what is remembered of many must not be.
      const refused = { ...given, name: given.name.slice(0, nameCharsMax) };
      const key = JSON.stringify(Object.values(refused));
      const known = counted.get(key);
      if (known !== undefined) {
        known.count++;
        return;
      }
      if (counted.size < kindsMax) counted.set(key, { refused, count: 0, since: now() });
      void write([{ refused, count: 1 }]);
      plan();
    },
    async flush() {
      clearTimeout(timer);
      await tellOld(Number.POSITIVE_INFINITY);
    },
  };
}
