import { type BulkRules, ownBulkRules } from "../scim/bulk/request.ts";
import { type BulkShape, ownBulkShape } from "../scim/bulk/response.ts";
import { type ErrorKind, type ErrorSubject, errorBody, ScimError } from "../scim/error.ts";
import { parseFilter } from "../scim/filter/parse.ts";
import type { JsonObject } from "../scim/json.ts";
import type { ReadFilter } from "../scim/list.ts";
import type { Profile, Tolerance } from "../scim/profile.ts";
import type { StoredResource } from "../scim/resource/render.ts";
import type { CompiledType } from "../scim/resource/type.ts";

/** The sentences of a server, by what they are about; undefined where it has none of its own. */
export type Words = Readonly<Partial<Record<ErrorKind, (subject: ErrorSubject, detail: string) => string | undefined>>>;

/** How a server speaks SCIM where it differs from the RFCs, or where they leave it the choice. */
export interface Dialect {
  /** Switched on for its clients, whatever the profile of their token says. */
  readonly forgives: readonly Tolerance[];
  /** Switched off for them. */
  readonly insistsOn: readonly Tolerance[];
  readonly words: Words;
  /** Of every answer; absent where the client chooses between those of SCIM. */
  readonly mediaType?: string;
  readonly errorBody: (error: ScimError) => JsonObject;
  readonly bulkRules: BulkRules;
  readonly bulkShape: BulkShape;
  /** The sentence that refuses a Bulk request of too many bytes. */
  readonly payloadTooLarge: (bytesMax: number) => string;
  /** Whether that sentence is followed by the one for too many operations, where a request has both. */
  readonly tellsBothLimits: boolean;
  readonly readFilter: ReadFilter;
  /** A resource with its name as it is shown; absent where that is the name as it is kept. */
  readonly shown?: (compiled: CompiledType, stored: StoredResource, stores: ReadonlySet<string>) => StoredResource;
  /** A group's name as it is shown beside its members; absent where that is the name as it is kept. */
  readonly groupName?: (name: string, stores: ReadonlySet<string>) => string;
}

/** The RFCs as they are read here. */
export const ownDialect: Dialect = {
  forgives: [],
  insistsOn: [],
  words: {},
  errorBody: (error) => ({ ...errorBody(error) }),
  bulkRules: ownBulkRules,
  bulkShape: ownBulkShape,
  payloadTooLarge: (bytesMax) => `The body is larger than ${bytesMax} bytes (maxPayloadSize).`,
  tellsBothLimits: false,
  readFilter: parseFilter,
};

/** The same refusal in the words of a dialect. */
export function worded({ words }: Dialect, error: ScimError): ScimError {
  const detail = words[error.kind]?.(error.subject ?? {}, error.detail);
  if (detail === undefined) return error;
  const { kind, cause, version, retryAfter, subject } = error;
  return new ScimError(kind, detail, {
    cause,
    ...(version !== undefined && { version }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(subject !== undefined && { subject }),
  });
}

/** A profile as a dialect changes it. */
export function profileIn({ forgives, insistsOn }: Dialect, profile: Profile): Profile {
  if (forgives.length === 0 && insistsOn.length === 0) return profile;
  const tolerances = new Set([...profile.tolerances, ...forgives]);
  for (const tolerance of insistsOn) tolerances.delete(tolerance);
  return { ...profile, tolerances };
}
