import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { groupUrn, patchOpUrn } from "../../../src/scim/urn.ts";
import { shuffled } from "../people.ts";
import { csvOf, personAt } from "./person.ts";
import { call, type Running, root, settled, startMuster } from "./process.ts";

/** Changes when what is loaded does: what an older version loaded is no longer used. */
const format = 1;
const idChars = 36;
/** Members added by one request. */
const membersEach = 50_000;

const about = z.object({
  users: z.number(),
  groups: z.array(z.object({ id: z.string(), size: z.number() })),
  importSeconds: z.number(),
  databaseBytes: z.number(),
});
export type About = z.infer<typeof about>;

/** Users and groups that are loaded, in a directory of which each run takes a copy. */
export interface Dataset extends About {
  readonly directory: string;
  /** The id of the user at that place in the order of creation; counts from 0. */
  idAt(place: number): string;
  /** Who that is. */
  numberAt(place: number): number;
}

/** How many members the groups have. */
export function groupSizes(users: number): readonly number[] {
  return [10, Math.round(users / 100), users];
}

/** The users as they were loaded before, or loads them now. */
export async function keptDataset(cache: string, binary: string, users: number, fresh: boolean): Promise<Dataset> {
  const journal = await Bun.file(join(root, "drizzle/sqlite/meta/_journal.json")).json();
  const migrations = z.object({ entries: z.array(z.unknown()) }).parse(journal).entries.length;
  const directory = join(cache, `users-${users}-format-${format}-migrations-${migrations}`);
  if (fresh) rmSync(directory, { recursive: true, force: true });
  if (!existsSync(directory)) {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    const making = mkdtempSync(join(cache, "making-"));
    try {
      await make(making, binary, users);
      await rename(making, directory);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  }
  const ids = await Bun.file(join(directory, "ids")).text();
  return {
    ...about.parse(await Bun.file(join(directory, "about.json")).json()),
    directory,
    idAt: (place) => ids.slice(place * idChars, (place + 1) * idChars),
    numberAt: (place) => shuffled(place, users),
  };
}

/** Copies the data directory, so that a run may write into it. */
export function copyOf({ directory }: Dataset, to: string): string {
  const copy = Bun.spawnSync(["cp", "-r", "--reflink=auto", join(directory, "data"), to]);
  if (!copy.success) throw new Error(`the copy failed: ${copy.stderr}`);
  // What is not on the disk yet would be written while something is measured.
  Bun.spawnSync(["sync", "-f", to]);
  return to;
}

async function make(directory: string, binary: string, users: number): Promise<void> {
  const data = join(directory, "data");
  const csv = join(directory, "people.csv");
  console.error(`loading ${users.toLocaleString("en")} users, once`);
  const writer = Bun.file(csv).writer();
  for await (const piece of csvOf(users, (place) => shuffled(place, users))) {
    writer.write(piece);
    await writer.flush();
  }
  await writer.end();
  const begun = performance.now();
  const imported = Bun.spawnSync([binary, "import", csv, "--dialect", "scim-path", "--data", data], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (!imported.success) throw new Error(`the import ended with ${imported.exitCode}`);
  const importSeconds = (performance.now() - begun) / 1000;
  rmSync(csv);
  const server = await startMuster(binary, data);
  try {
    const ids = await idsOf(server, users);
    await Bun.write(join(directory, "ids"), ids.join(""));
    const groups: About["groups"] = [];
    for (const size of groupSizes(users)) groups.push({ id: await makeGroup(server, ids, size), size });
    await settled(server);
    await server.stop();
    const databaseBytes = statSync(join(data, "muster.db")).size;
    await Bun.write(
      join(directory, "about.json"),
      JSON.stringify({ users, groups, importSeconds, databaseBytes } satisfies About),
    );
  } finally {
    await server.stop();
  }
}

const page = z.object({
  nextCursor: z.string().optional(),
  Resources: z.array(z.object({ id: z.string(), userName: z.string() })),
});

/** The ids of all users in the order of creation, which is that of the file. */
async function idsOf(server: Running, users: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const query: string = `count=1000&attributes=userName&cursor=${encodeURIComponent(cursor)}`;
    const { Resources, nextCursor }: z.infer<typeof page> = await call(server, `/scim/v2/Users?${query}`, page);
    for (const { id, userName } of Resources) {
      const expected = personAt(shuffled(ids.length, users)).userName;
      if (userName !== expected) throw new Error(`at ${ids.length} stands ${userName} instead of ${expected}`);
      ids.push(id);
    }
    cursor = nextCursor;
  }
  if (ids.length !== users) throw new Error(`${ids.length} users are there instead of ${users}`);
  return ids;
}

async function makeGroup(server: Running, ids: readonly string[], size: number): Promise<string> {
  const named = { schemas: [groupUrn], displayName: `Group of ${size}` };
  const made = await call(server, "/scim/v2/Groups", z.object({ id: z.string() }), {
    method: "POST",
    body: JSON.stringify(named),
  });
  // The members of a smaller group are from all over the users, too.
  const step = Math.floor(ids.length / size);
  for (let from = 0; from < size; from += membersEach) {
    const count = Math.min(membersEach, size - from);
    const value = Array.from({ length: count }, (_, index) => ({ value: ids[(from + index) * step] }));
    await call(server, `/scim/v2/Groups/${made.id}`, z.object({}), {
      method: "PATCH",
      headers: { Prefer: "return=minimal" },
      body: JSON.stringify({ schemas: [patchOpUrn], Operations: [{ op: "add", path: "members", value }] }),
    });
  }
  return made.id;
}
