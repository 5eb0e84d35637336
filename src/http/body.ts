import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ScimError } from "../scim/error.ts";
import { jsonTextProblem } from "../scim/json-text.ts";

/** Bytes of one JSON body: far above any user with photos by reference, below what would hold up the others. */
export const jsonBodyBytesMax = 1_048_576;
/** Bytes of one that may name members: as many as a request may have. */
export const membersBodyBytesMax = 10_485_760;

const jsonMediaTypes: ReadonlySet<string> = new Set(["application/scim+json", "application/json"]);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The media type of a Content-Type header, without its parameters. */
export function mediaTypeOf(header: string | undefined): string {
  return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/**
 * The body of a request, checked for media type, length, encoding and syntax (RFC 7644 §3.1, §3.8).
 *
 * @param tooLarge what refuses more than `bytesMax`
 * @throws ScimError unsupportedMediaType, tooLarge or invalidSyntax
 */
export async function readJsonBody(c: Context, bytesMax = jsonBodyBytesMax, tooLarge?: ScimError): Promise<unknown> {
  return parseJson(await readJsonBytes(c, bytesMax, tooLarge));
}

/**
 * The same, not parsed yet.
 *
 * @throws ScimError unsupportedMediaType or tooLarge
 */
export async function readJsonBytes(c: Context, bytesMax: number, tooLarge?: ScimError): Promise<Uint8Array> {
  const mediaType = mediaTypeOf(c.req.header("Content-Type"));
  if (!jsonMediaTypes.has(mediaType)) {
    const given = mediaType === "" ? "There is no Content-Type" : `The Content-Type is ${mediaType.slice(0, 100)}`;
    throw new ScimError("unsupportedMediaType", `${given}; it must be application/scim+json or application/json.`);
  }
  return readBytes(c.req.raw, bytesMax, tooLarge);
}

/**
 * The JSON body of a request in the shape that a schema gives it.
 *
 * @throws ScimError as `readJsonBody`, or invalidValue with the path of what is wrong first
 */
export async function readBodyAs<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  return parseAs(await readJsonBody(c), schema);
}

/**
 * JSON in the shape that a schema gives it.
 *
 * @throws ScimError invalidValue with the path of what is wrong first
 */
export function parseAs<T>(json: unknown, schema: z.ZodType<T>): T {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue?.path.join(".") ?? "";
  throw new ScimError("invalidValue", `${place === "" ? "The body" : place}: ${issue?.message ?? "is not valid"}.`);
}

/** Bytes of a form. */
const formBytesMax = 16_384;

/**
 * A form body (RFC 6749 appendix B).
 *
 * @throws ScimError unsupportedMediaType or tooLarge
 */
export async function readForm(c: Context): Promise<URLSearchParams> {
  const mediaType = mediaTypeOf(c.req.header("Content-Type"));
  if (mediaType !== "application/x-www-form-urlencoded") {
    throw new ScimError("unsupportedMediaType", "The Content-Type must be application/x-www-form-urlencoded.");
  }
  return new URLSearchParams(new TextDecoder().decode(await readBytes(c.req.raw, formBytesMax)));
}

/**
 * A body of text in UTF-8.
 *
 * @throws ScimError tooLarge or invalidSyntax
 */
export async function readText(c: Context, bytesMax: number): Promise<string> {
  const bytes = await readBytes(c.req.raw, bytesMax);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new ScimError("invalidSyntax", "The body is not valid UTF-8.", { cause });
  }
}

/**
 * The JSON of a body, checked for encoding and syntax.
 *
 * @throws ScimError invalidSyntax
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) throw new ScimError("invalidSyntax", "The body is empty.");
  try {
    const text = utf8.decode(bytes);
    const problem = jsonTextProblem(text);
    if (problem !== undefined) throw new ScimError("invalidSyntax", `${problem}.`);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof ScimError) throw cause;
    const what = cause instanceof SyntaxError ? "JSON" : "UTF-8";
    throw new ScimError("invalidSyntax", `The body is not valid ${what}.`, { cause });
  }
}

/** The whole body; refused as soon as it is known to be too large, before it is read where its length is told. */
async function readBytes(request: Request, bytesMax: number, refusal?: ScimError): Promise<Uint8Array> {
  const tooLarge = () => refusal ?? new ScimError("tooLarge", `The body is larger than ${bytesMax} bytes.`);
  const length = request.headers.get("Content-Length");
  if (length !== null) {
    if (Number(length) > bytesMax) throw tooLarge();
    return new Uint8Array(await request.arrayBuffer());
  }
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of request.body ?? []) {
    total += piece.byteLength;
    if (total > bytesMax) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
