import { ScimError } from "../../../src/scim/error.ts";

/** What a reader makes of a value: "read", or the refusal in a line. Any other error fails the test. */
export function outcome(read: () => unknown): string {
  try {
    read();
    return "read";
  } catch (error) {
    if (error instanceof ScimError) return `${error.kind}: ${error.detail}`;
    throw error;
  }
}
