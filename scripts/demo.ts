import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "./build.ts";

/*
 * The walk of the README, on a fresh data directory: start the binary, import the example people, look at the result,
 * and keep serving until Ctrl-C.
 */
const root = join(import.meta.dir, "..");
const binary = join(root, "dist", "muster");
const data = mkdtempSync(join(tmpdir(), "muster-demo-"));
const people = join(root, "examples", "people.csv");
const preferredPort = process.env.MUSTER_PORT ?? "8080";

function serve(port: string) {
  return Bun.spawn([binary, "serve", "--data", data, "--port", port], { stdout: "pipe", stderr: "inherit" });
}

/** Reads lines until one says where the server listens; undefined when it ended before. */
async function listening(server: ReturnType<typeof serve>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of server.stdout) {
    const shown = decoder.decode(chunk, { stream: true });
    process.stdout.write(shown);
    text += shown;
    const url = /^listening on (\S+)$/m.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  return undefined;
}

let server = serve(preferredPort);
let url = await listening(server);
if (url === undefined) {
  console.log(`port ${preferredPort} is not to be had, so any free one is taken`);
  server = serve("0");
  url = await listening(server);
}
if (url === undefined) process.exit(1);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill("SIGTERM"));

const scopes = ["scim:read", "scim:write", "import:write"].flatMap((scope) => ["--scope", scope]);
const made = Bun.spawnSync([binary, "token", "create", "--name", "demo", ...scopes, "--data", data]);
const token = made.stdout.toString().trim();

console.log("\n== importing examples/people.csv: 300 people, three of them wrong on purpose");
const imported = Bun.spawn([binary, "import", people, "--url", url], {
  env: { ...process.env, MUSTER_TOKEN: token },
  stdio: ["ignore", "inherit", "inherit"],
});
console.log(`(exit status ${await imported.exited}: 2 means that some rows were refused)`);

const filter = 'userName eq "Soren.Kjaer"';
console.log(`\n== GET /scim/v2/Users?filter=${filter}`);
const answer = await fetch(`${url}/scim/v2/Users?filter=${encodeURIComponent(filter)}`, {
  headers: { Authorization: `Bearer ${token}` },
});
console.log(JSON.stringify(await answer.json(), null, 2));

console.log(`
== what there is
API in the browser  ${url}/docs
OpenAPI document    ${url}/openapi.json
SCIM 2.0            ${url}/scim/v2
data                ${data}
token of the demo   ${token}

Serving until Ctrl-C.`);
process.exit(await server.exited);
