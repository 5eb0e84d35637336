import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { median } from "../../src/bench/figures.ts";

/*
 * How long requests take that are made to hurt: filters of 100,000 characters, parentheses and terms without end, JSON
 * in a thousand layers, names that objects inherit. Each must be answered below 500, and at once.
 */

const rounds = Number(process.argv[2] ?? 9);
const token = "mst_bench-token-that-nobody-else-has-0123456789";
const data = mkdtempSync(join(tmpdir(), "muster-bench-"));
const main = join(import.meta.dir, "..", "..", "src", "main.ts");
const server = Bun.spawn([process.execPath, main, "serve", "--port", "0", "--data", data], {
  env: { ...process.env, MUSTER_ADMIN_TOKEN: token },
  stdout: "pipe",
  stderr: "inherit",
});

async function urlOf(): Promise<string> {
  let text = "";
  for await (const chunk of server.stdout) {
    text += new TextDecoder().decode(chunk);
    const url = /listening on (\S+)/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("the server did not start");
}

const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" };
const userUrn = "urn:ietf:params:scim:schemas:core:2.0:User";
const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const searchUrn = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const bulkUrn = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

const search = (filter: string): string => JSON.stringify({ schemas: [searchUrn], filter });
const person = (members: string): string => `{"schemas":["${userUrn}"],"userName":"x",${members}}`;
const patch = (operation: object): string => JSON.stringify({ schemas: [patchUrn], Operations: [operation] });
const post = (path: string, body: string) => ({ method: "POST", path, body });
const searchFor = (filter: string) => post("/Users/.search", search(filter));

function requestsAbout(id: string) {
  const ofUser = (body: string) => ({ method: "PATCH", path: `/Users/${id}`, body });
  return {
    "a filter of 100,000 characters": searchFor(`title eq "${"a".repeat(100_000)}"`),
    "10,000 parentheses": searchFor("(".repeat(10_000)),
    "5,000 terms": searchFor(Array(5000).fill("a pr").join(" or ")),
    "256 terms, the most there may be": searchFor(Array(256).fill('title co "a"').join(" or ")),
    "JSON 1,000 deep": post("/Users", person(`"deep":${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`)),
    "JSON 500,000 deep": post("/Users", person(`"deep":${"[".repeat(500_000)}${"]".repeat(500_000)}`)),
    "50,000 unknown names": post("/Users", person(Array.from({ length: 50_000 }, (_, n) => `"x${n}":1`).join(","))),
    "equal keys": post("/Users", person('"title":"a","title":"b"')),
    "a lone surrogate": post("/Users", person('"title":"\\ud800"')),
    "a NUL": post("/Users", person('"title":"a\\u0000"')),
    "__proto__ in a path": ofUser(patch({ op: "add", path: "__proto__.polluted", value: true })),
    "a PATCH path of 100,000 brackets": ofUser(patch({ op: "add", path: `emails${"[".repeat(100_000)}`, value: "a" })),
    "an id with ../": { method: "GET", path: "/Users/..%2f..%2fetc%2fpasswd", body: undefined },
    "1,000 names to show": {
      method: "GET",
      path: `/Users?attributes=${Array(1000).fill("emails.value").join(",")}`,
      body: undefined,
    },
    "5,000 operations in Bulk": post(
      "/Bulk",
      JSON.stringify({ schemas: [bulkUrn], Operations: Array(5000).fill({ method: "DELETE", path: "/Users/1" }) }),
    ),
  };
}

try {
  const base = `${await urlOf()}/scim/v2`;
  const made = await fetch(`${base}/Users`, { method: "POST", headers, body: person('"title":"a"') });
  const { id } = z.object({ id: z.string() }).parse(await made.json());
  console.log(`requests made to hurt; milliseconds, median and most of ${rounds}, and the answer`);
  for (const [name, { method, path, body }] of Object.entries(requestsAbout(id))) {
    const times: number[] = [];
    let status = 0;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const response = await fetch(base + path, { method, headers, ...(body !== undefined && { body }) });
      await response.arrayBuffer();
      times.push(performance.now() - start);
      status = response.status;
      if (status >= 500) throw new Error(`${name}: ${status}`);
    }
    const [middle, most] = [median(times), Math.max(...times)].map((time) => time.toFixed(1).padStart(7));
    console.log(`  ${name.padEnd(36)} ${middle} ${most}  ${status}`);
  }
} finally {
  server.kill();
  await server.exited;
  rmSync(data, { recursive: true, force: true });
}
