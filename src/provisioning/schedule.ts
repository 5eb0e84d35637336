import { ScimError } from "../scim/error.ts";

/** When a connector is launched by itself. */
export interface Schedule {
  /** Five fields: minute, hour, day of the month, month, day of the week; or `@daily` and its like. */
  readonly cron: string;
  /** The time zone in which it is read (IANA). */
  readonly timezone: string;
  /** Whether what it extracts is imported at once, unless it is parked. */
  readonly import: boolean;
}

/**
 * The first time of a schedule after a moment; undefined when there is none.
 *
 * @param after milliseconds since 1970
 * @example nextRun({ cron: "0 3 * * *", timezone: "UTC", import: true }, 0) // 10_800_000
 */
export function nextRun({ cron, timezone }: Schedule, after: number): number | undefined {
  return Bun.cron.parse(cron, new Date(after), { tz: timezone })?.getTime();
}

/** @throws ScimError invalidValue for a schedule that is none, or never comes */
export function requireSchedule(schedule: Schedule, now: number): void {
  let next: number | undefined;
  try {
    next = nextRun(schedule, now);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 200) : "it can not be read";
    throw new ScimError("invalidValue", `schedule: ${why}.`, { cause });
  }
  if (next === undefined) throw new ScimError("invalidValue", "schedule: this time never comes.");
}

/** What is to be done about a schedule at a moment. */
export type Due =
  | { readonly kind: "wait" }
  | { readonly kind: "run" }
  /** So many times came while nobody was there to run it. */
  | { readonly kind: "missed"; readonly times: number; readonly first: number };

/** Times that are counted of those that were missed. */
const missedMax = 1000;

/**
 * What a schedule asks for now.
 *
 * @param since until when it was looked after: its last run, or its last change
 * @param up since when the server is up
 */
export function dueAt(schedule: Schedule, since: number, up: number, now: number): Due {
  const next = nextRun(schedule, since);
  if (next === undefined || next > now) return { kind: "wait" };
  if (next >= up) return { kind: "run" };
  let times = 0;
  for (let time: number | undefined = next; time !== undefined && time < up && times < missedMax; times++) {
    time = nextRun(schedule, time);
  }
  return { kind: "missed", times, first: next };
}
