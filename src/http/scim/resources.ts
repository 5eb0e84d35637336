import type { Context } from "hono";
import type { Principal } from "../../access/principal.ts";
import { ScimError } from "../../scim/error.ts";
import { readListRequest, readRootListRequest, readSearchRequest } from "../../scim/list.ts";
import { forgives } from "../../scim/profile.ts";
import { etagMatches, etagOf } from "../../scim/resource/etag.ts";
import type { Projection } from "../../scim/resource/projection.ts";
import { projectionOfWrite } from "../../scim/resource/requested.ts";
import { type CompiledType, userTypeOf } from "../../scim/resource/type.ts";
import { requireScope } from "../auth.ts";
import { jsonBodyBytesMax, membersBodyBytesMax, readJsonBody } from "../body.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { prefers } from "../prefer.ts";
import {
  answerList,
  answerNothing,
  answerResource,
  conditionOf,
  listParameters,
  locationsOf,
  mountOf,
  projectionOf,
} from "./answer.ts";

type Handler = (c: Context<AppEnv>) => Promise<Response>;
type Ports = Pick<AppPorts, "directory" | "log">;

function bodyOf(c: Context<AppEnv>, { membership }: CompiledType): Promise<unknown> {
  return readJsonBody(c, membership === "members" ? membersBodyBytesMax : jsonBodyBytesMax);
}

/** True when whoever sent a PATCH gets nothing back: they said so (RFC 7240), or their profile does. */
function wantsNothing(
  c: Context<AppEnv>,
  { profile }: Principal,
  compiled: CompiledType,
  projection: Projection | undefined,
): boolean {
  // Who names attributes wants to see them (RFC 7644 §3.5.2).
  if (projection !== undefined) return false;
  if (prefers(c, "return=minimal")) return true;
  if (forgives(profile, "patchNoContent")) return true;
  return compiled.membership === "members" && forgives(profile, "patchNoContentForGroups");
}

/** What the answer to a write shows: also what is returned on request, where the body named it (RFC 7643 §7). */
function shownOfWrite(compiled: CompiledType, projection: Projection | undefined, body: unknown) {
  return compiled.hasRequested ? projectionOfWrite(compiled.type, projection, body) : projection;
}

/** The handlers of the resources of the type that the address names. */
export function resourceHandlers({ directory, log }: Ports) {
  const id = (c: Context<AppEnv>): string => c.get("id");

  const create: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const compiled = c.get("compiled");
    const projection = projectionOf(c, compiled);
    const body = await bodyOf(c, compiled);
    const view = await directory.create(caller, compiled, body);
    return answerResource(c, view, shownOfWrite(compiled, projection, body), 201, log);
  };

  const list: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const request = readListRequest(
      c.get("compiled"),
      caller.profile,
      listParameters(c),
      mountOf(c).dialect.readFilter,
    );
    return answerList(c, await directory.list(caller, request, locationsOf(c.get("types"), c), c.req.raw.signal));
  };

  /** A search is a read though it is a POST: it keeps what is asked for out of addresses and logs. */
  const search: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const asked = readSearchRequest(await readJsonBody(c));
    const request = readListRequest(c.get("compiled"), caller.profile, asked, mountOf(c).dialect.readFilter);
    return answerList(c, await directory.list(caller, request, locationsOf(c.get("types"), c), c.req.raw.signal));
  };

  return { create, list, search, ...oneHandlers({ directory, log }, id) };
}

/** The handlers of one resource, whose id the request tells. */
function oneHandlers({ directory, log }: Ports, id: (c: Context<AppEnv>) => string) {
  const get: Handler = (c) => answerGet(c, requireScope(c, "scim:read"), { directory, log }, id(c));

  const replace: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const compiled = c.get("compiled");
    const projection = projectionOf(c, compiled);
    const body = await bodyOf(c, compiled);
    const ifMatch = conditionOf(c, "If-Match", caller);
    const view = await directory.replace(caller, compiled, id(c), body, ifMatch, projection);
    return answerResource(c, view, shownOfWrite(compiled, projection, body), 200, log);
  };

  const patch: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    const compiled = c.get("compiled");
    const projection = projectionOf(c, compiled);
    const body = await bodyOf(c, compiled);
    const ifMatch = conditionOf(c, "If-Match", caller);
    const shown = wantsNothing(c, caller, compiled, projection) ? "nothing" : projection;
    const view = await directory.patch(caller, compiled, id(c), body, ifMatch, shown);
    // Nobody asked for a million members who adds one to them (RFC 7644 §3.5.2).
    const isUnasked = "pages" in view && projection === undefined;
    if (shown === "nothing" || isUnasked) return answerNothing(c, view);
    return answerResource(c, view, shownOfWrite(compiled, projection, body), 200, log);
  };

  const remove: Handler = async (c) => {
    const caller = requireScope(c, "scim:write");
    await directory.remove(caller, c.get("compiled"), id(c), conditionOf(c, "If-Match", caller));
    return c.body(null, 204);
  };

  return { get, replace, patch, remove };
}

async function answerGet(
  c: Context<AppEnv>,
  caller: Principal,
  { directory, log }: Ports,
  id: string,
): Promise<Response> {
  const compiled = c.get("compiled");
  const projection = projectionOf(c, compiled);
  const view = await directory.get(caller, compiled, id, projection);
  const known = conditionOf(c, "If-None-Match", caller);
  if (known !== undefined && etagMatches(known, view.stored.version)) {
    return c.body(null, 304, { ETag: etagOf(view.stored.version) });
  }
  return answerResource(c, view, projection, 200, log);
}

/** The handlers of `/Me` (RFC 7644 §3.11): who asks sees themselves, whatever their scopes. */
export function meHandlers({ directory, log }: Ports) {
  function idOf(c: Context<AppEnv>): string {
    const caller = c.get("principal");
    if (caller.kind === "user") return caller.id;
    throw new ScimError("notFound", "The credentials are not those of a user of the directory.");
  }
  const handlers = oneHandlers({ directory, log }, idOf);
  const asUser =
    (handler: Handler): Handler =>
    (c) => {
      c.set("compiled", userTypeOf(c.get("types")));
      return handler(c);
    };
  return {
    get: asUser((c) => answerGet(c, c.get("principal"), { directory, log }, idOf(c))),
    replace: asUser(handlers.replace),
    patch: asUser(handlers.patch),
    remove: asUser(handlers.remove),
  };
}

/** The handlers of queries over all types (RFC 7644 §3.4.2.1). */
export function rootHandlers({ directory }: Pick<AppPorts, "directory">) {
  const list: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const request = readRootListRequest(
      c.get("types").byName.values(),
      caller.profile,
      listParameters(c),
      mountOf(c).dialect.readFilter,
    );
    return answerList(c, await directory.list(caller, request, locationsOf(c.get("types"), c), c.req.raw.signal));
  };
  const search: Handler = async (c) => {
    const caller = requireScope(c, "scim:read");
    const asked = readSearchRequest(await readJsonBody(c));
    const request = readRootListRequest(
      c.get("types").byName.values(),
      caller.profile,
      asked,
      mountOf(c).dialect.readFilter,
    );
    return answerList(c, await directory.list(caller, request, locationsOf(c.get("types"), c), c.req.raw.signal));
  };
  return { list, search };
}
