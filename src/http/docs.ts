import { assetPath } from "../assets.ts";
import { ScimError } from "../scim/error.ts";
import type { App } from "./openapi/components.ts";

/** The files of Swagger UI, in the binary; nothing is fetched from elsewhere. */
const files: Readonly<
  Record<string, { readonly path: readonly string[]; readonly type: string; readonly gzip?: true }>
> = {
  "": { path: ["docs", "index.html"], type: "text/html; charset=utf-8" },
  "init.js": { path: ["docs", "init.js"], type: "text/javascript; charset=utf-8" },
  "favicon.svg": { path: ["docs", "favicon.svg"], type: "image/svg+xml" },
  "swagger-ui.css": { path: ["swagger-ui", "swagger-ui.css.gz"], type: "text/css; charset=utf-8", gzip: true },
  "swagger-ui-bundle.js": {
    path: ["swagger-ui", "swagger-ui-bundle.js.gz"],
    type: "text/javascript; charset=utf-8",
    gzip: true,
  },
};

/** What the page may load: only from here. Swagger UI sets style attributes, hence the one exception. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Mounts Swagger UI at /docs. */
export function mountDocs(app: App): void {
  const serve = async (name: string): Promise<Response> => {
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    if (file === undefined) throw new ScimError("notFound");
    const headers: Record<string, string> = {
      "Content-Type": file.type,
      "Content-Security-Policy": policy,
      "Cache-Control": "max-age=3600",
    };
    if (file.gzip === true) headers["Content-Encoding"] = "gzip";
    return new Response(await Bun.file(assetPath("assets", ...file.path)).bytes(), { headers });
  };
  app.get("/", (c) => c.redirect("/docs"));
  app.get("/docs", () => serve(""));
  app.get("/docs/:file", (c) => serve(c.req.param("file")));
}
