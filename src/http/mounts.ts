import { janssenScopes, type ScopeAliases } from "../access/scope.ts";
import type { CompatName } from "../config.ts";
import { type Dialect, ownDialect } from "../scim1/dialect.ts";
import { janssenDialect } from "../scim1/janssen.ts";
import { simpleIdServerDialect } from "../scim1/simple-id-server.ts";
import { wso2Dialect } from "../scim1/wso2.ts";
import { wso2Scim1Dialect } from "../scim1/wso2-scim1.ts";

/** What a Bulk request is limited to. */
export interface BulkLimits {
  readonly maxOperations: number;
  /** Bytes. */
  readonly maxPayloadSize: number;
}

/** Ways in with limits of their own. */
export type BulkLimitsOf = Readonly<Record<"own" | "janssen", BulkLimits>>;

/** A place where SCIM is spoken, and how. */
export interface Mount {
  readonly name: "own" | CompatName;
  /** Before the names of the endpoints; the empty string is the root of the server. */
  readonly path: string;
  readonly dialect: Dialect;
  readonly limits: keyof BulkLimitsOf;
  /** Scopes of the system that allow here what they allow there. */
  readonly aliases: ScopeAliases;
  /** Before operationIds, and before tags, in openapi.json. */
  readonly described: { readonly prefix: string; readonly tag: string };
}

/** The way in that is not another system's. */
export const ownMount: Mount = {
  name: "own",
  path: "/scim/v2",
  dialect: ownDialect,
  limits: "own",
  aliases: {},
  described: { prefix: "", tag: "" },
};

/** SCIM 2.0 as WSO2 serves it. */
export const wso2Mount: Mount = {
  name: "wso2",
  path: "/scim2",
  dialect: wso2Dialect,
  limits: "own",
  aliases: {},
  described: { prefix: "wso", tag: "WSO2: " },
};

/** SCIM 2.0 as other systems serve it: one row a system. */
export const compatMounts: readonly Mount[] = [
  wso2Mount,
  {
    name: "janssen",
    path: "/jans-scim/restv1/v2",
    dialect: janssenDialect,
    limits: "janssen",
    aliases: janssenScopes,
    described: { prefix: "janssen", tag: "Janssen: " },
  },
  {
    name: "simpleidserver",
    path: "",
    dialect: simpleIdServerDialect,
    limits: "own",
    aliases: {},
    described: { prefix: "simpleIdServer", tag: "SimpleIdServer: " },
  },
];

/** SCIM 1.1, as WSO2 serves it. */
export const scim1Mount: Mount = {
  name: "wso2-scim1",
  path: "/wso2/scim",
  dialect: wso2Scim1Dialect,
  limits: "own",
  aliases: {},
  described: { prefix: "legacy", tag: "WSO2, SCIM 1.1: " },
};

/** Endpoints at the root of the server that need no looking up; those of types that a tenant made are there too. */
export const rootEndpoints: ReadonlySet<string> = new Set([
  "users",
  "groups",
  "bulk",
  "me",
  "schemas",
  "resourcetypes",
  "serviceproviderconfig",
  ".search",
]);

/** A part of openapi.json: SCIM as this server speaks it itself or as another system does, or what administrators do. */
export type DocumentPart = "own" | "api" | CompatName;

/** The part of openapi.json that describes an address. */
export function partOf(path: string): DocumentPart {
  if (path.startsWith(`${scim1Mount.path}/`)) return "wso2-scim1";
  const mount = compatMounts.find((each) => each.path !== "" && path.startsWith(`${each.path}/`));
  if (mount !== undefined) return mount.name;
  if (path === ownMount.path || path.startsWith(`${ownMount.path}/`)) return "own";
  const [first = ""] = path.slice(1).split("/", 1);
  return rootEndpoints.has(first.toLowerCase()) ? "simpleidserver" : "api";
}
