import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

export const scimMediaType = "application/scim+json";

/** Clients that name plain JSON and not SCIM's get what they name; everybody else gets SCIM's (RFC 7644 §3.8). */
function mediaTypeFor(header: string | undefined): string {
  const accept = header?.toLowerCase();
  if (accept === undefined || accept.includes("scim+json")) return scimMediaType;
  return accept.includes("application/json") ? "application/json" : scimMediaType;
}

/** Answers with JSON text in the media type the client reads. */
export function respond(
  c: Context,
  json: string,
  status: ContentfulStatusCode = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const about: Record<string, string> = { "Content-Type": mediaTypeFor(c.req.header("Accept")), ...headers };
  // The body of a HEAD is dropped on its way out, and its length would be with it (RFC 9110 §9.3.2).
  if (c.req.method === "HEAD") about["Content-Length"] = String(Buffer.byteLength(json));
  return new Response(json, { status, headers: about });
}
