import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { median } from "../../src/bench/figures.ts";
import { spread } from "./spread.ts";

/*
 * PATCH of one attribute beside PUT of the whole user, through HTTP: the same server, the same users, in turns. Every
 * request changes something, so each is a durable write.
 */

const users = 500;
const rounds = Number(process.argv[2] ?? 5);
const requestsARound = 4000;
const connections = 16;
const token = "mst_bench-token-that-nobody-else-has-0123456789";
const userUrn = "urn:ietf:params:scim:schemas:core:2.0:User";

const data = mkdtempSync(join(tmpdir(), "muster-bench-"));
const main = join(import.meta.dir, "..", "..", "src", "main.ts");
const env = { ...process.env, MUSTER_ADMIN_TOKEN: token };
const server = Bun.spawn([process.execPath, main, "serve", "--port", "0", "--data", data], {
  env,
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

function userOf(number: number, title: string) {
  const userName = `user${number}`;
  return {
    schemas: [userUrn],
    userName,
    name: { givenName: "Barbara", familyName: `Jensen ${number}`, formatted: `Barbara Jensen ${number}` },
    displayName: `Barbara Jensen ${number}`,
    title,
    active: true,
    emails: [
      { value: `${userName}@example.org`, type: "work", primary: true },
      { value: `${userName}@home.example.org`, type: "home" },
    ],
    phoneNumbers: [{ value: "+49 151 5550100", type: "mobile" }],
    addresses: [
      { type: "work", streetAddress: "12 Mill Lane", locality: "Leeds", postalCode: "LS1 4AP", country: "GB" },
    ],
  };
}

let changes = 0;
const methods = {
  PUT: (number: number) => userOf(number, `Title ${++changes}`),
  PATCH: () => ({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "title", value: `Title ${++changes}` }],
  }),
} as const;

/** Requests a second over some connections that each wait for their answer. */
async function rate(method: keyof typeof methods, urls: readonly string[]): Promise<number> {
  let next = 0;
  const start = performance.now();
  const connection = async (): Promise<void> => {
    for (let at = next++; at < requestsARound; at = next++) {
      const number = at % urls.length;
      const body = JSON.stringify(methods[method](number));
      const response = await fetch(urls[number] ?? "", { method, headers, body });
      if (response.status !== 200) throw new Error(`${method}: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return requestsARound / ((performance.now() - start) / 1000);
}

try {
  const collection = `${await urlOf()}/scim/v2/Users`;
  const urls: string[] = [];
  for (let number = 0; number < users; number++) {
    const body = JSON.stringify(userOf(number, "Guide"));
    const response = await fetch(collection, { method: "POST", headers, body });
    const { id } = z.object({ id: z.string() }).parse(await response.json());
    urls.push(`${collection}/${id}`);
  }
  for (const method of ["PUT", "PATCH"] as const) await rate(method, urls);
  const figures: { readonly put: number; readonly patch: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    // The order turns, so that neither is always the one after a checkpoint.
    const first = round % 2 === 0;
    const [one, other] = [await rate(first ? "PUT" : "PATCH", urls), await rate(first ? "PATCH" : "PUT", urls)];
    figures.push(first ? { put: one, patch: other } : { put: other, patch: one });
  }
  console.log(
    `PATCH of one attribute and PUT, ${users} users, ${connections} connections; median (least-most) of ${rounds}`,
  );
  console.log(`  PUT /scim/v2/Users/{id}     ${spread(figures.map(({ put }) => put))} /s`);
  console.log(`  PATCH /scim/v2/Users/{id}   ${spread(figures.map(({ patch }) => patch))} /s`);
  console.log(
    `  PATCH / PUT, by rate        ${Math.round(100 * median(figures.map(({ put, patch }) => patch / put)))} %`,
  );
} finally {
  server.kill();
  await server.exited;
  rmSync(data, { recursive: true, force: true });
}
