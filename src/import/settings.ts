import type { ImportMode, ImportRequest } from "../storage/import.ts";
import type { DialectDefaults } from "./dialect/dialect.ts";

/** What applies to the rows of a file, once its dialect is known. */
export interface ImportSettings {
  readonly mode: ImportMode;
  /** `userName`, `mail`, `externalId`, or the path of an indexed attribute. */
  readonly match: string;
  readonly onError: "continue" | "stop";
  readonly empty: "keep" | "clear";
  readonly unknownColumns: "ignore" | "fail";
  /** For how many hours the passwords that come in let their users in; 0 for ever. */
  readonly mustChangeHours: number;
}

/**
 * Decides what was left to the dialect.
 *
 * @example settle(readImportRequest({ mode: "update" }), sapIasDialect.defaults).match // "mail"
 */
export function settle({ mode, match, options }: ImportRequest, defaults: DialectDefaults): ImportSettings {
  const { onError, empty, unknownColumns, mustChangeHours } = options;
  return {
    mode: mode === "auto" ? defaults.mode : mode,
    match: match === "auto" ? defaults.match : match,
    onError: onError === "auto" ? defaults.onError : onError,
    empty: empty === "auto" ? defaults.empty : empty,
    unknownColumns: unknownColumns === "auto" ? defaults.unknownColumns : unknownColumns,
    mustChangeHours: mustChangeHours === "auto" ? defaults.mustChangeHours : mustChangeHours,
  };
}

/** The request with what was decided in the place of what was left open. */
export function settledRequest(request: ImportRequest, dialect: string, settings: ImportSettings): ImportRequest {
  const { mode, match, ...options } = settings;
  return { ...request, dialect, mode, match, options: { ...request.options, ...options } };
}
