import type { Context, MiddlewareHandler } from "hono";
import { actingAs } from "../access/actor.ts";
import type { Authenticator, Principal } from "../access/principal.ts";
import type { Scope } from "../access/scope.ts";
import { ScimError } from "../scim/error.ts";
import { listening } from "../scim/profile.ts";
import type { Actor } from "../storage/audit.ts";
import { type AppEnv, addressOf, originOf } from "./context.ts";

/** Lets in who proves who they are: a bearer token or Basic credentials. */
export function authenticate(authenticator: Authenticator): MiddlewareHandler<AppEnv> {
  return async function authenticate(c, next) {
    const { actor } = await identify(c, authenticator);
    await actingAs(actor, next);
  };
}

/**
 * Who makes a request; what its profile forgives from now on is noted.
 *
 * @throws ScimError unauthorized or forbidden
 */
export async function identify(
  c: Context<AppEnv>,
  authenticator: Authenticator,
): Promise<Principal & { readonly actor: Actor }> {
  const header = c.req.header("Authorization");
  if (header !== undefined && isForeignPage(c, header)) {
    throw new ScimError("forbidden", "A page of another site may not use the browser's credentials.");
  }
  const known = await authenticator.authenticate(header, addressOf(c));
  if (known === undefined) {
    const detail = header === undefined ? "Credentials are required." : "The credentials are not valid.";
    throw new ScimError("unauthorized", detail);
  }
  const principal = { ...known, profile: listening(known.profile) };
  c.set("principal", principal);
  const { kind, id, name } = principal;
  return { ...principal, actor: { kind, id, name, address: addressOf(c) } };
}

const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * True for a change that a page of another site asks a browser for. Browsers remember Basic credentials and send them
 * along; a bearer token has to be put there by a page's own code, which another site does not have.
 */
function isForeignPage(c: Context<AppEnv>, authorization: string): boolean {
  if (safeMethods.has(c.req.method) || !/^basic /i.test(authorization)) return false;
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = c.req.header("Origin");
  return origin !== undefined && origin !== originOf(c.req.url);
}

/**
 * Who makes the request, if they have the scope.
 *
 * @throws ScimError forbidden
 */
export function requireScope(c: Context<AppEnv>, scope: Scope) {
  const principal = c.get("principal");
  if (!principal.scopes.has(scope)) throw new ScimError("forbidden", `The credentials lack the scope ${scope}.`);
  return principal;
}
