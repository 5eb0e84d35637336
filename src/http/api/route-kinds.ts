import { createRoute, z } from "@hono/zod-openapi";
import type { ErrorKind } from "../../scim/error.ts";
import { errorResponses, security } from "../openapi/components.ts";

/* The kinds of routes that most things of an administrator have: all of them, one by its id, and its end. */

/** What any route may answer that asks for credentials. */
export const always = ["unauthorized", "forbidden", "internal", "unavailable"] as const satisfies readonly ErrorKind[];
/** What reading a JSON body may answer. */
export const bodyErrors = [
  "invalidSyntax",
  "invalidValue",
  "tooLarge",
  "unsupportedMediaType",
] as const satisfies readonly ErrorKind[];

/** The id in an address, for routes that are described by hand. */
export const idParameter = { name: "id", in: "path", required: true, schema: { type: "string" } } as const;
const idParams = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });

/** Lines of one page: 100, and 1,000 at most. */
export const limitParameter = z.coerce
  .number()
  .int()
  .min(1)
  .max(1000)
  .default(100)
  .openapi({ param: { name: "limit", in: "query" } });

/** Where a page of what is listed newest first begins. */
export const beforeParameter = z.coerce
  .number()
  .int()
  .min(1)
  .optional()
  .openapi({ param: { name: "before", in: "query" }, description: "the `next` of the page before" });

interface About<P extends string> {
  readonly path: P;
  readonly operationId: string;
  readonly summary: string;
  readonly tags: string[];
  /** What the answer is. */
  readonly description: string;
}

/** An answer of JSON in that shape. */
function jsonOf<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { "application/json": { schema } } };
}

/** GET of all of a kind. */
export function allRoute<P extends string, S extends z.ZodType>({
  schema,
  description,
  ...about
}: About<P> & { readonly schema: S }) {
  const responses = { 200: jsonOf(description, schema), ...errorResponses(always) };
  return createRoute({ method: "get", security, ...about, responses });
}

/** GET of one by its id. */
export function oneRoute<P extends string, S extends z.ZodType>({
  schema,
  description,
  ...about
}: About<P> & { readonly schema: S }) {
  const responses = { 200: jsonOf(description, schema), ...errorResponses(["notFound", ...always]) };
  return createRoute({ method: "get", security, ...about, request: { params: idParams }, responses });
}

/** DELETE of one by its id. */
export function endRoute<P extends string>({
  description,
  errors = [],
  ...about
}: About<P> & { readonly errors?: readonly ErrorKind[] }) {
  const responses = { 204: { description }, ...errorResponses(["notFound", ...errors, ...always]) };
  return createRoute({ method: "delete", security, ...about, request: { params: idParams }, responses });
}
