import { orderSteps } from "../scim/bulk/order.ts";
import { referencesOf, resolveReferences } from "../scim/bulk/reference.ts";
import type { BulkOperation, BulkRequest } from "../scim/bulk/request.ts";
import { ScimError } from "../scim/error.ts";
import type { StoredResource } from "../scim/resource/render.ts";
import type { CompiledType, Types } from "../scim/resource/type.ts";
import type { ChangeSet } from "../storage/change.ts";
import { closeCircle } from "./bulk-circle.ts";
import { type Creation, readCreation, settleCreation } from "./create.ts";
import type { Directory } from "./resources.ts";
import type { Caller, DirectoryPorts } from "./steps.ts";

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

/** New resources that are made in one transaction: few enough not to hold up other requests. */
const createsAtOnceMax = 200;

/** A request while it is carried out. */
interface Run {
  readonly ports: DirectoryPorts;
  readonly directory: Directory;
  readonly caller: Caller;
  readonly types: Types;
  readonly operations: readonly (BulkOperation | ScimError)[];
  /** The id that each POST will make, by bulkId: known before any of them is carried out. */
  readonly ids: ReadonlyMap<string, string>;
  /** The places of the POSTs by bulkId. */
  readonly places: ReadonlyMap<string, number>;
  readonly outcomes: Map<number, BulkOutcome>;
}

/**
 * Carries out the operations of a Bulk request (RFC 7644 §3.7), each by itself: what one is refused with stops the
 * others only after `failOnErrors`. Ids are given out first, so that any operation may refer to any POST; what an
 * operation refers to is done before it, and a circle of POSTs in one piece.
 *
 * @returns what came of the operations that were tried, in the order of the request
 */
export async function runBulk(
  ports: DirectoryPorts,
  directory: Directory,
  caller: Caller,
  types: Types,
  { entries, failOnErrors }: BulkRequest,
): Promise<readonly BulkOutcome[]> {
  const operations = entries.map(({ operation }) => operation);
  const posts = operations.flatMap((operation, place) =>
    operation instanceof ScimError || operation.method !== "POST" ? [] : [{ operation, place }],
  );
  const run: Run = {
    ports,
    directory,
    caller,
    types,
    operations,
    ids: new Map(posts.map(({ operation }) => [operation.bulkId, ports.newId()])),
    places: new Map(posts.map(({ operation, place }) => [operation.bulkId, place])),
    outcomes: new Map(),
  };
  const needs = operations.map((operation) =>
    operation instanceof ScimError ? [] : referencesOf(operation).flatMap((bulkId) => run.places.get(bulkId) ?? []),
  );
  const together: { readonly place: number; readonly operation: Post }[] = [];
  for (const { places, isCircle } of orderSteps(needs)) {
    const [place = 0] = places;
    const operation = operations[place];
    const isPlain =
      operation !== undefined && !(operation instanceof ScimError) && referencesOf(operation).length === 0;
    if (isPlain && operation.method === "POST" && failOnErrors === undefined) {
      together.push({ place, operation });
      if (together.length >= createsAtOnceMax) await createTogether(run, together.splice(0));
      continue;
    }
    await createTogether(run, together.splice(0));
    if (isCircle) await runCircle(run, places);
    else await runOne(run, place);
    if (errorsIn(run) >= (failOnErrors ?? Number.POSITIVE_INFINITY)) break;
  }
  await createTogether(run, together);
  return [...run.outcomes.values()].sort((left, right) => left.place - right.place);
}

function errorsIn({ outcomes }: Run): number {
  return [...outcomes.values()].filter(({ result }) => result instanceof ScimError).length;
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

/** What an operation is about: a POST that failed made nothing. */
function subjectOf({ operations, types, ids }: Run, place: number): Pick<BulkOutcome, "resourceType" | "id"> {
  const operation = operations[place];
  const nothing = { resourceType: undefined, id: undefined };
  if (operation === undefined || operation instanceof ScimError || operation.method === "POST") return nothing;
  const compiled = types.byEndpoint.get(operation.endpoint.toLowerCase());
  const resolved = resolveReferences(operation, (bulkId) => ids.get(bulkId) ?? bulkId);
  return { resourceType: compiled?.type.name, id: resolved.id };
}

async function runOne(run: Run, place: number): Promise<void> {
  await settle(run, place, async () => {
    const operation = run.operations[place];
    if (operation === undefined) throw new ScimError("internal");
    if (operation instanceof ScimError) throw operation;
    const compiled = allowed(run, operation);
    return carryOut(run, compiled, resolved(run, operation));
  });
}

async function carryOut(
  run: Run,
  compiled: CompiledType,
  operation: BulkOperation,
): Promise<Omit<BulkOutcome, "place">> {
  const { ports, directory, caller, ids } = run;
  switch (operation.method) {
    case "POST": {
      const id = ids.get(operation.bulkId) ?? ports.newId();
      const creation = await readCreation(ports, caller, compiled, operation.data, id);
      return created(await createOne(run, creation));
    }
    case "PUT":
    case "PATCH": {
      const change = operation.method === "PUT" ? directory.replace : directory.patch;
      const { stored } = await change(caller, compiled, operation.id, operation.data, operation.version);
      return { resourceType: stored.resourceType, id: stored.id, version: stored.version, result: 200 };
    }
    case "DELETE":
      await directory.remove(caller, compiled, operation.id, operation.version);
      return { resourceType: compiled.type.name, id: operation.id, version: undefined, result: 204 };
  }
}

function created({ resourceType, id, version }: StoredResource): Omit<BulkOutcome, "place"> {
  return { resourceType, id, version, result: 201 };
}

async function createOne({ ports, caller }: Run, creation: Creation): Promise<StoredResource> {
  const set: ChangeSet = { tenantId: caller.tenantId, changes: [creation.change] };
  const [result] = await ports.store.commit([set]);
  if (result === undefined) throw new ScimError("internal");
  const settled = result.applied ? result.effects[0] : result.refusal;
  if (settled === undefined) throw new ScimError("internal");
  return settleCreation(ports, caller, creation, settled);
}

/** Makes new resources that refer to nothing: read at the same time, and written in one transaction, in order. */
async function createTogether(run: Run, posts: readonly { readonly place: number; readonly operation: Post }[]) {
  const { ports, caller } = run;
  if (posts.length === 0) return;
  const read = await Promise.all(
    posts.map(async ({ place, operation }) => {
      let creation: Creation | undefined;
      await settle(run, place, async () => {
        const id = run.ids.get(operation.bulkId) ?? ports.newId();
        creation = await readCreation(ports, caller, allowed(run, operation), operation.data, id);
        return { resourceType: undefined, id: undefined, version: undefined, result: 201 };
      });
      return { place, creation };
    }),
  );
  const ready = read.flatMap(({ place, creation }) => (creation === undefined ? [] : [{ place, creation }]));
  const sets = ready.map(({ creation }): ChangeSet => ({ tenantId: caller.tenantId, changes: [creation.change] }));
  // A store that can not answer refuses each of them alike.
  const results = await ports.store.commit(sets).catch((error: unknown) => error);
  for (const [index, { place, creation }] of ready.entries()) {
    await settle(run, place, async () => {
      if (!Array.isArray(results)) throw results;
      const result = results[index];
      return created(
        await settleCreation(ports, caller, creation, result.applied ? result.effects[0] : result.refusal),
      );
    });
  }
}

/** POSTs that refer to each other: all of them, or none. */
async function runCircle(run: Run, places: readonly number[]): Promise<void> {
  const posts = places.flatMap((place) => {
    const operation = run.operations[place];
    return operation === undefined || operation instanceof ScimError || operation.method !== "POST"
      ? []
      : [{ place, operation }];
  });
  const inCircle = new Set(posts.map(({ operation }) => operation.bulkId));
  let culprit: { readonly bulkId: string; readonly error: unknown } | undefined;
  const creations: { readonly place: number; readonly bulkId: string; readonly creation: Creation }[] = [];
  for (const { place, operation } of posts) {
    try {
      const id = run.ids.get(operation.bulkId) ?? run.ports.newId();
      const { data } = resolved(run, operation, inCircle);
      const creation = await readCreation(run.ports, run.caller, allowed(run, operation), data, id);
      creations.push({ place, bulkId: operation.bulkId, creation });
    } catch (error) {
      culprit ??= { bulkId: operation.bulkId, error };
    }
  }
  const closed = culprit === undefined ? await closeCircle(run.ports, run.caller, creations) : culprit;
  for (const { place, operation } of posts) {
    await settle(run, place, async () => {
      if (!("error" in closed)) {
        const stored = closed.stored.get(operation.bulkId);
        if (stored === undefined) throw new ScimError("internal");
        return created(stored);
      }
      if (closed.bulkId === operation.bulkId) throw closed.error;
      throw new ScimError("conflict", `bulkId:${closed.bulkId}, to which this refers in a circle, was refused.`);
    });
  }
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
 * @param inCircle bulkIds of POSTs that are carried out together with this one
 * @throws ScimError invalidValue for a bulkId that no POST has, conflict for one whose POST was refused
 */
function resolved<Operation extends BulkOperation>(
  { ids, places, outcomes }: Run,
  operation: Operation,
  inCircle: ReadonlySet<string> = new Set(),
): Operation {
  return resolveReferences(operation, (bulkId) => {
    const place = places.get(bulkId);
    const id = ids.get(bulkId);
    if (place === undefined || id === undefined) {
      throw new ScimError("invalidValue", `bulkId:${bulkId.slice(0, 100)} is the bulkId of no POST of this request.`);
    }
    if (inCircle.has(bulkId)) return id;
    const outcome = outcomes.get(place);
    if (outcome?.id === undefined) {
      throw new ScimError("conflict", `bulkId:${bulkId}, to which this refers, was refused.`);
    }
    // A POST may restore somebody who has an id already.
    return outcome.id;
  });
}
