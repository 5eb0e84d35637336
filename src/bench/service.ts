import type { Answer } from "./answer.ts";
import { isObject, objectIn, told } from "./check.ts";
import { Connection, type Target } from "./connection.ts";

/** A server of SCIM 2.0, as it describes itself. */
export interface Service {
  /** The path below which it serves, without a slash at its end. */
  readonly base: string;
  /** What it takes in one Bulk request; undefined when it takes none. */
  readonly bulk: { readonly maxOperations: number; readonly maxPayloadSize: number } | undefined;
}

/** There is no service to measure, or not for this token. */
export class ServiceError extends Error {}

const usualBase = "/scim/v2";

/**
 * Finds the service at an address, which may be that of the server or the base of SCIM itself, and looks whether the
 * token may read users.
 *
 * @throws ServiceError, UnreachableError
 */
export async function findService(target: Target): Promise<Service> {
  const given = target.origin.pathname.replace(/\/+$/, "");
  const bases = given === "" ? [usualBase, ""] : [given, `${given}${usualBase}`];
  const connection = new Connection(target);
  try {
    for (const base of bases) {
      const path = `${base}/ServiceProviderConfig`;
      const answer = await connection.ask({ method: "GET", path });
      refuseOutsider(answer, path);
      const config = answer.status === 200 ? objectIn(answer) : undefined;
      if (config === undefined || !Array.isArray(config.schemas)) continue;
      const users = `${base}/Users?startIndex=1&count=1`;
      const list = await connection.ask({ method: "GET", path: users });
      refuseOutsider(list, users);
      if (list.status !== 200) throw new ServiceError(`GET ${users} ${told(list)}`);
      return { base, bulk: bulkOf(config.bulk) };
    }
    const tried = bases.map((base) => `${base}/ServiceProviderConfig`).join(" nor ");
    throw new ServiceError(`no SCIM 2.0 is spoken there: neither ${tried} describes it`);
  } finally {
    connection.close();
  }
}

function refuseOutsider(answer: Answer, path: string): void {
  if (answer.status !== 401 && answer.status !== 403) return;
  throw new ServiceError(`the token is refused: GET ${path} ${told(answer)}`);
}

/** A server that names no limits takes any number. */
function bulkOf(bulk: unknown): Service["bulk"] {
  if (!isObject(bulk) || bulk.supported !== true) return undefined;
  const limit = (value: unknown): number => (typeof value === "number" && value > 0 ? value : Number.POSITIVE_INFINITY);
  return { maxOperations: limit(bulk.maxOperations), maxPayloadSize: limit(bulk.maxPayloadSize) };
}
