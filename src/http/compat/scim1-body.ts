import type { Context } from "hono";
import { ScimError } from "../../scim/error.ts";
import { isJsonObject, type JsonObject, jsonTypeName } from "../../scim/json.ts";
import { mediaTypeOf, readJsonBody } from "../body.ts";
import type { AppEnv } from "../context.ts";

/**
 * The JSON of a request of SCIM 1.1.
 *
 * @throws ScimError notAcceptable without a Content-Type that is spoken here; else as `readJsonBody`
 */
export async function readJson1(c: Context<AppEnv>, bytesMax: number, tooLarge?: ScimError): Promise<unknown> {
  if (mediaTypeOf(c.req.header("Content-Type")) === "") {
    throw new ScimError("notAcceptable", "Content-Type not present in the request header");
  }
  try {
    return await readJsonBody(c, bytesMax, tooLarge);
  } catch (error) {
    if (!(error instanceof ScimError) || error.kind !== "unsupportedMediaType") throw error;
    throw new ScimError("notAcceptable", `Requested format is not supported. ${error.detail}`, { cause: error });
  }
}

/**
 * The body of a resource.
 *
 * @throws ScimError as `readJson1`, or invalidSyntax when it is no object
 */
export async function readBody1(c: Context<AppEnv>, bytesMax: number): Promise<JsonObject> {
  const body = await readJson1(c, bytesMax);
  if (isJsonObject(body)) return body;
  throw new ScimError("invalidSyntax", `The body must be a JSON object, not ${jsonTypeName(body)}.`);
}

/** @throws ScimError notAcceptable for a client that reads XML alone: there is none (draft-scim-api-01 §3.6) */
export function requireJsonOutput(c: Context<AppEnv>): void {
  const accept = c.req.header("Accept")?.toLowerCase() ?? "";
  if (accept === "" || accept.includes("json") || /\*\/\*|application\/\*/.test(accept)) return;
  throw new ScimError("notAcceptable", "Requested output format is not supported; answers are application/json.");
}
