import { Hono } from "hono";

/** The limit that GET is measured against: hono, a check of the token, a fixed answer of 1.1 KB. */
const token = `Bearer ${process.env.MUSTER_ADMIN_TOKEN}`;
const body = JSON.stringify({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], title: "x".repeat(1030) });

const app = new Hono();
app.use(async (c, next) => {
  if (c.req.header("Authorization") !== token) return c.text("no", 401);
  return await next();
});
app.get("/fixed", (c) => c.body(body, 200, { "Content-Type": "application/scim+json" }));

const server = Bun.serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
console.log(`listening on http://127.0.0.1:${server.port} `);
