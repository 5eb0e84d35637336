import { join } from "node:path";
import { version as packageVersion } from "../package.json" with { type: "json" };

/** Files that the compiled binary carries: `bun build --compile --asset` puts them beside the bundle. */
const compiled = import.meta.dir.startsWith("/$bunfs/") || import.meta.dir.includes("~BUN");

/**
 * The path of a file or folder of the project at run time, in the source tree and in the binary alike.
 *
 * @example assetPath("drizzle", "sqlite")
 */
export function assetPath(...parts: string[]): string {
  return compiled ? join(import.meta.dir, ...parts) : join(import.meta.dir, "..", ...parts);
}

/** The version of the binary, from package.json. */
export const version: string = packageVersion;
