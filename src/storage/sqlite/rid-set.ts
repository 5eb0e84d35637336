/** A set of resources by their numbers, a bit each: a million take an eighth of a megabyte. */
export class RidSet {
  private words = new Uint32Array(1024);
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(rid: number): void {
    const word = rid >>> 5;
    if (word >= this.words.length) this.grow(word);
    const before = this.words[word] ?? 0;
    const bit = 1 << (rid & 31);
    if ((before & bit) !== 0) return;
    this.words[word] = before | bit;
    this.count++;
  }

  has(rid: number): boolean {
    return ((this.words[rid >>> 5] ?? 0) & (1 << (rid & 31))) !== 0;
  }

  /** Those that are in this one and in the other one. */
  and(other: RidSet): RidSet {
    return this.combined(other, (mine, theirs) => mine & theirs);
  }

  or(other: RidSet): RidSet {
    return this.combined(other, (mine, theirs) => mine | theirs);
  }

  /** Those that are in this one alone. */
  without(other: RidSet): RidSet {
    return this.combined(other, (mine, theirs) => mine & ~theirs);
  }

  /** From the lowest number above `after` on. */
  *upwards(after = 0): Generator<number> {
    for (let word = (after + 1) >>> 5; word < this.words.length; word++) {
      let bits = this.words[word] ?? 0;
      if (word === (after + 1) >>> 5) bits &= -1 << ((after + 1) & 31);
      for (; bits !== 0; bits &= bits - 1) yield word * 32 + (31 - Math.clz32(bits & -bits));
    }
  }

  /** From the highest number below `before` on. */
  *downwards(before = this.words.length * 32): Generator<number> {
    for (let word = Math.min((before - 1) >>> 5, this.words.length - 1); word >= 0; word--) {
      let bits = this.words[word] ?? 0;
      if (word === (before - 1) >>> 5 && (before & 31) !== 0) bits &= ~(-1 << (before & 31));
      while (bits !== 0) {
        const highest = 31 - Math.clz32(bits);
        yield word * 32 + highest;
        bits &= ~(1 << highest);
      }
    }
  }

  private grow(word: number): void {
    const larger = new Uint32Array(Math.max(word + 1, this.words.length * 2));
    larger.set(this.words);
    this.words = larger;
  }

  private combined(other: RidSet, join: (mine: number, theirs: number) => number): RidSet {
    const result = new RidSet();
    const length = Math.max(this.words.length, other.words.length);
    result.words = new Uint32Array(length);
    for (let word = 0; word < length; word++) {
      const bits = join(this.words[word] ?? 0, other.words[word] ?? 0);
      result.words[word] = bits;
      result.count += bitCount(bits);
    }
    return result;
  }
}

function bitCount(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
