import { describe, expect, test } from "bun:test";
import { applyPlan, cancelImport, retryImport, undoImport } from "../../src/import/actions.ts";
import { failedFile } from "../../src/import/failed-file.ts";
import { fullCounts } from "../../src/import/job.ts";
import { runImport } from "../../src/import/runner.ts";
import { ScimError } from "../../src/scim/error.ts";
import { enterpriseUserUrn } from "../../src/scim/urn.ts";
import type { ImportJob } from "../../src/storage/import.ts";
import { defaultTenantId } from "../../src/storage/port.ts";
import { inDirectory, type TestDirectory, type UserDoc } from "./support/directory.ts";

const tenantId = defaultTenantId;

async function userNamed(directory: TestDirectory, userName: string): Promise<UserDoc> {
  const user = (await directory.users()).find((each) => each.userName === userName);
  if (user === undefined) throw new Error(`no user ${userName}`);
  return user;
}

async function versionOf({ store }: TestDirectory, userName: string): Promise<number | undefined> {
  return (await store.resources.getByUniqueKey(tenantId, "User", userName.toLowerCase()))?.version;
}

async function idOf({ store }: TestDirectory, userName: string): Promise<string> {
  return (await store.resources.getByUniqueKey(tenantId, "User", userName.toLowerCase()))?.id ?? "";
}

/** Every row with its outcome and the codes of its problems. */
async function outcomes(directory: TestDirectory, job: ImportJob) {
  return (await directory.rows(job)).map(({ row, outcome, problems }) => [
    row,
    outcome,
    ...problems.map(({ code }) => code),
  ]);
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** Runs a job as far as it goes, after something was asked of it. */
const run = (directory: TestDirectory, { id }: ImportJob): Promise<ImportJob> =>
  runImport(directory.ports, tenantId, id);

describe("an upsert", () => {
  test("makes who is not there, changes who is, and leaves alone who is the same", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,title,emails[work].value\nana,Boss,a@x.org\nbo,Clerk,b@x.org\n");
      const job = await directory.import(
        "userName,title,emails[work].value\nana,Boss,a@x.org\nbo,Chief,\ncy,New,c@x.org\n",
        { mode: "upsert" },
      );
      expect(job).toMatchObject({
        state: "completed",
        planned: { unchanged: 1, updated: 1, created: 1 },
        counts: { unchanged: 1, updated: 1, created: 1 },
      });
      expect(await userNamed(directory, "bo")).toMatchObject({ title: "Chief", emails: [{ value: "b@x.org" }] });
      expect(await versionOf(directory, "ana")).toBe(1);
      expect(await versionOf(directory, "bo")).toBe(2);
    }));

  test("of the same file again changes nothing at all", () =>
    inDirectory(async (directory) => {
      const file =
        "userName,name.givenName,name.familyName,emails[work].value,emails[home].value,phoneNumbers[0].value," +
        "department,active,roles\nana,Ana,Sol,a@x.org,a@home.org,+49 (170) 1,Sales,yes,one;two\nbo,,,,,,,no,\n";
      await directory.import(file, { mode: "upsert" });
      const again = await directory.import(file, { mode: "upsert" });
      expect(again.counts).toMatchObject({ unchanged: 2, updated: 0, created: 0 });
      expect(await versionOf(directory, "ana")).toBe(1);
    }));

  test("clears by \\N, keeps by a blank cell, and clears by a blank cell when asked", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,title,nickName,department\nana,Boss,An,Sales\n");
      await directory.import("userName,title,nickName,department\nana,,\\N,\\N\n", { mode: "upsert" });
      const once = await userNamed(directory, "ana");
      expect(once).toMatchObject({ title: "Boss" });
      expect(once).not.toHaveProperty("nickName");
      expect(once).not.toHaveProperty(enterpriseUserUrn);
      await directory.import("userName,title\nana,\n", { mode: "upsert", empty: "clear" });
      expect(await userNamed(directory, "ana")).not.toHaveProperty("title");
    }));

  test("finds users by mail, by externalId and by id, and renames by id", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,externalId,emails[work].value\nana,E1,a@x.org\nbo,E2,b@x.org\n");
      const byMail = await directory.import("emails[work].value,title\nA@x.org,Mail\n", {
        mode: "update",
        match: "mail",
      });
      expect(byMail.counts).toMatchObject({ updated: 1 });
      const byExternal = await directory.import("externalId,title\nE2,External\n", {
        mode: "update",
        match: "externalId",
      });
      expect(byExternal.counts).toMatchObject({ updated: 1 });
      const id = await idOf(directory, "ana");
      const byId = await directory.import(`id,userName\n${id},anna\n`, { mode: "update" });
      expect(byId.counts).toMatchObject({ updated: 1 });
      expect(await userNamed(directory, "anna")).toMatchObject({ title: "Mail", externalId: "E1" });
      expect(await userNamed(directory, "bo")).toMatchObject({ title: "External" });
    }));

  test("never makes a user of a row whose id is not there", () =>
    inDirectory(async (directory) => {
      const id = "00000000-0000-7000-8000-00000000ffff";
      const job = await directory.import(`id,userName\n${id},ana\n`, { mode: "upsert" });
      expect(await outcomes(directory, job)).toEqual([[2, "failed", "no_match"]]);
      expect(await directory.users()).toEqual([]);
    }));

  test("tells who is there twice in the file, by whatever they are found", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,emails[work].value\nana,a@x.org\n");
      const id = await idOf(directory, "ana");
      const job = await directory.import(`userName,id,title\nana,,One\nana,${id},Two\nANA,,Three\n`, {
        mode: "upsert",
      });
      expect(await outcomes(directory, job)).toEqual([
        [2, "updated"],
        [3, "duplicate", "duplicate_in_file"],
        [4, "duplicate", "duplicate_in_file"],
      ]);
      expect(await userNamed(directory, "ana")).toMatchObject({ title: "One" });
    }));

  test("of a mail that two users have tells that it names nobody alone", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,emails[work].value\nana,x@x.org\nbo,x@x.org\n");
      const job = await directory.import("userName,emails[work].value\ncy,x@x.org\n", {
        mode: "upsert",
        match: "mail",
      });
      expect(await outcomes(directory, job)).toEqual([[2, "failed", "ambiguous_match"]]);
    }));

  test("that gives somebody's userName to another is a conflict", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,emails[work].value\nana,a@x.org\nbo,b@x.org\n");
      const file = "userName,emails[work].value\nana,b@x.org\nana,new@x.org\n";
      const job = await directory.import(file, { mode: "upsert", match: "mail" });
      expect((await outcomes(directory, job)).map(([row, outcome]) => [row, outcome])).toEqual([
        [2, "conflict"],
        [3, "duplicate"],
      ]);
      expect(await userNamed(directory, "bo")).toBeDefined();
    }));

  test("by an attribute without an index is refused as a whole, in words", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,title\nana,x\n", { mode: "upsert", match: "nickName" });
      expect(job.state).toBe("failed");
      expect(job.message).toContain("nickName is not indexed");
    }));
});

describe("an update", () => {
  test("makes nobody", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,title\nana,x\n", { mode: "update" });
      expect(await outcomes(directory, job)).toEqual([[2, "failed", "no_match"]]);
    }));

  test("leaves passwords as they are, unless it is asked to set them", () =>
    inDirectory(async (directory) => {
      await directory.import("userName,password\nana,first\n");
      const kept = await directory.import("userName,password\nana,second\n", { mode: "update" });
      expect(kept.counts).toMatchObject({ unchanged: 1 });
      expect(kept.warnings.some((warning) => warning.includes("updatePasswords is false"))).toBe(true);
      const before = await directory.store.access.credential(tenantId, "User", "ana");
      const set = await directory.import("userName,password\nana,second\n", {
        mode: "update",
        updatePasswords: "true",
      });
      expect(set.counts).toMatchObject({ updated: 1 });
      const after = await directory.store.access.credential(tenantId, "User", "ana");
      expect(after?.passwordHash).not.toBe(before?.passwordHash ?? null);
    }));

  test("of somebody with a role is for administrators", () =>
    inDirectory(async (directory) => {
      await directory.import("userName\nana\n");
      await directory.commit({ kind: "setRoles", userId: await idOf(directory, "ana"), roles: ["administrator"] });
      const refused = await directory.import("userName,title\nana,x\n", { mode: "update" });
      expect(await outcomes(directory, refused)).toEqual([[2, "failed", "forbidden"]]);
      const job = await directory.receive("userName,title\nana,x\n", { mode: "update" }, { asAdministrator: true });
      expect((await run(directory, job)).counts).toMatchObject({ updated: 1 });
    }));
});

describe("a column _op", () => {
  test("asks for a row what the job does not", () =>
    inDirectory(async (directory) => {
      await directory.import("userName\nana\nbo\ncy\n");
      const job = await directory.import(
        "userName,_op,title\nana,deactivate,\nbo,delete,\ncy,skip,x\ndi,upsert,New\nno,update,x\nana2,fly,\n",
      );
      expect(await outcomes(directory, job)).toEqual([
        [2, "deactivated"],
        [3, "deleted"],
        [4, "skipped"],
        [5, "created"],
        [6, "failed", "no_match"],
        [7, "failed", "bad_value"],
      ]);
      expect(await directory.userNames()).toEqual(["ana", "cy", "di"]);
      expect(await userNamed(directory, "ana")).toMatchObject({ active: false });
      expect(fullCounts(job)).toMatchObject({ total: 6, not_run: 0 });
    }));
});

describe("the groups of a row", () => {
  test("are those the user is in afterwards", () =>
    inDirectory(async (directory) => {
      const [sales, support] = [await directory.addGroup("Sales"), await directory.addGroup("R;D")];
      await directory.import("userName,groups\nana,Sales\n");
      const job = await directory.import('userName,groups\nana,"""R;D"""\n', { mode: "upsert" });
      expect(job.counts).toMatchObject({ updated: 1 });
      expect(await directory.members(sales)).toEqual([]);
      expect((await directory.members(support)).map(({ display }) => display)).toEqual(["ana"]);
      const same = await directory.import(`userName,groups\nana,${support}\n`, { mode: "upsert" });
      expect(same.counts).toMatchObject({ unchanged: 1 });
      const none = await directory.import("userName,groups\nana,\n", { mode: "upsert", empty: "clear" });
      expect(none.counts).toMatchObject({ updated: 1 });
      expect(await directory.members(support)).toEqual([]);
    }));

  test("are made when that is asked for, each once", () =>
    inDirectory(async (directory) => {
      const file = "userName,groups\nana,Sales;Board\nbo,sales\n";
      expect((await directory.import(file)).counts).toMatchObject({ failed: 2 });
      const job = await directory.import(file, { createGroups: "true" });
      expect(job.counts).toMatchObject({ created: 2 });
      const made = await directory.store.imports.groupsMade(tenantId, job.id);
      expect(made).toHaveLength(2);
      const names = await Promise.all(
        made.map(async (id) => (await directory.members(id)).map(({ display }) => display)),
      );
      expect(names.sort()).toEqual([["ana"], ["ana", "bo"]]);
    }));
});

describe("the manager of a row", () => {
  const managerOf = async (directory: TestDirectory, userName: string): Promise<unknown> =>
    (await userNamed(directory, userName))[enterpriseUserUrn];

  test("is found by userName, mail or id, wherever in the file or the directory they are", () =>
    inDirectory(async (directory) => {
      await directory.import("userName\nold\n");
      const old = await idOf(directory, "old");
      const job = await directory.import(
        `userName,emails[work].value,manager\nana,a@x.org,BO\nbo,b@x.org,c@x.org\ncy,c@x.org,${old}\ndi,d@x.org,nobody\n`,
      );
      expect(job.counts).toMatchObject({ created: 4 });
      expect(await managerOf(directory, "ana")).toEqual({ manager: { value: await idOf(directory, "bo") } });
      expect(await managerOf(directory, "bo")).toEqual({ manager: { value: await idOf(directory, "cy") } });
      expect(await managerOf(directory, "cy")).toEqual({ manager: { value: old } });
      expect(await managerOf(directory, "di")).toBeUndefined();
      expect((await outcomes(directory, job))[3]).toEqual([5, "created", "no_match"]);
    }));

  test("who is nobody is told by the plan", () =>
    inDirectory(async (directory) => {
      const file = "userName,manager\nana,bo\nbo,nobody\n";
      const job = await directory.import(file, { dryRun: "true" });
      const told = (await directory.rows(job)).filter(({ problems }) => problems.length > 0);
      expect(told).toMatchObject([{ row: 3, outcome: "created", problems: [{ code: "no_match", column: "manager" }] }]);
    }));

  test("that is the same changes nothing, and one that is cleared is gone", () =>
    inDirectory(async (directory) => {
      const file = "userName,manager\nbo,\nana,bo\n";
      await directory.import(file);
      expect((await directory.import(file, { mode: "upsert" })).counts).toMatchObject({ unchanged: 2 });
      const cleared = await directory.import("userName,manager\nana,\\N\n", { mode: "upsert" });
      expect(cleared.counts).toMatchObject({ updated: 1 });
      expect(await managerOf(directory, "ana")).toBeUndefined();
    }));
});

describe("an exclude list", () => {
  test("refuses the values it has, each with its column", () =>
    inDirectory(async (directory) => {
      const list = (key: string, values: readonly string[]) =>
        ({ kind: "putDefinition", definition: "excludeList", key, doc: JSON.stringify({ values }) }) as const;
      await directory.commit(list("mail", ["bad@x.org"]), list("firstName", ["Test"]), list("lastName", ["User"]));
      const job = await directory.import(
        "userName,emails[work].value,name.givenName,name.familyName\nana,BAD@x.org,test,user\nbo,b@x.org,Bo,Ek\n",
      );
      const [ana, bo] = await directory.rows(job);
      expect(ana?.problems.map(({ code, column, value }) => [code, column, value])).toEqual([
        ["excluded_value", "name.givenName", "test"],
        ["excluded_value", "name.familyName", "user"],
        ["excluded_value", "emails[work].value", "BAD@x.org"],
      ]);
      expect(bo?.outcome).toBe("created");
    }));
});

describe("an import that stops at the first refused row", () => {
  const file = "userName,active\nana,\nbo,perhaps\ncy,\ndi,\n";

  test("leaves the rows after it, which can be had and tried again", () =>
    inDirectory(async (directory) => {
      const job = await directory.import(file, { onError: "stop" });
      expect(job).toMatchObject({ state: "stopped", counts: { created: 1, failed: 1 } });
      expect(fullCounts(job)).toMatchObject({ not_run: 2, total: 4 });
      expect(job.message).toBe("stopped; 2 rows: 1 created, 1 failed; 2 rows not run");
      if (job.shape === null) throw new Error("no shape");
      const text = await textOf(failedFile(directory.store, job, job.shape));
      expect(text.split("\r\n")).toEqual([
        "_error,userName,active",
        expect.stringContaining("bad_value (active): active must be true or false"),
        "not_run,cy,",
        "not_run,di,",
        "",
      ]);
      const { job: again } = await retryImport(directory.ports, job, {
        createdBy: "test",
        asAdministrator: false,
        fields: { onError: "continue" },
      });
      expect(again.retryOf).toBe(job.id);
      const done = await run(directory, again);
      expect(done.counts).toMatchObject({ created: 2, failed: 1 });
      expect(await directory.userNames()).toEqual(["ana", "cy", "di"]);
    }));
});

describe("an import that stops, of a file with somebody twice", () => {
  test.each(["create", "upsert"] as const)("stops at the second row of them: %s", (mode) =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,title\nana,A\nbo,B\nANA,C\ncy,D\n", { onError: "stop", mode });
      expect(job.state).toBe("stopped");
      expect(fullCounts(job)).toMatchObject({ created: 2, duplicate: 1, not_run: 1 });
      expect(await directory.userNames()).toEqual(["ana", "bo"]);
    }),
  );
});

describe("a refused row that is given back", () => {
  test("is the same when it comes in again, and has no password", () =>
    inDirectory(async (directory) => {
      const file = 'userName;title;password;active\n=ana;"+1;""x""";s3cret;perhaps\n';
      const job = await directory.import(file);
      if (job.shape === null) throw new Error("no shape");
      const text = await textOf(failedFile(directory.store, job, job.shape));
      expect(text).toContain(`'=ana;"'+1;""x""";;perhaps`);
      expect(text).not.toContain("s3cret");
      const mended = text.replace(";perhaps", ";yes");
      const done = await directory.import(mended);
      expect(done.counts).toMatchObject({ created: 1 });
      expect(await userNamed(directory, "=ana")).toMatchObject({ title: '+1;"x"', active: true });
    }));

  test("keeps its password when the uploader asked for that", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,password,active\nana,=s3cret,perhaps\n", { keepPasswords: "true" });
      if (job.shape === null) throw new Error("no shape");
      const text = await textOf(failedFile(directory.store, job, job.shape));
      expect(text).toContain("'=s3cret");
      await directory.import(text.replace("perhaps", "yes"));
      expect(directory.hashed).toHaveLength(1);
    }));

  test("of JSON is JSON again, a record a line", () =>
    inDirectory(async (directory) => {
      const job = await directory.import(
        '[{"userName":"ana","active":"perhaps","password":"s3cret"},{"userName":"bo"}]',
      );
      if (job.shape === null) throw new Error("no shape");
      const text = await textOf(failedFile(directory.store, job, job.shape));
      expect(JSON.parse(text)).toMatchObject({ userName: "ana", active: "perhaps", _error: expect.any(String) });
      expect(text).not.toContain("s3cret");
      expect((await directory.import(text.replace('"perhaps"', "true"))).counts).toMatchObject({ created: 1 });
    }));
});

describe("an import that is cancelled", () => {
  test("while its plan waits has done nothing, and its file is gone", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName\nana\n", { dryRun: "true" });
      await cancelImport(directory.ports, job);
      const done = await directory.job(job.id);
      expect(done).toMatchObject({ state: "cancelled", message: "cancelled; nothing was imported" });
      expect(await directory.inputBytes(job)).toBe(0);
      expect(await directory.users()).toEqual([]);
    }));

  test("while it runs keeps what is in, and can be undone", () =>
    inDirectory(async (directory) => {
      const names = Array.from({ length: 30_000 }, (_, index) => `u${index}`);
      const job = await directory.receive(`userName\n${names.join("\n")}\n`);
      let commits = 0;
      const ports = directory.portsWith({
        store: {
          ...directory.store,
          async commit(sets) {
            const results = await directory.store.commit(sets);
            const applies = sets.some(({ result }) => result?.kind === "applied");
            if (applies && ++commits === 1) await cancelImport(directory.ports, await directory.job(job.id));
            return results;
          },
        },
      });
      const done = await runImport(ports, tenantId, job.id);
      expect(done).toMatchObject({ state: "cancelled", counts: { created: 10_000 } });
      expect(fullCounts(done).not_run).toBe(20_000);
      await undoImport(directory.ports, done);
      const undone = await run(directory, done);
      expect(undone).toMatchObject({ state: "undone", undone: { undone: 10_000, conflict: 0 } });
      expect(await directory.users()).toEqual([]);
    }));

  test("when it has ended is refused", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName\nana\n");
      const error = await cancelImport(directory.ports, job).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ScimError);
    }));
});

describe("an undo", () => {
  test("takes back what was made and changed, and tells what somebody changed since", () =>
    inDirectory(async (directory) => {
      const sales = await directory.addGroup("Sales");
      await directory.import("userName,title,groups\nold,Clerk,Sales\ngone,x,Sales\nleft,Stay,\n");
      const job = await directory.import(
        "userName,title,groups,_op,manager\nold,Boss,\\N,upsert,new\nnew,Fresh,Staff,upsert,\ngone,,,delete,\n" +
          "left,,,deactivate,\ntouched,x,,upsert,\n",
        { createGroups: "true" },
      );
      expect(job.counts).toMatchObject({ updated: 1, created: 2, deleted: 1, deactivated: 1 });
      await directory.import("userName,title\ntouched,by somebody\n", { mode: "update" });
      await undoImport(directory.ports, job);
      const undone = await run(directory, job);
      expect(undone).toMatchObject({ state: "undone", undone: { undone: 4, conflict: 1 } });
      expect(undone.message).toBe("undone: 4 rows; 1 row changed since and left as they are");
      expect([...(await directory.userNames())].sort()).toEqual(["gone", "left", "old", "touched"]);
      expect(await userNamed(directory, "old")).toMatchObject({ title: "Clerk" });
      expect(await userNamed(directory, "old")).not.toHaveProperty(enterpriseUserUrn);
      expect(await userNamed(directory, "left")).toMatchObject({ active: true });
      expect((await directory.members(sales)).map(({ display }) => display).sort()).toEqual(["gone", "old"]);
      const rows = await directory.rows(undone);
      expect(rows.map(({ row, undo }) => [row, undo])).toEqual([
        [2, "undone"],
        [3, "undone"],
        [4, "undone"],
        [5, "undone"],
        [6, "conflict"],
      ]);
      expect(rows[4]?.problems.at(-1)?.code).toBe("undo_conflict");
      const [made = ""] = await directory.store.imports.groupsMade(tenantId, job.id);
      expect(await directory.store.resources.get(tenantId, "Group", made)).toBeUndefined();
    }));

  test("is refused once it is done, and after 30 days", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName\nana\n");
      const late = { ...directory.ports, now: () => (job.finished ?? 0) + 31 * 86_400_000 };
      expect(await undoImport(late, job).catch((error: ScimError) => error.detail)).toContain("30 days");
      await undoImport(directory.ports, job);
      const undone = await run(directory, job);
      expect(await undoImport(directory.ports, undone).catch((error: ScimError) => error.kind)).toBe("conflict");
    }));
});

describe("an idempotency key", () => {
  test("finds the job of the same file, and refuses another", () =>
    inDirectory(async (directory) => {
      const key = { idempotencyKey: "monday" };
      const first = await directory.receive("userName\nana\n", {}, key);
      const again = await directory.receive("userName\nana\n", {}, key);
      expect(again.id).toBe(first.id);
      const other = await directory.receive("userName\nbo\n", {}, key).catch((error: unknown) => error);
      if (!(other instanceof ScimError)) throw new Error("a ScimError was expected");
      expect([other.kind, other.detail]).toEqual(["conflict", expect.stringContaining(first.id)]);
      expect((await directory.store.imports.jobs(tenantId, 0, 10)).map(({ state }) => state)).toEqual([
        "failed",
        "received",
      ]);
    }));

  test("is not needed to be told of the same file", () =>
    inDirectory(async (directory) => {
      const first = await directory.import("userName\nana\n");
      const again = await directory.import("userName\nana\n", { dryRun: "true" });
      expect(again.warnings.some((warning) => warning.startsWith(`same_file_as ${first.id}`))).toBe(true);
      await applyPlan(directory.ports, again);
      expect(await run(directory, again)).toMatchObject({ counts: { duplicate: 1 } });
    }));
});
