import { describe, expect, test } from "bun:test";
import { samplePassword } from "../../src/import/hashing.ts";
import { runImport, runWaitingImports } from "../../src/import/runner.ts";
import { ScimError } from "../../src/scim/error.ts";
import { enterpriseUserUrn, userUrn } from "../../src/scim/urn.ts";
import type { ChangeSet } from "../../src/storage/change.ts";
import { type ImportJob, rowOutcomes } from "../../src/storage/import.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { fakeHash, inDirectory, type TestDirectory } from "./support/directory.ts";
import { wso2AskPasswordCsv, wso2Csv } from "./support/wso2.ts";

const tenantId = defaultTenantId;

/** A file of that many users, with a password each when asked for. */
function people(count: number, password?: (index: number) => string): string {
  const rows = Array.from({ length: count }, (_, index) =>
    password === undefined ? `user${index}` : `user${index},${password(index)}`,
  );
  return `userName${password === undefined ? "" : ",password"}\n${rows.join("\n")}\n`;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user${index}`);
}

/** Every row of the file has one outcome, the job's counts are those of its rows, and they add up to its total. */
async function expectWholeCounts(directory: TestDirectory, job: ImportJob): Promise<void> {
  const outcomes = (await directory.rows(job)).map(({ outcome }) => outcome);
  for (const outcome of rowOutcomes) {
    if (outcome === "not_run") expect(outcomes).not.toContain(outcome);
    else expect(outcomes.filter((told) => told === outcome).length).toBe(job.counts[outcome]);
  }
  expect(outcomes.length).toBe(job.total);
}

describe("an import", () => {
  test("brings in every row, with the outcome of each", () =>
    inDirectory(async (directory) => {
      const job = await directory.import(
        "userName,name.givenName,emails[work].value,department,active\nana,Ana,a@x.org,Sales,no\nbo,,,,\n",
      );
      expect(job).toMatchObject({
        state: "completed",
        total: 2,
        counts: { created: 2 },
        planned: { created: 2 },
        message: "2 rows: 2 created",
        request: { dialect: "scim-path", dryRun: false },
      });
      expect(job.started).toBeNumber();
      expect(job.finished).toBeGreaterThanOrEqual(job.started ?? Number.POSITIVE_INFINITY);
      expect(await directory.users()).toEqual([
        {
          schemas: [userUrn, enterpriseUserUrn],
          userName: "ana",
          name: { givenName: "Ana" },
          active: false,
          emails: [{ value: "a@x.org", type: "work" }],
          [enterpriseUserUrn]: { department: "Sales" },
        },
        { schemas: [userUrn], userName: "bo", active: true },
      ]);
      await expectWholeCounts(directory, job);
      expect(await directory.inputBytes(job)).toBe(0);
    }));

  test("tells how it read the file, and which blank rows it left out", () =>
    inDirectory(async (directory) => {
      const { warnings } = await directory.import("userName;title\n\nana;x\n\n");
      expect(warnings).toEqual([
        "read as scim-path, because every header is the path of a SCIM attribute, userName among them; " +
          "delimiter semicolon, utf-8",
        "2 blank rows were left out",
      ]);
    }));

  test("of WSO2's CSV brings in its three users, and says its sentence when they are there already", () =>
    inDirectory(async (directory) => {
      expect(await directory.import(wso2Csv)).toMatchObject({ state: "completed", message: "3 rows: 3 created" });
      expect(directory.hashed).toEqual(["Password1", "Password2", "Password3"].map(fakeHash));
      expect(await directory.import(wso2AskPasswordCsv)).toMatchObject({
        state: "completed_with_errors",
        message:
          "Bulk User Import was completed with Errors. Success count : 0,  Failed Count : 0, Duplicate Count : 3.",
        counts: { created: 0, duplicate: 3 },
        request: { dialect: "wso2-claims" },
      });
    }));

  test("with askPassword makes a user without a password, who is sent a mail to choose one", () =>
    inDirectory(async (directory) => {
      const job = await directory.import(wso2AskPasswordCsv);
      expect(job).toMatchObject({ state: "completed", counts: { created: 3 } });
      expect(directory.hashed).toEqual(["Password1", "Password2"].map(fakeHash));
      expect(await directory.store.resources.getByUniqueKey(tenantId, "User", "name3")).toBeDefined();
      const credential = await directory.store.access.credential(tenantId, "User", "name3");
      expect(credential?.passwordHash ?? null).toBeNull();
      const mails = await directory.store.mails.all({ tenantId, limit: 10 });
      expect(mails).toMatchObject([{ recipient: "name3@gmail.com", template: "password", state: "queued" }]);
      expect(job.warnings).toContain("1 users are sent a mail by which they choose a password");
      const rows = await directory.rows(job);
      expect(rows.flatMap(({ problems }) => problems)).toEqual([]);
    }));

  test("with errors brings in all the other rows", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,active\nana,\n,yes\nbo,perhaps\ncy,yes\n");
      expect(job).toMatchObject({ state: "completed_with_errors", counts: { created: 2, failed: 2 }, total: 4 });
      expect(await directory.userNames()).toEqual(["ana", "cy"]);
      const rows = await directory.rows(job);
      expect(rows.map(({ row, key, outcome }) => [row, outcome, key])).toEqual([
        [2, "created", null],
        [3, "failed", null],
        [4, "failed", "bo"],
        [5, "created", null],
      ]);
    }));

  test("of a header without rows is completed, and has done nothing", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,title\n");
      expect(job).toMatchObject({ state: "completed", total: 0, message: "0 rows: nothing to do" });
    }));
});

describe("a dry run", () => {
  const file = "userName,active,groups\nana,,\nANA,,\nbo,perhaps,\ncy,,Nobody\ndi,,\n";
  const expected = { created: 2, duplicate: 1, failed: 2 };

  test("plans every row and changes nothing in the directory; applied, it does what it planned", () =>
    inDirectory(async (directory) => {
      const planned = await directory.import(file, { dryRun: "true" });
      expect(planned).toMatchObject({ state: "planned", planned: expected, counts: { created: 0 }, total: 5 });
      expect(await directory.users()).toEqual([]);
      expect(directory.hashed).toEqual([]);
      const told = await directory.rows(planned);
      expect(told.map(({ row, outcome }) => [row, outcome])).toEqual([
        [3, "duplicate"],
        [4, "failed"],
        [5, "failed"],
      ]);
      expect(await directory.inputBytes(planned)).toBe(file.length);

      await apply(directory, planned);
      const applied = await runImport(directory.ports, tenantId, planned.id);
      expect(applied).toMatchObject({ state: "completed_with_errors", counts: expected, total: 5 });
      expect(await directory.userNames()).toEqual(["ana", "di"]);
      await expectWholeCounts(directory, applied);
      const outcomes = new Map((await directory.rows(applied)).map((row) => [row.row, row]));
      for (const row of told) expect(outcomes.get(row.row)).toEqual(row);
      expect(await directory.inputBytes(applied)).toBe(0);
    }));

  test("is judged again when it is applied: what was free may be taken, what was missing may be there", () =>
    inDirectory(async (directory) => {
      const planned = await directory.import(file, { dryRun: "true" });
      await directory.addGroup("nobody");
      await directory.import("userName\nDI\n");
      await apply(directory, planned);
      const applied = await runImport(directory.ports, tenantId, planned.id);
      expect(applied.counts).toMatchObject({ created: 2, duplicate: 2, failed: 1 });
      const rows = await directory.rows(applied);
      expect(rows.map(({ row, outcome, problems }) => [row, outcome, problems[0]?.code])).toEqual([
        [2, "created", undefined],
        [3, "duplicate", "duplicate_in_file"],
        [4, "failed", "bad_value"],
        [5, "created", undefined],
        [6, "duplicate", "not_unique"],
      ]);
    }));

  async function apply(directory: TestDirectory, { id: importId }: ImportJob): Promise<void> {
    const request = { ...(await directory.job(importId)).request, dryRun: false };
    await directory.commit({ kind: "advanceImport", importId, from: ["planned"], to: "queued", request });
  }
});

describe("a userName that is taken", () => {
  test("in the file goes to the first row that can go in; later ones name it", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,active\nana,perhaps\nANA,\nÀna,\nana,\na\u0300na,\n");
      const rows = await directory.rows(job);
      expect(rows.map(({ outcome, problems }) => [outcome, problems[0]?.message])).toEqual([
        ["failed", expect.stringContaining("active must be")],
        ["created", undefined],
        ["created", undefined],
        ["duplicate", "row 3 has the same userName; that one was taken"],
        ["duplicate", "row 4 has the same userName; that one was taken"],
      ]);
      expect(await directory.userNames()).toEqual(["ANA", "Àna"]);
    }));

  test("in the directory is a duplicate, and its user stays as it was", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,title\nana,first\n");
      const job = await directory.import("userName,title\nAna,second\nbo,\n");
      expect(job).toMatchObject({ state: "completed_with_errors", planned: { duplicate: 1, created: 1 } });
      const [row] = await directory.rows(job);
      expect(row).toMatchObject({
        outcome: "duplicate",
        key: "Ana",
        resourceId: null,
        problems: [{ code: "not_unique", column: "userName", value: "Ana" }],
      });
      expect(await directory.users()).toMatchObject([{ userName: "ana", title: "first" }, { userName: "bo" }]);
    }));

  test("is told so although somebody took it after the plan", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const job = await directory.receive("userName\nana\nbo\n");
      let added = false;
      const meanwhile: Store = {
        ...store,
        async commit(sets) {
          if (!added && sets.some(({ result }) => result !== undefined)) {
            added = true;
            await directory.import("userName\nana\n");
          }
          return store.commit(sets);
        },
      };
      const done = await runImport({ ...ports, store: meanwhile }, tenantId, job.id);
      expect(done).toMatchObject({ planned: { created: 2 }, counts: { created: 1, duplicate: 1 } });
    }));
});

describe("groups", () => {
  test("are joined by their names, in any case, each once", () =>
    inDirectory(async (directory) => {
      const sales = await directory.addGroup("Sales");
      const support = await directory.addGroup("Support & Öl");
      const job = await directory.import("userName,groups\nana,Sales\nbo,SALES; support & öl;sales\ncy,\n");
      expect(job).toMatchObject({ state: "completed", counts: { created: 3 } });
      const shown = async (id: string) => (await directory.members(id)).map(({ display }) => display).sort();
      expect(await shown(sales)).toEqual(["ana", "bo"]);
      expect(await shown(support)).toEqual(["bo"]);
    }));

  test("that are unknown or of two refuse their row and no other, and nobody joins by half", () =>
    inDirectory(async (directory) => {
      const sales = await directory.addGroup("Sales");
      await directory.addGroup("Twins");
      await directory.addGroup("twins");
      const job = await directory.import("userName,groups\nana,Sales;Nobody\nbo,Twins\ncy,Sales\n");
      expect(job.counts).toMatchObject({ created: 1, failed: 2 });
      const rows = await directory.rows(job);
      expect(rows.map(({ problems }) => problems.map(({ code, value }) => [code, value]))).toEqual([
        [["unknown_group", "Nobody"]],
        [["ambiguous_match", "Twins"]],
        [],
      ]);
      expect((await directory.members(sales)).map(({ display }) => display)).toEqual(["cy"]);
      expect(await directory.userNames()).toEqual(["cy"]);
    }));

  test("deleted between plan and apply refuse their rows, without the user", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const id = await directory.addGroup("Sales");
      const job = await directory.receive("userName,groups\nana,Sales\nbo,\n");
      let deleted = false;
      const meanwhile: Store = {
        ...store,
        async commit(sets) {
          if (!deleted && sets.some(({ result }) => result !== undefined)) {
            deleted = true;
            await directory.commit({ kind: "deleteResource", resourceType: "Group", id, at: 5 });
          }
          return store.commit(sets);
        },
      };
      const done = await runImport({ ...ports, store: meanwhile }, tenantId, job.id);
      expect(done.counts).toMatchObject({ created: 1, failed: 1 });
      expect((await directory.rows(done))[0]?.problems).toMatchObject([{ code: "unknown_group" }]);
      expect(await directory.userNames()).toEqual(["bo"]);
    }));

  test("of WSO2's roles are joined", () =>
    inDirectory(async (directory) => {
      const agents = await directory.addGroup("IID-AGENT");
      const investors = await directory.addGroup("Investor");
      const role = "http://wso2.org/claims/role=IID-AGENT:Investor";
      expect(await directory.import(`UserName,Password,Claims\nana,pw,${role}\n`)).toMatchObject({
        state: "completed",
      });
      for (const id of [agents, investors]) expect(await directory.members(id)).toMatchObject([{ display: "ana" }]);
    }));
});

describe("a password", () => {
  const clear = "cl3ar-text-of-";

  test("is stored as its hash", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,password\nana, pw \nbo,\n");
      const hashOf = async (key: string) =>
        (await directory.store.access.credential(tenantId, "User", key))?.passwordHash ?? null;
      expect(await hashOf("ana")).toBe(fakeHash(" pw "));
      expect(await hashOf("bo")).toBeNull();
    }));

  test("is nowhere on the disk once its job has ended, whatever came of its row", () =>
    inDirectory(async (directory) => {
      const rows = Array.from({ length: 30_000 }, (_, index) => {
        const odd = index % 1000 === 0 ? "perhaps" : "";
        return `user${index % 29_900},${clear}${index},${odd},${index % 777 === 0 ? "Nobody" : ""}`;
      });
      const file = `userName,password,active,groups\n${rows.join("\n")}\n`;
      const job = await directory.receive(file);
      expect(directory.bytesOnDisk().includes(clear)).toBe(true);
      const done = await runImport(directory.ports, tenantId, job.id);
      expect(done.state).toBe("completed_with_errors");
      expect(done.counts.failed).toBeGreaterThan(60);
      expect(done.counts.duplicate).toBeGreaterThan(90);
      expect(directory.bytesOnDisk().includes(clear)).toBe(false);
    }));

  const ends: readonly (readonly [how: string, file: string])[] = [
    ["a file that can not be read", `userName,password\nana,${clear}1\n"bo,${clear}2\n`],
    ["a file whose header is wrong", `userName,shoeSize,password\nana,42,${clear}1\n`],
  ];
  for (const [how, file] of ends) {
    test(`is nowhere on the disk after ${how}`, () =>
      inDirectory(async (directory) => {
        expect(await directory.import(file)).toMatchObject({ state: "failed" });
        expect(directory.bytesOnDisk().includes(clear)).toBe(false);
      }));
  }

  test("is nowhere on the disk after an upload that broke off", () =>
    inDirectory(async (directory) => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(`userName,password\n${`ana,${clear}1\n`.repeat(100_000)}`);
        throw new Error("connection reset");
      }
      await directory.receive(broken()).catch(() => undefined);
      expect(directory.bytesOnDisk().includes(clear)).toBe(false);
    }));
});

/** The store, with a say in every commit of rows: what it gives is committed, then it may throw. */
function withRowCommits(store: Store, before: (sets: readonly ChangeSet[]) => Promise<void>): Store {
  return {
    ...store,
    async commit(sets) {
      if (sets.some(({ result }) => result !== undefined)) await before(sets);
      return store.commit(sets);
    },
  };
}

describe("a job that is interrupted", () => {
  const count = 12_345;

  for (const share of [0, 0.37, 1]) {
    test(`by a store that fails after ${share * 100} % of a chunk goes on, and every row is there once`, () =>
      inDirectory(async (directory) => {
        const { store, ports } = directory;
        const job = await directory.receive(people(count));
        let failures = 0;
        const failing = withRowCommits(store, async (sets) => {
          if (++failures !== 1) return;
          if (share > 0) await store.commit(sets.slice(0, Math.floor(sets.length * share)));
          throw new ScimError("unavailable");
        });
        const told: unknown[] = [];
        await runWaitingImports({ ...ports, store: failing }, (_, error) => told.push(error));
        expect(told).toMatchObject([{ kind: "unavailable" }]);
        const left = await directory.job(job.id);
        expect([left.state, left.counts.created]).toEqual(["running", Math.floor(10_000 * share)]);
        await runWaitingImports(ports, (_, error) => told.push(error));
        expect(told).toHaveLength(1);
        const done = await directory.job(job.id);
        expect(done).toMatchObject({ state: "completed", counts: { created: count }, total: count });
        expect(await directory.userNames()).toEqual(names(count));
        await expectWholeCounts(directory, done);
      }));
  }

  test("by a store that fails is told of and left where it is; the jobs behind it are run", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const first = await directory.receive(people(10));
      const second = await directory.receive("userName\nana\n");
      const failing = withRowCommits(store, async ([set]) => {
        if (set?.result?.importId === first.id) throw new ScimError("unavailable");
      });
      const told: string[] = [];
      await runWaitingImports({ ...ports, store: failing }, ({ id }) => told.push(id));
      expect(told).toEqual([first.id]);
      expect((await directory.job(first.id)).state).toBe("running");
      expect((await directory.job(second.id)).state).toBe("completed");
      expect(await directory.userNames()).toEqual(["ana"]);
      expect(await directory.inputBytes(first)).toBeGreaterThan(0);
    }));

  test("between plan and apply goes on by itself", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const job = await directory.receive(people(3));
      const failing: Store = {
        ...store,
        async commit(sets) {
          const queues = sets.some(({ changes }) =>
            changes.some((one) => one.kind === "advanceImport" && one.to === "queued"),
          );
          if (queues) throw new ScimError("unavailable");
          return store.commit(sets);
        },
      };
      await runWaitingImports({ ...ports, store: failing }, () => undefined);
      expect(await directory.userNames()).toEqual([]);
      await runWaitingImports(ports, () => undefined);
      expect(await directory.job(job.id)).toMatchObject({ state: "completed", counts: { created: 3 } });
    }));

  test("while it is planned is planned anew, and no row is counted twice", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const file = `userName,active\n${names(50_000)
        .map((name, index) => `${name},${index % 5000 === 0 ? "perhaps" : ""}`)
        .join("\n")}\n`;
      const job = await directory.receive(file);
      let notes = 0;
      const failing: Store = {
        ...store,
        async commit(sets) {
          const parses = sets.some(({ changes }) =>
            changes.some((one) => one.kind === "advanceImport" && one.to === "parsing"),
          );
          if (parses && ++notes === 3) throw new ScimError("unavailable");
          return store.commit(sets);
        },
      };
      await runWaitingImports({ ...ports, store: failing }, () => undefined);
      expect((await directory.job(job.id)).state).toBe("parsing");
      await runWaitingImports(ports, () => undefined);
      const done = await directory.job(job.id);
      expect(done).toMatchObject({
        total: 50_000,
        counts: { created: 49_990, failed: 10 },
        planned: { created: 49_990 },
      });
      await expectWholeCounts(directory, done);
    }));

  test("after its last row only has its end to be noted", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const job = await directory.receive(people(500));
      const failing: Store = {
        ...store,
        async commit(sets) {
          const ends = sets.some(({ changes }) =>
            changes.some((one) => one.kind === "advanceImport" && one.to === "completed"),
          );
          if (ends) throw new ScimError("unavailable");
          return store.commit(sets);
        },
      };
      await runWaitingImports({ ...ports, store: failing }, () => undefined);
      expect(await directory.job(job.id)).toMatchObject({ state: "running", counts: { created: 500 } });
      await runWaitingImports(ports, () => undefined);
      const done = await directory.job(job.id);
      expect(done).toMatchObject({ state: "completed", counts: { created: 500 } });
      expect(await directory.userNames()).toEqual(names(500));
    }));

  test("by the end of the process goes on where it was: every row is there once, every password hashed once", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const total = 3000;
      const job = await directory.receive(people(total, (index) => `pw${index}`));
      let settled = 0;
      const counting = withRowCommits(store, async (sets) => {
        settled += sets.length;
      });
      const stops = [1, 700, 701, 2500];
      for (const stop of stops) {
        await runWaitingImports({ ...ports, store: counting, stopRequested: () => settled >= stop }, () => undefined);
        const stopped = await directory.job(job.id);
        expect(stopped.state).toBe("running");
        expect(stopped.counts.created).toBe(settled);
        expect(settled).toBeLessThan(total);
      }
      await runWaitingImports({ ...ports, store: counting }, () => undefined);
      const done = await directory.job(job.id);
      expect(done).toMatchObject({ state: "completed", counts: { created: total } });
      expect(await directory.userNames()).toEqual(names(total));
      const hashed = directory.hashed.filter((hash) => hash !== fakeHash(samplePassword));
      expect(hashed.length).toBe(total);
      expect(new Set(hashed).size).toBe(total);
      await expectWholeCounts(directory, done);
    }));

  test("while it is planned by the end of the process goes on after the next start", () =>
    inDirectory(async (directory) => {
      const job = await directory.receive(people(20_000));
      let looks = 0;
      await runWaitingImports({ ...directory.ports, stopRequested: () => ++looks > 3 }, () => undefined);
      expect((await directory.job(job.id)).state).toBe("parsing");
      await runWaitingImports(directory.ports, () => undefined);
      expect(await directory.job(job.id)).toMatchObject({ state: "completed", counts: { created: 20_000 } });
    }));

  test("between its end and the end of its input has its input dropped by the next run", () =>
    inDirectory(async (directory) => {
      const { store, ports } = directory;
      const files = [people(10, (index) => `pw${index}`), "userName,shoeSize\nana,42\n"];
      const jobs = [await directory.receive(files[0] ?? ""), await directory.receive(files[1] ?? "")];
      const failing: Store = {
        ...store,
        async commit(sets) {
          const drops = sets.some(({ changes }) => changes.some(({ kind }) => kind === "dropInput"));
          if (drops) throw new ScimError("unavailable");
          return store.commit(sets);
        },
      };
      await runWaitingImports({ ...ports, store: failing }, () => undefined);
      await runWaitingImports(ports, () => undefined);
      const states = await Promise.all(jobs.map(async ({ id }) => (await directory.job(id)).state));
      expect(states).toEqual(["completed", "failed"]);
      for (const job of jobs) expect(await directory.inputBytes(job)).toBe(0);
      expect(await directory.userNames()).toEqual(names(10));
    }));

  test("has ended only once: running it again changes nothing", () =>
    inDirectory(async (directory) => {
      const job = await directory.import(people(5));
      expect(await runImport(directory.ports, tenantId, job.id)).toEqual(job);
      expect(await directory.userNames()).toEqual(names(5));
    }));
});

describe("an odd file is read like any other", () => {
  const text = "userName;displayName\r\nana;Åsa\r\nbo;日本\r\n";
  const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
  const files: readonly (readonly [name: string, file: string | Uint8Array])[] = [
    ["with a byte order mark", `\ufeff${text}`],
    ["in UTF-16", utf16],
    ["in UTF-16 of the other byte order", Buffer.from(utf16).swap16()],
    ["with semicolons", text],
    ["with commas", text.replaceAll(";", ",")],
    ["with tabs", text.replaceAll(";", "\t")],
    ["with a sep= line", `sep=;\r\n${text}`],
    ["with every cell quoted", text.replaceAll(/[^;\r\n]+/g, '"$&"')],
    ["with LF", text.replaceAll("\r", "")],
    ["with CR", text.replaceAll("\n", "")],
    ["without a last line end", text.trimEnd()],
  ];
  test.each(files)("%s", (_, file) =>
    inDirectory(async (directory) => {
      expect(await directory.import(file)).toMatchObject({ state: "completed", counts: { created: 2 } });
      expect(await directory.users()).toMatchObject([
        { userName: "ana", displayName: "Åsa" },
        { userName: "bo", displayName: "日本" },
      ]);
    }),
  );
});

describe("a bad file ends as failed, in words, and leaves the directory as it was", () => {
  const good = "ana,x\n".repeat(30_000);
  const bad: readonly (readonly [name: string, file: string | Uint8Array, message: string])[] = [
    [
      "a quote that is never closed",
      `userName,title\nana,x\nbo,"y\ncy,z\n`,
      "line 3: the quote opened here is never closed",
    ],
    [
      "a quote that closes too early",
      `userName,title\nana,"x"y\n`,
      "line 2: there is text after the closing quote of column 2",
    ],
    ["NUL", "userName,title\nana,x\nbo,\0\n", "line 3: contains the character NUL"],
    ["NUL after many good rows", `userName,title\n${good}bo,\0\n`, "line 30002: contains the character NUL"],
    ["too many columns", `userName,title\n${"x,".repeat(600)}\n`, "line 2: the row has 601 columns"],
    ["a cell that is too long", `userName,title\nana,${"x".repeat(70_000)}\n`, "line 2: column 2 has 70000 characters"],
    ["two encodings", Buffer.from(`userName,title\nÅsa,x\n${"bo,\u00e9"}\n`, "utf8").fill(0xe9, 26, 27), "line 3: "],
    ["a workbook", Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), "the workbook is damaged or cut off"],
    [
      "an unknown column",
      "userName,shoeSize\nana,42\n",
      'line 1: no attribute of User is called "shoeSize" (column 2)',
    ],
    ["a column that is there twice", "userName,title,TITLE\n", 'line 1: the columns "title" and "TITLE" name'],
    ["no userName", "title,emails\nx,y\n", "line 1: there is no column userName"],
    [
      "a header of no known dialect",
      "Login,First name\nana,Ana\n",
      "line 1: the 2 columns are the header of no known dialect",
    ],
    ["blank lines only", "\r\n\r\n", "the file is empty"],
    ["a byte order mark only", "\ufeff", "the file is empty"],
  ];
  test.each(bad)("%s", (_, file, message) =>
    inDirectory(async (directory) => {
      const job = await directory.import(file);
      expect(job.state).toBe("failed");
      expect(job.message).toStartWith(message);
      expect(job.message).toEndWith("; nothing was imported");
      expect(job.finished).toBeNumber();
      expect(await directory.users()).toEqual([]);
      expect(await directory.rows(job)).toEqual([]);
      expect(await directory.inputBytes(job)).toBe(0);
    }),
  );

  test("a line of 100 MB, of which little is read", () =>
    inDirectory(async (directory) => {
      const chunk = Buffer.alloc(1_048_576, "x");
      const job = await directory.receive("userName,title\nana,x\n");
      let read = 0;
      const store: Store = {
        ...directory.store,
        imports: {
          ...directory.store.imports,
          async *input() {
            yield Buffer.from("userName,title\nana,x\nbo,");
            for (; read < 100; read++) yield chunk;
            yield Buffer.from("\n");
          },
        },
      };
      const done = await runImport({ ...directory.ports, store }, tenantId, job.id);
      expect(done.state).toBe("failed");
      expect(done.message).toStartWith("line 3: the row that starts here is longer than 1048576 characters");
      expect(read).toBeLessThan(5);
      expect(await directory.users()).toEqual([]);
    }));
});
