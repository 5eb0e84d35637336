import type { Io } from "./io.ts";

const barChars = 24;
/** How often a progress line is written where nobody watches a bar. */
const lineMs = 5000;

const number = new Intl.NumberFormat("en");

/** How far some work is. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
}

/** `importing [######------] 50 %  150/300 rows  1,200/s  1 s left` */
export function progressText({ what, done, total }: Progress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
  const perSecond = `${number.format(Math.round(rate))}/s`;
  if (total === 0) return `${what} ${number.format(done)} rows  ${perSecond}`;
  const part = Math.min(1, done / total);
  const bar = "#".repeat(Math.round(part * barChars)).padEnd(barChars, "-");
  const left = rate > 0 && done < total ? `  ${Math.ceil((total - done) / rate)} s left` : "";
  return `${what} [${bar}] ${Math.floor(part * 100)} %  ${number.format(done)}/${number.format(total)} rows  ${perSecond}${left}`;
}

/** Shows how far work is: a bar on a terminal, else a line now and then. */
export function progressMeter(io: Io, now: () => number): (progress: Progress) => void {
  let what = "";
  let since = now();
  let lined = now();
  let doneBefore = 0;
  return (progress) => {
    const at = now();
    if (progress.what !== what) {
      what = progress.what;
      since = at;
      doneBefore = progress.done;
    }
    // The rate is that of this run: a job that goes on after a restart starts in the middle.
    const text = progressText(progress, doneBefore === progress.done ? 0 : at - since);
    if (io.isTerminal) io.draw(text);
    else if (at - lined >= lineMs) {
      lined = at;
      io.err(text);
    }
  };
}
