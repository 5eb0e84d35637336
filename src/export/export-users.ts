import { managerId } from "../import/judge.ts";
import { ScimError } from "../scim/error.ts";
import { isJsonObject } from "../scim/json.ts";
import { foldCase } from "../scim/resource/fold.ts";
import { attributesOf } from "../scim/resource/render.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { JoinedRecord, MatchedRecord, Place, Store } from "../storage/port.ts";
import { googleExport } from "./google.ts";
import { ndjsonExport } from "./ndjson.ts";
import { oktaExport } from "./okta.ts";
import { sapIasExport } from "./sap-ias.ts";
import { scimPathExport } from "./scim-path.ts";
import { type ExportedUser, elementsOf } from "./user.ts";
import type { ExportDialect } from "./writer.ts";
import { wso2ClaimsExport } from "./wso2-claims.ts";

/** Every dialect in which users can be written. */
export const exportDialects: readonly ExportDialect[] = Object.freeze([
  scimPathExport,
  sapIasExport,
  wso2ClaimsExport,
  oktaExport,
  googleExport,
  ndjsonExport,
]);

/** Users read at a time. */
const usersPerRead = 500;

export interface ExportRequest {
  readonly tenantId: number;
  readonly type: ResourceType;
  readonly dialect: ExportDialect;
  readonly ids: boolean;
  /** With password hashes, where the dialect has a place for them. */
  readonly hashes: boolean;
}

/**
 * The dialect of that name.
 *
 * @throws ScimError invalidValue that names those there are
 */
export function requireExportDialect(id: string): ExportDialect {
  const dialect = exportDialects.find((each) => each.id === id);
  if (dialect !== undefined) return dialect;
  const known = exportDialects.map((each) => each.id).join(", ");
  throw new ScimError("invalidValue", `dialect must be one of ${known}.`);
}

/**
 * All users of a tenant in a dialect, a piece at a time, in the order of their creation. Imported again with mode
 * upsert, they change nothing.
 *
 * @param signal aborted when nobody waits for the rest
 */
export async function* exportUsers(store: Store, request: ExportRequest, signal?: AbortSignal): AsyncGenerator<string> {
  const { dialect, type, ids } = request;
  const survey = dialect.needsSurvey ? usersOf(store, request, signal) : nobody();
  const writer = await dialect.open(type, { ids }, survey);
  if (writer.head !== "") yield writer.head;
  let lines: string[] = [];
  for await (const user of usersOf(store, request, signal)) {
    lines.push(writer.line(user));
    if (lines.length < usersPerRead) continue;
    yield lines.join("");
    lines = [];
  }
  if (lines.length > 0) yield lines.join("");
}

async function* nobody(): AsyncGenerator<ExportedUser> {
  // There is nothing to look at.
}

/** Every user, a page at a time: who comes and goes meanwhile moves nobody else. */
async function* usersOf(store: Store, request: ExportRequest, signal?: AbortSignal): AsyncGenerator<ExportedUser> {
  const { tenantId, type } = request;
  const groups = new Map<string, string>();
  const types = [{ type, join: "groups" as const }];
  for (let after: Place | undefined; ; ) {
    if (signal?.aborted === true) return;
    const page = await store.resources.list({ tenantId, types, start: { after }, limit: usersPerRead });
    yield* await readUsers(store, request, page.resources, groups);
    if (page.next === undefined) return;
    after = page.next;
  }
}

async function readUsers(
  store: Store,
  { tenantId, type, hashes }: ExportRequest,
  records: readonly JoinedRecord[],
  groups: Map<string, string>,
): Promise<readonly ExportedUser[]> {
  const match = async (ids: readonly string[]): Promise<ReadonlyMap<string, MatchedRecord>> => {
    if (ids.length === 0) return new Map();
    const query = { tenantId, resourceType: type.name, by: "id" as const, values: ids };
    const found = (await store.resources.matches(query)) ?? [];
    return new Map(found.flatMap(([record]) => (record === undefined ? [] : [[record.id, record] as const])));
  };
  const users = records.map((record) => ({ record, attributes: attributesOf(record) }));
  const managers = await match([...new Set(users.flatMap(({ attributes }) => managerId(attributes) ?? []))]);
  const own = hashes ? await match(records.map(({ id }) => id)) : new Map<string, MatchedRecord>();
  const exported: ExportedUser[] = [];
  for (const { record, attributes } of users) {
    const stored = managerId(attributes);
    const manager = stored === undefined ? undefined : managers.get(stored);
    const about = manager === undefined ? {} : attributesOf(manager);
    const names: string[] = [];
    for (const { id, display, kind } of record.joined) {
      if (kind === "direct") names.push(await groupName(store, tenantId, id, display, groups));
    }
    exported.push({
      id: record.id,
      attributes,
      groups: names,
      manager: typeof about.userName === "string" ? about.userName : stored,
      managerMail: mailOf(about.emails === undefined ? [] : elementsOf(about, "emails")),
      passwordHash: own.get(record.id)?.passwordHash ?? undefined,
    });
  }
  return exported;
}

function mailOf(emails: ReturnType<typeof elementsOf>): string | undefined {
  const chosen = emails.find(({ primary }) => primary === true) ?? emails[0];
  return isJsonObject(chosen) && typeof chosen.value === "string" ? chosen.value : undefined;
}

/** What a group is called in a file: its displayName, or its id where that does not name it alone. */
async function groupName(
  store: Store,
  tenantId: number,
  id: string,
  display: string | null,
  known: Map<string, string>,
): Promise<string> {
  const kept = known.get(id);
  if (kept !== undefined) return kept;
  const same = display === null ? [] : await store.resources.idsByDisplay(tenantId, "Group", foldCase(display));
  const isPlain = display !== null && display === display.trim() && same.length === 1;
  const name = isPlain && display !== null ? display : id;
  known.set(id, name);
  return name;
}
