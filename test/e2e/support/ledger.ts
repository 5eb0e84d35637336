/**
 * What must be in a directory, as facts: `user ann` → what is known of her, `member staff/ann` → that she is one. What
 * is not there is no fact.
 */
export type Facts = ReadonlyMap<string, string>;

/** One thing that a request does, whole or not at all: facts with what they become; undefined ends one. */
export type Part = ReadonlyMap<string, string | undefined>;

export interface Settled {
  /** Parts of requests without an answer that were carried out, and that were not. */
  readonly there: number;
  readonly absent: number;
}

/** What the clients were told, and what they asked for and were not told about. */
export class Ledger {
  private readonly known = new Map<string, string>();
  private readonly open = new Set<readonly Part[]>();
  acknowledged = 0;

  get(fact: string): string | undefined {
    return this.known.get(fact);
  }

  /** The facts that begin so. */
  named(prefix: string): string[] {
    return [...this.known.keys()].filter((fact) => fact.startsWith(prefix));
  }

  /** A request goes out. */
  ask(parts: readonly Part[]): void {
    this.open.add(parts);
  }

  /** It was answered: what it asked for is so, from now on. */
  acknowledge(parts: readonly Part[]): void {
    if (!this.open.delete(parts)) throw new Error("nobody asked for this");
    this.acknowledged += parts.length;
    for (const part of parts) this.carryOut(part);
  }

  private carryOut(part: Part): void {
    for (const [fact, value] of part) {
      if (value === undefined) this.known.delete(fact);
      else this.known.set(fact, value);
    }
  }

  /**
   * Compares with what is there: every acknowledged fact is, nothing else is, and what was asked for and not answered is
   * there whole or not at all. Takes what was found for known.
   *
   * @throws Error that names the facts that differ
   */
  settle(found: Facts): Settled {
    let [there, absent] = [0, 0];
    for (const parts of this.open) {
      for (const part of parts) {
        if (isThere(part, found)) {
          this.carryOut(part);
          there++;
        } else absent++;
      }
    }
    this.open.clear();
    const wrong = [...new Set([...this.known.keys(), ...found.keys()])].filter(
      (fact) => this.known.get(fact) !== found.get(fact),
    );
    if (wrong.length > 0) {
      const told = wrong.slice(0, 10).map((fact) => `${fact}: ${found.get(fact)} instead of ${this.known.get(fact)}`);
      throw new Error(`${wrong.length} facts differ:\n${told.join("\n")}`);
    }
    return { there, absent };
  }
}

/** Whether all of it is there; what is there in part is not, and shows as a difference. */
function isThere(part: Part, found: Facts): boolean {
  return [...part].every(([fact, value]) => found.get(fact) === value);
}
