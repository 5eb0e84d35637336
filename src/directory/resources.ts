import type { BulkRequest } from "../scim/bulk/request.ts";
import type { ListRequest } from "../scim/list.ts";
import type { Projection } from "../scim/resource/projection.ts";
import type { PathOf } from "../scim/resource/render.ts";
import type { CompiledType, Types } from "../scim/resource/type.ts";
import { type BulkOutcome, runBulk } from "./bulk.ts";
import { type CreatedWith, createResource } from "./create.ts";
import { type ListedPage, listResources } from "./list.ts";
import { type ListedMembers, listMembers, type MembersRequest } from "./members.ts";
import { patchResource } from "./patch.ts";
import { removeResource } from "./remove.ts";
import { replaceResource } from "./replace.ts";
import { type Caller, type DirectoryPorts, joinFor, recordOf, type Shown, type Viewed, viewOf } from "./steps.ts";

/** Reads and changes resources of any type; everything throws ScimError. */
export interface Directory {
  /** Throws invalidSyntax, invalidValue, tooLarge or uniqueness. */
  create(caller: Caller, compiled: CompiledType, body: unknown, together?: CreatedWith): Promise<Viewed>;
  /** Throws notFound. Memberships that the projection hides are not read. */
  get(caller: Caller, compiled: CompiledType, id: string, projection?: Projection): Promise<Viewed>;
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
  ): Promise<Viewed>;
  /** Throws what replace throws, and invalidPath, noTarget or mutability for an operation. */
  patch(
    caller: Caller,
    compiled: CompiledType,
    id: string,
    body: unknown,
    ifMatch: string | undefined,
    shown?: Shown,
  ): Promise<Viewed>;
  /** Throws notFound, preconditionFailed or forbidden. */
  remove(caller: Caller, compiled: CompiledType, id: string, ifMatch: string | undefined): Promise<void>;
  /** Carries out a Bulk request; what an operation is refused with is told in its place. */
  bulk(caller: Caller, types: Types, request: BulkRequest): Promise<readonly BulkOutcome[]>;
  /** Throws invalidCursor, expiredCursor, invalidCount or tooMany. */
  list(caller: Caller, request: ListRequest, pathOf?: PathOf, signal?: AbortSignal): Promise<ListedPage>;
  /** Throws notFound, invalidCursor, expiredCursor or invalidCount. */
  members(caller: Caller, compiled: CompiledType, request: MembersRequest): Promise<ListedMembers>;
}

export function createDirectory(ports: DirectoryPorts): Directory {
  return {
    create: (...asked) => createResource(ports, ...asked),
    replace: (...asked) => replaceResource(ports, ...asked),
    patch: (...asked) => patchResource(ports, ...asked),
    remove: (...asked) => removeResource(ports, ...asked),
    bulk: (...asked) => runBulk(ports, ...asked),
    list: (...asked) => listResources(ports, ...asked),
    members: (...asked) => listMembers(ports, ...asked),
    async get(caller, compiled, id, projection) {
      const record = await recordOf(ports.store, caller, compiled, id, joinFor(compiled, projection));
      return viewOf(ports.store, caller, compiled, record);
    },
  };
}
