import { ScimError } from "../scim/error.ts";
import type { JsonObject } from "../scim/json.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import { isRefusal } from "../storage/change.ts";
import { contentOf } from "./content.ts";
import {
  activeOf,
  type Caller,
  commit,
  type DirectoryPorts,
  namesVersion,
  noteSkipped,
  passwordOf,
  readBody,
  recordOf,
  refusalError,
  replaceAttemptsMax,
  requireMatch,
  requireMayChange,
  ruled,
  type Shown,
  storeChoices,
  storedOf,
  type Viewed,
  view,
  withImmutable,
} from "./steps.ts";

/**
 * Puts another body in the place of a resource (RFC 7644 §3.5.1).
 *
 * @throws ScimError notFound, preconditionFailed, forbidden, mutability, uniqueness, or what the body is refused for
 */
export async function replaceResource(
  ports: DirectoryPorts,
  caller: Caller,
  compiled: CompiledType,
  id: string,
  body: unknown,
  ifMatch: string | undefined,
  shown?: Shown,
): Promise<Viewed> {
  const { store, now } = ports;
  let current = await recordOf(store, caller, compiled, id);
  requireMatch(ifMatch, current.version);
  await requireMayChange(store, caller, id);
  const readWith = (defaults: JsonObject) =>
    ruled(ports, caller, compiled, readBody(compiled, body, caller.profile, defaults), current);
  const named = await readWith({});
  const password = await passwordOf(ports, caller, named);
  const choices = storeChoices(caller, compiled);
  // It depends on the version it is computed from when the client names one, or leaves out what then stays.
  const keepsActive = compiled.hasActive && named.attributes.active === undefined;
  const depends = keepsActive || compiled.hasImmutable || namesVersion(ifMatch);
  for (let attempt = 0; attempt < replaceAttemptsMax; attempt++) {
    const read = keepsActive ? await readWith(activeOf(current)) : named;
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
}
