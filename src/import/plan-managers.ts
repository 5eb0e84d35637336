import { foldCase } from "../scim/resource/fold.ts";
import type { ChangeSet } from "../storage/change.ts";
import type { ImportJob } from "../storage/import.ts";
import { findReferences } from "./link.ts";
import type { RunPorts } from "./ports.ts";
import { unknownManager } from "./problem.ts";
import { SeenKeys } from "./seen.ts";
import { judgeBatch, openTableJob } from "./table-job.ts";

/**
 * Reads a file a second time and tells of the rows whose manager will not be found: neither in the directory nor in any
 * row. Only then is it known who else the file has.
 */
export async function checkManagers(ports: RunPorts, job: ImportJob): Promise<readonly ChangeSet[]> {
  const people = await peopleIn(ports, job);
  const told: ChangeSet[] = [];
  const opened = await openTableJob(ports, job);
  for await (const batch of opened.batches) {
    const judged = await judgeBatch(ports, opened, batch);
    const asking = judged.flatMap(({ verdict, mapped }) => {
      const hasReference = verdict.kind === "create" || verdict.kind === "change";
      const reference = hasReference ? verdict.reference : undefined;
      const isKnown = reference === undefined || people.has(foldCase(reference));
      return isKnown ? [] : [{ mapped, reference, outcome: verdict }];
    });
    const found = await findReferences(
      ports,
      job.tenantId,
      asking.map(({ reference }) => reference),
    );
    asking.forEach(({ mapped, reference, outcome }, index) => {
      const one = found[index];
      if (one === undefined || "id" in one || outcome.kind === "delete") return;
      const { row, line, key, warnings } = mapped;
      const expected = outcome.kind === "change" ? outcome.outcome : "created";
      const problems = [...warnings, unknownManager(reference, one.wrong === "ambiguous")];
      const change = { kind: "planRow", importId: job.id, outcome: expected, row, line, key, problems } as const;
      told.push({ tenantId: job.tenantId, changes: [change] });
    });
  }
  return told;
}

/** The userNames, mails and ids of everybody in the file. */
async function peopleIn(ports: RunPorts, job: ImportJob): Promise<SeenKeys> {
  const people = new SeenKeys();
  const opened = await openTableJob(ports, job);
  for await (const batch of opened.batches) {
    for (const row of batch) {
      const mapped = opened.mapper.map(row);
      for (const value of [mapped.valueOf("userName"), mapped.valueOf("emails.value"), mapped.id]) {
        if (value !== undefined) people.firstRow(foldCase(value), row.row);
      }
    }
  }
  return people;
}
