import { describe, expect, test } from "bun:test";
import { loadTypes } from "../../src/directory/catalog.ts";
import { bindFilter } from "../../src/scim/filter/bind.ts";
import { parseFilter } from "../../src/scim/filter/parse.ts";
import { strictProfile } from "../../src/scim/profile.ts";
import { userTypeOf } from "../../src/scim/resource/type.ts";
import { enterpriseUserUrn, userUrn } from "../../src/scim/urn.ts";
import { defaultTenantId } from "../../src/storage/port.ts";
import { badgeSchema, badgeUrn, register, schemasPath, typesPath, userTypeWith } from "../http/scim/custom.ts";
import { expectRefusal, list, usersPath } from "../support/scim.ts";
import { startServer, text } from "../support/server.ts";
import { inDirectory, type TestDirectory } from "./support/directory.ts";

/** Runs a test in a directory whose users have a badge. */
function withBadge(run: (directory: TestDirectory) => Promise<void>, required = false): Promise<void> {
  return inDirectory(async (directory) => {
    const type = userTypeWith(enterpriseUserUrn, { schema: badgeUrn, required });
    const put = { kind: "putDefinition" } as const;
    await directory.commit(
      { ...put, definition: "schema", key: badgeUrn.toLowerCase(), doc: JSON.stringify(badgeSchema) },
      { ...put, definition: "resourceType", key: "User", doc: JSON.stringify(type) },
    );
    await run(directory);
  });
}

/** The badges of all users by their userName. */
async function badges(directory: TestDirectory): Promise<Readonly<Record<string, unknown>>> {
  return Object.fromEntries((await directory.users()).map((user) => [user.userName, user[badgeUrn]]));
}

/** The userNames that a filter finds. */
async function found({ store }: TestDirectory, filter: string): Promise<readonly string[]> {
  const { type } = userTypeOf(await loadTypes(store, defaultTenantId));
  const bound = bindFilter(parseFilter(filter), type, strictProfile);
  const types = [{ type, filter: bound }];
  const page = await store.resources.list({ tenantId: defaultTenantId, types, start: { offset: 0 }, limit: 100 });
  return page.resources.map(({ doc }) => text(JSON.parse(doc).userName));
}

describe("columns of an extension of an administrator's own", () => {
  test("go in by name and by URN, in any case, with every type of value, and are found by filter", () =>
    withBadge(async (directory) => {
      const columns: readonly (readonly [string, string])[] = [
        ["userName", "ana"],
        [`${badgeUrn}:badgeNumber`, "B-1"],
        ["CODE", "aB"],
        ["level", " 7 "],
        ["weight", "1.50"],
        ["valid", "no"],
        ["issued", "2026-01-31T10:00:00Z"],
        ["policy", "https://example.com/p"],
        ["chip", "AQID"],
        ["tags", "night; rain"],
        [`${badgeUrn.toUpperCase()}:desk.building`, "North"],
        ["desk.floor", "-1"],
        ["doors[front].value", "gate"],
        [`${badgeUrn}:doors[front].weight`, "9"],
        ['doors[type eq "back"].value', "hatch"],
        ["serial", "s1"],
        ["photo", "a face"],
        ["department", "Tours"],
      ];
      const header = columns.map(([name]) => `"${name.replaceAll('"', '""')}"`).join(",");
      const job = await directory.import(
        `${header}\n${columns.map(([, cell]) => cell).join(",")}\nbo${",".repeat(17)}\n`,
      );
      expect(job).toMatchObject({ state: "completed", counts: { created: 2 } });
      expect(await directory.users()).toMatchObject([
        { schemas: [userUrn, enterpriseUserUrn, badgeUrn], [enterpriseUserUrn]: { department: "Tours" } },
        { schemas: [userUrn] },
      ]);
      expect((await badges(directory)).ana).toEqual({
        badgeNumber: "B-1",
        code: "aB",
        level: 7,
        weight: 1.5,
        valid: false,
        issued: "2026-01-31T10:00:00Z",
        policy: "https://example.com/p",
        chip: "AQID",
        tags: ["night", "rain"],
        desk: { building: "North", floor: -1 },
        doors: [
          { value: "gate", type: "front", weight: 9 },
          { value: "hatch", type: "back" },
        ],
        serial: "s1",
        photo: "a face",
      });
      for (const filter of [
        `${badgeUrn}:badgeNumber eq "b-1"`,
        "level gt 6",
        'tags eq "rain"',
        'doors[type eq "front" and weight eq 9]',
        `schemas eq "${badgeUrn}"`,
      ]) {
        expect(await found(directory, filter), filter).toEqual(["ana"]);
      }
    }));

  test("of many numbers are lists of numbers", () =>
    withBadge(async (directory) => {
      const job = await directory.import("userName,floors\nana,1; 2;0\nbo,3\n");
      expect(job.counts).toMatchObject({ created: 2 });
      expect(await badges(directory)).toEqual({ ana: { floors: [1, 2, 0] }, bo: { floors: [3] } });
      expect(await found(directory, "floors eq 2")).toEqual(["ana"]);
    }));

  test("of many values with a number in each go to one value", () =>
    withBadge(async (directory) => {
      await directory.import(
        "userName,doors[0].value,doors[0].weight,doors[1].value,doors[primary].value\nana,a,1,b,c\n",
      );
      expect((await badges(directory)).ana).toEqual({
        doors: [{ value: "a", weight: 1 }, { value: "b" }, { value: "c", primary: true }],
      });
    }));

  test("that hold no value of their type refuse their row and no other, and name column and cell", () =>
    withBadge(async (directory) => {
      const header = `userName,level,${badgeUrn}:valid,issued,floors`;
      const rows = ["ana,x,,,", "bo,1,perhaps,,", "cy,1,,tomorrow,", "di,1,,,1;x", "ed,1,yes,,2"];
      const job = await directory.import(`${header}\n${rows.join("\n")}\n`);
      expect(job.counts).toMatchObject({ created: 1, failed: 4 });
      expect(await directory.userNames()).toEqual(["ed"]);
      const told = (await directory.rows(job)).flatMap(({ problems }) =>
        problems.map(({ column, value }) => [column, value]),
      );
      expect(told).toEqual([
        ["level", "x"],
        [`${badgeUrn}:valid`, "perhaps"],
        ["issued", "tomorrow"],
        ["floors", "1;x"],
      ]);
    }));

  test("that only the server sets, or that nothing has, refuse the file and say which", () =>
    withBadge(async (directory) => {
      for (const name of ["printed", `${badgeUrn}:colour`, "desk", "badgeNumber.x"]) {
        const job = await directory.import(`userName,level,${name}\nana,1,x\n`);
        expect(job.state, name).toBe("failed");
        expect(job.message).toContain(`"${name}" (column 3)`);
      }
      expect(await directory.users()).toEqual([]);
    }));

  test("are one column when name and URN are both there", () =>
    withBadge(async (directory) => {
      const job = await directory.import(`userName,level,${badgeUrn}:level\nana,1,2\n`);
      expect(job).toMatchObject({ state: "failed" });
      expect(job.message).toContain("name the same attribute");
    }));

  test("S-11 of an extension that is required refuse each row that has none", () =>
    withBadge(async (directory) => {
      const job = await directory.import("userName,level\nana,1\nbo,\n");
      expect(job.counts).toMatchObject({ created: 1, failed: 1 });
      const problems = (await directory.rows(job)).flatMap((row) => row.problems);
      expect(problems).toMatchObject([{ code: "required" }]);
      expect(problems[0]?.message).toContain(badgeUrn);
    }, true));

  test("are unknown to a tenant that did not register them", () =>
    inDirectory(async (directory) => {
      const job = await directory.import("userName,level\nana,1\n");
      expect(job.state).toBe("failed");
      expect(job.message).toContain('"level" (column 2)');
    }));
});

test("a file with such columns goes in over HTTP as soon as they are registered", async () => {
  const server = await startServer();
  try {
    const csv = `userName,${badgeUrn}:badgeNumber,tags\nana,B-1,night;rain\nbo,B-2,\n`;
    const boundary = "boundary-of-the-tests";
    const head = 'Content-Disposition: form-data; name="file"; filename="people.csv"\r\nContent-Type: text/csv';
    const body = `--${boundary}\r\n${head}\r\n\r\n${csv}\r\n--${boundary}--\r\n`;
    const headers = { "Content-Type": `multipart/form-data; boundary=${boundary}`, Prefer: "wait=30" };
    const upload = async () => (await server.request("POST", "/api/imports", body, headers)).json;

    expect(await upload()).toMatchObject({ state: "failed" });
    await register(server, schemasPath, badgeSchema);
    await register(server, `${typesPath}/User`, userTypeWith(enterpriseUserUrn, badgeUrn), "PUT");
    expect(await upload()).toMatchObject({ state: "completed", counts: { created: 2 } });
    const { resources } = await list(server, usersPath, {
      filter: `${badgeUrn}:badgeNumber eq "b-1" and tags eq "night"`,
    });
    expect(resources).toMatchObject([
      { userName: "ana", schemas: [userUrn, badgeUrn], [badgeUrn]: { badgeNumber: "B-1", tags: ["night", "rain"] } },
    ]);
    // What came in by a file keeps its schema as any other data does.
    const detached = await server.request("PUT", `${typesPath}/User`, userTypeWith(enterpriseUserUrn));
    expectRefusal(detached, { status: 409, names: badgeUrn });
  } finally {
    await server.stop();
  }
});
