import { contentOf } from "../directory/content.ts";
import { isJsonObject, type JsonObject } from "../scim/json.ts";
import { strictProfile } from "../scim/profile.ts";
import { foldCase } from "../scim/resource/fold.ts";
import { attributesOf } from "../scim/resource/render.ts";
import { enterpriseUserUrn } from "../scim/urn.ts";
import type { ChangeSet } from "../storage/change.ts";
import type { ImportJob, PendingReference } from "../storage/import.ts";
import type { MatchedRecord, MatchQuery } from "../storage/port.ts";
import { beforeText } from "./before.ts";
import type { RunPorts } from "./ports.ts";
import { unknownManager } from "./problem.ts";

/** Rows linked in one call of commit. */
const linksPerCommit = 500;

/** Who a reference stands for. */
export type FoundReference = { readonly id: string } | { readonly wrong: "unknown" | "ambiguous" };

const unknown: FoundReference = Object.freeze({ wrong: "unknown" });

/** Finds users by id, else by userName, else by mail, in the order asked. */
export async function findReferences(
  { store, compiled }: RunPorts,
  tenantId: number,
  references: readonly string[],
): Promise<readonly FoundReference[]> {
  const found: FoundReference[] = references.map(() => unknown);
  const look = async (by: MatchQuery["by"]): Promise<void> => {
    const open = references.flatMap((value, index) => {
      const one = found[index];
      return one !== undefined && "wrong" in one && one.wrong === "unknown" ? [{ value, index }] : [];
    });
    if (open.length === 0) return;
    const values = open.map(({ value }) => (by === "unique" ? foldCase(value) : value));
    const query = { tenantId, resourceType: compiled.type.name, by, values };
    const records = (await store.resources.matches(query)) ?? [];
    open.forEach(({ index }, place) => {
      const [first, other] = records[place] ?? [];
      if (other !== undefined) found[index] = { wrong: "ambiguous" };
      else if (first !== undefined) found[index] = { id: first.id };
    });
  };
  await look("id");
  await look("unique");
  await look({ path: "emails.value" });
  return found;
}

/**
 * Follows the references of a job's rows to the managers they name, now that all rows are there. Called again after a
 * crash, it goes on with those that are left.
 *
 * @returns false when it was asked to stop before the end
 */
export async function linkJob(ports: RunPorts, job: ImportJob): Promise<boolean> {
  const { store, compiled } = ports;
  const { tenantId, id } = job;
  // A row whose user is changed by others at that moment is left, and looked at again from the start.
  for (let after = 0, left = 0; ; ) {
    if (ports.stopRequested()) return false;
    const rows = await store.imports.pendingReferences(tenantId, id, after, linksPerCommit);
    const last = rows.at(-1);
    if (last === undefined) {
      if (left === 0) return true;
      [after, left] = [0, 0];
      continue;
    }
    after = last.row;
    const found = await findReferences(
      ports,
      tenantId,
      rows.map(({ reference }) => reference),
    );
    const ids = rows.map(({ resourceId }) => resourceId);
    const users = await store.resources.matches({ tenantId, resourceType: compiled.type.name, by: "id", values: ids });
    const sets = rows.map((row, index) => linkSet(ports, job, row, found[index] ?? unknown, users?.[index]?.[0]));
    const results = await store.commit(sets);
    left += results.filter(({ applied }) => !applied).length;
  }
}

function linkSet(
  { compiled, now }: RunPorts,
  { tenantId, id: importId }: ImportJob,
  { row, reference, before, problems }: PendingReference,
  found: FoundReference,
  user: MatchedRecord | undefined,
): ChangeSet {
  const result = { kind: "linked", importId, row } as const;
  if (user === undefined) return { tenantId, changes: [], result: { ...result, problems } };
  if ("wrong" in found) {
    const told = [...problems, unknownManager(reference, found.wrong === "ambiguous")];
    return { tenantId, changes: [], result: { ...result, problems: told } };
  }
  const stored = attributesOf(user);
  const { resource } = compiled.read(withManager(stored, found.id), strictProfile, {});
  const content = contentOf(compiled, resource, user.id, now());
  const change = { kind: "replaceResource", ...content, expectedVersion: user.version } as const;
  const image = before === null ? { before: beforeText({ record: user, joined: [], left: [] }) } : {};
  return { tenantId, changes: [change], result: { ...result, problems, ...image } };
}

/** The attributes of a user with that manager (RFC 7643 §4.3). */
function withManager(attributes: JsonObject, id: string): JsonObject {
  const extension = attributes[enterpriseUserUrn];
  const before = isJsonObject(extension) ? extension : {};
  const manager = isJsonObject(before.manager) && before.manager.value === id ? before.manager : { value: id };
  return { ...attributes, [enterpriseUserUrn]: { ...before, manager } };
}
