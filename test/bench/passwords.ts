import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../../src/bench/figures.ts";
import { importPorts } from "../../src/import/ports.ts";
import { runImport } from "../../src/import/runner.ts";
import { receiveImport } from "../../src/import/upload.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { spread } from "./spread.ts";

/*
 * An import with a password in clear text in every row, beside the hashes alone, as many at once as there are cores:
 * `bun run bench passwords [rows] [rounds]`.
 */

const rows = Number(process.argv[2] ?? 600);
const rounds = Number(process.argv[3] ?? 3);
const cores = availableParallelism();
const argon2id = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

async function rawSeconds(): Promise<number> {
  let next = 0;
  const start = performance.now();
  const work = async (): Promise<void> => {
    while (next < rows) await Bun.password.hash(`p4ssword-${next++}`, argon2id);
  };
  await Promise.all(Array.from({ length: cores }, work));
  return (performance.now() - start) / 1000;
}

/** From the upload to the end: reading, planning and writing included. */
async function importSeconds(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "muster-bench-"));
  const store = openSqliteStore({ file: join(folder, "muster.db"), lane: "import" });
  try {
    const lines = Array.from({ length: rows }, (_, index) => `user${index},p4ssword-${index}`);
    const csv = new TextEncoder().encode(`userName,password\n${lines.join("\n")}\n`);
    const upload = { tenantId: 1, fileName: "people.csv", createdBy: "bench", asAdministrator: false };
    const ports = importPorts(store, () => false);
    const start = performance.now();
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield csv;
    }
    const { job } = await receiveImport(ports, upload, bytes(), () => ({}));
    const done = await runImport(ports, 1, job.id);
    if (done.counts.created !== rows) throw new Error(`created ${done.counts.created} of ${rows}`);
    return (performance.now() - start) / 1000;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const figures: { readonly raw: number; readonly own: number }[] = [];
for (let round = 0; round < rounds; round++) figures.push({ raw: await rawSeconds(), own: await importSeconds() });
console.log(`${rows.toLocaleString("en")} passwords, ${cores} cores; hashes/s, median (least-most) of ${rounds}`);
console.log(`  argon2id alone                          ${spread(figures.map(({ raw }) => rows / raw))}`);
console.log(`  the whole import                        ${spread(figures.map(({ own }) => rows / own))}`);
console.log(
  `  import / argon2id alone                 ${Math.round(100 * median(figures.map(({ raw, own }) => raw / own)))} %`,
);
