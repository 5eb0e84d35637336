import type { Io } from "./io.ts";
import { shownNumber } from "./number.ts";

const barChars = 24;
/** How often a progress line is written where nobody watches a bar. */
const lineMs = 5000;

/** How far some work is. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
}

/** `importing [######------] 50 %  150/300 rows  1,200/s  1 s left` */
export function progressText({ what, done, total }: Progress, elapsedMs: number, doneBefore = 0): string {
  const rate = elapsedMs > 0 ? ((done - doneBefore) * 1000) / elapsedMs : 0;
  const perSecond = `${shownNumber(Math.round(rate))}/s`;
  const shownRate = rate > 0 ? `  ${perSecond}` : "";
  if (total === 0) return `${what} ${shownNumber(done)} rows${shownRate}`;
  const part = Math.min(1, done / total);
  const bar = "#".repeat(Math.round(part * barChars)).padEnd(barChars, "-");
  const left = rate > 0 && done < total ? `  ${Math.ceil((total - done) / rate)} s left` : "";
  return `${what} [${bar}] ${Math.floor(part * 100)} %  ${shownNumber(done)}/${shownNumber(total)} rows${shownRate}${left}`;
}

export interface ProgressMeter {
  show(progress: Progress): void;
  /** Leaves the last state on the screen, or in the log. */
  end(progress: Progress): void;
}

/** Shows how far work is: a bar on a terminal, else a line now and then. */
export function progressMeter(io: Io, now: () => number): ProgressMeter {
  let what = "";
  let since = now();
  let lined = now();
  let doneBefore = 0;
  /** The rate is that of this run: a job that goes on after a restart starts in the middle. */
  const text = (progress: Progress): string => {
    if (progress.what !== what) {
      what = progress.what;
      since = now();
      doneBefore = progress.done;
    }
    return progressText(progress, now() - since, doneBefore);
  };
  return {
    show(progress) {
      const line = text(progress);
      if (io.isTerminal) io.draw(line);
      else if (now() - lined >= lineMs) {
        lined = now();
        io.err(line);
      }
    },
    end: (progress) => io.err(text(progress)),
  };
}
