import { errorUrn } from "./urn.ts";

/**
 * Every way a request can be refused: kind → HTTP status, SCIM keyword and the text when nothing more is known
 * (RFC 7644 §3.12, tables 8 and 9). HTTP answers, Bulk results, import reports and OpenAPI all read this table.
 */
export const errorTable = {
  invalidFilter: { status: 400, scimType: "invalidFilter", detail: "The filter is not valid." },
  tooMany: { status: 400, scimType: "tooMany", detail: "The query matches more than the server will process." },
  invalidSyntax: { status: 400, scimType: "invalidSyntax", detail: "The request body is not valid." },
  invalidPath: { status: 400, scimType: "invalidPath", detail: "The path is not valid." },
  noTarget: { status: 400, scimType: "noTarget", detail: "The path names nothing to act on." },
  invalidValue: { status: 400, scimType: "invalidValue", detail: "A value is missing or not valid." },
  invalidVersion: { status: 400, scimType: "invalidVers", detail: "This version of SCIM is not supported." },
  invalidCursor: { status: 400, scimType: "invalidCursor", detail: "The cursor is not one of this query." },
  expiredCursor: { status: 400, scimType: "expiredCursor", detail: "The cursor is too old; begin again." },
  invalidCount: { status: 400, scimType: "invalidCount", detail: "The count is not that of the pages before." },
  mutability: { status: 400, scimType: "mutability", detail: "The attribute can not be changed." },
  unauthorized: { status: 401, scimType: undefined, detail: "Authentication failed." },
  forbidden: { status: 403, scimType: undefined, detail: "The credentials do not allow this." },
  sensitive: { status: 403, scimType: "sensitive", detail: "The request would put sensitive data into a URI." },
  notFound: { status: 404, scimType: undefined, detail: "There is no such resource." },
  methodNotAllowed: { status: 405, scimType: undefined, detail: "The endpoint does not offer this method." },
  notAcceptable: { status: 406, scimType: undefined, detail: "The format is not one that is spoken here." },
  conflict: { status: 409, scimType: undefined, detail: "The request conflicts with the state of the resource." },
  uniqueness: { status: 409, scimType: "uniqueness", detail: "The value is in use." },
  preconditionFailed: { status: 412, scimType: undefined, detail: "The resource has another version." },
  tooLarge: { status: 413, scimType: undefined, detail: "The request is too large." },
  unsupportedMediaType: { status: 415, scimType: undefined, detail: "The media type is not supported." },
  tooManyRequests: { status: 429, scimType: undefined, detail: "There were too many requests." },
  internal: { status: 500, scimType: undefined, detail: "Internal error" },
  notImplemented: { status: 501, scimType: undefined, detail: "The server does not implement this." },
  unavailable: { status: 503, scimType: undefined, detail: "The server can not answer now." },
} as const satisfies Record<string, { status: number; scimType: string | undefined; detail: string }>;

export type ErrorKind = keyof typeof errorTable;
export type ErrorStatus = (typeof errorTable)[ErrorKind]["status"];

/** What a refusal is about, for dialects that say it in words of their own. */
export interface ErrorSubject {
  readonly resourceType?: string;
  /** Of the resource that is not there. */
  readonly id?: string;
  /** The path of the attribute that is missing, unknown or in use. */
  readonly attribute?: string;
  /** What the attribute would be. */
  readonly value?: string;
  readonly problem?: "missing" | "unknown";
  /** The limit of Bulk that the request is above. */
  readonly limit?: "maxOperations" | "maxPayloadSize";
}

/** A refusal. `detail` is for the client; `cause` is for the operator and leaves the server only in its log. */
export class ScimError extends Error {
  readonly kind: ErrorKind;
  readonly detail: string;
  /** The version that the resource has instead of the one that was named. */
  readonly version: number | undefined;
  /** After how many seconds to try again, where that is known. */
  readonly retryAfter: number | undefined;
  readonly subject: ErrorSubject | undefined;

  constructor(
    kind: ErrorKind,
    detail: string = errorTable[kind].detail,
    options: {
      readonly cause?: unknown;
      readonly version?: number;
      readonly retryAfter?: number;
      readonly subject?: ErrorSubject;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.version = options.version;
    this.retryAfter = options.retryAfter;
    this.subject = options.subject;
    this.name = "ScimError";
    this.kind = kind;
    this.detail = detail;
  }

  get status(): ErrorStatus {
    return errorTable[this.kind].status;
  }
}

/** The body of an error answer (RFC 7644 §3.12); `status` is a string. */
export interface ErrorBody {
  readonly schemas: readonly [typeof errorUrn];
  readonly status: string;
  readonly scimType?: string;
  readonly detail: string;
}

/** The body that tells a client of an error; the cause is not in it. */
export function errorBody(error: ScimError): ErrorBody {
  const { status, scimType } = errorTable[error.kind];
  return {
    schemas: [errorUrn],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: error.detail,
  };
}
