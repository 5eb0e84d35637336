import { ScimError } from "../scim/error.ts";

/** How long work rests that the store could not do. */
const restMs = 5000;

/**
 * Does some work, and while the store can not do it (a full disk, say) tries again in the background until it is done
 * or the process is about to stop; what the process leaves undone, its next start does.
 *
 * @returns when the first try is over
 * @throws what the work throws, but for ScimError unavailable
 */
export async function insist(work: () => Promise<void>, stopping: AbortSignal | undefined): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ScimError && error.kind === "unavailable")) throw error;
    if (stopping === undefined) return;
    const again = (): void => {
      if (!stopping.aborted) void insist(work, stopping).catch(() => undefined);
    };
    setTimeout(again, restMs).unref();
  }
}
