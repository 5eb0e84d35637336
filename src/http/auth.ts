import type { Context, MiddlewareHandler } from "hono";
import type { Authenticator } from "../access/principal.ts";
import type { Scope } from "../access/scope.ts";
import { ScimError } from "../scim/error.ts";
import type { AppEnv } from "./context.ts";

/** Lets in who proves who they are: a bearer token or Basic credentials. */
export function authenticate(authenticator: Authenticator): MiddlewareHandler<AppEnv> {
  return async function authenticate(c, next) {
    const header = c.req.header("Authorization");
    const principal = await authenticator.authenticate(header);
    if (principal === undefined) {
      const detail = header === undefined ? "Credentials are required." : "The credentials are not valid.";
      throw new ScimError("unauthorized", detail);
    }
    c.set("principal", principal);
    await next();
  };
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
