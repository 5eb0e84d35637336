import { Hono } from "hono";
import { openDatabase } from "../../../src/storage/sqlite/open.ts";
import { rawInsert } from "./raw-user.ts";

/*
 * The limits that POST is measured against: hono, a check of the token, and the same user with the same indexes, in a
 * transaction of its own (/each), or in one with those that come at the same time (/together). Both are as durable as
 * the store: an answer goes out when the disk has it.
 */
const token = `Bearer ${process.env.MUSTER_ADMIN_TOKEN}`;
const db = openDatabase(process.argv[2] ?? "");
const insert = rawInsert(db);

function inTransaction(work: () => void): void {
  db.run("BEGIN IMMEDIATE");
  try {
    work();
    db.run("COMMIT");
  } catch (error) {
    db.run("ROLLBACK");
    throw error;
  }
}

let waiting: (() => void)[] = [];
let committed = Promise.withResolvers<void>();

/** Runs with whatever else comes in this turn of the event loop. */
function together(work: () => void): Promise<void> {
  if (waiting.push(work) === 1) {
    setImmediate(() => {
      const [all, done] = [waiting, committed];
      [waiting, committed] = [[], Promise.withResolvers()];
      inTransaction(() => {
        for (const each of all) each();
      });
      done.resolve();
    });
  }
  return committed.promise;
}

const app = new Hono();
app.use(async (c, next) => {
  if (c.req.header("Authorization") !== token) return c.text("no", 401);
  return await next();
});
const answer = (id: string, text: string): string => `${text.slice(0, -1)},"id":"${id}"}`;
const created = { "Content-Type": "application/scim+json" };
app.post("/each", async (c) => {
  const text = await c.req.text();
  const id = Bun.randomUUIDv7();
  inTransaction(() => insert(id, text));
  return c.body(answer(id, text), 201, created);
});
app.post("/together", async (c) => {
  const text = await c.req.text();
  const id = Bun.randomUUIDv7();
  await together(() => insert(id, text));
  return c.body(answer(id, text), 201, created);
});

const server = Bun.serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
console.log(`listening on http://127.0.0.1:${server.port} `);
