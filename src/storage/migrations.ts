import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { assetPath } from "../assets.ts";

/** The database was written by a later version of the program than this one. */
export class NewerDatabaseError extends Error {
  constructor(file: string, found: number, known: number) {
    super(
      `the database ${file} was written by a newer muster: it has ${found} migrations, this binary knows ${known}. ` +
        "Start the newer binary, or restore a backup from before the upgrade.",
    );
    this.name = "NewerDatabaseError";
  }
}

const journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

/** The folder of a store's migrations and the times that name them, oldest first. */
export function migrationsOf(store: "sqlite"): { readonly folder: string; readonly times: readonly number[] } {
  const folder = assetPath("drizzle", store);
  const { entries } = journal.parse(JSON.parse(readFileSync(join(folder, "meta", "_journal.json"), "utf8")));
  return { folder, times: entries.map(({ when }) => when) };
}
