import type { Context } from "hono";
import type { Principal } from "../../access/principal.ts";
import { type ListedPage, type PageAt, pagesFrom } from "../../directory/list.ts";
import type { Directory } from "../../directory/resources.ts";
import { mapClaimedUser } from "../../import/dialect/wso2-claims.ts";
import { ScimError } from "../../scim/error.ts";
import { compare, type Filter } from "../../scim/filter/ast.ts";
import { pageResourcesMax } from "../../scim/limits.ts";
import { readListRequest } from "../../scim/list.ts";
import { attributesOf } from "../../scim/resource/render.ts";
import { type CompiledType, userTypeOf } from "../../scim/resource/type.ts";
import { enterpriseUserUrn, groupUrn } from "../../scim/urn.ts";
import { named } from "../../scim1/filter.ts";
import { returned } from "../../scim1/soap/envelope.ts";
import type { SoapCall } from "../../scim1/soap/services.ts";
import { withoutPrimaryPrefix } from "../../scim1/user-store.ts";
import { requireScope } from "../auth.ts";
import type { AppEnv, AppPorts } from "../context.ts";
import type { SoapResult } from "./soap.ts";

/** The role that everybody has, by the names that WSO2 has for it; nobody is put into it. */
const everyone = /^(?:Internal\/)?everyone$/i;
/** How long a password works that has to be changed. */
const mustChangeMs = 86_400_000;

/** Makes a user of claims, in the groups that the roles name; a password that must be changed works for a day. */
export async function addUser(c: Context<AppEnv>, { directory, now }: AppPorts, call: SoapCall): Promise<SoapResult> {
  const caller = requireScope(c, "scim:write");
  const compiled = userTypeOf(c.get("types"));
  const [userName = ""] = call.texts("userName");
  const [password = ""] = call.texts("credential");
  const row = mapClaimedUser(compiled.type, { userName, password, claims: call.claims });
  const [problem] = row.problems;
  if (problem !== undefined) throw new ScimError("invalidValue", problem.message);
  const mapped = row.body({});
  const body = row.invite ? { ...mapped, [enterpriseUserUrn]: asking(mapped[enterpriseUserUrn]) } : mapped;
  const roles = [...call.texts("roleList"), ...(row.groups ?? [])].filter(
    (role) => role !== "" && !everyone.test(role),
  );
  const groups = await groupsOf(c, directory, caller, roles);
  const mustChange = call.texts("requirePasswordChange")[0]?.trim() === "true";
  const until = mustChange && password !== "" ? { passwordUntil: now() + mustChangeMs } : {};
  await directory.create(caller, compiled, body, { groups, ...until });
  return undefined;
}

function asking(extension: unknown): unknown {
  return { ...(typeof extension === "object" ? extension : {}), askPassword: true };
}

/** The ids of the groups that roles are called; throws ScimError invalidValue for one that is not there. */
async function groupsOf(
  c: Context<AppEnv>,
  directory: Directory,
  caller: Principal,
  roles: readonly string[],
): Promise<readonly string[]> {
  const compiled = [...c.get("types").byName.values()].find(({ type }) => type.base.id === groupUrn);
  const ids: string[] = [];
  for (const role of compiled === undefined ? [] : new Set(roles.map(withoutPrimaryPrefix))) {
    const filter = compare({ name: "displayName" }, "eq", role, 0);
    const page = await pageOf(directory, caller, compiled, filter, "", 1);
    const id = page.resources[0]?.view.stored.id;
    if (id === undefined) throw new ScimError("invalidValue", `There is no role ${role.slice(0, 100)}.`);
    ids.push(id);
  }
  return ids;
}

function pageOf(
  directory: Directory,
  caller: Principal,
  compiled: CompiledType | undefined,
  filter: Filter,
  cursor: string,
  count: number,
) {
  if (compiled === undefined) throw new ScimError("internal");
  const asked = { filter: JSON.stringify(filter), cursor, count: String(count), attributes: ["userName"] };
  return directory.list(
    caller,
    readListRequest(compiled, caller.profile, asked, () => filter),
  );
}

/** Whether there is a user of that name. */
export async function isExistingUser(c: Context<AppEnv>, { directory }: AppPorts, call: SoapCall): Promise<SoapResult> {
  const caller = requireScope(c, "scim:read");
  const [userName = ""] = call.texts("userName");
  const filter = compare({ name: "userName" }, "eq", withoutPrimaryPrefix(userName), 0);
  const { total } = await pageOf(directory, caller, userTypeOf(c.get("types")), filter, "", 0);
  return returned(total > 0);
}

/** The names of users, in which `*` stands for any text; all of them where the limit is below zero. */
export async function listUsers(c: Context<AppEnv>, { directory }: AppPorts, call: SoapCall): Promise<SoapResult> {
  const caller = requireScope(c, "scim:read");
  const [pattern = "*"] = call.texts("filter");
  const limit = limitOf(call.texts("maxItemLimit")[0] ?? "-1");
  const filter = named({ name: "userName" }, withoutPrimaryPrefix(pattern.trim()) || "*");
  const compiled = userTypeOf(c.get("types"));
  const pageAt = (cursor: string) => pageOf(directory, caller, compiled, filter, cursor, pageResourcesMax);
  // The first page is read before anything is sent, so that a refusal can still be told.
  const first = limit === 0 ? undefined : await pageAt("");
  return first === undefined ? "" : namesOf(first, pageAt, limit);
}

async function* namesOf(first: ListedPage, pageAt: PageAt, limit: number): AsyncGenerator<string> {
  let left = limit;
  for await (const page of pagesFrom(first, pageAt)) {
    const names = page.resources.slice(0, left).map(({ view }) => String(attributesOf(view.stored).userName));
    yield names.map(returned).join("");
    left -= names.length;
    if (left <= 0) return;
  }
}

function limitOf(text: string): number {
  const limit = /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(limit)) throw new ScimError("invalidValue", "maxItemLimit must be a whole number.");
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}
