import { Database } from "bun:sqlite";
import { cpus, totalmem } from "node:os";
import { z } from "zod";
import { root } from "./process.ts";

const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const spread = z.object({ middle: number, least: number, most: number });
const figure = z.object({
  name: z.string(),
  connections: z.number(),
  rounds: z.number(),
  operations: z.number(),
  perSecond: spread,
  medianMs: number,
  p99Ms: number,
  maxMs: number,
  cpuMicros: z.number().nullable(),
  kinds: z.record(z.string(), z.object({ medianMs: number, p99Ms: number })),
  rates: z.array(number).readonly(),
  unanswered: z.number(),
});
const filterFigure = z.object({
  filter: z.string(),
  least: z.number(),
  most: z.number(),
  together: figure,
  alone: figure,
});

/** Everything that a run found, as it is kept beside the page that tells of it. */
export const resultsShape = z.object({
  date: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number(), memoryBytes: z.number(), system: z.string() }),
  versions: z.object({ muster: z.string(), bun: z.string(), sqlite: z.string() }),
  rounds: z.number(),
  seconds: z.number(),
  minutes: z.number(),
  users: z.number(),
  groups: z.array(z.number()).readonly(),
  fewUsers: z.number(),
  importSeconds: z.number(),
  databaseBytes: z.number(),
  figures: z.array(figure).readonly(),
  filters: z.object({ indexed: z.array(filterFigure).readonly(), containing: z.array(filterFigure).readonly() }),
  memory: z.object({ own: z.number(), mapped: z.number() }).nullable(),
  starts: z.object({ full: spread, empty: spread }).nullable(),
});
export type Results = z.infer<typeof resultsShape>;

export function machineFacts(): Pick<Results, "date" | "machine" | "versions"> {
  const [cpu] = cpus();
  const git = Bun.spawnSync(["git", "rev-parse", "--short", "HEAD"], { cwd: root }).stdout.toString().trim();
  const db = new Database(":memory:");
  const sqlite = db.query<{ version: string }, []>("SELECT sqlite_version() AS version").get()?.version ?? "unknown";
  db.close();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpu?.model ?? "unknown",
      cores: cpus().length,
      memoryBytes: totalmem(),
      system: `${process.platform} ${process.arch}`,
    },
    versions: { muster: git || "unknown", bun: Bun.version, sqlite },
  };
}
