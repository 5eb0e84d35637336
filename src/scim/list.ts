import { ScimError } from "./error.ts";
import { pageResourcesDefault, pageResourcesMax } from "./limits.ts";
import { listResponseUrn } from "./urn.ts";

/** One page of a list, asked for by index (RFC 7644 §3.4.2.4). */
export interface PageRequest {
  /** Counts from 1. */
  readonly startIndex: number;
  /** Resources at most; 0 asks for the total alone. */
  readonly count: number;
}

const wholeNumber = /^[+-]?\d{1,15}$/;

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!wholeNumber.test(text)) throw new ScimError("invalidValue", `${name} must be a whole number.`);
  return Number(text);
}

/**
 * Reads `startIndex` and `count`: what is below the least means the least, what is above the most means the most.
 *
 * @throws ScimError invalidValue when one is no whole number
 */
export function readPageRequest(startIndex: string | undefined, count: string | undefined): PageRequest {
  return {
    startIndex: Math.max(1, readNumber("startIndex", startIndex) ?? 1),
    count: Math.min(pageResourcesMax, Math.max(0, readNumber("count", count) ?? pageResourcesDefault)),
  };
}

/** The JSON text of a list of resources that are JSON text themselves (RFC 7644 §3.4.2). */
export function renderList(total: number, startIndex: number, resources: readonly string[]): string {
  return (
    `{"schemas":["${listResponseUrn}"],"totalResults":${total},"startIndex":${startIndex},` +
    `"itemsPerPage":${resources.length},"Resources":[${resources.join(",")}]}`
  );
}
