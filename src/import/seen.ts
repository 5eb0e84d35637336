/**
 * Which keys a file has had, and in which row first. Twelve bytes a row in flat arrays, where a Map of strings takes
 * ten times that. Two keys with the same 64-bit hash count as one: once in about ten million files of five million
 * rows, and what follows is a wrong word in a plan, never a lost row, since the unique index decides.
 */
export class SeenKeys {
  private capacity = 1 << 12;
  private size = 0;
  private high = new Uint32Array(this.capacity);
  private low = new Uint32Array(this.capacity);
  private rows = new Uint32Array(this.capacity);

  /** The row that had the key before; undefined when this one is the first, which is then remembered. */
  firstRow(key: string, row: number): number | undefined {
    if (this.size * 2 >= this.capacity) this.grow();
    const hash = Bun.hash.wyhash(key);
    const high = Number(hash >> 32n);
    const low = Number(hash & 0xffffffffn);
    const place = this.find(high, low);
    const known = this.rows[place] ?? 0;
    if (known !== 0) return known;
    this.put(place, high, low, row);
    this.size++;
    return undefined;
  }

  /** Whether the key was there before. */
  has(key: string): boolean {
    const hash = Bun.hash.wyhash(key);
    return (this.rows[this.find(Number(hash >> 32n), Number(hash & 0xffffffffn))] ?? 0) !== 0;
  }

  /** Where the hash is, or the free place where it belongs; a row of 0 marks a free place. */
  private find(high: number, low: number): number {
    const mask = this.capacity - 1;
    let place = (high ^ low) & mask;
    while (this.rows[place] !== 0 && (this.high[place] !== high || this.low[place] !== low)) place = (place + 1) & mask;
    return place;
  }

  private put(place: number, high: number, low: number, row: number): void {
    this.high[place] = high;
    this.low[place] = low;
    this.rows[place] = row;
  }

  private grow(): void {
    const { high, low, rows } = this;
    this.capacity *= 2;
    this.high = new Uint32Array(this.capacity);
    this.low = new Uint32Array(this.capacity);
    this.rows = new Uint32Array(this.capacity);
    rows.forEach((row, index) => {
      if (row === 0) return;
      const oldHigh = high[index] ?? 0;
      const oldLow = low[index] ?? 0;
      this.put(this.find(oldHigh, oldLow), oldHigh, oldLow, row);
    });
  }
}
