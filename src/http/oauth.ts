import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { issueToken, OAuthError, type TokenRequest } from "../access/oauth.ts";
import { createThrottle } from "../access/throttle.ts";
import { readForm } from "./body.ts";
import { type AppEnv, type AppPorts, addressOf } from "./context.ts";
import type { App } from "./openapi/components.ts";
import { describe } from "./route.ts";

/* POST /oauth/token: the client credentials grant, with the secret in the body or by Basic (RFC 6749 §2.3.1, §4.4). */

/** Answers here are nobody's to keep (RFC 6749 §5.1). */
const noStore = { "Cache-Control": "no-store", Pragma: "no-cache" };

/** A name or secret as Basic has it: form-encoded on top (RFC 6749 §2.3.1). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Client and secret of an Authorization header; undefined when it has none. */
function basicClient(header: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return { id: decoded(text.slice(0, colon)), secret: decoded(text.slice(colon + 1)) };
}

async function readRequest(c: Context<AppEnv>): Promise<TokenRequest> {
  const form = await readForm(c);
  const twice = [...form.keys()].find((name) => form.getAll(name).length > 1);
  if (twice !== undefined) throw new OAuthError("invalid_request", `${twice.slice(0, 64)} is there twice`);
  const basic = basicClient(c.req.header("Authorization"));
  if (basic !== undefined && form.has("client_secret")) {
    throw new OAuthError("invalid_request", "the client must show its secret in one place");
  }
  const field = (name: string): string | undefined => form.get(name) ?? undefined;
  return {
    grantType: field("grant_type"),
    clientId: basic?.id ?? field("client_id"),
    clientSecret: basic?.secret ?? field("client_secret"),
    scope: field("scope"),
    address: addressOf(c),
  };
}

const text = { type: "string" as const };
const requestBody = {
  required: true,
  content: {
    "application/x-www-form-urlencoded": {
      schema: {
        type: "object" as const,
        required: ["grant_type"],
        properties: {
          grant_type: { type: "string" as const, enum: ["client_credentials"] },
          client_id: text,
          client_secret: text,
          scope: { ...text, description: "parted by blanks; all of the client's when left out" },
        },
      },
    },
  },
};
const issued = {
  description: "A bearer token",
  content: {
    "application/json": {
      schema: {
        type: "object" as const,
        required: ["access_token", "token_type", "expires_in", "scope"],
        properties: {
          access_token: text,
          token_type: { type: "string" as const, const: "Bearer" },
          expires_in: { type: "integer" as const, description: "seconds" },
          scope: text,
        },
      },
    },
  },
};
const refusedSchema = z
  .object({ error: z.string(), error_description: z.string() })
  .openapi("OAuthError", { description: "Why there is no token (RFC 6749 §5.2)" });
const refused = { description: "There is no token", content: { "application/json": { schema: refusedSchema } } };

/** Mounts the token endpoint. */
export function mountOAuth(app: App, ports: AppPorts): void {
  const throttle = createThrottle(ports.now);
  app.post("/oauth/token", async (c) => {
    try {
      const { token, expiresIn, scopes } = await issueToken(ports, throttle, await readRequest(c));
      const body = { access_token: token, token_type: "Bearer", expires_in: expiresIn, scope: scopes.join(" ") };
      return c.json(body, 200, noStore);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const isClient = error.code === "invalid_client";
      const challenge = isClient ? { "WWW-Authenticate": 'Basic realm="muster"' } : {};
      const body = { error: error.code, error_description: error.message };
      return c.json(body, isClient ? 401 : 400, { ...noStore, ...challenge });
    }
  });
  describe(app, {
    method: "post",
    path: "/oauth/token",
    operationId: "issueToken",
    summary: "Get a token for an OAuth client, by its secret",
    tags: ["OAuth clients"],
    requestBody,
    responses: { 200: issued, 400: refused, 401: refused },
    errors: ["tooLarge", "unsupportedMediaType", "tooManyRequests"],
    isPublic: true,
  });
}
