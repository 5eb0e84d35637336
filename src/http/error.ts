import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorKind, errorTable, ScimError } from "../scim/error.ts";
import { etagOf } from "../scim/resource/etag.ts";
import { worded } from "../scim1/dialect.ts";
import type { AppEnv, AppPorts } from "./context.ts";
import { ownMount } from "./mounts.ts";
import { respond } from "./respond.ts";

/** Both schemes that a 401 offers (RFC 9110 §11.6.1). */
const challenge = 'Bearer realm="muster", Basic realm="muster", charset="UTF-8"';

const kinds = Object.keys(errorTable).filter((kind): kind is ErrorKind => Object.hasOwn(errorTable, kind));

/** The refusal that an exception means; what nobody expected is internal, and its text stays here. */
function toScimError(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof HTTPException) {
    const kind = kinds.find((candidate) => errorTable[candidate].status === error.status);
    if (kind !== undefined && kind !== "internal") return new ScimError(kind, undefined, { cause: error });
  }
  return new ScimError("internal", undefined, { cause: error });
}

/** What the head of an answer tells of an error. */
export function errorHeaders(error: ScimError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.kind === "unauthorized") headers["WWW-Authenticate"] = challenge;
  if (error.kind === "unavailable") headers["Retry-After"] = "5";
  if (error.retryAfter !== undefined) headers["Retry-After"] = String(error.retryAfter);
  if (error.version !== undefined) headers.ETag = etagOf(error.version);
  return headers;
}

/** Answers with the error's body (RFC 7644 §3.12), in the media type the client reads. */
export function errorResponse(c: Context<AppEnv>, error: ScimError): Response {
  const { dialect } = c.get("mount") ?? ownMount;
  const headers = errorHeaders(error);
  if (dialect.mediaType !== undefined) headers["Content-Type"] = dialect.mediaType;
  const status: ContentfulStatusCode = error.status;
  return respond(c, JSON.stringify(dialect.errorBody(worded(dialect, error))), status, headers);
}

/** The refusal that an exception means; what is the server's own fault is told to its operator. */
export function refusalOf(c: Context<AppEnv>, error: unknown, log: AppPorts["log"]): ScimError {
  const refusal = toScimError(error);
  // Who left before the answer is nobody's fault.
  if (refusal.status >= 500 && !c.req.raw.signal.aborted) {
    log("error", refusal.detail, { method: c.req.method, path: c.req.path, cause: Bun.inspect(refusal.cause) });
  }
  return refusal;
}

/** Answers an exception. */
export function answerError(c: Context<AppEnv>, error: unknown, log: AppPorts["log"]): Response {
  return errorResponse(c, refusalOf(c, error, log));
}

/** Refuses a method that an endpoint does not have (RFC 9110 §15.5.6). */
export function refuseMethod(c: Context<AppEnv>, offered: readonly string[]): Response {
  const response = errorResponse(c, new ScimError("methodNotAllowed", `This endpoint offers ${offered.join(", ")}.`));
  response.headers.set("Allow", offered.join(", "));
  return response;
}
