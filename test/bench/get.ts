import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { median, spread } from "./median.ts";
import { personRow, shuffled } from "./people.ts";

/*
 * GET of a user by id, beside a bare hono handler that checks a token and answers a fixed 1.1 KB. Two servers, each a
 * process of its own with a load generator of its own, asked in turns; rates and the server's CPU time a request.
 */

const users = 2000;
const rounds = Number(process.argv[2] ?? 5);
const secondsARound = 3;
const connections = 16;
const token = "mst_bench-token-that-nobody-else-has-0123456789";

const data = mkdtempSync(join(tmpdir(), "muster-bench-"));
const root = join(import.meta.dir, "..", "..");

function startServer(args: string[]) {
  const env = { ...process.env, MUSTER_ADMIN_TOKEN: token };
  return Bun.spawn([process.execPath, ...args], { env, stdout: "pipe", stderr: "inherit" });
}

async function portOf(server: ReturnType<typeof startServer>): Promise<string> {
  let text = "";
  for await (const chunk of server.stdout) {
    text += new TextDecoder().decode(chunk);
    const port = /listening on \S+?:(\d+)\s/.exec(text)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error("the server did not start");
}

/** User and system time of a process, in microseconds, as the kernel counts it. */
async function cpuMicroseconds(pid: number): Promise<number> {
  const fields = (await Bun.file(`/proc/${pid}/stat`).text()).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

const loadResult = z.object({ requests: z.number(), seconds: z.number(), wrong: z.number() });

async function measure(server: { readonly pid: number }, port: string, paths: readonly string[]) {
  const before = await cpuMicroseconds(server.pid);
  const args = [port, String(connections), String(secondsARound), "200", token, ...paths];
  const load = Bun.spawn([process.execPath, join(import.meta.dir, "load.ts"), ...args], { stdout: "pipe" });
  const { requests, seconds, wrong } = loadResult.parse(await new Response(load.stdout).json());
  if (wrong > 0) throw new Error(`${wrong} wrong answers`);
  return { rate: requests / seconds, cpu: ((await cpuMicroseconds(server.pid)) - before) / requests };
}

async function fill(port: string): Promise<string[]> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" };
  const paths: string[] = [];
  for (let number = 0; number < users; number++) {
    const [userName, givenName, familyName] = personRow(shuffled(number, users)).split(",");
    const body = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName,
      name: { givenName, familyName, formatted: `${givenName} ${familyName}` },
      displayName: `${givenName} ${familyName}`,
      title: "Senior Member of Staff",
      emails: [
        { value: `${userName}@example.org`, type: "work", primary: true },
        { value: `${userName}@home.example.org`, type: "home" },
      ],
      phoneNumbers: [{ value: "+49 151 5550100", type: "mobile" }],
      addresses: [
        { type: "work", streetAddress: "12 Mill Lane", locality: "Leeds", postalCode: "LS1 4AP", country: "GB" },
      ],
    };
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2/Users`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const { id } = z.object({ id: z.string() }).parse(await response.json());
    paths.push(`/scim/v2/Users/${id}`);
  }
  return paths;
}

const muster = startServer([join(root, "src", "main.ts"), "serve", "--port", "0", "--data", data]);
const bare = startServer([join(import.meta.dir, "bare.ts")]);
try {
  const [port, barePort] = [await portOf(muster), await portOf(bare)];
  const paths = await fill(port);
  const figures: { own: Awaited<ReturnType<typeof measure>>; limit: Awaited<ReturnType<typeof measure>> }[] = [];
  await measure(muster, port, paths);
  await measure(bare, barePort, ["/fixed"]);
  for (let round = 0; round < rounds; round++) {
    const limit = await measure(bare, barePort, ["/fixed"]);
    figures.push({ limit, own: await measure(muster, port, paths) });
  }
  const share = (pick: (figure: (typeof figures)[number]) => number): string =>
    `${Math.round(100 * median(figures.map(pick)))} %`;
  console.log(`GET by id, ${users} users, ${connections} connections; median (least-most) of ${rounds}`);
  console.log(
    `  GET /scim/v2/Users/{id}     ${spread(figures.map(({ own }) => own.rate))} /s, ${median(figures.map(({ own }) => own.cpu)).toFixed(1)} µs CPU`,
  );
  console.log(
    `  hono, token, fixed 1.1 KB   ${spread(figures.map(({ limit }) => limit.rate))} /s, ${median(figures.map(({ limit }) => limit.cpu)).toFixed(1)} µs CPU`,
  );
  console.log(`  GET / fixed, by rate        ${share(({ own, limit }) => own.rate / limit.rate)}`);
  console.log(`  fixed / GET, by CPU         ${share(({ own, limit }) => limit.cpu / own.cpu)}`);
} finally {
  muster.kill();
  bare.kill();
  await Promise.all([muster.exited, bare.exited]);
  rmSync(data, { recursive: true, force: true });
}
