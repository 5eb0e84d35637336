import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Scope } from "../../src/access/scope.ts";
import { createSealer } from "../../src/access/seal.ts";
import { createDirectory } from "../../src/directory/resources.ts";
import { createRuleBook } from "../../src/directory/tenant-rules.ts";
import { createWalks } from "../../src/directory/walks.ts";
import { readBulk } from "../../src/scim/bulk/request.ts";
import { ScimError } from "../../src/scim/error.ts";
import { strictProfile } from "../../src/scim/profile.ts";
import { coreTypes } from "../../src/scim/resource/type.ts";
import { enterpriseUserUrn, patchOpUrn } from "../../src/scim/urn.ts";
import { defaultTenantId } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { bulkBody } from "../scim/bulk/client.ts";
import { fuzzRuns } from "../support/fuzz.ts";
import { membersOf } from "../support/membership.ts";
import { group, user } from "../support/scim.ts";
import { type Body, object, text, unique } from "../support/server.ts";

/*
 * A Bulk request beside the same operations made one by one. Users refer to users before them, groups to any; so only
 * what is about groups ever has to wait, and every operation on a user must come to what it does in the order of the
 * request.
 */

const folder = mkdtempSync(join(tmpdir(), "muster-bulk-order-"));
const store = openSqliteStore({ file: join(folder, "muster.db") });
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = () => Date.UTC(2026, 0, 1);
const directory = createDirectory({
  store,
  now,
  newId: () => Bun.randomUUIDv7(),
  hashPassword: (password) => Promise.resolve(password),
  cursors: { ...createSealer(new Uint8Array(32)), now },
  walks: createWalks(now),
  rules: createRuleBook(store, Date.now),
  invitationFor: async () => undefined,
});
const caller = {
  tenantId: defaultTenantId,
  id: "tester",
  scopes: new Set<Scope>(["scim:write"]),
  profile: strictProfile,
};

function typeAt(endpoint: string) {
  const compiled = coreTypes.byEndpoint.get(endpoint.toLowerCase());
  if (compiled === undefined) throw new Error(`no endpoint ${endpoint}`);
  return compiled;
}

/** `old0` … are there before the request, as users; `team` as a group; others are the bulkIds of POSTs. */
const oldUsers = ["old0", "old1", "old2"] as const;
const names = ["a", "b", "old0", "old1"];

interface Operation {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly endpoint: "Users" | "Groups";
  /** What it makes or is about. */
  readonly label: string;
  readonly userName?: string;
  /** A manager, or members. */
  readonly refers: readonly string[];
}

/** Random operations; numbers are cut to what there is at each place. */
const requests = fc
  .array(
    fc.record({
      kind: fc.constantFrom("user", "user", "group", "rename", "title", "remove", "team"),
      name: fc.constantFrom(...names),
      picks: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((picked) => {
    const made = picked.flatMap(({ kind }, index) => (kind === "user" ? [{ index, label: `new${index}` }] : []));
    const known = [...oldUsers, ...made.map(({ label }) => label)];
    return picked.map(({ kind, name, picks }, place): Operation => {
      const before = [...oldUsers, ...made.filter(({ index }) => index < place).map(({ label }) => label)];
      const [of = ""] = picks.map((pick) => before[pick % before.length] ?? "");
      const any = [...new Set(picks.map((pick) => known[pick % known.length] ?? ""))];
      const target = { endpoint: "Users", label: of === "" ? "old0" : of, refers: [] } as const;
      switch (kind) {
        case "user":
          return { ...target, method: "POST", label: `new${place}`, userName: name, refers: of === "" ? [] : [of] };
        case "group":
          return { method: "POST", endpoint: "Groups", label: `group${place}`, refers: any };
        case "team":
          return { method: "PATCH", endpoint: "Groups", label: "team", refers: any };
        case "rename":
          return { ...target, method: "PUT", userName: name };
        case "title":
          return { ...target, method: "PATCH" };
        default:
          return { ...target, method: "DELETE" };
      }
    });
  });

/** The body of an operation, with ids in the place of labels. */
function dataOf(
  { method, endpoint, label, userName, refers }: Operation,
  prefix: string,
  idOf: (label: string) => string,
) {
  if (method === "DELETE") return undefined;
  const members = refers.map((other) => ({ value: idOf(other) }));
  if (method === "PATCH") {
    const change = endpoint === "Groups" ? { path: "members", value: members } : { path: "title", value: label };
    return { schemas: [patchOpUrn], Operations: [{ op: "add", ...change }] };
  }
  if (endpoint === "Groups") return { ...group(`${prefix}${label}`), members };
  const manager = members[0] === undefined ? {} : { [enterpriseUserUrn]: { manager: members[0] } };
  return user(`${prefix}${userName}`, manager);
}

/** Ids by label: of what is there, and later of what a request made. */
type Ids = Map<string, string>;

async function prepare(prefix: string): Promise<Ids> {
  const ids: Ids = new Map();
  const make = async (endpoint: string, label: string, body: Body) => {
    ids.set(label, (await directory.create(caller, typeAt(endpoint), body)).stored.id);
  };
  for (const label of oldUsers) await make("Users", label, user(prefix + label));
  await make("Groups", "team", group(`${prefix}team`));
  return ids;
}

async function inBulk(operations: readonly Operation[], prefix: string, ids: Ids): Promise<readonly number[]> {
  const idOf = (label: string): string => ids.get(label) ?? `bulkId:${label}`;
  const sent = operations.map((operation) => {
    const { method, endpoint, label } = operation;
    const path = method === "POST" ? `/${endpoint}` : `/${endpoint}/${idOf(label)}`;
    return { method, path, bulkId: label, data: dataOf(operation, prefix, idOf) };
  });
  const outcomes = await directory.bulk(caller, coreTypes, readBulk(bulkBody(sent), 100, "https://example.com"));
  for (const { place, id } of outcomes) {
    const operation = operations[place];
    if (operation?.method === "POST" && id !== undefined) ids.set(operation.label, id);
  }
  return outcomes.map(({ result }) => (result instanceof ScimError ? result.status : result));
}

/** The places in the order in which they are to be done: what waits, for what and how long. */
function orderOf(operations: readonly Operation[]): readonly number[] {
  const turns = operations.map(({ endpoint, refers }, place) => {
    const needed = refers.map((label) =>
      operations.findIndex((each) => each.method === "POST" && each.label === label),
    );
    return endpoint === "Groups" ? Math.max(place, ...needed) : place;
  });
  // What is about the team stays in its order.
  let last = 0;
  for (const [place, { label }] of operations.entries()) {
    if (label !== "team") continue;
    last = Math.max(last, turns[place] ?? 0);
    turns[place] = last;
  }
  const key = (place: number): number => (turns[place] ?? 0) * 1000 + (turns[place] === place ? 0 : 1 + place);
  return [...operations.keys()].sort((left, right) => key(left) - key(right));
}

async function oneByOne(operations: readonly Operation[], prefix: string, ids: Ids): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const place of orderOf(operations)) {
    const operation = operations[place];
    if (operation === undefined) continue;
    statuses[place] = await carryOut(operation, prefix, ids).catch((error: unknown) => {
      if (error instanceof ScimError) return error.status;
      throw error;
    });
  }
  return statuses;
}

async function carryOut(operation: Operation, prefix: string, ids: Ids): Promise<number> {
  const { method, endpoint, label } = operation;
  const compiled = typeAt(endpoint);
  const idOf = (other: string): string => {
    const id = ids.get(other);
    if (id === undefined) throw new ScimError("conflict");
    return id;
  };
  const data = dataOf(operation, prefix, idOf);
  if (method === "POST") {
    ids.set(label, (await directory.create(caller, compiled, data)).stored.id);
    return 201;
  }
  const id = idOf(label);
  if (method === "DELETE") await directory.remove(caller, compiled, id, undefined);
  else if (method === "PUT") await directory.replace(caller, compiled, id, data, undefined);
  else await directory.patch(caller, compiled, id, data, undefined);
  return method === "DELETE" ? 204 : 200;
}

/** What there is in the end, with labels in the place of ids. */
async function endOf(prefix: string, ids: Ids): Promise<readonly string[]> {
  const labels = new Map([...ids].map(([label, id]) => [id, label]));
  const lines: string[] = [];
  for (const [label, id] of ids) {
    for (const type of ["User", "Group"]) {
      const record = await store.resources.get(defaultTenantId, type, id);
      if (record === undefined) continue;
      const {
        userName = "",
        displayName = "",
        title,
        [enterpriseUserUrn]: extension = {},
      } = object(JSON.parse(record.doc));
      const { manager = {} } = object(extension);
      const members = (await membersOf(store, defaultTenantId, [id])).get(id) ?? [];
      const shown = [
        label,
        record.version,
        `${text(userName)}${text(displayName)}`.replace(prefix, ""),
        title,
        labels.get(String(object(manager).value)),
        members.map((member) => labels.get(member.id)).sort(),
      ];
      lines.push(JSON.stringify(shown));
    }
  }
  return lines.sort();
}

test("B-21 B-22 a Bulk request comes to the same as its operations one by one", async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (operations) => {
      const [together, apart] = [unique("bulk"), unique("each")];
      const [first, second] = [await prepare(together), await prepare(apart)];
      const statuses = await inBulk(operations, together, first);
      expect(statuses).toEqual(await oneByOne(operations, apart, second));
      expect(await endOf(together, first)).toEqual(await endOf(apart, second));
    }),
    { numRuns: fuzzRuns(60) },
  );
});

test("B-21 the random requests hold what is looked for: waiting, refusals, everything that can be done", async () => {
  const sample = fc.sample(requests, { numRuns: 200, seed: 7 });
  const isWaiting = (operations: readonly Operation[]): boolean =>
    orderOf(operations).some((place, index) => place !== index);
  expect(sample.filter(isWaiting).length).toBeGreaterThan(30);
  const statuses = new Set<number>();
  for (const operations of sample.slice(0, 40)) {
    const prefix = unique("sample");
    for (const status of await inBulk(operations, prefix, await prepare(prefix))) statuses.add(status);
  }
  expect([...statuses].toSorted()).toEqual([200, 201, 204, 400, 404, 409]);
});
