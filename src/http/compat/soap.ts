import type { Context } from "hono";
import { actingAs } from "../../access/actor.ts";
import { ScimError } from "../../scim/error.ts";
import { worded } from "../../scim1/dialect.ts";
import { readCall } from "../../scim1/soap/call.ts";
import {
  faultMessage,
  readEnvelope,
  responseFrame,
  type SoapVersion,
  soapVersions,
  versionOf,
} from "../../scim1/soap/envelope.ts";
import { type SoapCall, type SoapServiceName, soapServices, wsdl } from "../../scim1/soap/services.ts";
import { readXml } from "../../scim1/soap/xml.ts";
import { wso2Dialect } from "../../scim1/wso2.ts";
import { identify } from "../auth.ts";
import { mediaTypeOf, readText } from "../body.ts";
import { type AppEnv, type AppPorts, originOf } from "../context.ts";
import { errorHeaders, refusalOf, refuseMethod } from "../error.ts";
import { wso2Mount } from "../mounts.ts";
import type { App } from "../openapi/components.ts";
import { respondInPieces } from "../respond.ts";
import type { Handler } from "../route.ts";
import { principalIn } from "../scim/routes.ts";
import { bulkImportUsers } from "./soap-import.ts";
import { addUser, isExistingUser, listUsers } from "./soap-users.ts";

/*
 * WSO2 Identity Server's SOAP services by which users come in.
 *
 *   GET   /services/{service}?wsdl
 *   POST  /services/UserAdmin                       bulkImportUsers
 *   POST  /services/RemoteUserStoreManagerService   addUser, listUsers, isExistingUser
 *
 * Clients that were made from WSO2's own descriptions call the endpoints that those name, such as
 * /services/UserAdmin.UserAdminHttpsSoap11Endpoint/.
 */

/** What carries out an operation; undefined where nothing is to be told but that it was. */
export type SoapOperationHandler = (c: Context<AppEnv>, ports: AppPorts, call: SoapCall) => Promise<SoapResult>;

/** Results as the XML of the answer, in pieces where they may be many. */
export type SoapResult = string | AsyncGenerator<string> | undefined;

const handlers: Readonly<Record<SoapServiceName, ReadonlyMap<string, SoapOperationHandler>>> = {
  UserAdmin: new Map([["bulkImportUsers", bulkImportUsers]]),
  RemoteUserStoreManagerService: new Map([
    ["addUser", addUser],
    ["listUsers", listUsers],
    ["isExistingUser", isExistingUser],
  ]),
};

/** Bytes of a message: a file of 48 MiB in base64, about 400,000 rows of 120 bytes, or one user. */
export const soapBytesMax: Readonly<Record<SoapServiceName, number>> = {
  UserAdmin: 67_108_864,
  RemoteUserStoreManagerService: 1_048_576,
};

/** Mounts the SOAP services. */
export function mountSoap(app: App, ports: AppPorts): void {
  const serve = soapServer(ports);
  app.all("/services/*", serve);
}

function soapServer(ports: AppPorts): Handler {
  return async (c) => {
    const name = serviceOf(c.req.path);
    if (name === undefined) throw new ScimError("notFound", "There is no such service.");
    if (c.req.method === "GET" && /[?&]wsdl(?:&|$)/i.test(c.req.url)) {
      return c.body(wsdl(name, `${originOf(c.req.url)}/services/${name}`), 200, {
        "Content-Type": "text/xml; charset=utf-8",
      });
    }
    if (c.req.method !== "POST") return refuseMethod(c, ["POST"]);
    // The form of a refusal is that of the request, as far as it has one.
    const version = versionOf(mediaTypeOf(c.req.header("Content-Type")));
    try {
      const { actor, ...known } = await identify(c, ports.authenticator);
      c.set("principal", principalIn(wso2Mount, known));
      c.set("types", await ports.catalog.typesOf(known.tenantId));
      if (version === undefined) {
        throw new ScimError("unsupportedMediaType", "The Content-Type must be text/xml or application/soap+xml.");
      }
      return await actingAs(actor, () => answer(c, ports, name, version));
    } catch (error) {
      return fault(c, version ?? "1.1", refusalOf(c, error, ports.log));
    }
  };
}

/** `/services/UserAdmin`, also with the name of an endpoint behind it. */
function serviceOf(path: string): SoapServiceName | undefined {
  const [name = ""] = path.slice("/services/".length).replace(/\/$/, "").split(".", 1);
  return names.find((known) => known === name);
}

const names = Object.keys(soapServices).filter((name): name is SoapServiceName => Object.hasOwn(soapServices, name));

async function answer(
  c: Context<AppEnv>,
  ports: AppPorts,
  service: SoapServiceName,
  version: SoapVersion,
): Promise<Response> {
  const operation = readEnvelope(await readXml(await readText(c, soapBytesMax[service])), version);
  const handler = handlers[service].get(operation.name);
  if (handler === undefined) {
    const offered = [...handlers[service].keys()].join(", ");
    throw new ScimError("invalidSyntax", `${service} offers ${offered}, and not ${operation.name.slice(0, 100)}.`);
  }
  const result = await handler(c, ports, readCall(operation));
  if (result === undefined) return c.body(null, 202);
  const { before, after } = responseFrame(version, soapServices[service].namespace, operation.name);
  if (typeof result === "string") return c.body(before + result + after, 200, contentOf(version));
  return respondInPieces(c, framed(before, result, after), 200, contentOf(version), ports.log);
}

async function* framed(before: string, results: AsyncGenerator<string>, after: string): AsyncGenerator<string> {
  yield before;
  yield* results;
  yield after;
}

function contentOf(version: SoapVersion): { readonly "Content-Type": string } {
  return { "Content-Type": `${soapVersions[version].mediaType}; charset=utf-8` };
}

/** Statuses that say what they mean to anybody between client and server; all other faults of a client are 400. */
const tellingStatuses: ReadonlySet<number> = new Set([401, 403, 413, 415, 429, 500, 503]);

/** Answers with a fault. It is never 500 for what the client did, though SOAP 1.1 has that for every fault. */
function fault(c: Context<AppEnv>, version: SoapVersion, error: ScimError): Response {
  const status = tellingStatuses.has(error.status) ? error.status : 400;
  const text = error.kind === "uniqueness" ? alreadyExists : worded(wso2Dialect, error).detail;
  const message = faultMessage(version, status < 500 ? "Client" : "Server", text);
  return c.body(message, status, { ...errorHeaders(error), ...contentOf(version) });
}

const alreadyExists = "UserAlreadyExisting:Username already exists in the system. Please pick another username.";
