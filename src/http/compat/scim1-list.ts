import type { Context } from "hono";
import type { Principal } from "../../access/principal.ts";
import { type ListedPage, type PageAt, pagesFrom } from "../../directory/list.ts";
import type { Directory } from "../../directory/resources.ts";
import { ScimError } from "../../scim/error.ts";
import { pageResourcesMax } from "../../scim/limits.ts";
import { readListRequest } from "../../scim/list.ts";
import type { CompiledType } from "../../scim/resource/type.ts";
import { readFilter1 } from "../../scim1/filter.ts";
import { toListed1 } from "../../scim1/resource.ts";
import { core1Urn } from "../../scim1/urn.ts";
import { nobodyListed } from "../../scim1/wso2-scim1.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import { respondInPieces } from "../respond.ts";
import type { Handler } from "../route.ts";
import { locationsOf } from "../scim/answer.ts";
import { askedOf, mediaType1, shown1 } from "./scim1-answer.ts";

const paging = ["startIndex", "count", "sortBy", "sortOrder"] as const;

/** The handler of lists, which show all there are: this SCIM has no pages, so the answer is sent while it is read. */
export function list1Handler({ directory, log }: AppPorts): Handler {
  return async (c) => {
    const caller = requireScope(c, "scim:read");
    const compiled = c.get("compiled");
    const filter = c.req.query("filter");
    const asked = askedOf(c);
    if (filter === undefined && asked.length === 0 && paging.some((name) => c.req.query(name) !== undefined)) {
      throw new ScimError(
        "invalidValue",
        "GET request does not support the requested URL query parameter combination.",
      );
    }
    const pageAt = pageReader(c, directory, caller, compiled, filter);
    const first = await pageAt("");
    if (first.total === 0) throw nobodyListed(compiled.type.name, filter);
    return respondInPieces(c, pieces(c, first, pageAt, asked), 200, mediaType1, log);
  };
}

function pageReader(
  c: Context<AppEnv>,
  directory: Directory,
  caller: Principal,
  compiled: CompiledType,
  filter: string | undefined,
): PageAt {
  const names = askedOf(c).length === 0 ? ["userName", "displayName", "meta"] : undefined;
  const attributes = names?.filter(
    (name) => name === "meta" || compiled.type.base.attributes.some((each) => each.name === name),
  );
  return (cursor) => {
    const asked = { filter, cursor, count: String(pageResourcesMax), attributes };
    const request = readListRequest(compiled, caller.profile, asked, (text) => readFilter1(compiled.type, text));
    return directory.list(caller, request, locationsOf(c.get("types"), c), c.req.raw.signal);
  };
}

async function* pieces(
  c: Context<AppEnv>,
  first: ListedPage,
  pageAt: PageAt,
  asked: readonly string[],
): AsyncGenerator<string> {
  yield `{"schemas":["${core1Urn}"],"totalResults":${first.total},"Resources":[`;
  let isFirst = true;
  for await (const page of pagesFrom(first, pageAt)) {
    const texts = page.resources.map(({ view }) => JSON.stringify(toListed1(shown1(c, view), asked)));
    if (texts.length > 0) yield (isFirst ? "" : ",") + texts.join(",");
    isFirst &&= texts.length === 0;
  }
  yield "]}";
}
