import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ScimError } from "../scim/error.ts";
import { coreTypes } from "../scim/resource/type.ts";
import { isReservedEndpoint } from "../scim/schema/read-definition.ts";
import { mountApplicationUsers } from "./api/application-users.ts";
import { mountApplications } from "./api/applications.ts";
import { mountAudit } from "./api/audit.ts";
import { mountConnectors } from "./api/connectors.ts";
import { mountDefinitions } from "./api/definitions.ts";
import { mountExports } from "./api/exports.ts";
import { mountExtractions } from "./api/extractions.ts";
import { mountImportMappings } from "./api/import-mappings.ts";
import { mountImports } from "./api/imports.ts";
import { mountIndexes } from "./api/indexes.ts";
import { mountIssuers } from "./api/issuers.ts";
import { mountMails } from "./api/mails.ts";
import { mountMembers } from "./api/members.ts";
import { mountOAuthClients } from "./api/oauth-clients.ts";
import { mountPasswordChange, mountPasswords } from "./api/passwords.ts";
import { mountSettings } from "./api/settings.ts";
import { mountTenants } from "./api/tenants.ts";
import { mountTokens } from "./api/tokens.ts";
import { mountUserAccess } from "./api/user-access.ts";
import { mountUserStores } from "./api/user-stores.ts";
import { authenticate } from "./auth.ts";
import { mountScim1 } from "./compat/scim1.ts";
import { mountSoap } from "./compat/soap.ts";
import type { AppEnv, AppPorts } from "./context.ts";
import { mountDocs } from "./docs.ts";
import { answerError, errorResponse, refuseMethod } from "./error.ts";
import { mountHealth } from "./health.ts";
import { compatMounts, ownMount, partOf, rootEndpoints } from "./mounts.ts";
import { mountOAuth } from "./oauth.ts";
import { type App, registerComponents } from "./openapi/components.ts";
import { describeScim, mountScim, refusalOfVersion, scimServer } from "./scim/routes.ts";

/** The application: everything that is served, in one place. */
export function createApp(ports: AppPorts): App {
  const app: App = new OpenAPIHono<AppEnv>({
    // A trailing slash changes nothing.
    strict: false,
    defaultHook: (result) => {
      if (result.success) return;
      const issue = result.error.issues[0];
      throw new ScimError(
        "invalidValue",
        `${issue?.path.join(".") ?? "The request"}: ${issue?.message ?? "is not valid"}.`,
      );
    },
  });
  registerComponents(app, coreTypes.byName.values());
  mountScim(app, ports, ownMount);
  const open = compatMounts.filter(({ name }) => ports.compat.some((compat) => compat === name));
  for (const mount of open) if (mount.path !== "") mountScim(app, ports, mount);
  if (ports.compat.includes("wso2-scim1")) mountScim1(app, ports);
  if (ports.compat.includes("wso2-soap")) mountSoap(app, ports);
  const root = open.find(({ path }) => path === "");
  if (root !== undefined) describeScim(app, root);
  // Before everything that asks for credentials: whoever has to change a password has none that count.
  mountPasswordChange(app, ports);
  app.use("/api/*", authenticate(ports.authenticator));
  mountDefinitions(app, ports);
  mountIndexes(app, ports);
  mountMembers(app, ports);
  mountImports(app, ports);
  mountImportMappings(app, ports);
  mountSettings(app, ports);
  mountUserStores(app, ports);
  mountExports(app, ports);
  mountConnectors(app, ports);
  mountExtractions(app, ports);
  mountTenants(app, ports);
  mountTokens(app, ports);
  mountPasswords(app, ports);
  mountOAuthClients(app, ports);
  mountApplications(app, ports);
  mountApplicationUsers(app, ports);
  mountUserAccess(app, ports);
  mountIssuers(app, ports);
  mountMails(app, ports);
  mountAudit(app, ports);
  mountOAuth(app, ports);
  mountHealth(app, ports);
  mountDocs(app);
  app.get("/openapi.json", (c) => {
    const text = openApiText(app, ports.version, c.req.query("part"));
    return c.body(text, 200, { "Content-Type": "application/json" });
  });
  const serveRoot = root && scimServer(ports, root);
  app.notFound((c) => {
    // Last of all, so that what a tenant calls its types takes no address from what is here already.
    if (serveRoot !== undefined && mayBeAtRoot(c)) return serveRoot(c);
    const methods = methodsOf(app, c.req.path);
    const unknown = refusalOfVersion(c.req.path) ?? new ScimError("notFound", "There is no such endpoint.");
    return methods.length === 0 ? errorResponse(c, unknown) : refuseMethod(c, methods);
  });
  app.onError((error, c) => answerError(c, error, ports.log));
  return app;
}

/**
 * Whether an address without a route may be a SCIM endpoint at the root of the server. Who shows no credentials is not
 * told to, when the address is none that every tenant has: a browser would ask for them when it looks for an icon.
 */
function mayBeAtRoot(c: Context<AppEnv>): boolean {
  const [first = ""] = c.req.path.slice(1).split("/", 1);
  if (rootEndpoints.has(first.toLowerCase())) return true;
  return c.req.header("Authorization") !== undefined && !isReservedEndpoint(first);
}

/** The methods that some route offers for this path. */
function methodsOf(app: App, path: string): readonly string[] {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  return methods.filter((method) => app.router.match(method, path)[0].some(([[, route]]) => route.method === method));
}

const documents = new WeakMap<App, Map<string | undefined, string>>();

/**
 * The OpenAPI 3.1 document of the application, as text.
 *
 * @param part the way in to describe, of which there is nothing when it is closed; all of them when not said
 */
export function openApiText(app: App, version: string, part?: string): string {
  const texts = documents.get(app) ?? new Map<string | undefined, string>();
  documents.set(app, texts);
  const known = texts.get(part);
  if (known !== undefined) return known;
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Muster",
      version,
      description: "A directory of users and groups that speaks SCIM 2.0 and takes users in in bulk.",
    },
    servers: [{ url: "/" }],
  });
  const paths = Object.entries(document.paths ?? {}).filter(([path]) => part === undefined || partOf(path) === part);
  const text = `${JSON.stringify({ ...document, paths: Object.fromEntries(paths) }, null, 2)}\n`;
  // A part that nobody knows is not worth remembering.
  if (paths.length > 0) texts.set(part, text);
  return text;
}
