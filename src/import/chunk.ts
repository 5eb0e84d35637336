import type { ChangeSet } from "../storage/change.ts";
import type { Hashing } from "./hashing.ts";
import { type RowContext, rowSet } from "./row-set.ts";
import type { JudgedRow } from "./table-job.ts";

/** Characters of the rows of a chunk: what a chunk of the longest rows weighs is bounded, too. */
const charsPerCommit = 16_777_216;
/** Passwords in one call of commit: about four seconds of hashing that a crash would repeat. */
const passwordsPerCommit = 200;

/** A row that is judged, with what it was judged by. */
export interface RowAtHand {
  readonly context: RowContext;
  readonly judged: JudgedRow;
}

/** A row of a chunk: of most only what is to be written is kept, which is a fraction of what they were read into. */
export type ChunkRow =
  /** `again` while somebody may come between, so that it has to be looked at again. */
  | { readonly set: ChangeSet; readonly again: RowAtHand | undefined }
  | { readonly hash: Promise<string>; readonly hashing: RowAtHand };

/** Rows that are carried out in one call of commit; their passwords are hashed from the moment they are added. */
export class Chunk {
  readonly rows: ChunkRow[] = [];
  /** The groups that accepted rows name and nobody has made: their names by the ids that they are to have. */
  readonly makes = new Map<string, string>();
  private passwords = 0;
  private chars = 0;

  constructor(
    private readonly hashing: Hashing,
    private readonly rowsMax: number,
  ) {}

  add(atHand: RowAtHand): void {
    const { context, judged } = atHand;
    const { verdict } = judged;
    this.chars += judged.chars;
    if (verdict.kind === "create" || verdict.kind === "change") {
      for (const { id, name } of verdict.groups.makes) this.makes.set(id, name);
      if (verdict.password.kind === "clear") {
        const hash = this.hashing.hash(verdict.password.text);
        // What it throws is told where it is waited for.
        hash.catch(() => undefined);
        this.passwords++;
        this.rows.push({ hash, hashing: atHand });
        return;
      }
    }
    const mayChange = verdict.kind === "change" || verdict.kind === "delete";
    this.rows.push({ set: rowSet(context, judged, undefined, false), again: mayChange ? atHand : undefined });
  }

  get hasPasswords(): boolean {
    return this.passwords > 0;
  }

  get isFull(): boolean {
    return this.rows.length >= this.rowsMax || this.passwords >= passwordsPerCommit || this.chars >= charsPerCommit;
  }
}
