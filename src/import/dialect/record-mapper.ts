import { readOktaHash } from "../../access/hash/okta.ts";
import { isJsonObject, type Json, type JsonObject, own, ownInAnyCase } from "../../scim/json.ts";
import type { ResourceType } from "../../scim/schema/registry.ts";
import { findAttribute } from "../../scim/schema/registry.ts";
import { enterpriseUserUrn } from "../../scim/urn.ts";
import type { RowProblem } from "../../storage/import.ts";
import { type MappedRow, type RowOperation, rowOperations } from "../row.ts";
import type { TableRow } from "../source/table.ts";
import type { BindOptions, RowMapper } from "./dialect.ts";

/** A record in the words of SCIM, with what it says beside its attributes. */
export interface ScimRecord {
  readonly attributes: JsonObject;
  readonly passwordHash?: MappedRow["passwordHash"];
  readonly problems?: readonly RowProblem[];
  readonly warnings?: readonly RowProblem[];
}

/** How the records of a JSON dialect become SCIM; what it does not return is none of a user's. */
export type ReadRecord = (record: JsonObject) => ScimRecord;

/** Members of a record that the server sets, or that speak about the row. */
const notWritten: ReadonlySet<string> = new Set([
  "id",
  "_id",
  "_op",
  "_error",
  "meta",
  "schemas",
  "groups",
  "passwordhash",
  "passwordhashalgorithm",
  "invite",
]);

/** Members that hold secrets, in lower case. */
const secretNames: ReadonlySet<string> = new Set(["password", "passwordhash", "custom_password_hash", "password_hash"]);

/** Binds a JSON dialect: each row is one cell with the text of a record. */
export function bindRecords(type: ResourceType, read: ReadRecord, { empty }: BindOptions): RowMapper {
  const schemas = [type.base.id, ...type.extensions.map(({ schema }) => schema.id)];
  return {
    unmapped: [],
    map: (row) => mapRecord(row, type, schemas, read, empty),
    source: (_row, path) => ({ column: path }),
    redact: ([text = "", ...rest]) => [redacted(text), ...rest],
  };
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a record without its secrets; what is no record may be anything, and is left out whole. */
function redacted(text: string): string {
  const record = parse(text);
  if (record === undefined) return "";
  return JSON.stringify(
    Object.fromEntries(Object.entries(record).filter(([name]) => !secretNames.has(name.toLowerCase()))),
  );
}

function mapRecord(
  { row, line, cells }: TableRow,
  type: ResourceType,
  schemas: readonly string[],
  readRecord: ReadRecord,
  empty: BindOptions["empty"],
): MappedRow {
  const record = parse(cells[0] ?? "");
  if (record === undefined) return unreadable(row, line, schemas);
  const read = readRecord(record);
  const { attributes, passwordHash, problems = [], warnings = [] } = read;
  const { written, manager } = withoutManager(attributesOf(attributes, type));
  const operation = operationOf(record);
  const userName = text(ownInAnyCase(written, "userName"));
  return {
    row,
    line,
    key: userName ?? null,
    body: (stored) => merge(schemas, stored, written, empty),
    id: text(own(record, "_id")) ?? undefined,
    operation: operation.operation,
    groups: groupsOf(attributes),
    manager,
    passwordHash: passwordHash ?? hashOf(record),
    invite: own(record, "invite") === true,
    valueOf: (path) => valueAt(written, path),
    problems: [...problems, ...operation.problems],
    warnings,
  };
}

function unreadable(row: number, line: number, schemas: readonly string[]): MappedRow {
  const problem = { code: "bad_json", message: "the record is not a JSON object" };
  return {
    row,
    line,
    key: null,
    body: () => ({ schemas }),
    id: undefined,
    operation: undefined,
    groups: undefined,
    manager: undefined,
    passwordHash: undefined,
    invite: false,
    valueOf: () => undefined,
    problems: [problem],
    warnings: [],
  };
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The members that may be written, under the schema's own names. */
function attributesOf(record: JsonObject, type: ResourceType): JsonObject {
  const written: Record<string, Json> = {};
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined || notWritten.has(name.toLowerCase())) continue;
    const extension = type.extensions.find(({ schema }) => schema.id.toLowerCase() === name.toLowerCase());
    const attribute = findAttribute(type.base.attributes, name);
    if (attribute?.mutability === "readOnly") continue;
    written[extension?.schema.id ?? attribute?.name ?? name] = value;
  }
  return written;
}

/** The manager leaves the record: who it is, is known when all rows are there. */
function withoutManager(record: JsonObject): { readonly written: JsonObject; readonly manager: MappedRow["manager"] } {
  const extension = record[enterpriseUserUrn];
  if (!isJsonObject(extension) || !Object.hasOwn(extension, "manager")) return { written: record, manager: undefined };
  const { manager, ...rest } = extension;
  const value = isJsonObject(manager) ? text(manager.value) : text(manager);
  return { written: { ...record, [enterpriseUserUrn]: rest }, manager: value ?? null };
}

/** The groups of a record: names or ids, or objects with a `value`; undefined where it does not speak of them. */
function groupsOf(record: JsonObject): readonly string[] | undefined {
  const groups = ownInAnyCase(record, "groups");
  if (!Array.isArray(groups)) return groups === null ? [] : undefined;
  return groups.flatMap((group: Json) => {
    const type = isJsonObject(group) ? group.type : undefined;
    // What somebody is in through another group is not theirs to join.
    if (type === "indirect") return [];
    // Another server's ids mean nothing here; what a group is called does.
    const name = isJsonObject(group) ? (text(group.display) ?? text(group.value)) : text(group);
    return name === undefined ? [] : [name];
  });
}

/** A hash as text, or as the object by which Okta describes one; what is neither is told as none that is known. */
function hashOf(record: JsonObject): MappedRow["passwordHash"] {
  const value = ownInAnyCase(record, "passwordHash");
  const read = isJsonObject(value) ? readOktaHash(value, true) : undefined;
  const hash = read === undefined ? text(value) : "hash" in read ? read.hash : "not readable";
  if (hash === undefined) return undefined;
  const algorithm = text(ownInAnyCase(record, "passwordHashAlgorithm"));
  return { text: hash, ...(algorithm !== undefined && { algorithm }) };
}

function operationOf(record: JsonObject): {
  readonly operation: RowOperation | undefined;
  readonly problems: readonly RowProblem[];
} {
  const asked = text(own(record, "_op"));
  if (asked === undefined) return { operation: undefined, problems: [] };
  const operation = rowOperations.find((each) => each === asked.toLowerCase());
  if (operation !== undefined) return { operation, problems: [] };
  const message = `_op must be one of ${rowOperations.join(", ")}`;
  return { operation, problems: [{ code: "bad_value", column: "_op", value: asked.slice(0, 64), message }] };
}

/** What is stored, with the members of a record in the place of what they name; null and [] clear. */
function merge(
  schemas: readonly string[],
  stored: JsonObject,
  written: JsonObject,
  empty: BindOptions["empty"],
): JsonObject {
  const body: Record<string, Json | undefined> = { ...stored, ...cleared(written, empty), schemas };
  for (const urn of schemas.slice(1)) {
    const before = stored[urn];
    const after = written[urn];
    if (isJsonObject(before) && isJsonObject(after)) body[urn] = { ...before, ...cleared(after, empty) };
  }
  return body;
}

/** An empty text says nothing, unless it is to clear. */
function cleared(object: JsonObject, empty: BindOptions["empty"]): JsonObject {
  const entries = Object.entries(object);
  if (!entries.some(([, value]) => value === "")) return object;
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      if (value !== "") return [[name, value] as const];
      return empty === "clear" ? [[name, null] as const] : [];
    }),
  );
}

/** The value by which a user may be found: of several the primary one, else the first. */
function valueAt(record: JsonObject, path: string): string | undefined {
  const colon = path.lastIndexOf(":");
  const holder = colon === -1 ? record : record[path.slice(0, colon)];
  if (!isJsonObject(holder)) return undefined;
  const [name = "", sub] = path.slice(colon + 1).split(".");
  const value = holder[name];
  if (sub === undefined) return text(value);
  if (!Array.isArray(value)) return isJsonObject(value) ? text(value[sub]) : undefined;
  const objects = value.filter(isJsonObject);
  const chosen = objects.find(({ primary }) => primary === true) ?? objects[0];
  return chosen === undefined ? undefined : text(chosen[sub]);
}
