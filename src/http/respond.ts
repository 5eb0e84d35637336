import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppPorts } from "./context.ts";

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

/**
 * Answers with JSON text that is made as it goes out: a client that reads slowly holds it up, one that leaves ends it,
 * and other requests run between two pieces. What fails on the way can only cut the answer off; the operator is told.
 */
export function respondInPieces(
  c: Context,
  pieces: AsyncGenerator<string>,
  status: ContentfulStatusCode,
  headers: Readonly<Record<string, string>>,
  log: AppPorts["log"],
): Response {
  const about = { "Content-Type": mediaTypeFor(c.req.header("Accept")), ...headers };
  // A length that nobody counted: the head tells what a GET would send, and nothing is read for it.
  if (c.req.method === "HEAD")
    return new Response(null, { status, headers: { ...about, "Transfer-Encoding": "chunked" } });
  const { method, path } = c.req;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          await new Promise((resolve) => setImmediate(resolve));
          const { done, value } = await pieces.next();
          if (done === true) controller.close();
          else controller.enqueue(encoder.encode(value));
        } catch (error) {
          log("error", "an answer was cut off", { method, path, cause: Bun.inspect(error) });
          controller.error(error);
        }
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    // Nothing is made before somebody takes it.
    { highWaterMark: 0 },
  );
  return new Response(body, { status, headers: about });
}
