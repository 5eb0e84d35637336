import type { Context } from "hono";
import { readBulk, readPath } from "../../scim/bulk/request.ts";
import { ScimError } from "../../scim/error.ts";
import type { JsonObject } from "../../scim/json.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { patchOpUrn } from "../../scim/urn.ts";
import { toBody2 } from "../../scim1/body.ts";
import { bulkResponse1, type ToData2, toBulk2 } from "../../scim1/bulk.ts";
import { withStoreOf } from "../../scim1/name.ts";
import { saidFor } from "../../scim1/wso2-scim1.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { scim1Mount } from "../mounts.ts";
import type { Handler } from "../route.ts";
import { baseOf } from "../scim/answer.ts";
import { payloadTooLarge, runRequest } from "../scim/bulk.ts";
import { answerJson1 } from "./scim1-answer.ts";
import { readJson1 } from "./scim1-body.ts";
import { namedResource, patchOf } from "./scim1-patch.ts";

/** The handler of Bulk (draft-scim-api-01 §3.5): all methods, each operation by itself, failures told in their place. */
export function bulk1Handler(ports: AppPorts): Handler {
  return async (c) => {
    requireScope(c, "scim:bulk");
    const { limits, dialect } = scim1Mount;
    const { maxOperations, maxPayloadSize } = ports.bulk[limits];
    const given = await readJson1(c, maxPayloadSize, payloadTooLarge(dialect, maxPayloadSize));
    const { body, refused } = await toBulk2(given, dataReader(c, ports));
    const request = readBulk(body, maxOperations, baseOf(c), dialect.bulkRules);
    const entries = request.entries.map((entry, place) => ({
      ...entry,
      operation: refused.get(place) ?? entry.operation,
    }));
    const results = await runRequest(c, ports, { ...request, entries });
    const told = results.map((result) => {
      const outcome = saidFor(result.method.toUpperCase(), result.outcome);
      return outcome instanceof ScimError ? { ...result, outcome } : result;
    });
    return answerJson1(c, bulkResponse1(given, told));
  };
}

/** The data of each operation as 2.0 has it, by the type that its path names. */
function dataReader(c: Context<AppEnv>, { directory }: AppPorts): ToData2 {
  const caller = c.get("principal");
  const stores = c.get("stores");
  const changed = async (compiled: CompiledType, id: string, data: JsonObject, method: string): Promise<JsonObject> => {
    const current = await namedResource(directory, caller, compiled, id);
    if (method === "PATCH") return patchOf(compiled, current.name, data, stores) ?? nothingToDo(compiled);
    const base = compiled.type.base.id;
    return toBody2(withStoreOf(base, current.name, data, stores), base);
  };
  return (method, path, data) => {
    const { endpoint, id } = readPath(path, baseOf(c));
    const compiled = c.get("types").byEndpoint.get(endpoint.toLowerCase());
    if (compiled === undefined) return data;
    if (id === undefined || method === "POST" || id.startsWith("bulkId:")) return toBody2(data, compiled.type.base.id);
    return changed(compiled, id, data, method);
  };
}

/** A PATCH that changes nothing is one of 2.0 that adds nothing. */
function nothingToDo({ type }: CompiledType): JsonObject {
  const [attribute] = type.base.attributes.filter(
    ({ multiValued, mutability }) => multiValued && mutability === "readWrite",
  );
  return { schemas: [patchOpUrn], Operations: [{ op: "add", path: attribute?.name ?? "emails", value: [] }] };
}
