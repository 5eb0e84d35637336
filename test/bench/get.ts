import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { hasStatus } from "../../src/bench/check.ts";
import { median } from "../../src/bench/figures.ts";
import { runLoad } from "../../src/bench/load.ts";
import { personRow, shuffled } from "./people.ts";
import { cpuMicros, type Running, root, startProcess, token } from "./scale/process.ts";
import { spread } from "./spread.ts";

/*
 * GET of a user by id, beside a bare hono handler that checks a token and answers a fixed 1.1 KB. Two servers, each a
 * process of its own, asked in turns; rates and the server's CPU time a request.
 */

const users = 2000;
const rounds = Number(process.argv[2] ?? 5);
const secondsARound = 3;
const connections = 16;

const data = mkdtempSync(join(tmpdir(), "muster-bench-"));

async function measure(server: Running, paths: readonly string[]) {
  const before = await cpuMicros(server.pid);
  let next = 0;
  const { answers, seconds, wrong } = await runLoad(server, { connections, seconds: secondsARound }, (connection) => {
    const path = paths[(next++ + connection * 7919) % paths.length];
    return path === undefined ? undefined : { method: "GET", path, check: hasStatus(200) };
  });
  if (wrong > 0) throw new Error(`${wrong} wrong answers`);
  return { rate: answers / seconds, cpu: ((await cpuMicros(server.pid)) - before) / answers };
}

async function fill({ origin }: Running): Promise<string[]> {
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
    const response = await fetch(new URL("/scim/v2/Users", origin), {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const { id } = z.object({ id: z.string() }).parse(await response.json());
    paths.push(`/scim/v2/Users/${id}`);
  }
  return paths;
}

const main = join(root, "src", "main.ts");
const muster = await startProcess([process.execPath, main, "serve", "--port", "0", "--data", data]);
const bare = await startProcess([process.execPath, join(import.meta.dir, "bare.ts")]);
try {
  const paths = await fill(muster);
  const figures: { own: Awaited<ReturnType<typeof measure>>; limit: Awaited<ReturnType<typeof measure>> }[] = [];
  await measure(muster, paths);
  await measure(bare, ["/fixed"]);
  for (let round = 0; round < rounds; round++) {
    const limit = await measure(bare, ["/fixed"]);
    figures.push({ limit, own: await measure(muster, paths) });
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
  await Promise.all([muster.stop(), bare.stop()]);
  rmSync(data, { recursive: true, force: true });
}
