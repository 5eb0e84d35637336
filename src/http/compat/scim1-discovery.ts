import type { Context } from "hono";
import { ScimError } from "../../scim/error.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { schemaResource1, serviceProviderConfigs } from "../../scim1/discovery.ts";
import { core1Urn } from "../../scim1/urn.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { scim1Mount } from "../mounts.ts";
import type { Handler } from "../route.ts";
import { baseOf } from "../scim/answer.ts";
import { answerJson1 } from "./scim1-answer.ts";

/** The handlers of what SCIM 1.1 tells of itself (draft-scim-core-schema-01 §9, §10). */
export function discovery1Handlers({ bulk }: AppPorts) {
  const config: Handler = (c) => {
    requireScope(c, "scim:read");
    const limits = { supported: true, ...bulk[scim1Mount.limits] };
    return answerJson1(c, serviceProviderConfigs({ bulk: limits }, baseOf(c)));
  };

  const listSchemas: Handler = (c) => {
    requireScope(c, "scim:read");
    const schemas = typesOf(c).map(({ type }) => schemaResource1(type, baseOf(c)));
    return answerJson1(c, { schemas: [core1Urn], totalResults: schemas.length, Resources: schemas });
  };

  const getSchema: Handler = (c) => {
    requireScope(c, "scim:read");
    const wanted = c.get("id").toLowerCase();
    const compiled = typesOf(c).find(({ type }) => type.endpoint.slice(1).toLowerCase() === wanted);
    if (compiled === undefined) throw new ScimError("notFound");
    return answerJson1(c, schemaResource1(compiled.type, baseOf(c)));
  };

  return { config, listSchemas, getSchema };
}

/** The types that SCIM 1.1 shows: there are two. */
function typesOf(c: Context<AppEnv>): readonly CompiledType[] {
  const { byEndpoint } = c.get("types");
  return ["users", "groups"].flatMap((endpoint) => byEndpoint.get(endpoint) ?? []);
}
