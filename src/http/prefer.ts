import type { Context } from "hono";

/** True when the client asks for it in a Prefer header (RFC 7240): `return=minimal`, or a word of this server's own. */
export function prefers(c: Context, preference: string): boolean {
  const asked = c.req.header("Prefer");
  return asked?.split(/[,;]/).some((each) => each.trim().toLowerCase() === preference) === true;
}

/** The seconds that the client would wait for the end of what it asks for (RFC 7240 §4.3); undefined when it would not. */
export function waitOf(c: Context): string | undefined {
  return /(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])/.exec(c.req.header("Prefer") ?? "")?.[1];
}
