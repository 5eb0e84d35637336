import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { readSort } from "../../../src/scim/sort.ts";
import { defaultTenantId, type Store } from "../../../src/storage/port.ts";
import { findLimits } from "../../../src/storage/sqlite/limits.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { advance } from "../contract/import-world.ts";
import { indexed } from "../contract/indexing.ts";
import { bound, create, groupContent, groupType, unknownId, userContent, userType } from "../contract/world.ts";
import { type Folder, temporaryFolder } from "./folder.ts";

/** Plans that walk or sort and may: a table that stays small, or one row of a large one. */
const allowed: readonly { readonly statement: RegExp; readonly plan: RegExp; readonly reason: string }[] = [
  { statement: /FROM "?__drizzle_migrations/, plan: /SCAN|SORT|TEMP B-TREE/, reason: "a row a migration, on opening" },
  { statement: /^UPDATE `resource` SET `member_count`/, plan: /^SCAN resource$/, reason: "once, on migrating" },
  { statement: /FROM sqlite_master/, plan: /SCAN/, reason: "a row a table, on opening" },
  { statement: /^SELECT 1 FROM resource LIMIT 1$/, plan: /^SCAN resource/, reason: "stops at the first row" },
  { statement: /from "token".*order by/, plan: /TEMP B-TREE/, reason: "a tenant has few tokens, listed rarely" },
  {
    statement: /FROM \(SELECT resource_rid FROM credential/,
    plan: /TEMP B-TREE/,
    reason: "lists all accounts, rarely",
  },
  {
    statement: /FROM resource_count GROUP BY/,
    plan: /SCAN|TEMP B-TREE/,
    reason: "a row a type, when counts are asked",
  },
  {
    statement: /FROM import_job(,.*)? GROUP BY/,
    plan: /SCAN|TEMP B-TREE/,
    reason: "a row a job, when counts are asked",
  },
  {
    statement: /json_group_array\(.* ORDER BY/,
    plan: /TEMP B-TREE FOR json_group_array/,
    reason: "the groups of one user",
  },
  { statement: /from "import_job".*order by/, plan: /^SCAN import_job$|TEMP B-TREE/, reason: "a row a job" },
  { statement: /FROM attribute_index WHERE/, plan: /^SCAN attribute_index|TEMP B-TREE/, reason: "a row an index" },
  { statement: /ORDER BY \w+ DESC, rid/, plan: /FOR LAST TERM OF ORDER BY/, reason: "sorts only what is equal" },
  {
    statement: /json_each\(\?\)/,
    plan: /SCAN json_each|TEMP B-TREE FOR ORDER BY/,
    reason: "a limited number of candidates",
  },
];

/** The page of a list is found first, in an index, and then walked. */
const walksAPage = /^SCAN (\(subquery-\d+\)|found|page VIRTUAL TABLE .*)$/;

/** Groups in groups are followed over a queue of those that were found. */
const walksAQueue = /^SCAN (above|inside|CONSTANT ROW)$/;

const isWasteful = (step: string): boolean =>
  (step.startsWith("SCAN ") && !walksAPage.test(step) && !walksAQueue.test(step)) || /TEMP B-TREE/.test(step);

/** The steps of a statement that walk or sort and may not. */
function wastedBy(statement: string, steps: readonly string[]): readonly string[] {
  return steps.filter(
    (step) => isWasteful(step) && !allowed.some((may) => may.statement.test(statement) && may.plan.test(step)),
  );
}

const list = (store: Store, filter: string | undefined, type = userType) =>
  store.resources.list({
    tenantId: defaultTenantId,
    types: [{ type, filter: filter === undefined ? undefined : bound(filter, type) }],
    start: { offset: 0 },
    limit: 10,
  });

/** Pages that begin beside a place, in the orders that an index has; and a query over several types. */
async function walkPlaces(store: Store): Promise<void> {
  const place = { key: "a", row: 1 };
  for (const start of [{ after: undefined }, { after: place }, { before: place }]) {
    for (const sort of [undefined, readSort(userType, "userName", "ascending")]) {
      const types = [{ type: userType, sort }];
      await store.resources.list({ tenantId: defaultTenantId, types, start, limit: 10 });
    }
  }
  const types = [
    { type: userType, filter: bound('userName eq "a"', userType) },
    { type: groupType, filter: bound('displayName eq "a"', groupType) },
  ];
  await store.resources.list({ tenantId: defaultTenantId, types, start: { offset: 0 }, limit: 10 });
}

/** What filters are made of: each operator on a column, an indexed attribute and one without an index. */
const filters = [
  ...["userName", "displayName", "externalId", "id", "emails.value", "name.familyName", "title"].flatMap((path) =>
    ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"].map((operator) => `${path} ${operator} "a"`),
  ),
  ...["userName", "displayName", "active", "emails.value", "title", "meta.created"].map((path) => `${path} pr`),
  ...["eq", "gt", "le"].map((operator) => `meta.lastModified ${operator} "2026-01-01T00:00:00Z"`),
  'meta.created gt "2026-01-01T00:00:00Z"',
  "active eq true",
  'userName eq "a" and active eq true',
  'emails.value eq "a" or name.familyName sw "b"',
  'not (emails.value eq "a") and title eq "b"',
  'emails[type eq "work" and value eq "a"]',
  'emails[type eq "work" and value sw "a"]',
  'groups.value eq "a"',
];

/** Every filter with every order, at once and little by little. */
async function findEverything(store: Store): Promise<void> {
  for (const text of filters) {
    for (const sortBy of [undefined, "userName", "displayName", "meta.lastModified", "title"]) {
      const types = [{ type: userType, filter: bound(text), sort: readSort(userType, sortBy, "descending") }];
      for (const start of [{ offset: 0 }, { after: undefined }, { after: { key: null, row: 1 } }]) {
        await store.resources.list({ tenantId: defaultTenantId, types, start, limit: 10, knownTotal: 1 });
      }
    }
  }
  for (const sortBy of ["userName", "displayName", "active", "meta.created", "name.familyName"]) {
    const types = [{ type: userType, sort: readSort(userType, sortBy, "ascending") }];
    await store.resources.list({ tenantId: defaultTenantId, types, start: { offset: 0 }, limit: 10 });
  }
  await store.resources.explain(defaultTenantId, { type: userType, filter: bound('title eq "a"') });
}

/** Reads and writes whose statements are not made when the store is opened. */
async function useEverything(store: Store): Promise<void> {
  const { access, imports } = store;
  await store.check();
  await store.stats();
  for (const type of [userType, groupType]) {
    for (const filter of [undefined, 'displayName eq "a"', 'externalId eq "a"', `id eq "a"`])
      await list(store, filter, type);
  }
  await findEverything(store);
  await walkPlaces(store);
  await store.indexes.all(defaultTenantId);
  await store.indexes.unfinished();
  await access.tokens(defaultTenantId);
  await access.accounts(defaultTenantId);
  await imports.job(defaultTenantId, "a");
  await imports.jobs(defaultTenantId, 0, 10);
  await imports.jobsInStates(["running"]);
  await store.commit([{ tenantId: defaultTenantId, changes: [advance(unknownId, "running")] }]);
  const rows = { tenantId: defaultTenantId, importId: "a", after: 0, limit: 10 };
  for (const problemsOnly of [true, false]) {
    await imports.rows({ ...rows, problemsOnly });
    await imports.rows({ ...rows, problemsOnly, outcome: "failed" });
    await imports.rows({ ...rows, problemsOnly, outcome: "created" });
  }
}

/** So that everything takes more than one turn. */
const littleByLittle = { candidates: 0, fewCandidates: 0, documents: 0, indexEntries: 1, orderEntries: 1, sorted: 0 };

/** Some people, and indexes of what they have. */
async function fill(store: Store): Promise<void> {
  const users = ["a", "b", "c"].map((name) =>
    userContent({ userName: name, emails: [{ value: name }], name: { familyName: name } }, name, 1),
  );
  const groups = ["g", "h"].map((name) => ({ ...groupContent(name, name, 1), members: ["a"] }));
  const changes = [
    indexed(userType, ["emails.value", "name.familyName"]),
    ...[...users, ...groups].map((content) => create(content)),
  ];
  await store.commit([{ tenantId: defaultTenantId, changes }]);
}

/** The texts of all statements that `use` prepares, from opening the store on. */
async function statementsOf(
  file: string,
  use: (store: Store) => Promise<unknown>,
  limits = findLimits,
): Promise<readonly string[]> {
  const prepare = spyOn(Database.prototype, "prepare");
  const query = spyOn(Database.prototype, "query");
  try {
    const store = openSqliteStore({ file, limits });
    await use(store);
    await store.close();
    const texts = [...prepare.mock.calls, ...query.mock.calls].map(([text]) => text.trim().replace(/\s+/g, " "));
    return [...new Set(texts)].filter((text) => /^(SELECT|UPDATE|DELETE|WITH) /i.test(text));
  } finally {
    prepare.mockRestore();
    query.mockRestore();
  }
}

function planOf(file: string, statement: string): readonly string[] {
  const db = new Database(file, { readonly: true });
  try {
    const steps = db.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${statement}`).all();
    return steps.map(({ detail }) => detail);
  } finally {
    db.close();
  }
}

describe("query plans", () => {
  let folder: Folder;
  let plans: ReadonlyMap<string, readonly string[]>;
  beforeAll(async () => {
    folder = temporaryFolder();
    const statements = [
      ...(await statementsOf(folder.file, fill)),
      ...(await statementsOf(folder.file, useEverything)),
      ...(await statementsOf(folder.file, findEverything, littleByLittle)),
    ];
    plans = new Map(statements.map((statement) => [statement, planOf(folder.file, statement)]));
  });
  afterAll(() => folder.remove());

  test("every statement that reads or changes rows is looked at", () => {
    for (const table of [
      "resource",
      "member",
      "credential",
      "role_assignment",
      "token",
      "import_row",
      "import_input",
    ]) {
      expect([...plans.keys()].filter((statement) => statement.includes(table)).length).toBeGreaterThan(0);
    }
    expect(plans.size).toBeGreaterThan(40);
  });

  test("no statement walks a table or sorts, but for those that may", () => {
    const wasteful = [...plans].flatMap(([statement, steps]) =>
      wastedBy(statement, steps).map((step) => ({ statement, step })),
    );
    expect(wasteful).toEqual([]);
  });

  test("every allowance is needed", () => {
    const idle = allowed.filter(
      (may) =>
        ![...plans].some(
          ([statement, steps]) =>
            may.statement.test(statement) && steps.some((step) => isWasteful(step) && may.plan.test(step)),
        ),
    );
    expect(idle.map(({ statement, reason }) => `${statement}: ${reason}`)).toEqual([]);
  });

  const lookups = [
    ['userName eq "a"', "resource_unique"],
    ['userName eq "a" and active eq true', "resource_unique"],
    ['userName eq "a" and title eq "b"', "resource_unique"],
    ['id eq "a"', "resource_id"],
    ['externalId eq "a"', "resource_external_id"],
    ['externalId eq "a" and title eq "b"', "resource_external_id"],
    ['displayName eq "a"', "resource_display"],
    ['displayName eq "a" and title eq "b"', "resource_display"],
  ] as const;

  test.each(lookups)("the filter %s is found by the index %s", async (filter, index) => {
    const before = new Set(await statementsOf(folder.file, async () => {}));
    const statements = await statementsOf(folder.file, (store) => list(store, filter));
    const made = statements.filter((statement) => !before.has(statement));
    expect(made.length).toBeGreaterThan(0);
    const steps = made.map((statement) => [statement, planOf(folder.file, statement)] as const);
    expect(steps.filter(([, each]) => each.some((step) => step.includes(`INDEX ${index} `))).length).toBeGreaterThan(0);
    for (const [statement, each] of steps) expect(wastedBy(statement, each)).toEqual([]);
  });

  const orders = [
    [undefined, "ascending", "resource_type", "rid"],
    ["userName", "ascending", "resource_unique", "unique_key"],
    ["userName", "descending", "resource_unique", "unique_key"],
    ["id", "descending", "resource_id", "id"],
    ["displayName", "ascending", "resource_display", "display_key"],
    ["externalId", "ascending", "resource_external_id", "external_id"],
  ] as const;

  test.each(orders)(
    "a page beside a place in the order of %s, %s, enters %s in its middle",
    async (sortBy, order, index, column) => {
      const before = new Set(await statementsOf(folder.file, async () => {}));
      const types = [{ type: userType, sort: readSort(userType, sortBy, order) }];
      const place = { key: sortBy === undefined ? null : "a", row: 1 };
      for (const start of [{ after: place }, { before: place }]) {
        const statements = await statementsOf(folder.file, (store) =>
          store.resources.list({ tenantId: defaultTenantId, types, start, limit: 10 }),
        );
        const made = statements.filter((statement) => !before.has(statement));
        const entered = new RegExp(`INDEX ${index} .*\\b${column}[<>]\\?`);
        const besides = made.filter((statement) => / rid [<>] \?/.test(statement));
        expect(besides).toHaveLength(1);
        for (const statement of besides) expect(planOf(folder.file, statement).join("\n")).toMatch(entered);
        // Those without a value come in the order of creation, and the total is a row of its own.
        for (const statement of made) expect(planOf(folder.file, statement).filter(isWasteful)).toEqual([]);
      }
    },
  );

  const memberships = [
    ['members.value eq "a"', groupType, ["resource_id", "member_of"]],
    ['members[value eq "a" and type eq "user"]', groupType, ["resource_id", "member_of"]],
    ['members[value eq "a"] and displayName eq "b"', groupType, ["resource_id", "member_of"]],
    ["members pr", groupType, ["PRIMARY KEY"]],
    ['groups.value eq "g"', userType, ["resource_id", "nesting_group", "PRIMARY KEY"]],
    ['groups[value eq "g" and type eq "direct"]', userType, ["resource_id", "PRIMARY KEY"]],
    ['groups.display eq "g"', userType, ["resource_display", "nesting_group", "PRIMARY KEY"]],
    ["groups pr", userType, ["member_of"]],
  ] as const;

  test.each(memberships)("the filter %s is answered from the rows of memberships", async (filter, type, indexes) => {
    const before = new Set(await statementsOf(folder.file, async () => {}));
    const statements = await statementsOf(folder.file, (store) => list(store, filter, type));
    const made = statements.filter((statement) => !before.has(statement));
    expect(made.length).toBeGreaterThan(0);
    const plans = made.map((statement) => [statement, planOf(folder.file, statement)] as const);
    const steps = plans.flatMap(([, each]) => each).join("\n");
    for (const index of indexes) expect(steps).toMatch(new RegExp(`(INDEX|USING) (${index}) `));
    for (const [statement, each] of plans) expect(wastedBy(statement, each)).toEqual([]);
  });

  test("a query over all types finds each by its index", async () => {
    const before = new Set(await statementsOf(folder.file, async () => {}));
    const types = [
      { type: userType, filter: bound('userName eq "a"', userType) },
      { type: groupType, filter: bound('displayName eq "a"', groupType) },
    ];
    const statements = await statementsOf(folder.file, (store) =>
      store.resources.list({ tenantId: defaultTenantId, types, start: { after: undefined }, limit: 10 }),
    );
    const made = statements.filter((statement) => !before.has(statement) && statement.includes("FROM resource"));
    const plans = made.map((statement) => [statement, planOf(folder.file, statement)] as const);
    for (const [statement, steps] of plans) expect(wastedBy(statement, steps)).toEqual([]);
    for (const index of ["resource_unique", "resource_display"]) {
      expect(plans.some(([, steps]) => steps.some((step) => step.includes(`INDEX ${index} `)))).toBe(true);
    }
  });

  test("rows with problems are found by their index, however many rows have none", () => {
    const asking = [...plans].filter(([statement]) => statement.includes("problems IS NOT NULL"));
    expect(asking.length).toBeGreaterThan(0);
    for (const [, steps] of asking) expect(steps.join("\n")).toContain("INDEX import_row_problems");
  });
});
