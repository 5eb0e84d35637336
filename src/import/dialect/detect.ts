import type { ResourceType } from "../../scim/schema/registry.ts";
import { type Dialect, FileError } from "./dialect.ts";
import { scimPathDialect } from "./scim-path.ts";
import { wso2ClaimsDialect } from "./wso2-claims.ts";

/** Every dialect; the first that recognises a header has it. */
export const dialects: readonly Dialect[] = Object.freeze([wso2ClaimsDialect, scimPathDialect]);

/** What stands for a dialect when the file is to tell. */
export const autoDialect = "auto";

export interface Detected {
  readonly dialect: Dialect;
  /** Why it was chosen, for people. */
  readonly reason: string;
}

/**
 * The dialect of a file: the one that was asked for, or the first that recognises the header.
 *
 * @throws FileError unknown_column or unsupported_format when none does
 */
export function detectDialect(asked: string, header: readonly string[], type: ResourceType): Detected {
  const chosen = dialects.find(({ id }) => id === asked);
  if (chosen !== undefined) return { dialect: chosen, reason: "it was asked for" };
  for (const dialect of dialects) {
    const reason = dialect.recognise(header, type);
    if (reason !== undefined) return { dialect, reason };
  }
  // Most likely a table of ours with a slip in a header: its own words say which.
  if (header.some((name) => /^(userName|emails?|name\.)/i.test(name.trim()))) scimPathDialect.bind(header, type);
  const known = dialects.map(({ id, title }) => `${id} (${title})`).join(", ");
  // What stands there may be somebody's password, if the file has no header: it is not repeated.
  throw new FileError(
    "unsupported_format",
    `line 1: the ${header.length === 1 ? "column is" : `${header.length} columns are`} the header of no known dialect: ${known}`,
  );
}
