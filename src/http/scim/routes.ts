import type { CompiledType } from "../../scim/resource/type.ts";
import type { AppPorts } from "../context.ts";
import { type App, listSchema, pageParameters, reference, scimContent } from "../openapi/components.ts";
import { scimMediaType } from "../respond.ts";
import { type Description, describe } from "../route.ts";
import { discoveryHandlers } from "./discovery.ts";
import { resourceHandlers, scimBasePath } from "./resources.ts";

/*
 *   GET  /scim/v2/ServiceProviderConfig · ResourceTypes · ResourceTypes/{id} · Schemas · Schemas/{id}
 *   GET, POST         /scim/v2/{type}
 *   GET, PUT, DELETE  /scim/v2/{type}/{id}
 */

/** Mounts SCIM 2.0 (RFC 7644) and describes it, a path for each resource type. */
export function mountScim(app: App, ports: AppPorts): void {
  const discovery = discoveryHandlers(ports);
  app.get(`${scimBasePath}/ServiceProviderConfig`, discovery.config);
  app.get(`${scimBasePath}/ResourceTypes`, discovery.listTypes);
  app.get(`${scimBasePath}/ResourceTypes/:id`, discovery.getType);
  app.get(`${scimBasePath}/Schemas`, discovery.listSchemas);
  app.get(`${scimBasePath}/Schemas/:id`, discovery.getSchema);
  for (const description of discoveryDescriptions) describe(app, description);

  // A route for each type and not for any name: what is no endpoint is 404, and discovery is read only.
  for (const compiled of ports.types.values()) {
    const resources = resourceHandlers(ports, compiled);
    const collection = scimBasePath + compiled.type.endpoint;
    app.get(collection, resources.list);
    app.post(collection, resources.create);
    app.get(`${collection}/:id`, resources.get);
    app.put(`${collection}/:id`, resources.replace);
    app.delete(`${collection}/:id`, resources.remove);
    for (const description of resourceDescriptions(compiled)) describe(app, description);
  }
}

const idParameter = { name: "id", in: "path" as const, required: true, schema: { type: "string" as const } };
const object = { type: "object" };

function discoveryDescription(path: string, operationId: string, summary: string): Description {
  const single = path.endsWith("{id}");
  return {
    method: "get",
    path: `${scimBasePath}${path}`,
    operationId,
    summary,
    tags: ["Discovery"],
    ...(single && { parameters: [idParameter] }),
    responses: { 200: scimContent(summary, object) },
    errors: single ? ["notFound"] : [],
  };
}

const discoveryDescriptions: readonly Description[] = [
  discoveryDescription("/ServiceProviderConfig", "getServiceProviderConfig", "What this server supports"),
  discoveryDescription("/ResourceTypes", "listResourceTypes", "The resource types"),
  discoveryDescription("/ResourceTypes/{id}", "getResourceType", "One resource type"),
  discoveryDescription("/Schemas", "listSchemas", "The schemas"),
  discoveryDescription("/Schemas/{id}", "getSchema", "One schema, by its URN"),
];

function header(name: string, description: string) {
  return { name, in: "header" as const, schema: { type: "string" as const }, description };
}

const resourceHeaders = {
  ETag: { schema: { type: "string" as const }, description: "the version" },
  Location: { schema: { type: "string" as const }, description: "the URI of the resource" },
};

function resourceDescriptions({ type }: CompiledType): readonly Description[] {
  const { name, endpoint } = type;
  const tags = [`SCIM ${name}`];
  const collection = `${scimBasePath}${endpoint}`;
  const one = `${collection}/{id}`;
  const schema = reference(name);
  const requestBody = { required: true, content: { [scimMediaType]: { schema }, "application/json": { schema } } };
  const found = (text: string) => ({ ...scimContent(text, schema), headers: resourceHeaders });
  const ifMatch = header("If-Match", "act only on this version");
  const bodyErrors = ["invalidSyntax", "invalidValue", "uniqueness", "tooLarge", "unsupportedMediaType"] as const;
  const filter = {
    name: "filter",
    in: "query" as const,
    schema: { type: "string" as const },
    description: 'such as `userName eq "bjensen"`',
  };
  return [
    {
      method: "get",
      path: collection,
      operationId: `list${name}s`,
      summary: `List and search ${name}s`,
      tags,
      parameters: [filter, ...pageParameters],
      responses: { 200: scimContent("A page of matches", listSchema(name)) },
      errors: ["invalidFilter", "invalidValue", "sensitive"],
    },
    {
      method: "post",
      path: collection,
      operationId: `create${name}`,
      summary: `Create a ${name}`,
      tags,
      requestBody,
      responses: { 201: found("Created") },
      errors: bodyErrors,
    },
    {
      method: "get",
      path: one,
      operationId: `get${name}`,
      summary: `Read a ${name}`,
      tags,
      parameters: [idParameter, header("If-None-Match", "answer only if the version is another one")],
      responses: { 200: found(name), 304: { description: "The version is the one the client has" } },
      errors: ["notFound"],
    },
    {
      method: "put",
      path: one,
      operationId: `replace${name}`,
      summary: `Replace a ${name}`,
      tags,
      parameters: [idParameter, ifMatch],
      requestBody,
      responses: { 200: found("Replaced") },
      errors: ["notFound", "preconditionFailed", "conflict", ...bodyErrors],
    },
    {
      method: "delete",
      path: one,
      operationId: `delete${name}`,
      summary: `Delete a ${name}`,
      tags,
      parameters: [idParameter, ifMatch],
      responses: { 204: { description: "Deleted" } },
      errors: ["notFound", "preconditionFailed"],
    },
  ];
}
