import type { Context } from "hono";

/** True when the client asks for it in a Prefer header (RFC 7240): `return=minimal`, or a word of this server's own. */
export function prefers(c: Context, preference: string): boolean {
  const asked = c.req.header("Prefer");
  return asked?.split(/[,;]/).some((each) => each.trim().toLowerCase() === preference) === true;
}
