import type { Context } from "hono";
import { actingAs } from "../../access/actor.ts";
import type { Principal } from "../../access/principal.ts";
import { ScimError } from "../../scim/error.ts";
import type { JsonObject } from "../../scim/json.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { toBody2 } from "../../scim1/body.ts";
import { withStoreOf } from "../../scim1/name.ts";
import { saidFor } from "../../scim1/wso2-scim1.ts";
import { identify, requireScope } from "../auth.ts";
import { jsonBodyBytesMax, membersBodyBytesMax } from "../body.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { answerError, refuseMethod } from "../error.ts";
import { scim1Mount } from "../mounts.ts";
import type { App } from "../openapi/components.ts";
import { describe, type Handler } from "../route.ts";
import { principalIn } from "../scim/routes.ts";
import { tellTolerated } from "../scim/tolerance.ts";
import { decoded, segmentsOf } from "../segments.ts";
import { answerResource1 } from "./scim1-answer.ts";
import { readBody1, requireJsonOutput } from "./scim1-body.ts";
import { bulk1Handler } from "./scim1-bulk.ts";
import { scim1Descriptions } from "./scim1-descriptions.ts";
import { discovery1Handlers } from "./scim1-discovery.ts";
import { list1Handler } from "./scim1-list.ts";
import { namedResource, patchOf } from "./scim1-patch.ts";

/*
 * SCIM 1.1 as WSO2 Identity Server 5.7 serves it.
 *
 *   GET, POST                /wso2/scim/Users · Groups
 *   GET, PUT, PATCH, DELETE  /wso2/scim/Users/{id} · Groups/{id}
 *   GET, PUT, PATCH          /wso2/scim/Users/me          the user whose credentials these are
 *   POST                     /wso2/scim/Bulk
 *   GET                      /wso2/scim/Schemas · Schemas/{id} · ServiceProviderConfigs
 */

type Methods = Readonly<Partial<Record<string, Handler>>>;

/** Mounts SCIM 1.1 and describes it. */
export function mountScim1(app: App, ports: AppPorts): void {
  const serve = scim1Server(ports);
  app.all(scim1Mount.path, serve);
  app.all(`${scim1Mount.path}/*`, serve);
  for (const description of scim1Descriptions) describe(app, description);
}

function scim1Server(ports: AppPorts): Handler {
  const { authenticator, catalog, rules, metrics, log } = ports;
  const find = endpointFinder(ports);
  return async (c) => {
    c.set("mount", scim1Mount);
    const { actor, ...known } = await identify(c, authenticator);
    const principal = principalIn(scim1Mount, known);
    c.set("principal", principal);
    const method = methodOf(c);
    try {
      c.set("types", await catalog.typesOf(known.tenantId));
      c.set("stores", (await rules.of(known.tenantId)).userStores);
      requireJsonOutput(c);
      const methods = find(c);
      const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
      const response =
        handler === undefined ? refuseMethod(c, Object.keys(methods)) : await actingAs(actor, () => handler(c));
      return tellTolerated(c, principal, metrics, response);
    } catch (error) {
      return tellTolerated(c, principal, metrics, answerError(c, saidFor(method, error), log));
    }
  };
}

/** Clients that can send GET and POST alone say in a header what they mean by a POST (draft-scim-api-01 §3.12). */
function methodOf(c: Context<AppEnv>): string {
  const { method } = c.req;
  if (method === "HEAD") return "GET";
  const meant = method === "POST" ? c.req.header("X-HTTP-Method-Override")?.toUpperCase() : undefined;
  return meant === "PUT" || meant === "PATCH" || meant === "DELETE" ? meant : method;
}

function endpointFinder(ports: AppPorts): (c: Context<AppEnv>) => Methods {
  const { list, create, get, replace, patch, remove } = resourceHandlers(ports, (c) => c.get("id"));
  const own = resourceHandlers(ports, (c) => ownId(c.get("principal")));
  const discovery = discovery1Handlers(ports);
  const collection: Methods = { GET: list, POST: create };
  const one: Methods = { GET: get, PUT: replace, PATCH: patch, DELETE: remove };
  const me: Methods = { GET: own.get, PUT: own.replace, PATCH: own.patch };
  const fixed: ReadonlyMap<string, Methods> = new Map([
    ["Bulk", { POST: bulk1Handler(ports) }],
    ["Schemas", { GET: discovery.listSchemas }],
    ["ServiceProviderConfigs", { GET: discovery.config }],
  ]);
  return (c) => {
    const [name = "", id, ...more] = segmentsOf(c.req.path, scim1Mount.path);
    const methods = id === undefined ? fixed.get(name) : undefined;
    if (methods !== undefined) return methods;
    if (id !== undefined) c.set("id", decoded(id));
    if (name === "Schemas" && more.length === 0) return { GET: discovery.getSchema };
    const compiled =
      name === "Users" || name === "Groups" ? c.get("types").byEndpoint.get(name.toLowerCase()) : undefined;
    if (compiled === undefined || more.length > 0) throw new ScimError("notFound", "There is no such endpoint.");
    c.set("compiled", compiled);
    if (id === undefined) return collection;
    return name === "Users" && id === "me" ? me : one;
  };
}

function ownId({ kind, id }: Principal): string {
  if (kind === "user") return id;
  throw new ScimError("notFound", "The credentials are not those of a user of the directory.");
}

/** @param idOf the id of the resource that a request is about */
function resourceHandlers(ports: AppPorts, idOf: (c: Context<AppEnv>) => string) {
  const { directory, log } = ports;

  const create: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const compiled = c.get("compiled");
    const body = toBody2(await bodyOf(c, compiled), compiled.type.base.id);
    return answerResource1(c, await directory.create(caller, compiled, body), 201, log);
  };

  const get: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    return answerResource1(c, await directory.get(caller, c.get("compiled"), idOf(c)), 200, log);
  };

  const replace: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const compiled = c.get("compiled");
    const body = await bodyOf(c, compiled);
    const { id, name } = await namedResource(directory, caller, compiled, idOf(c));
    const base = compiled.type.base.id;
    const made = toBody2(withStoreOf(base, name, body, c.get("stores")), base);
    return answerResource1(c, await directory.replace(caller, compiled, id, made, undefined), 200, log);
  };

  const patch: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const compiled = c.get("compiled");
    const body = await bodyOf(c, compiled);
    const { id, name } = await namedResource(directory, caller, compiled, idOf(c));
    const changes = patchOf(compiled, name, body, c.get("stores"));
    const view =
      changes === undefined
        ? await directory.get(caller, compiled, id)
        : await directory.patch(caller, compiled, id, changes, undefined);
    return answerResource1(c, view, 200, log);
  };

  const remove: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    await directory.remove(caller, c.get("compiled"), idOf(c), undefined);
    return c.body(null, 200);
  };

  return { create, get, replace, patch, remove, list: list1Handler(ports) };
}

function bodyOf(c: Context<AppEnv>, { membership }: CompiledType): Promise<JsonObject> {
  return readBody1(c, membership === "members" ? membersBodyBytesMax : jsonBodyBytesMax);
}
