/**
 * How fast CSV is read: `bun test/bench/csv.ts [rows]`. The file is made while it is read, and the making is not
 * counted. csv-parse reads fewer rows of the same data from memory, which is the favourable case for it.
 */
import { parse } from "csv-parse/sync";
import { openCsv } from "../../src/import/source/csv-file.ts";
import { decodeText } from "../../src/import/source/text.ts";

const rounds = 3;
const rowsDefault = 500_000;
const rowsOfReference = 50_000;
const chunkBytes = 65_536;

interface Kind {
  readonly name: string;
  row(index: number): string;
}

const header = Array.from({ length: 20 }, (_, column) => `column${column}`).join(",");

/** 20 columns, about 240 characters. */
function plainCells(index: number): string[] {
  const id = String(index).padStart(8, "0");
  return [
    ...[id, `user${id}@example.com`, "Maria", "Lindgren", "Maria Lindgren", "Engineer", "true"],
    ...["Platform", "Research", "Main Street 12", "Gothenburg", "41101", "SE", "+46 31 123 45 67"],
    ...["sv-SE", "Europe/Stockholm", `m${id}@example.org`, "4711", "", "https://example.com/photos/0"],
  ];
}

function withCell(cells: string[], column: number, cell: string): string[] {
  cells[column] = cell;
  return cells;
}

const kinds: readonly Kind[] = [
  { name: "no quotes", row: (index) => plainCells(index).join(",") },
  { name: "two quoted cells", row: (index) => quoteTwo(plainCells(index)).join(",") },
  {
    name: "all cells quoted",
    row: (index) =>
      plainCells(index)
        .map((cell) => `"${cell}"`)
        .join(","),
  },
  { name: "not ASCII", row: (index) => withCell(quoteTwo(plainCells(index)), 3, "Lindström").join(",") },
];

function quoteTwo(cells: string[]): string[] {
  return withCell(withCell(cells, 4, '"Lindgren, Maria"'), 9, '"Main Street 12, ""c/o"" Berg"');
}

/** Makes the file chunk by chunk and keeps account of the time that took. */
class Generated {
  makingMs = 0;
  bytes = 0;
  readonly #kind: Kind;
  readonly #rows: number;

  constructor(kind: Kind, rows: number) {
    this.#kind = kind;
    this.#rows = rows;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    let index = 0;
    let text = `${header}\r\n`;
    while (index < this.#rows) {
      const start = performance.now();
      while (text.length < chunkBytes && index < this.#rows) text += `${this.#kind.row(index++)}\r\n`;
      const chunk = Buffer.from(text);
      text = "";
      this.bytes += chunk.length;
      this.makingMs += performance.now() - start;
      yield chunk;
    }
  }
}

interface Figure {
  readonly rowsPerSecond: number;
  readonly megabytesPerSecond: number;
}

/** Looks into each cell, so that text cut lazily is paid for in the measured time. */
function touch(cells: readonly string[]): void {
  for (const cell of cells) touched = (touched + (cell.charCodeAt(0) || 0)) | 0;
}
let touched = 0;

async function measureOurs(kind: Kind, rows: number): Promise<Figure> {
  const file = new Generated(kind, rows);
  const start = performance.now();
  const table = await openCsv(decodeText(file.chunks()));
  let read = 0;
  for await (const batch of table.batches) {
    for (const { cells } of batch) touch(cells);
    read += batch.length;
  }
  const seconds = (performance.now() - start - file.makingMs) / 1000;
  if (read !== rows) throw new Error(`read ${read} rows of ${rows}`);
  return { rowsPerSecond: rows / seconds, megabytesPerSecond: file.bytes / 1e6 / seconds };
}

async function measureReference(kind: Kind, rows: number): Promise<Figure> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of new Generated(kind, rows).chunks()) chunks.push(chunk);
  const file = Buffer.concat(chunks);
  const start = performance.now();
  const records: string[][] = parse(file);
  for (const cells of records) touch(cells);
  const read = records.length - 1;
  const seconds = (performance.now() - start) / 1000;
  if (read !== rows) throw new Error(`csv-parse read ${read} rows of ${rows}`);
  return { rowsPerSecond: rows / seconds, megabytesPerSecond: file.length / 1e6 / seconds };
}

async function median(measure: () => Promise<Figure>): Promise<string> {
  const figures: Figure[] = [];
  for (let round = 0; round < rounds; round++) figures.push(await measure());
  figures.sort((a, b) => a.rowsPerSecond - b.rowsPerSecond);
  const middle = figures[Math.floor(rounds / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  const rows = Math.round(middle.rowsPerSecond).toLocaleString("en").padStart(9);
  return `${rows} rows/s ${middle.megabytesPerSecond.toFixed(0).padStart(4)} MB/s`;
}

const rows = Number(process.argv[2] ?? rowsDefault);
for (const kind of kinds)
  console.log(`muster    ${kind.name.padEnd(18)} ${await median(() => measureOurs(kind, rows))}`);
console.log(`muster    highest memory in use: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
for (const kind of kinds) {
  console.log(`csv-parse ${kind.name.padEnd(18)} ${await median(() => measureReference(kind, rowsOfReference))}`);
}
