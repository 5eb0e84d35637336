import { isSettled } from "../../import/job.ts";
import type { ImportJob } from "../../storage/import.ts";
import { type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { jobOf } from "./import-job.ts";
import { jobJson } from "./job.ts";

/** Milliseconds between two looks at the job, and until a sign of life when nothing has changed. */
const lookMs = 250;
const aliveMs = 15_000;

/** Mounts the progress of an import as server-sent events: `progress` when something changed, `end` when it is over. */
export function mountImportEvents(app: App, { store, now, stopping }: AppPorts): void {
  app.get("/api/imports/:id/events", async (c) => {
    const first = await jobOf(c, store);
    const base = originOf(c.req.url);
    const look = () => store.imports.job(first.tenantId, first.id);
    const text = (job: ImportJob): string => JSON.stringify(jobJson(job, base, now()));

    async function* events(): AsyncGenerator<string> {
      let shown = "";
      let told = now();
      for (let job: ImportJob | undefined = first; job !== undefined && !stopping.aborted; job = await look()) {
        if (isSettled(job)) {
          yield `event: end\ndata: ${text(job)}\n\n`;
          return;
        }
        const state = JSON.stringify([job.state, job.total, job.counts, job.undone]);
        if (state !== shown || now() - told >= aliveMs) {
          yield `event: progress\ndata: ${text(job)}\n\n`;
          shown = state;
          told = now();
        }
        await Bun.sleep(lookMs);
      }
    }

    return new Response(events(), {
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store",
        // A proxy that gathers an answer would show nothing before the end.
        "X-Accel-Buffering": "no",
      },
    });
  });
}
