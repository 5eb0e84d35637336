import { z } from "zod";
import type { MatchedRecord } from "../storage/port.ts";

/*
 * What an undo brings back of a user whom a row changed: the document, the password, and the memberships that the row
 * added and ended.
 */

const beforeSchema = z.object({
  /** Of a user whom the row deleted: the row itself knows the others. */
  id: z.string().exactOptional(),
  doc: z.string(),
  /** Null where there was none; left out where the row left it alone. */
  passwordHash: z.string().nullable().exactOptional(),
  passwordUntil: z.number().exactOptional(),
  joined: z.array(z.string()),
  left: z.array(z.string()),
  /** What was kept of the user for the application; null where the row assigned them, left out where it left that. */
  assignment: z.record(z.string(), z.string()).nullable().exactOptional(),
});

export type Before = z.infer<typeof beforeSchema>;

/** The text that is kept of a user as they were. */
export function beforeText(of: {
  readonly record: Pick<MatchedRecord, "doc" | "passwordHash" | "passwordUntil" | "assignment">;
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly setsPassword?: boolean;
  readonly assigns?: boolean;
  readonly id?: string;
}): string {
  const { record, joined, left, setsPassword = false, assigns = false, id } = of;
  const before: Before = {
    ...(id !== undefined && { id }),
    doc: record.doc,
    joined: [...joined],
    left: [...left],
    ...(setsPassword && { passwordHash: record.passwordHash }),
    ...(setsPassword && record.passwordUntil !== null && { passwordUntil: record.passwordUntil }),
    ...(assigns && { assignment: record.assignment === undefined ? null : { ...record.assignment } }),
  };
  return JSON.stringify(before);
}

/** Reads what `beforeText` wrote. */
export function readBefore(text: string): Before {
  return beforeSchema.parse(JSON.parse(text));
}
