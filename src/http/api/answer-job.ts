import type { Context } from "hono";
import { isSettled } from "../../import/job.ts";
import type { ImportJob } from "../../storage/import.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { waitOf } from "../prefer.ts";
import { jobJson } from "./job.ts";

/** Seconds that `Prefer: wait` may ask for, and milliseconds between two looks at the job. */
const waitSecondsMax = 60;
const waitLookMs = 50;

/** The job once it has ended; as it is after so many seconds, or when the server is to stop. */
export async function waitForJob(
  { store, now, stopping }: AppPorts,
  job: ImportJob,
  seconds: number,
): Promise<ImportJob> {
  const until = now() + 1000 * seconds;
  let current = job;
  while (!isSettled(current) && now() < until && !stopping.aborted) {
    await Bun.sleep(waitLookMs);
    current = (await store.imports.job(job.tenantId, job.id)) ?? current;
  }
  return current;
}

/** 202 with the job unless another status is asked for, or 200 when the client waits (RFC 7240) and the job ends in time. */
export async function answerJob(
  c: Context<AppEnv>,
  ports: AppPorts,
  job: ImportJob,
  status: 200 | 202 = 202,
): Promise<Response> {
  const wait = waitOf(c);
  const current = await waitForJob(ports, job, Math.min(Number(wait ?? 0), waitSecondsMax));
  const base = originOf(c.req.url);
  const body = jobJson(current, base, ports.now());
  const headers = { Location: body.links.self };
  if (wait === undefined || !isSettled(current)) return c.json(body, status, headers);
  return c.json(body, 200, { ...headers, "Preference-Applied": `wait=${wait}` });
}
