import type { Hashing } from "./hashing.ts";
import type { JudgedRow } from "./table-job.ts";

/** Characters of the rows of a chunk: what a chunk of the longest rows weighs is bounded, too. */
const charsPerCommit = 16_777_216;
/** Passwords in one call of commit: about four seconds of hashing that a crash would repeat. */
const passwordsPerCommit = 200;

/** Rows that are carried out in one call of commit; their passwords are hashed from the moment they are added. */
export class Chunk {
  readonly rows: JudgedRow[] = [];
  private readonly hashes = new Map<JudgedRow, Promise<string>>();
  private chars = 0;

  constructor(
    private readonly hashing: Hashing,
    private readonly rowsMax: number,
  ) {}

  add(judged: JudgedRow): void {
    this.rows.push(judged);
    this.chars += judged.chars;
    const { verdict } = judged;
    if ((verdict.kind !== "create" && verdict.kind !== "change") || verdict.password.kind !== "clear") return;
    const hash = this.hashing.hash(verdict.password.text);
    // What it throws is told where it is waited for.
    hash.catch(() => undefined);
    this.hashes.set(judged, hash);
  }

  get hasPasswords(): boolean {
    return this.hashes.size > 0;
  }

  get isFull(): boolean {
    return this.rows.length >= this.rowsMax || this.hashes.size >= passwordsPerCommit || this.chars >= charsPerCommit;
  }

  /** The hash of a row's password; undefined when it sets none in clear text. */
  async hashOf(judged: JudgedRow): Promise<string | undefined> {
    return this.hashes.get(judged);
  }
}
