import type { Context } from "hono";
import { applyPlan, cancelImport, retryImport, undoImport } from "../../import/actions.ts";
import { readImportRequest, requireKnownFields } from "../../import/request.ts";
import { idempotencyKeyCharsMax, importFileBytesMax, receiveImport } from "../../import/upload.ts";
import { ScimError } from "../../scim/error.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { readUpload } from "../multipart.ts";
import type { App } from "../openapi/components.ts";
import { answerJob } from "./answer-job.ts";
import { jobOf } from "./import-job.ts";

/** Bytes of a form beside its file: boundaries, part heads and text fields. */
const formBytesMax = 4_194_304;

/** A body that says it is too large is refused before a gibibyte of it is in the database. */
function refuseAnnouncedLength(c: Context<AppEnv>): void {
  if (Number(c.req.header("Content-Length") ?? 0) <= importFileBytesMax + formBytesMax) return;
  throw new ScimError("tooLarge", `The file is larger than ${importFileBytesMax} bytes.`);
}

/** What the client calls its upload, so that sending it again makes no second job. */
function idempotencyKeyOf(c: Context<AppEnv>): { readonly idempotencyKey?: string } {
  const key = c.req.header("Idempotency-Key")?.trim();
  if (key === undefined || key === "") return {};
  if (key.length <= idempotencyKeyCharsMax) return { idempotencyKey: key };
  throw new ScimError("invalidValue", `The Idempotency-Key is longer than ${idempotencyKeyCharsMax} characters.`);
}

/** Mounts the routes that change something. */
export function mountImportActions(app: App, ports: AppPorts): void {
  const { store } = ports;

  app.post("/api/imports", async (c) => {
    const { tenantId, name: createdBy, scopes } = requireScope(c, "import:write");
    // What the address says is checked before the file comes in, what the form says when it is there.
    const query = c.req.query();
    requireKnownFields(Object.keys(query));
    readImportRequest(query);
    refuseAnnouncedLength(c);
    const by = { tenantId, createdBy, asAdministrator: scopes.has("admin"), ...idempotencyKeyOf(c) };
    const { job, isRepeated } = await readUpload(c.req.raw, ({ fileName, bytes }, fields) =>
      receiveImport(ports, { ...by, fileName }, bytes, () => ({ ...query, ...fields() })),
    );
    if (!isRepeated) ports.wakeImports();
    return answerJob(c, ports, job, isRepeated ? 200 : 202);
  });

  const action = (act: typeof applyPlan) => async (c: Context<AppEnv>) => {
    await act(ports, await jobOf(c, store));
    ports.wakeImports();
    return answerJob(c, ports, await jobOf(c, store));
  };
  app.post("/api/imports/:id/apply", action(applyPlan));
  app.post("/api/imports/:id/cancel", action(cancelImport));
  app.post("/api/imports/:id/undo", action(undoImport));

  app.post("/api/imports/:id/retry", async (c) => {
    const { name: createdBy, scopes } = requireScope(c, "import:write");
    const fields = c.req.query();
    requireKnownFields(Object.keys(fields));
    const retry = { createdBy, asAdministrator: scopes.has("admin"), fields };
    const { job } = await retryImport(ports, await jobOf(c, store), retry);
    ports.wakeImports();
    return answerJob(c, ports, job);
  });
}
