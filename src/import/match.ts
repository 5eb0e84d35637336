import { uniqueKey } from "../directory/content.ts";
import { buildSomeIndexes } from "../directory/index-choices.ts";
import { ScimError } from "../scim/error.ts";
import { indexableAttribute } from "../scim/filter/indexed.ts";
import { foldCase } from "../scim/resource/fold.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { ImportOptions, RowProblem } from "../storage/import.ts";
import type { MatchedRecord, MatchQuery } from "../storage/port.ts";
import { FileError } from "./dialect/dialect.ts";
import type { RunPorts } from "./ports.ts";
import type { MappedRow } from "./row.ts";
import type { ImportSettings } from "./settings.ts";

/** Who a row is about, as far as the directory tells. */
export type Match =
  | { readonly kind: "nobody" }
  | { readonly kind: "somebody"; readonly record: MatchedRecord }
  | { readonly kind: "wrong"; readonly problem: RowProblem };

const nobody: Match = Object.freeze({ kind: "nobody" });

/** By what rows are matched when they name no id. */
export interface MatchKey {
  readonly by: MatchQuery["by"];
  /** Under which a row tells its value. */
  readonly path: string;
  /** As people call it. */
  readonly name: string;
}

/**
 * What `match` stands for.
 *
 * @throws FileError when it is no attribute by which users can be found
 */
export function matchKey({ match }: ImportSettings, { type }: CompiledType): MatchKey {
  if (match === "userName") return { by: "unique", path: "userName", name: "userName" };
  if (match === "externalId") return { by: "externalId", path: "externalId", name: "externalId" };
  const indexed = indexableAttribute(type, match === "mail" ? "emails.value" : match);
  if (indexed !== undefined) return { by: { path: indexed.path }, path: indexed.path, name: match };
  throw new FileError("unsupported_match", `${match} is no attribute by which users are found`);
}

/**
 * Makes sure that users can be found by a key; builds its index to the end where that is not done yet.
 *
 * @throws FileError when its attribute is not indexed; ScimError unavailable when the process is to stop before
 */
export async function requireMatchable(ports: RunPorts, tenantId: number, key: MatchKey): Promise<void> {
  const { store, compiled, stopRequested } = ports;
  const { by } = key;
  const query = { tenantId, resourceType: compiled.type.name, by, values: [] };
  while ((await store.resources.matches(query)) === undefined) {
    const indexes = await store.indexes.all(tenantId);
    const isThere = indexes.some(({ path }) => typeof by === "object" && path === by.path);
    if (!isThere || !(await buildSomeIndexes(store, () => false, stopRequested))) throw notIndexed(key);
    if (stopRequested()) throw new ScimError("unavailable");
  }
}

function notIndexed({ name }: MatchKey): FileError {
  return new FileError("unsupported_match", `${name} is not indexed, so users can not be found by it`);
}

/**
 * Finds who each row is about: by the id that it names, else by the key.
 *
 * @throws FileError when the attribute of the key is not indexed
 */
export async function findMatches(
  ports: RunPorts,
  tenantId: number,
  key: MatchKey,
  rows: readonly MappedRow[],
  { applicationId, connectorId, adopts }: Pick<ImportOptions, "applicationId" | "connectorId" | "adopts">,
): Promise<readonly Match[]> {
  const found: Match[] = rows.map(() => nobody);
  const linked = connectorId === "" ? noLinks : await linksOf(ports, tenantId, connectorId, rows);
  const byLink = rows.flatMap(({ link }, index) => {
    const value = linked.get(link?.sourceId ?? "");
    return value === undefined ? [] : [{ index, value }];
  });
  const byId = rows.flatMap(({ id }, index) => (id === undefined ? [] : [{ index, value: id }]));
  // Records of a connector are about who they were about before, and about somebody of that name where it adopts.
  const keyed = connectorId === "" || adopts;
  const byKey = rows.flatMap((row, index) => {
    const isKnown = row.id !== undefined || linked.has(row.link?.sourceId ?? "") || !keyed;
    const value = isKnown ? undefined : row.valueOf(key.path);
    return value === undefined ? [] : [{ index, value }];
  });
  const look = async (by: MatchQuery["by"], wanted: typeof byId, mayBeGone = by !== "id") => {
    if (wanted.length === 0) return;
    const values = wanted.map(({ value }) => (by === "unique" ? foldCase(value) : value));
    const resourceType = ports.compiled.type.name;
    const records = await ports.store.resources.matches({
      tenantId,
      resourceType,
      by,
      values,
      applicationId: applicationId === "" ? undefined : applicationId,
    });
    if (records === undefined) throw notIndexed(key);
    wanted.forEach(({ index, value }, place) => {
      found[index] = matchOf(records[place] ?? [], mayBeGone ? key : undefined, value);
    });
  };
  await look("id", byId);
  // Whoever was deleted here is made anew.
  await look("id", byLink, true);
  await look(key.by, byKey);
  return found;
}

const noLinks: ReadonlyMap<string, string> = new Map();

/** Who rows of a connector were about before: ids here by ids at the source. */
async function linksOf(
  { store }: RunPorts,
  tenantId: number,
  connectorId: string,
  rows: readonly MappedRow[],
): Promise<ReadonlyMap<string, string>> {
  const sourceIds = rows.flatMap(({ link }) => link?.sourceId ?? []);
  const links = await store.provisioning.links(tenantId, connectorId, sourceIds);
  return new Map(links.map(({ sourceId, resourceId }) => [sourceId, resourceId]));
}

/** @param key undefined where an id was looked for, which must be there */
function matchOf([record, other]: readonly MatchedRecord[], key: MatchKey | undefined, value: string): Match {
  if (other !== undefined && key !== undefined) {
    const message = `more than one user has this ${key.name}`;
    return {
      kind: "wrong",
      problem: { code: "ambiguous_match", column: key.name, value: value.slice(0, 64), message },
    };
  }
  if (record !== undefined) return { kind: "somebody", record };
  if (key !== undefined) return nobody;
  const message = "no user has this id; leave it empty to make one";
  return { kind: "wrong", problem: { code: "no_match", column: "id", value: value.slice(0, 64), message } };
}

/** The folded userName of a resource, by which two rows of a file are the same. */
export function nameKey(compiled: CompiledType, row: MappedRow): string | null {
  const userName = row.valueOf("userName");
  return userName === undefined ? null : uniqueKey(compiled, { userName });
}
