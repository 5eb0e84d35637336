import { OpenAPIHono } from "@hono/zod-openapi";
import { ScimError } from "../scim/error.ts";
import { coreTypes } from "../scim/resource/type.ts";
import { mountApplicationUsers } from "./api/application-users.ts";
import { mountApplications } from "./api/applications.ts";
import { mountAudit } from "./api/audit.ts";
import { mountDefinitions } from "./api/definitions.ts";
import { mountExports } from "./api/exports.ts";
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
import type { AppEnv, AppPorts } from "./context.ts";
import { mountDocs } from "./docs.ts";
import { answerError, errorResponse } from "./error.ts";
import { mountHealth } from "./health.ts";
import { mountOAuth } from "./oauth.ts";
import { type App, registerComponents } from "./openapi/components.ts";
import { mountScim, refusalOfVersion } from "./scim/routes.ts";

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
  mountScim(app, ports);
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
  app.get("/openapi.json", (c) => c.body(openApiText(app, ports.version), 200, { "Content-Type": "application/json" }));
  app.notFound((c) => {
    const methods = methodsOf(app, c.req.path);
    const unknown = refusalOfVersion(c.req.path) ?? new ScimError("notFound", "There is no such endpoint.");
    if (methods.length === 0) return errorResponse(c, unknown);
    const response = errorResponse(c, new ScimError("methodNotAllowed", `This endpoint offers ${methods.join(", ")}.`));
    response.headers.set("Allow", methods.join(", "));
    return response;
  });
  app.onError((error, c) => answerError(c, error, ports.log));
  return app;
}

/** The methods that some route offers for this path. */
function methodsOf(app: App, path: string): readonly string[] {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  return methods.filter((method) => app.router.match(method, path)[0].some(([[, route]]) => route.method === method));
}

const documents = new WeakMap<App, string>();

/** The OpenAPI 3.1 document of the application, as text. */
export function openApiText(app: App, version: string): string {
  const known = documents.get(app);
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
  const text = `${JSON.stringify(document, null, 2)}\n`;
  documents.set(app, text);
  return text;
}
