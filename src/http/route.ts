import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ErrorKind } from "../scim/error.ts";
import type { AppEnv } from "./context.ts";
import { type App, type ErrorForm, errorResponses, security } from "./openapi/components.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";
export type Handler = (c: Context<AppEnv>) => Response | Promise<Response>;

type PathConfig = Parameters<App["openAPIRegistry"]["registerPath"]>[0];

/** A route as OpenAPI describes it, for handlers that read their bodies themselves. */
export interface Description {
  readonly method: Method;
  /** In OpenAPI's notation: `/scim/v2/Users/{id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: PathConfig["parameters"];
  readonly requestBody?: PathConfig["requestBody"];
  readonly responses: PathConfig["responses"];
  readonly errors: readonly ErrorKind[];
  /** The form of its refusals; that of SCIM 2.0 when not said. */
  readonly errorForm?: ErrorForm;
  /** True for what needs no credentials. */
  readonly isPublic?: true;
}

/** A body of JSON in that shape, as OpenAPI describes it. */
export function jsonBody(schema: z.ZodType): NonNullable<PathConfig["requestBody"]> {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: "input" });
  return { required: true, content: { "application/json": { schema: shape } } } as NonNullable<
    PathConfig["requestBody"]
  >;
}

/** What any route behind authentication may answer. */
const commonErrors = ["unauthorized", "forbidden", "internal", "unavailable"] as const satisfies readonly ErrorKind[];

/** What any route may answer. */
const publicErrors = ["internal", "unavailable"] as const satisfies readonly ErrorKind[];

/** Describes a route in openapi.json. */
export function describe(app: App, { errors, errorForm, tags, responses, isPublic, ...route }: Description): void {
  const refused = errorResponses([...errors, ...(isPublic === true ? publicErrors : commonErrors)], errorForm);
  app.openAPIRegistry.registerPath({
    ...route,
    tags: [...tags],
    security: isPublic === true ? [] : security,
    responses: { ...responses, ...refused },
  } as PathConfig);
}
