import { orderSteps } from "../scim/bulk/order.ts";
import { referenceIn, referencesOf, resolveReferences } from "../scim/bulk/reference.ts";
import type { BulkEntry, BulkOperation, BulkRequest } from "../scim/bulk/request.ts";
import { followed } from "../scim/bulk/subject.ts";
import { ScimError } from "../scim/error.ts";
import { forgives } from "../scim/profile.ts";
import type { StoredResource } from "../scim/resource/render.ts";
import type { CompiledType, Types } from "../scim/resource/type.ts";
import type { ChangeSet, SetResult } from "../storage/change.ts";
import type { Store } from "../storage/port.ts";
import { type Closed, closeCircle } from "./bulk-circle.ts";
import { uniqueKey } from "./content.ts";
import { type Creation, readCreation, settleCreation } from "./create.ts";
import { patchResource } from "./patch.ts";
import { removeResource } from "./remove.ts";
import { replaceResource } from "./replace.ts";
import { type Caller, commit, type DirectoryPorts } from "./steps.ts";

/** What came of one operation of a Bulk request; those that were not tried are not told. */
export interface BulkOutcome {
  /** The place of the operation in the request, counted from 0. */
  readonly place: number;
  /** The type and the id that it is about, as far as they are known. */
  readonly resourceType: string | undefined;
  readonly id: string | undefined;
  readonly version: number | undefined;
  readonly result: 200 | 201 | 204 | ScimError;
}

type Post = Extract<BulkOperation, { method: "POST" }>;

interface PlacedPost {
  readonly place: number;
  readonly operation: Post;
}

/** New resources that are made in one transaction: few enough not to hold up other requests. */
const createsAtOnceMax = 200;
/** Of those, how many are read at once: each may hash a password, and others wait for the same cores. */
const readsAtOnceMax = 16;

/** A request while it is carried out. */
interface Run {
  readonly ports: DirectoryPorts;
  readonly caller: Caller;
  readonly types: Types;
  readonly entries: readonly BulkEntry[];
  /** The places of the POSTs by bulkId, also of those that can not be carried out. */
  readonly places: ReadonlyMap<string, number>;
  /** The id that a POST is to make, by its place: known before any of them is carried out. */
  readonly ids: ReadonlyMap<number, string>;
  /** Operations that need no other are collected, and carried out together. */
  readonly together: PlacedPost[];
  readonly outcomes: Map<number, BulkOutcome>;
}

/**
 * Carries out the operations of a Bulk request (RFC 7644 §3.7), each by itself: what one is refused with stops the
 * others only after `failOnErrors`. Ids are given out first, so that any operation may refer to any POST.
 *
 * They are carried out in the order of the request, but one that refers to a POST further on waits until that is done.
 * POSTs that refer to each other in a circle wait for the last of them and are made in one piece. With an operation
 * that waits wait those after it that are about the same resource, or take the same userName by POST or PUT. All
 * others, and the POSTs that are waited for, keep the very order of the request, and so the end is the one it leads
 * to, with this limit: what waits finds what was done meanwhile, such as a member that was deleted, or a userName that
 * PATCH took or DELETE set free.
 *
 * @returns what came of the operations that were tried, in the order of the request
 */
export async function runBulk(
  ports: DirectoryPorts,
  caller: Caller,
  types: Types,
  { entries, failOnErrors = Number.POSITIVE_INFINITY }: BulkRequest,
): Promise<readonly BulkOutcome[]> {
  const operations = entries.map(({ operation }) => operation);
  const isPost = ({ operation, method }: BulkEntry): boolean =>
    operation instanceof ScimError ? method.toUpperCase() === "POST" : operation.method === "POST";
  const posts = [...entries.entries()].filter(([, entry]) => isPost(entry));
  const run: Run = {
    ports,
    caller,
    types,
    entries,
    // Of two with one bulkId the first has it; so it is the last to be set.
    places: new Map(
      posts.toReversed().flatMap(([place, { bulkId }]) => (bulkId === undefined ? [] : [[bulkId, place]])),
    ),
    ids: new Map(posts.map(([place]) => [place, ports.newId()])),
    together: [],
    outcomes: new Map(),
  };
  const references = operations.map((operation) => (operation instanceof ScimError ? [] : referencesOf(operation)));
  const needs = references.map((bulkIds) => bulkIds.flatMap((bulkId) => run.places.get(bulkId) ?? []));
  let errors = 0;
  for (const { places, isCircle } of orderSteps(
    needs,
    followed(operations, (operation) => nameOf(types, operation)),
  )) {
    const [place = 0] = places;
    const mayWait = failOnErrors === Number.POSITIVE_INFINITY && references[place]?.length === 0;
    const plain = mayWait ? postAt(run, place) : undefined;
    if (plain !== undefined) run.together.push(plain);
    if (plain === undefined || run.together.length >= createsAtOnceMax) await createTogether(run);
    if (plain !== undefined) continue;
    if (isCircle) await runCircle(run, places);
    else for (const place of places) await runOne(run, place);
    errors += places.filter((place) => run.outcomes.get(place)?.result instanceof ScimError).length;
    if (errors >= failOnErrors) break;
  }
  await createTogether(run);
  return [...run.outcomes.values()].sort((left, right) => left.place - right.place);
}

/** The unique name that a POST or a PUT takes, as a key; undefined where there is none. */
function nameOf({ byEndpoint }: Types, operation: BulkOperation): string | undefined {
  if (operation.method !== "POST" && operation.method !== "PUT") return undefined;
  const compiled = byEndpoint.get(operation.endpoint.toLowerCase());
  const name = compiled?.unique?.name.toLowerCase();
  if (compiled?.unique === undefined || name === undefined) return undefined;
  const [, value] = Object.entries(operation.data).find(([given]) => given.toLowerCase() === name) ?? [];
  const key = uniqueKey(compiled, { [compiled.unique.name]: value });
  return key === null ? undefined : `${compiled.type.name} ${key}`;
}

/** The POST at that place, if it is one. */
function postAt({ entries }: Run, place: number): PlacedPost | undefined {
  const operation = entries[place]?.operation;
  if (operation === undefined || operation instanceof ScimError || operation.method !== "POST") return undefined;
  return { place, operation };
}

/** Notes what came of an operation; what nobody expected is internal, and its cause stays with the operator. */
async function settle(run: Run, place: number, work: () => Promise<Omit<BulkOutcome, "place">>): Promise<void> {
  try {
    run.outcomes.set(place, { place, ...(await work()) });
  } catch (cause) {
    const result = cause instanceof ScimError ? cause : new ScimError("internal", undefined, { cause });
    run.outcomes.set(place, { place, ...subjectOf(run, place), version: undefined, result });
  }
}

/** What an operation is about that failed: nothing, when it is a POST or its resource was to be made by one that failed. */
function subjectOf(run: Run, place: number): Pick<BulkOutcome, "resourceType" | "id"> {
  const { method = "", target } = run.entries[place] ?? {};
  const nothing = { resourceType: undefined, id: undefined };
  if (target?.id === undefined || method.toUpperCase() === "POST") return nothing;
  const compiled = run.types.byEndpoint.get(target.endpoint.toLowerCase());
  const bulkId = referenceIn(target.id);
  const id = bulkId === undefined ? target.id : madeBy(run, bulkId);
  return id === undefined ? nothing : { resourceType: compiled?.type.name, id };
}

/** The id of what the POST of a bulkId made. It may have restored somebody who has an id already. */
function madeBy({ places, outcomes }: Run, bulkId: string): string | undefined {
  return outcomes.get(places.get(bulkId) ?? -1)?.id;
}

async function runOne(run: Run, place: number): Promise<void> {
  await settle(run, place, async () => {
    const operation = run.entries[place]?.operation ?? new ScimError("internal");
    if (operation instanceof ScimError) throw operation;
    const compiled = allowed(run, operation);
    return carryOut(run, place, compiled, resolved(run, operation));
  });
}

async function carryOut(
  run: Run,
  place: number,
  compiled: CompiledType,
  operation: BulkOperation,
): Promise<Omit<BulkOutcome, "place">> {
  const { ports, caller } = run;
  if (operation.method === "POST") {
    const creation = await readPost(run, place, compiled, operation);
    return created(
      await settleCreation(
        ports,
        caller,
        creation,
        await commit(ports.store, caller, creation.change, creation.following),
      ),
    );
  }
  const { id } = operation;
  const ignoresVersion = operation.version !== undefined && forgives(caller.profile, "ignoreConditions");
  const version = ignoresVersion ? undefined : operation.version;
  if (operation.method === "DELETE") {
    await removeResource(ports, caller, compiled, id, version);
    return { resourceType: compiled.type.name, id, version: undefined, result: 204 };
  }
  const change = operation.method === "PUT" ? replaceResource : patchResource;
  const { stored } = await change(ports, caller, compiled, id, operation.data, version, "nothing");
  return { resourceType: stored.resourceType, id, version: stored.version, result: 200 };
}

function readPost(run: Run, place: number, compiled: CompiledType, { data }: Post): Promise<Creation> {
  const { ports, caller, ids } = run;
  return readCreation(ports, caller, compiled, data, ids.get(place) ?? ports.newId());
}

function created({ resourceType, id, version }: StoredResource): Omit<BulkOutcome, "place"> {
  return { resourceType, id, version, result: 201 };
}

/** Makes the new resources that were collected, in their order and in one transaction. */
async function createTogether(run: Run): Promise<void> {
  const { ports, caller, together } = run;
  const ready: { readonly place: number; readonly creation: Creation }[] = [];
  while (together.length > 0) {
    const posts = together.splice(0, readsAtOnceMax);
    const read = await Promise.allSettled(
      posts.map(async ({ place, operation }) => readPost(run, place, allowed(run, operation), operation)),
    );
    for (const [index, { place }] of posts.entries()) {
      const result = read[index];
      if (result?.status === "fulfilled") ready.push({ place, creation: result.value });
      else await settle(run, place, () => Promise.reject(result?.reason));
    }
  }
  const sets = ready.map(({ creation }) => ({
    tenantId: caller.tenantId,
    changes: [creation.change, ...creation.following],
  }));
  const results = await commitAll(ports.store, sets);
  for (const [index, { place, creation }] of ready.entries()) {
    await settle(run, place, async () => {
      const result = results[index];
      if (result?.status !== "fulfilled") throw result?.reason;
      const { value } = result;
      const settled = value.applied ? value.effects[0] : value.refusal;
      if (settled === undefined) throw new ScimError("internal");
      return created(await settleCreation(ports, caller, creation, settled));
    });
  }
}

/**
 * Commits sets at once. If that fails in a way nobody expected, one after the other, so that only the one is lost that
 * it comes from; a store that can not answer now is not asked again for each.
 */
async function commitAll(
  store: Store,
  sets: readonly ChangeSet[],
): Promise<readonly PromiseSettledResult<SetResult>[]> {
  if (sets.length === 0) return [];
  const [all] = await Promise.allSettled([store.commit(sets)]);
  if (all.status === "fulfilled") return all.value.map((value) => ({ status: "fulfilled", value }));
  const isUnavailable = all.reason instanceof ScimError && all.reason.kind === "unavailable";
  if (sets.length === 1 || isUnavailable) return sets.map(() => all);
  const results: PromiseSettledResult<SetResult>[] = [];
  for (const set of sets) results.push(...(await commitAll(store, [set])));
  return results;
}

/** POSTs that refer to each other: all of them, or none. */
async function runCircle(run: Run, places: readonly number[]): Promise<void> {
  const posts = places.flatMap((place) => postAt(run, place) ?? []);
  const inCircle = new Map(posts.map(({ place, operation }) => [operation.bulkId, run.ids.get(place)]));
  const refused = new Map<string, unknown>();
  const parts: { readonly bulkId: string; readonly creation: Creation }[] = [];
  for (const { place, operation } of posts) {
    const { bulkId } = operation;
    try {
      const compiled = allowed(run, operation);
      parts.push({ bulkId, creation: await readPost(run, place, compiled, resolved(run, operation, inCircle)) });
    } catch (error) {
      refused.set(bulkId, error);
    }
  }
  // What nobody expected became of all of them.
  const failed = (error: unknown): Closed => ({ refused: new Map(parts.map(({ bulkId }) => [bulkId, error])) });
  const closed = refused.size > 0 ? { refused } : await closeCircle(run.ports, run.caller, parts).catch(failed);
  for (const { place, operation } of posts) {
    await settle(run, place, async () => {
      if ("refused" in closed) throw closed.refused.get(operation.bulkId) ?? givenUp([...closed.refused.keys()]);
      const stored = closed.stored.get(operation.bulkId);
      if (stored === undefined) throw new ScimError("internal");
      return created(stored);
    });
  }
}

function givenUp([culprit = ""]: readonly string[]): ScimError {
  return new ScimError("conflict", `bulkId:${shown(culprit)}, to which this refers in a circle, was refused.`);
}

/** As much of a bulkId as an error shows. */
function shown(bulkId: string): string {
  return bulkId.slice(0, 100).toWellFormed();
}

/** The type that an operation is about, if the caller may change it (RFC 7644 §3.7: each as a request of its own). */
function allowed({ caller, types }: Run, { endpoint }: BulkOperation): CompiledType {
  if (!caller.scopes.has("scim:write")) throw new ScimError("forbidden", "The credentials lack the scope scim:write.");
  const compiled = types.byEndpoint.get(endpoint.toLowerCase());
  if (compiled !== undefined) return compiled;
  throw new ScimError("notFound", `There is no endpoint ${JSON.stringify(endpoint.slice(0, 100))} for resources.`);
}

/**
 * The operation with ids in the place of references.
 *
 * @param inCircle the ids of POSTs that are carried out together with this one, by bulkId
 * @throws ScimError invalidValue for a bulkId that no POST has, conflict for one whose POST was refused
 */
function resolved<Operation extends BulkOperation>(
  run: Run,
  operation: Operation,
  inCircle: ReadonlyMap<string, string | undefined> = new Map(),
): Operation {
  return resolveReferences(operation, (bulkId) => {
    if (!run.places.has(bulkId)) {
      throw new ScimError("invalidValue", `bulkId:${shown(bulkId)} is the bulkId of no POST of this request.`);
    }
    const id = inCircle.get(bulkId) ?? madeBy(run, bulkId);
    if (id !== undefined) return id;
    throw new ScimError("conflict", `bulkId:${shown(bulkId)}, to which this refers, was refused.`);
  });
}
