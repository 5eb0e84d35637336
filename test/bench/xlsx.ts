import { SaxesParser } from "saxes";
import { fromBufferPromise } from "yauzl";
import { median } from "../../src/bench/figures.ts";
import { bytesInput } from "../../src/import/source/input.ts";
import { openTable } from "../../src/import/source/open.ts";
import { workbook } from "../import/support/workbook.ts";
import { spread } from "./spread.ts";

/*
 * How fast a workbook is read: `bun run bench xlsx [rows] [rounds]`, beside the ZIP and the XML reader alone, with a
 * handler that does nothing, over the same sheet. Both in this process, alternating.
 */

const rows = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 5);

const header = Array.from({ length: 12 }, (_, column) => `column${column}`);
const cells = (index: number): readonly (string | number | boolean)[] => [
  `user${index}`,
  `user${index}@example.org`,
  "Maria",
  `Lindgren ${index % 977}`,
  "Engineer",
  "Platform",
  index,
  491_700_000_000 + index,
  index % 2 === 0,
  "sv-SE",
  `${index}-${index % 13}`,
  "Main Street 12",
];
const file = workbook({
  sheets: [{ name: "People", rows: [header, ...Array.from({ length: rows }, (_, index) => cells(index))] }],
});

/** The parts that a reader of this sheet must read, through ZIP and XML alone. */
async function bareSeconds(): Promise<number> {
  const start = performance.now();
  const zip = await fromBufferPromise(file);
  for await (const entry of zip.eachEntry()) {
    if (!/sheet1\.xml|sharedStrings\.xml/.test(entry.fileName)) continue;
    const parser = new SaxesParser({ position: false });
    const decoder = new TextDecoder();
    for (const event of ["opentag", "closetag", "text"] as const) parser.on(event, () => undefined);
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      parser.write(decoder.decode(chunk, { stream: true }));
    }
    parser.close();
  }
  return (performance.now() - start) / 1000;
}

async function ownSeconds(): Promise<number> {
  const start = performance.now();
  const table = await openTable(bytesInput(file));
  let read = 0;
  for await (const batch of table.batches) read += batch.length;
  if (read !== rows) throw new Error(`${read} rows were read, not ${rows}`);
  return (performance.now() - start) / 1000;
}

const figures: { readonly bare: number; readonly own: number }[] = [];
for (let round = 0; round < rounds; round++) {
  Bun.gc(true);
  const bare = await bareSeconds();
  Bun.gc(true);
  figures.push({ bare, own: await ownSeconds() });
}
const size = (file.byteLength / 1_048_576).toFixed(1);
console.log(
  `${rows.toLocaleString("en")} rows of ${header.length} cells, ${size} MiB; rows/s, median (least-most) of ${rounds}`,
);
console.log(`  ZIP and XML alone                       ${spread(figures.map(({ bare }) => rows / bare))}`);
console.log(`  rows of the table                       ${spread(figures.map(({ own }) => rows / own))}`);
console.log(
  `  time / that of ZIP and XML alone        ${median(figures.map(({ own, bare }) => own / bare)).toFixed(2)}`,
);
