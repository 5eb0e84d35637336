/*
 * Wrong logins make the next ones wait. What is counted is the account together with the address that asks, so that
 * nobody keeps the owner of an account out from elsewhere; and, much later, the account alone, for those who ask from
 * many addresses.
 */

/** Wrong logins that cost nothing, by what they are counted for. */
const freeFailures = { pair: 5, account: 100 } as const;
/** The wait after the first that costs, which doubles with each further one. */
const waitMsMin = 1000;
const waitMsMax = 60_000;
/** After a time like this without a wrong login all is forgotten. */
const memoryMs = 900_000;
/** Accounts and addresses remembered, about 100 bytes each; beyond that the oldest are forgotten. */
const rememberedMax = 50_000;

interface Failures {
  count: number;
  /** When the last one was. */
  at: number;
}

/** Who wants to log in, and from where. */
export interface Attempt {
  /** The account, with its tenant. */
  readonly account: string;
  readonly address: string;
}

export interface Throttle {
  /** Milliseconds until the attempt may be made; 0 when it may now. */
  waitMs(attempt: Attempt): number;
  failed(attempt: Attempt): void;
  succeeded(attempt: Attempt): void;
}

export function createThrottle(now: () => number): Throttle {
  const failures = new Map<string, Failures>();
  const keysOf = ({ account, address }: Attempt) => ({ pair: `${address} ${account}`, account });

  function waitOf(key: string, free: number): number {
    const known = failures.get(key);
    if (known === undefined || known.count < free) return 0;
    const wait = Math.min(waitMsMax, waitMsMin * 2 ** Math.min(30, known.count - free));
    return Math.max(0, known.at + wait - now());
  }

  function note(key: string): void {
    const at = now();
    const known = failures.get(key);
    const count = known === undefined || at - known.at > memoryMs ? 1 : known.count + 1;
    // Again at the end: the first of a Map is the one that was noted longest ago.
    failures.delete(key);
    failures.set(key, { count, at });
    const [oldest] = failures.size > rememberedMax ? failures.keys() : [];
    if (oldest !== undefined) failures.delete(oldest);
  }

  return {
    waitMs(attempt) {
      const { pair, account } = keysOf(attempt);
      return Math.max(waitOf(pair, freeFailures.pair), waitOf(account, freeFailures.account));
    },
    failed(attempt) {
      const { pair, account } = keysOf(attempt);
      note(pair);
      note(account);
    },
    succeeded(attempt) {
      failures.delete(keysOf(attempt).pair);
    },
  };
}
