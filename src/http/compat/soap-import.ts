import type { Context } from "hono";
import { receiveImport } from "../../import/upload.ts";
import { ScimError } from "../../scim/error.ts";
import type { SoapCall } from "../../scim1/soap/services.ts";
import { waitForJob } from "../api/answer-job.ts";
import { requireScope } from "../auth.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import type { SoapResult } from "./soap.ts";

/** Kinds of files that WSO2 tells by their names. */
const fileNames = /\.(?:csv|xlsx?)$/i;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** Seconds after which a client is answered though the import goes on: connections that say nothing end after 120. */
const waitSeconds = 100;

/**
 * Imports the users of a file, as `POST /api/imports` does, and answers when it has ended: with nothing where all went
 * in, else with a fault that has WSO2's own sentence. The import is there to be looked at, its address in `Location`.
 */
export async function bulkImportUsers(c: Context<AppEnv>, ports: AppPorts, call: SoapCall): Promise<SoapResult> {
  const { tenantId, name: createdBy, scopes } = requireScope(c, "import:write");
  const [fileName = ""] = call.texts("fileName");
  const [handler = ""] = call.texts("handler");
  const content = handler.replace(/\s+/g, "");
  if (fileName.trim() === "" || content === "") throw new ScimError("invalidValue", "Required data not provided");
  if (!fileNames.test(fileName.trim())) throw new ScimError("invalidValue", "Unsupported format");
  if (!base64.test(content)) throw new ScimError("invalidValue", "handler must be the file in base64.");
  const [userStore = ""] = call.texts("userStoreDomain");
  const upload = { tenantId, fileName: fileName.trim(), createdBy, asAdministrator: scopes.has("admin") };
  const fields = { dialect: "wso2-claims", ...(userStore.trim() !== "" && { userStore: userStore.trim() }) };
  const { job } = await receiveImport(ports, upload, once(Buffer.from(content, "base64")), () => fields);
  ports.wakeImports();
  c.header("Location", `${originOf(c.req.url)}/api/imports/${job.id}`);
  const { state, message } = await waitForJob(ports, job, waitSeconds);
  if (state !== "completed_with_errors" && state !== "failed" && state !== "stopped") return undefined;
  throw new ScimError("invalidValue", message ?? "The import failed.");
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
