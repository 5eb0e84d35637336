import { ScimError } from "../error.ts";
import { quoted } from "../filter/refusal.ts";
import { isJsonObject, isList, type Json, type JsonObject, jsonTypeName, ownInAnyCase } from "../json.ts";
import { bulkRequestUrn } from "../urn.ts";

/** What may be done with a resource in a Bulk request (RFC 7644 §3.7). */
export const bulkMethods = ["POST", "PUT", "PATCH", "DELETE"] as const;
export type BulkMethod = (typeof bulkMethods)[number];

/** One operation that has the shape its method asks for. What it names is not looked up yet. */
export type BulkOperation =
  | { readonly method: "POST"; readonly endpoint: string; readonly bulkId: string; readonly data: JsonObject }
  | {
      readonly method: "PUT" | "PATCH";
      readonly endpoint: string;
      /** May be `bulkId:` and the bulkId of a POST. */
      readonly id: string;
      readonly data: JsonObject;
      readonly version: string | undefined;
    }
  | {
      readonly method: "DELETE";
      readonly endpoint: string;
      readonly id: string;
      readonly version: string | undefined;
    };

/** What the path of an operation names: the endpoint of a type, or with an id a resource. */
export interface BulkTarget {
  readonly endpoint: string;
  readonly id?: string;
}

/** One entry of a request: the operation, or why it is none. */
export interface BulkEntry {
  /** As the client wrote them, for the answer. */
  readonly method: string;
  readonly bulkId: string | undefined;
  /** Known also of many an entry that is no operation. */
  readonly target: BulkTarget | undefined;
  readonly operation: BulkOperation | ScimError;
}

/** What servers do otherwise with the body of a Bulk request. */
export interface BulkRules {
  /** POST may do without a bulkId. */
  readonly bulkIdIsOptional: boolean;
  /** `failOnErrors: 0` says that all is tried. */
  readonly zeroIsNoLimit: boolean;
  /** The refusal of a request without operations. */
  readonly none: () => ScimError;
  /** The sentence that refuses too many operations. */
  readonly tooMany: (given: number, operationsMax: number) => string;
  /** Refuses the whole request for what is wrong with one operation, before any is tried; throws ScimError. */
  readonly requireAll?: (operations: readonly Json[], base: string) => void;
}

/** What RFC 7644 §3.7 leaves to the server, as it is decided here. */
export const ownBulkRules: BulkRules = {
  bulkIdIsOptional: false,
  zeroIsNoLimit: false,
  none: () => syntax("Operations must be an array of at least one."),
  tooMany: (given, max) => `The number of operations, ${given}, is above maxOperations (${max}).`,
};

export interface BulkRequest {
  readonly entries: readonly BulkEntry[];
  /** Errors after which no more is tried; undefined when all is. */
  readonly failOnErrors: number | undefined;
}

/** Characters of a bulkId: many times those of a UUID. */
const bulkIdCharsMax = 255;

/** Endpoints without resources that operations could be about, in lower case. */
const otherEndpoints: ReadonlySet<string> = new Set([
  ".search",
  "bulk",
  "me",
  "resourcetypes",
  "schemas",
  "serviceproviderconfig",
]);

/**
 * Reads the body of a Bulk request (RFC 7644 §3.7). A wrong envelope is refused whole; a wrong operation is told in its
 * place, and the others go on.
 *
 * @param base the URI of the SCIM endpoints, for paths that are whole addresses
 * @throws ScimError invalidSyntax or invalidValue for the envelope, tooLarge for too many operations
 * @example readBulk({ schemas: [bulkRequestUrn], Operations: [{ method: "DELETE", path: "/Users/42" }] }, 1000, base)
 */
export function readBulk(
  body: unknown,
  operationsMax: number,
  base: string,
  rules: BulkRules = ownBulkRules,
): BulkRequest {
  if (!isJsonObject(body)) throw syntax(`The body must be a JSON object, not ${jsonTypeName(body)}.`);
  const schemas = ownInAnyCase(body, "schemas");
  const isBulk =
    isList(schemas) &&
    schemas.some((urn: Json) => typeof urn === "string" && urn.toLowerCase() === bulkRequestUrn.toLowerCase());
  if (!isBulk) throw syntax(`schemas must be an array that names ${bulkRequestUrn}.`);
  const operations = ownInAnyCase(body, "Operations");
  if (!isList(operations) || operations.length === 0) throw rules.none();
  if (operations.length > operationsMax) {
    throw new ScimError("tooLarge", rules.tooMany(operations.length, operationsMax), {
      subject: { limit: "maxOperations" },
    });
  }
  rules.requireAll?.(operations, base);
  const asked = ownInAnyCase(body, "failOnErrors") ?? undefined;
  const failOnErrors = rules.zeroIsNoLimit && asked === 0 ? undefined : asked;
  if (failOnErrors !== undefined && !(Number.isSafeInteger(failOnErrors) && Number(failOnErrors) > 0)) {
    throw new ScimError("invalidValue", "failOnErrors must be a whole number above 0.");
  }
  const bulkIds = new Set<string>();
  return {
    entries: operations.map((operation: Json) => readEntry(operation, base, rules, bulkIds)),
    failOnErrors: failOnErrors === undefined ? undefined : Number(failOnErrors),
  };
}

function readEntry(input: Json, base: string, rules: BulkRules, bulkIds: Set<string>): BulkEntry {
  const object = isJsonObject(input) ? input : {};
  const [method = "", bulkId] = ["method", "bulkId"].map((name) => textOr(ownInAnyCase(object, name)));
  let target: BulkTarget | undefined;
  try {
    if (!isJsonObject(input)) throw syntax(`An operation must be an object, not ${jsonTypeName(input)}.`);
    target = readPath(ownInAnyCase(input, "path"), base);
    return { method, bulkId, target, operation: readOperation(input, target, rules, bulkIds) };
  } catch (error) {
    if (error instanceof ScimError) return { method, bulkId, target, operation: error };
    throw error;
  }
}

function readOperation(
  input: JsonObject,
  { endpoint, id }: BulkTarget,
  { bulkIdIsOptional }: BulkRules,
  bulkIds: Set<string>,
): BulkOperation {
  const method = readMethod(ownInAnyCase(input, "method"));
  const given = ownInAnyCase(input, "bulkId") ?? undefined;
  const needsBulkId = method === "POST" && !(bulkIdIsOptional && given === undefined);
  const bulkId = needsBulkId ? readBulkId(given, bulkIds) : "";
  if (otherEndpoints.has(endpoint.toLowerCase()) || id?.startsWith(".")) {
    throw new ScimError("methodNotAllowed", `${method} in Bulk is for resources, and the path names none.`);
  }
  if (method === "POST") {
    if (id !== undefined) throw new ScimError("methodNotAllowed", "POST names an endpoint, not a resource.");
    return { method, endpoint, bulkId, data: readData(input, method) };
  }
  if (id === undefined) throw new ScimError("methodNotAllowed", `${method} names a resource, not an endpoint.`);
  const version = readVersion(ownInAnyCase(input, "version"));
  return method === "DELETE"
    ? { method, endpoint, id, version }
    : { method, endpoint, id, version, data: readData(input, method) };
}

function readMethod(input: Json | undefined): BulkMethod {
  const text = typeof input === "string" ? input.toUpperCase() : "";
  const method = bulkMethods.find((known) => known === text);
  if (method !== undefined) return method;
  throw syntax(`method must be one of ${bulkMethods.join(", ")}, not ${shownValue(input)}.`);
}

function readBulkId(input: Json | undefined, bulkIds: Set<string>): string {
  if (typeof input !== "string" || input === "") throw syntax("POST needs a bulkId.");
  if (input.length > bulkIdCharsMax) throw syntax(`A bulkId has at most ${bulkIdCharsMax} characters.`);
  if (bulkIds.has(input)) throw syntax(`The bulkId ${quoted(input)} is that of another operation, too.`);
  bulkIds.add(input);
  return input;
}

function readData(input: JsonObject, method: string): JsonObject {
  const data = ownInAnyCase(input, "data");
  if (isJsonObject(data)) return data;
  throw syntax(`${method} needs data, an object, not ${jsonTypeName(data)}.`);
}

function readVersion(input: Json | undefined): string | undefined {
  if (input === undefined || input === null) return undefined;
  if (typeof input === "string") return input;
  throw syntax(`version must be a string, not ${jsonTypeName(input)}.`);
}

/**
 * What a path names, looked up nowhere: `/Users`, `Users/42`, `/v2/Users/42`, the path from the root of the server, or the whole address.
 *
 * @throws ScimError invalidSyntax
 */
export function readPath(input: Json | undefined, base: string): BulkTarget {
  if (typeof input !== "string") throw syntax(`path must be a string, not ${jsonTypeName(input)}.`);
  const relative = withoutBase(input, base);
  const [endpoint, id, ...more] = relative.replace(/^\//, "").replace(/^v2\//i, "").replace(/\/$/, "").split("/");
  const isPath = endpoint !== undefined && endpoint !== "" && id !== "" && more.length === 0;
  if (!isPath || /[?#]/.test(relative)) {
    throw syntax(`${quoted(input)} is not the path of an endpoint or a resource.`);
  }
  return id === undefined ? { endpoint } : { endpoint, id: decoded(id, input) };
}

/** What follows the URI of the SCIM endpoints, or the path in it. */
function withoutBase(path: string, base: string): string {
  const slash = base.indexOf("/", base.indexOf("://") + 3);
  // Endpoints at the root of the server have no path before them.
  const bases = slash < 0 ? [base] : [base, base.slice(slash)];
  const before = bases.find((text) => path.toLowerCase().startsWith(`${text.toLowerCase()}/`));
  return before === undefined ? path : path.slice(before.length);
}

function decoded(id: string, path: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw syntax(`${quoted(path)} is not the path of an endpoint or a resource.`);
  }
}

function textOr(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function shownValue(value: Json | undefined): string {
  return typeof value === "string" ? quoted(value) : jsonTypeName(value);
}

function syntax(detail: string): ScimError {
  return new ScimError("invalidSyntax", detail);
}
