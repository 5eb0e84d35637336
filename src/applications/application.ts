import { ScimError } from "../scim/error.ts";
import type { JsonObject } from "../scim/json.ts";
import { foldCase } from "../scim/resource/fold.ts";
import type { ApplicationAccess, ApplicationRecord, AssignmentAttributes } from "../storage/application.ts";
import type { Store } from "../storage/port.ts";

/** The attributes that are kept of a user for one application, by the names of SAP. */
export const assignmentAttributes = [
  "spCustomAttribute1",
  "spCustomAttribute2",
  "spCustomAttribute3",
  "spCustomAttribute4",
  "spCustomAttribute5",
] as const satisfies readonly (keyof AssignmentAttributes)[];

/** What applications are made with. */
export interface ApplicationPorts {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
}

/** What is said of an application. */
export interface ApplicationContent {
  readonly name: string;
  readonly homeUrl: string | null;
  readonly access: ApplicationAccess;
}

/** @throws ScimError notFound */
export async function findApplication(
  { applications }: Pick<Store, "applications">,
  tenantId: number,
  id: string,
): Promise<ApplicationRecord> {
  const found = await applications.get(tenantId, id);
  if (found === undefined) throw noApplication(id);
  return found;
}

export function noApplication(id: string): ScimError {
  return new ScimError("notFound", `There is no application ${JSON.stringify(id.slice(0, 64))}.`);
}

/**
 * Registers an application, or changes the one with that id.
 *
 * @throws ScimError uniqueness when another has the name, notFound
 */
export async function putApplication(
  { store, now, newId }: ApplicationPorts,
  tenantId: number,
  content: ApplicationContent,
  known?: ApplicationRecord,
): Promise<ApplicationRecord> {
  const id = known?.id ?? newId();
  const at = now();
  const nameKey = foldCase(content.name);
  const change = { kind: "putApplication", id, nameKey, at, isNew: known === undefined, ...content } as const;
  const [result] = await store.commit([{ tenantId, changes: [change] }]);
  if (result?.applied === true) return { id, ...content, created: known?.created ?? at, modified: at };
  if (result?.refusal.kind === "notFound") throw noApplication(id);
  throw new ScimError("uniqueness", `name ${JSON.stringify(content.name)} is in use.`);
}

/** Whether somebody may use an application, and why. */
export interface AccessVerdict {
  readonly allowed: boolean;
  readonly reason: "public" | "active" | "assigned" | "inactive" | "notAssigned";
}

/** Judges by what the application asks for and what the user is. */
export function judgeAccess(access: ApplicationAccess, user: JsonObject, isAssigned: boolean): AccessVerdict {
  if (access === "public") return { allowed: true, reason: "public" };
  if (user.active === false) return { allowed: false, reason: "inactive" };
  if (access === "internal") return { allowed: true, reason: "active" };
  return isAssigned ? { allowed: true, reason: "assigned" } : { allowed: false, reason: "notAssigned" };
}
