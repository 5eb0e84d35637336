import type { BulkRequest } from "../scim/bulk/request.ts";
import { ScimError } from "../scim/error.ts";
import type { ListRequest } from "../scim/list.ts";
import type { Projection } from "../scim/resource/projection.ts";
import type { PathOf, ResourceView } from "../scim/resource/render.ts";
import type { CompiledType, Types } from "../scim/resource/type.ts";
import { isRefusal } from "../storage/change.ts";
import { type BulkOutcome, runBulk } from "./bulk.ts";
import { contentOf } from "./content.ts";
import { readCreation, settleCreation } from "./create.ts";
import { type ListedPage, listResources } from "./list.ts";
import { patchResource } from "./patch.ts";
import {
  activeOf,
  type Caller,
  commit,
  type DirectoryPorts,
  joinFor,
  namesVersion,
  noteSkipped,
  passwordOf,
  readBody,
  recordOf,
  refusalError,
  replaceAttemptsMax,
  requireMatch,
  requireMayChange,
  type Shown,
  storeChoices,
  storedOf,
  view,
  viewOf,
  withImmutable,
} from "./steps.ts";

/** Reads and changes resources of any type; everything throws ScimError. */
export interface Directory {
  /** Throws invalidSyntax, invalidValue, tooLarge or uniqueness. */
  create(caller: Caller, compiled: CompiledType, body: unknown): Promise<ResourceView>;
  /** Throws notFound. Memberships that the projection hides are not read. */
  get(caller: Caller, compiled: CompiledType, id: string, projection?: Projection): Promise<ResourceView>;
  /**
   * Throws notFound, preconditionFailed when `ifMatch` names another version, forbidden when the user has a role here
   * and the caller is no administrator, and what create throws.
   */
  replace(
    caller: Caller,
    compiled: CompiledType,
    id: string,
    body: unknown,
    ifMatch: string | undefined,
    shown?: Shown,
  ): Promise<ResourceView>;
  /** Throws what replace throws, and invalidPath, noTarget or mutability for an operation. */
  patch(
    caller: Caller,
    compiled: CompiledType,
    id: string,
    body: unknown,
    ifMatch: string | undefined,
    shown?: Shown,
  ): Promise<ResourceView>;
  /** Throws notFound, preconditionFailed or forbidden. */
  remove(caller: Caller, compiled: CompiledType, id: string, ifMatch: string | undefined): Promise<void>;
  /** Carries out a Bulk request; what an operation is refused with is told in its place. */
  bulk(caller: Caller, types: Types, request: BulkRequest): Promise<readonly BulkOutcome[]>;
  /** Throws invalidCursor, expiredCursor, invalidCount or tooMany. */
  list(caller: Caller, request: ListRequest, pathOf?: PathOf): Promise<ListedPage>;
}

export function createDirectory(ports: DirectoryPorts): Directory {
  const { store, now, newId } = ports;

  const directory: Directory = {
    async create(caller, compiled, body) {
      const creation = await readCreation(ports, caller, compiled, body, newId());
      const result = await commit(store, caller, creation.change);
      const stored = await settleCreation(ports, caller, creation, result);
      // Nobody is in a group yet who was made just now.
      const isNew = compiled.membership !== "members" && stored.id === creation.change.id;
      return isNew ? { compiled, stored, joined: [] } : view(store, caller, compiled, stored);
    },

    async get(caller, compiled, id, projection) {
      return viewOf(compiled, await recordOf(store, caller, compiled, id, joinFor(compiled, projection)));
    },

    async replace(caller, compiled, id, body, ifMatch, shown) {
      let current = await recordOf(store, caller, compiled, id);
      requireMatch(ifMatch, current.version);
      await requireMayChange(store, caller, id);
      const named = readBody(compiled, body, caller.profile, {});
      const password = await passwordOf(ports, caller, named);
      const choices = storeChoices(caller, compiled);
      // It depends on the version it is computed from when the client names one, or leaves out what then stays.
      const keepsActive = compiled.hasActive && named.attributes.active === undefined;
      const depends = keepsActive || compiled.hasImmutable || namesVersion(ifMatch);
      for (let attempt = 0; attempt < replaceAttemptsMax; attempt++) {
        const read = keepsActive ? readBody(compiled, body, caller.profile, activeOf(current)) : named;
        const resource = compiled.hasImmutable ? withImmutable(compiled, current, read) : read;
        const expected = depends ? { expectedVersion: current.version } : {};
        const content = contentOf(compiled, resource, id, now());
        const change = { kind: "replaceResource", ...expected, ...content, ...password, ...choices } as const;
        const result = await commit(store, caller, change);
        if (!isRefusal(result)) {
          noteSkipped(caller, result);
          return view(store, caller, compiled, storedOf(content, result), shown);
        }
        if (result.kind !== "version") throw refusalError(result, compiled, id, resource);
        current = await recordOf(store, caller, compiled, id);
        requireMatch(ifMatch, current.version);
      }
      throw new ScimError("conflict", "The resource changes too often to be replaced; try again.");
    },

    patch: (caller, compiled, id, body, ifMatch, shown) =>
      patchResource(ports, caller, compiled, id, body, ifMatch, shown),

    bulk: (caller, types, request) => runBulk(ports, directory, caller, types, request),

    async remove(caller, compiled, id, ifMatch) {
      await requireMayChange(store, caller, id);
      const change = { kind: "deleteResource", resourceType: compiled.type.name, id, at: now() } as const;
      const current = namesVersion(ifMatch) ? await recordOf(store, caller, compiled, id) : undefined;
      if (current !== undefined) requireMatch(ifMatch, current.version);
      const expected = current === undefined ? {} : { expectedVersion: current.version };
      const result = await commit(store, caller, { ...change, ...expected });
      if (isRefusal(result)) throw refusalError(result, compiled, id);
    },

    list: (caller, request, pathOf) => listResources(ports, caller, request, pathOf),
  };
  return directory;
}
