import { z } from "zod";
import { inPlace, makeToken, type Place, until } from "./support/binary.ts";
import { type Client, client, type Job } from "./support/client.ts";
import { type People, people, sumOf } from "./support/people.ts";
import { randomFrom } from "./support/random.ts";

/*
 * Kills a server in the middle of an import, at random, and lets it go on: whatever the moment, directory and report
 * end as those of an import that nobody disturbed.
 *
 *   bun test/e2e/kill-loop.ts [times] [seed]
 */

const rows = 10_000;
/** A password every so many rows: hashing spreads the import over several chunks. */
const passwordEvery = 40;
const asked = { createGroups: "true" };
const scopes = ["scim:read", "scim:write", "import:write"];

/** What an import leaves behind, without what differs from run to run: ids and times. */
interface Left {
  readonly state: string;
  readonly message: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly users: readonly string[];
  readonly outcomes: readonly string[];
  readonly report: string;
}

interface Kill {
  readonly state: Job["state"];
  readonly done: number;
}

async function leftBy(api: Client, job: Job): Promise<Left> {
  const { total, users } = await api.users();
  if (total !== users.length) throw new Error(`the list says ${total} and holds ${users.length}`);
  const told = await api.rows(job.id);
  const nameOf = new Map(users.map(({ id, userName }) => [id, userName]));
  return {
    state: job.state,
    message: job.message,
    counts: job.counts,
    users: users.map(({ id: _id, meta, ...data }) =>
      named(nameOf, JSON.stringify({ ...data, version: metaShape.parse(meta).version })),
    ),
    outcomes: told.map(({ resourceId, ...row }) =>
      JSON.stringify({ ...row, user: resourceId === null ? null : nameOf.get(resourceId) }),
    ),
    report: named(nameOf, await api.report(job.id)),
  };
}

const uuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;

const origin = /http:\/\/127\.0\.0\.1:\d+/g;
const metaShape = z.object({ version: z.string() });

/** A text with the userNames of users in the place of their ids; what is no user's id is a group's. */
function named(nameOf: ReadonlyMap<string, string>, text: string): string {
  return text.replaceAll(origin, "").replaceAll(uuid, (id) => nameOf.get(id) ?? "a group");
}

/** The file with a column of managers, most of whom come in later rows, and one of groups that nobody has made. */
function withOthers({ csv, ...file }: People): People {
  const [header, ...lines] = csv.trimEnd().split("\n");
  const names = lines.map((line) => line.split(",", 1)[0] ?? "");
  const more = lines.map((line, index) => {
    const manager = index % 7 === 2 ? (names[(index * 31) % names.length] ?? "") : "";
    return `${line},${manager},${index % 11 === 0 ? `Team ${index % 9}` : ""}`;
  });
  return { ...file, csv: `${[`${header},manager,groups`, ...more].join("\n")}\n` };
}

function requireEqual(name: string, found: unknown, expected: unknown): void {
  if (!Bun.deepEquals(found, expected, true)) {
    throw new Error(
      `${name} differs:\n${Bun.inspect(found).slice(0, 500)}\ninstead of\n${Bun.inspect(expected).slice(0, 500)}`,
    );
  }
}

/** Requests that write nothing and want to: each makes the import let go of the lock, in the middle of its chunk. */
function disturb(api: Client): { stop(): Promise<void> } {
  let going = true;
  const nobody = "/scim/v2/Users/ffffffff-ffff-7fff-8fff-ffffffffffff";
  const write = async (): Promise<void> => {
    while (going) {
      await api.request(nobody, { method: "DELETE" }).then(
        (response) => response.arrayBuffer(),
        () => Bun.sleep(1),
      );
    }
  };
  const writing = write();
  return {
    async stop() {
      going = false;
      await writing;
    },
  };
}

/** An import from its upload to its end, without a kill. */
async function undisturbed(place: Place, file: People): Promise<{ left: Left; ms: number }> {
  const server = await place.serve();
  const api = client(server.url, await makeToken(place.dataDir, ...scopes));
  const begun = performance.now();
  const job = await api.ended((await api.upload(file.csv, asked)).id);
  const ms = performance.now() - begun;
  requireEqual("the count of rows", sumOf(job.counts), rows);
  for (const [outcome, count] of Object.entries(file.counts)) requireEqual(outcome, job.counts[outcome], count);
  const left = await leftBy(api, job);
  await server.stop();
  return { left, ms };
}

/** When to kill: after so many milliseconds, or once so many rows are in. */
type Moment = { readonly afterMs: number } | { readonly afterRows: number };

async function wait(api: Client, id: string, moment: Moment): Promise<Job> {
  if ("afterMs" in moment) {
    await Bun.sleep(moment.afterMs);
    return api.job(id);
  }
  return until("some rows to be in", async () => {
    const job = await api.job(id);
    return job.progress.done >= moment.afterRows ? job : undefined;
  });
}

/** An import that is killed at that moment; then a new server takes it to its end. Undefined when it had ended. */
async function killed(place: Place, file: People, moment: Moment): Promise<{ left: Left; kill: Kill } | undefined> {
  const server = await place.serve();
  const token = await makeToken(place.dataDir, ...scopes);
  const api = client(server.url, token);
  const { id } = await api.upload(file.csv, asked);
  const disturbance = disturb(api);
  const seen = await wait(api, id, moment);
  await server.kill();
  await disturbance.stop();
  if (seen.state === "completed_with_errors") return undefined;
  const again = await place.serve();
  const api2 = client(again.url, token);
  const job = await api2.ended(id);
  const left = await leftBy(api2, job);
  const code = await again.stop();
  if (code !== 0) throw new Error(`the server ended with ${code}`);
  return { left, kill: { state: seen.state, done: seen.progress.done } };
}

async function main(times: number, seed: number): Promise<void> {
  const file = withOthers(people(rows, passwordEvery));
  const { left: expected, ms } = await inPlace((place) => undisturbed(place, file));
  console.log(`${rows} rows, ${file.passwords} passwords, ${Math.round(ms)} ms undisturbed; seed ${seed}`);
  const random = randomFrom(seed);
  for (let kills = 0, tries = 0; kills < times; tries++) {
    if (tries > times * 5) throw new Error("the import ends before it can be killed");
    const moment = tries % 2 === 0 ? { afterMs: random() * ms } : { afterRows: Math.ceil(random() * rows) };
    const result = await inPlace((place) => killed(place, file, moment));
    if (result === undefined) continue;
    kills++;
    const { left, kill } = result;
    const when = `kill ${kills} while ${kill.state} with ${kill.done} rows in`;
    for (const name of ["state", "message", "counts", "users", "outcomes", "report"] as const) {
      requireEqual(`${when}: ${name}`, left[name], expected[name]);
    }
    console.log(`${when}: the same`);
  }
  console.log(`${times} kills, ${times} times the same directory and the same report`);
}

await main(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? Date.now() % 1_000_000));
