import document from "../../openapi.json" with { type: "json" };
import { type Body, object, objects, text } from "../support/server.ts";

/** An operation as openapi.json describes it. */
export interface Route {
  /** `GET`. */
  readonly method: string;
  /** `/scim/v2/Users/{id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly isProtected: boolean;
  /** The media types of its body; empty when it has none. */
  readonly mediaTypes: readonly string[];
  readonly responses: Readonly<Record<string, unknown>>;
}

export const openapi: Body = document;

const methods = ["get", "post", "put", "patch", "delete"];

/** Every operation of openapi.json, so that none can be forgotten. */
export const routes: readonly Route[] = Object.entries(object(openapi.paths)).flatMap(([path, item]) =>
  Object.entries(object(item)).flatMap(([method, operation]) => {
    if (!methods.includes(method)) return [];
    const { operationId, security, requestBody, responses } = object(operation);
    const content = requestBody === undefined ? {} : object(object(requestBody).content);
    return {
      method: method.toUpperCase(),
      path,
      operationId: text(operationId),
      isProtected: security !== undefined && objects(security).length > 0,
      mediaTypes: Object.keys(content),
      responses: object(responses),
    };
  }),
);

/** What the tables of tests are called by. */
export function named(list: readonly Route[]): readonly (readonly [string, Route])[] {
  return list.map((route) => [`${route.method} ${route.path}`, route]);
}
