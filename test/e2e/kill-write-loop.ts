import { Database } from "bun:sqlite";
import { join } from "node:path";
import { inPlace, makeToken, type Place, run, type Served } from "./support/binary.ts";
import { client } from "./support/client.ts";
import { Ledger } from "./support/ledger.ts";
import { randomFrom } from "./support/random.ts";
import { type Kind, type LoadClient, makeSharedGroup, readFacts, writeUntil } from "./support/write-load.ts";

/*
 * Kills a server again and again while many clients write to it, and starts it again on what is left: everything that
 * was acknowledged is there, nothing is there by half, and the file is whole.
 *
 *   bun test/e2e/kill-write-loop.ts [rounds] [seed]
 */

const clients = 24;
/** How long the clients write before the kill, in milliseconds: from none at all to this. */
const writeMsMax = 900;
const tellEvery = 10;
const scopes = ["scim:read", "scim:write", "scim:bulk"];

interface Sums {
  readonly kinds: Map<Kind, number>;
  /** Parts of requests that had no answer at a kill, by whether they were carried out. */
  there: number;
  absent: number;
  restartMs: number[];
}

function requireWhole(file: string): void {
  const db = new Database(file, { readonly: true });
  try {
    const lines = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
    if (lines.length !== 1 || lines[0]?.integrity_check !== "ok") throw new Error(JSON.stringify(lines));
  } finally {
    db.close();
  }
}

/** Lets all clients write, kills the server in the middle of it, and waits until the last has seen that. */
async function writeAndKill(server: Served, crowd: readonly LoadClient[], afterMs: number, sums: Sums): Promise<void> {
  let isOver = false;
  const told = (kind: Kind): void => void sums.kinds.set(kind, (sums.kinds.get(kind) ?? 0) + 1);
  const writing = Promise.all(crowd.map((one) => writeUntil(one, () => isOver, told)));
  await Promise.race([Bun.sleep(afterMs), writing]);
  isOver = true;
  await server.kill();
  await writing;
}

async function doctor(dataDir: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(["doctor", "--data", dataDir]);
  if (exitCode !== 0) throw new Error(`muster doctor ended with ${exitCode}:\n${stdout}${stderr}`);
  return stdout.trimEnd().split("\n").at(-1) ?? "";
}

async function main(rounds: number, seed: number): Promise<void> {
  await inPlace((place) => loop(place, rounds, seed));
}

async function loop(place: Place, rounds: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const ledger = new Ledger();
  const sums: Sums = { kinds: new Map(), there: 0, absent: 0, restartMs: [] };
  let numbers = 0;
  const next = (): number => ++numbers;
  console.log(`${rounds} kills under the writes of ${clients} clients; seed ${seed}`);
  let server = await place.serve();
  const token = await makeToken(place.dataDir, ...scopes);
  let ids = new Map<string, string>();
  const crowdOf = (url: string): LoadClient[] =>
    Array.from({ length: clients }, (_, index) => {
      return { name: `c${index}`, api: client(url, token), ledger, ids, random, next };
    });
  const [first] = crowdOf(server.url);
  if (first !== undefined) await makeSharedGroup(first);
  for (let round = 1; round <= rounds; round++) {
    await writeAndKill(server, crowdOf(server.url), random() * writeMsMax, sums);
    const begun = performance.now();
    server = await place.serve();
    sums.restartMs.push(performance.now() - begun);
    const found = await readFacts(client(server.url, token));
    const { there, absent } = settled(ledger, found.facts, round);
    ids = found.ids;
    sums.there += there;
    sums.absent += absent;
    requireWhole(join(place.dataDir, "muster.db"));
    if (round % tellEvery === 0) tell(round, ledger, sums, found.facts.size);
  }
  const beside = await doctor(place.dataDir);
  const code = await server.stop();
  if (code !== 0) throw new Error(`the server ended with ${code}`);
  console.log(`muster doctor beside the server: ${beside}; after it: ${await doctor(place.dataDir)}`);
  console.log([...sums.kinds].map(([kind, count]) => `${kind} ${count}`).join(", "));
  console.log(`${rounds} kills: nothing acknowledged was lost, nothing is there by half, the file is whole`);
}

function settled(ledger: Ledger, facts: ReadonlyMap<string, string>, round: number) {
  try {
    return ledger.settle(facts);
  } catch (cause) {
    throw new Error(`after kill ${round}`, { cause });
  }
}

function tell(round: number, { acknowledged }: Ledger, { there, absent, restartMs }: Sums, facts: number): void {
  const slowest = Math.round(Math.max(...restartMs));
  console.log(
    `kill ${round}: ${acknowledged} changes acknowledged; ${there + absent} in the air at a kill, of which ${there} ` +
      `are there; ${facts} facts compared; slowest restart ${slowest} ms`,
  );
}

await main(Number(process.argv[2] ?? 200), Number(process.argv[3] ?? Date.now() % 1_000_000));
