import type { ResourceType } from "../../scim/schema/registry.ts";
import type { FileShape } from "../../storage/import.ts";
import type { ImportMapping } from "../mapping.ts";
import { isRecords } from "../source/table.ts";
import { auth0JsonDialect } from "./auth0-json.ts";
import { cognitoDialect } from "./cognito.ts";
import { mappingDialect } from "./custom.ts";
import { type Dialect, FileError } from "./dialect.ts";
import { entraBulkDialect } from "./entra-bulk.ts";
import { entraExportDialect } from "./entra-export.ts";
import { extractionDialect, extractionDialectId } from "./extraction.ts";
import { googleDialect } from "./google.ts";
import { oktaDialect } from "./okta.ts";
import { sapIasDialect } from "./sap-ias.ts";
import { ndjsonDialect, scimJsonDialect } from "./scim-json.ts";
import { scimPathDialect } from "./scim-path.ts";
import { wso2ClaimsDialect } from "./wso2-claims.ts";
import { wso2ConsoleDialect } from "./wso2-console.ts";

/** Every dialect; the first that recognises a header has it. */
export const dialects: readonly Dialect[] = Object.freeze([
  wso2ClaimsDialect,
  wso2ConsoleDialect,
  sapIasDialect,
  entraBulkDialect,
  entraExportDialect,
  oktaDialect,
  googleDialect,
  cognitoDialect,
  scimPathDialect,
  auth0JsonDialect,
  ndjsonDialect,
  scimJsonDialect,
]);

/** What stands for a dialect when the file is to tell. */
export const autoDialect = "auto";
/** The dialect of a saved mapping. */
export const customDialect = "custom";

export interface Detected {
  readonly dialect: Dialect;
  /** Why it was chosen, for people. */
  readonly reason: string;
}

/** How somebody asked for a dialect. */
export interface AskedDialect {
  readonly dialect: string;
  /** The name of a saved mapping; empty for none. */
  readonly mapping: string;
}

/** The dialect of that name. */
export function findDialect(id: string): Dialect | undefined {
  if (id === extractionDialectId) return extractionDialect;
  return dialects.find((dialect) => dialect.id === id);
}

/**
 * The dialect of a file: the one that was asked for, or the first that recognises the header.
 *
 * @throws FileError when none does, or the one that was asked for reads files of another kind
 */
export function detectDialect(
  { dialect: asked, mapping }: AskedDialect,
  { format, header }: Pick<FileShape, "format" | "header">,
  type: ResourceType,
  mappings: readonly ImportMapping[] = [],
): Detected {
  if (mapping !== "") return custom(mapping, mappings);
  const chosen = findDialect(asked);
  if (chosen !== undefined) {
    requireKind(chosen, format);
    return { dialect: chosen, reason: "it was asked for" };
  }
  for (const dialect of dialects) {
    const reason = isOfKind(dialect, format) ? dialect.recognise(header, type, format) : undefined;
    if (reason !== undefined) return { dialect, reason };
  }
  // Most likely a table of ours with a slip in a header: its own words say which.
  if (!isRecords(format) && header.some((name) => /^(userName|emails?|name\.)/i.test(name.trim()))) {
    scimPathDialect.bind(header, type, scimPathDialect.defaults);
  }
  const known = dialects.map(({ id, title }) => `${id} (${title})`).join(", ");
  // What stands there may be somebody's password, if the file has no header: it is not repeated.
  throw new FileError(
    "unsupported_format",
    `line 1: the ${header.length === 1 ? "column is" : `${header.length} columns are`} the header of no known dialect: ${known}`,
  );
}

function custom(name: string, mappings: readonly ImportMapping[]): Detected {
  const mapping = mappings.find((each) => each.name === name);
  if (mapping === undefined) {
    throw new FileError("unsupported_format", `there is no import mapping ${JSON.stringify(name)}`);
  }
  return { dialect: mappingDialect(mapping), reason: `the mapping ${JSON.stringify(name)} was asked for` };
}

function isOfKind({ reads }: Dialect, format: FileShape["format"]): boolean {
  return (reads === "records") === isRecords(format);
}

function requireKind(dialect: Dialect, format: FileShape["format"]): void {
  if (isOfKind(dialect, format)) return;
  const kind = dialect.reads === "records" ? "JSON" : "a table (CSV or Excel)";
  throw new FileError("unsupported_format", `${dialect.id} is ${kind}, and the file is ${format}`);
}
