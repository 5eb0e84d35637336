import { ScimError } from "../../../src/scim/error.ts";

/** What an action is refused with, as `kind: detail`; "accepted" when it is not refused. */
export function refused(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ScimError) return `${error.kind}: ${error.detail}`;
    throw error;
  }
  return "accepted";
}

/** Hostile input must be refused at once; the bound leaves room for a machine that is busy with other things. */
export const refusalMsMax = 250;
