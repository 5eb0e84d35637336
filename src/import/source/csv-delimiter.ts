import { CsvScanner } from "./csv-scanner.ts";
import { TableError, type TableRow } from "./table.ts";

/** The delimiters that are recognised, in the order in which they are preferred. */
const candidates: readonly string[] = [",", ";", "\t", "|"];
/** Rows looked at when the header does not decide. */
const trialRowsMax = 20;

/** The first line by which a file names its delimiter for Excel; some tools quote it. */
const separatorLine = /^(?:sep=([^"\r\n])|"sep=([^"\r\n])")(?:\r\n|\r|\n|$)/i;

/** What a leading `sep=;` line says, and how many characters it takes; undefined where there is none. */
export function readSeparatorLine(text: string): { delimiter: string; chars: number } | undefined {
  const match = separatorLine.exec(text);
  const delimiter = match?.[1] ?? match?.[2];
  if (match === null || delimiter === undefined) return undefined;
  return { delimiter, chars: match[0].length };
}

/**
 * The delimiter of the table that starts with `sample`: the one that is most frequent in the header outside of
 * quotes. `complete` says that the sample is the whole table. A table of one column gets a comma.
 */
export function detectDelimiter(sample: string, complete: boolean): string {
  const counts = countInHeader(sample);
  const most = Math.max(...counts.values());
  const leaders = candidates.filter((candidate) => counts.get(candidate) === most);
  const [leader = ",", ...others] = leaders;
  if (others.length === 0) return leader;
  let best = { delimiter: leader, rows: 0 };
  for (const delimiter of leaders) {
    const rows = countAlikeRows(sample, complete, delimiter);
    if (rows > best.rows) best = { delimiter, rows };
  }
  return best.delimiter;
}

/** How often each candidate stands in the first record outside of quoted cells. */
function countInHeader(sample: string): Map<string, number> {
  const counts = new Map(candidates.map((candidate) => [candidate, 0]));
  let quoted = false;
  let cellStart = true;
  for (const character of sample.replace(/^[\r\n]+/, "")) {
    if (character === '"' && (quoted || cellStart)) {
      quoted = !quoted;
      // A doubled quote closes and at once opens again.
      cellStart = !quoted;
      continue;
    }
    if (quoted) continue;
    if (character === "\n" || character === "\r") break;
    const count = counts.get(character);
    if (count !== undefined) counts.set(character, count + 1);
    cellStart = count !== undefined;
  }
  return counts;
}

/** How many of the first rows have the same number of cells, 0 unless that are most of them and at least two. */
function countAlikeRows(sample: string, complete: boolean, delimiter: string): number {
  const rows: TableRow[] = [];
  try {
    new CsvScanner(delimiter).push(sample, complete, rows);
  } catch (error) {
    // The rows before the fault count; a wrong delimiter often fails on the first one.
    if (!(error instanceof TableError)) throw error;
  }
  const trial = rows.slice(0, trialRowsMax);
  const byWidth = new Map<number, number>();
  for (const { cells } of trial) {
    if (cells.length > 1) byWidth.set(cells.length, (byWidth.get(cells.length) ?? 0) + 1);
  }
  const alike = Math.max(0, ...byWidth.values());
  return alike >= 2 && alike * 2 > trial.length ? alike : 0;
}
