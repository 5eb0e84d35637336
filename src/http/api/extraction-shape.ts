import { z } from "@hono/zod-openapi";
import { finalStates } from "../../import/job.ts";
import type { ImportState } from "../../storage/import.ts";
import type { Store } from "../../storage/port.ts";
import type { ExtractionRecord } from "../../storage/provisioning.ts";
import { isoOf } from "./instant.ts";

/** What is said of an extraction, in SimpleIdServer's words. */
const statuses = ["Started", "Exported", "Failed to extract", "Imported"] as const;

export const extractionSchema = z
  .object({
    id: z.string(),
    connectorId: z.string(),
    status: z.enum(statuses),
    startDateTime: z.string(),
    endDateTime: z.string().nullable(),
    nbRepresentations: z.int().meta({ description: "records that were new or had changed" }),
    nbFilteredRepresentations: z.int().meta({ description: "records that are as they were imported" }),
    errorMessage: z.string().nullable(),
    parked: z.boolean().meta({ description: "too many went missing at once: approve it, or leave it" }),
    import: z
      .object({ id: z.string(), state: z.string() })
      .nullable()
      .meta({ description: "where its plan, its rows and its report are" }),
  })
  .openapi("Extraction");

/** An extraction as it is shown; what was asked to be imported is that when its import has ended. */
export async function shownExtraction({ imports }: Pick<Store, "imports">, record: ExtractionRecord) {
  const { id, tenantId, connectorId, started, ended, records, unchanged, error, importId, isParked } = record;
  const job = importId === null ? undefined : await imports.job(tenantId, importId);
  return {
    id,
    connectorId,
    status: statusOf(record, job?.state),
    startDateTime: isoOf(started),
    endDateTime: ended === null ? null : isoOf(ended),
    nbRepresentations: records,
    nbFilteredRepresentations: unchanged,
    errorMessage: error,
    parked: isParked,
    import: importId === null || job === undefined ? null : { id: importId, state: job.state },
  };
}

function statusOf({ state }: ExtractionRecord, job: ImportState | undefined): (typeof statuses)[number] {
  if (state === "started") return "Started";
  if (state === "failed") return "Failed to extract";
  return state === "imported" && (job === undefined || finalStates.has(job)) ? "Imported" : "Exported";
}
