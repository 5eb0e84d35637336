import { ScimError } from "../scim/error.ts";
import { CliError } from "./io.ts";

/**
 * What to tell of an error that ends a command. What an operator can mend (a wrong argument, a file, an address, a
 * database) is one line; anything else is our mistake, and all of it is told.
 */
export function errorText(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const told = mendableText(at);
    if (told !== undefined) return told.trim().replaceAll(/\s*[\r\n]\s*/g, " ");
  }
  return Bun.inspect(error);
}

function mendableText(error: Error): string | undefined {
  if (error instanceof CliError) return error.message;
  if (error instanceof ScimError) {
    return error.cause instanceof Error ? `${error.detail} (${error.cause.message})` : error.detail;
  }
  if ("syscall" in error) return error.message;
  // Every DOMException has a code, and an error may have an empty one.
  if ("code" in error && typeof error.code === "string" && error.code !== "") return error.message || error.code;
  return undefined;
}
