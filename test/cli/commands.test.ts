import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyPassword } from "../../src/access/password.ts";
import { errorText } from "../../src/cli/error-text.ts";
import { type Io, processIo } from "../../src/cli/io.ts";
import { createProgram } from "../../src/cli/program.ts";
import { databaseFile } from "../../src/config.ts";
import { userUrn } from "../../src/scim/urn.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { openSqliteStore } from "../../src/storage/sqlite/store.ts";
import { testIo } from "./io.ts";

interface Place {
  readonly dataDir: string;
  /** Runs a command on the data directory. */
  run(io: Io, ...args: readonly string[]): Promise<void>;
  withStore<T>(work: (store: Store) => Promise<T>): Promise<T>;
}

/** A data directory with an empty database. */
async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "muster-cli-"));
  const place: Place = {
    dataDir,
    async run(io, ...args) {
      await createProgram(io).parseAsync([...args, "--data", dataDir], { from: "user" });
    },
    async withStore(use) {
      const store = openSqliteStore({ file: databaseFile(dataDir) });
      try {
        return await use(store);
      } finally {
        await store.close();
      }
    },
  };
  try {
    await place.run(testIo(), "migrate");
    await work(place);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The line that the command ends with, and what it wrote before. */
async function failure({ run }: Place, ...args: readonly string[]) {
  const io = testIo();
  const error = await run(io, ...args).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error(`${args.join(" ")} did not fail`);
  return { line: errorText(error), lines: io.lines, errors: io.errors };
}

const accounts = ({ withStore }: Place) => withStore((store) => store.access.accounts(defaultTenantId));

describe("muster user create", () => {
  test("makes the user with password and role, and then shows the password", () =>
    inPlace(async (place) => {
      const io = testIo();
      await place.run(io, "user", "create", "Ana", "--role", "auditor");
      const [account] = await accounts(place);
      expect(account).toMatchObject({ userName: "Ana", roles: ["auditor"], hasPassword: true });
      expect(io.errors).toEqual([`user Ana made with the id ${account?.userId}`, "the password, shown this once:"]);
      expect(io.lines).toEqual([expect.stringMatching(/^[a-z2-9-]{20}$/)]);
      const credential = await place.withStore((store) => store.access.credential(defaultTenantId, "User", "ana"));
      expect(await verifyPassword(io.lines[0] ?? "", credential?.passwordHash ?? "")).toBe(true);
    }));

  test("makes what POST makes of the same name: an active user", () =>
    inPlace(async (place) => {
      await place.run(testIo(), "user", "create", "ana");
      const record = await place.withStore((store) => store.resources.getByUniqueKey(defaultTenantId, "User", "ana"));
      expect(JSON.parse(record?.doc ?? "")).toEqual({ schemas: [userUrn], userName: "ana", active: true });
    }));

  test("says in one line that a name is taken; nobody is changed, and no password shown", () =>
    inPlace(async (place) => {
      await place.run(testIo(), "user", "create", "ana");
      const before = await accounts(place);
      expect(await failure(place, "user", "create", "ANA", "--role", "administrator")).toEqual({
        line: 'userName "ANA" is in use.',
        lines: [],
        errors: [],
      });
      expect(await accounts(place)).toEqual(before);
    }));

  test("refuses what POST refuses, in one line, and makes nothing", () =>
    inPlace(async (place) => {
      expect(await failure(place, "user", "create", "")).toEqual({
        line: expect.stringContaining("userName"),
        lines: [],
        errors: [],
      });
      expect((await failure(place, "user", "create", "ana", "--role", "boss")).line).toContain("there is no role boss");
      expect(await accounts(place)).toEqual([]);
    }));
});

describe("muster user password", () => {
  test("shows no password when there is nobody to have it", () =>
    inPlace(async (place) => {
      expect(await failure(place, "user", "password", "ana")).toEqual({
        line: "there is no user ana",
        lines: [],
        errors: [],
      });
    }));

  test("shows the random password after it is stored", () =>
    inPlace(async (place) => {
      await place.run(testIo(), "user", "create", "ana");
      const io = testIo();
      await place.run(io, "user", "password", "ana");
      expect(io.errors).toEqual(["the password of ana is set", "the password, shown this once:"]);
      const credential = await place.withStore((store) => store.access.credential(defaultTenantId, "User", "ana"));
      expect(await verifyPassword(io.lines[0] ?? "", credential?.passwordHash ?? "")).toBe(true);
    }));
});

describe("muster user list", () => {
  test("is one line a user, whatever the names hold", () =>
    inPlace(async (place) => {
      const names = ["ana", "bo\nforged  admin  administrator  password", "cy\u001b[2J\r\u009b1A", "dé"];
      for (const userName of names) await place.run(testIo(), "user", "create", userName);
      let text = "";
      const io = processIo({ write: (more) => (text += more) }, { write: () => undefined });
      await place.run(io, "user", "list");
      const lines = text.trimEnd().split("\n");
      expect(lines.map((line) => line.replace(/^[0-9a-f-]{36} {2}/, ""))).toEqual([
        "ana  no role  password",
        "bo\ufffdforged  admin  administrator  password  no role  password",
        "cy\ufffd[2J\ufffd\ufffd1A  no role  password",
        "dé  no role  password",
      ]);
    }));
});

describe("muster token create --days", () => {
  const create = ["token", "create", "--name", "x", "--scope", "scim:read"];

  test.each(["0", "-1", "many", "", "36501", "1e300", "Infinity"])("refuses %p", (days) =>
    inPlace(async (place) => {
      const { line, lines } = await failure(place, ...create, `--days=${days}`);
      expect(line).toBe("--days must be a number above 0 and at most 36500");
      expect(lines).toEqual([]);
      expect(await place.withStore((store) => store.access.tokens(defaultTenantId))).toEqual([]);
    }),
  );

  test.each(["0.5", "36500"])("takes %p, which the list then tells", (days) =>
    inPlace(async (place) => {
      await place.run(testIo(), ...create, "--days", days);
      const io = testIo();
      await place.run(io, "token", "list");
      expect(io.lines).toEqual([expect.stringMatching(/ until \d{4}-\d\d-\d\dT/)]);
    }),
  );
});

describe("muster import", () => {
  const csv = "userName,active,emails[work].value\nana,,\nbo,perhaps,\nANA,,\n";

  test("shows the rows whose people are not in, in file order", () =>
    inPlace(async (place) => {
      const file = join(place.dataDir, "people.csv");
      await Bun.write(file, csv);
      const io = testIo();
      await place.run(io, "import", file);
      expect(io.exitCode).toBe(2);
      expect(io.lines.filter((line) => line.startsWith("row "))).toEqual([
        expect.stringMatching(/^row 3, line 3 \(bo\): failed; /),
        expect.stringMatching(/^row 4, line 4 \(ANA\): duplicate; /),
      ]);
    }));

  test.each(["ftp://localhost", "localhost:8080", "", "http//x"])("refuses %p as the --url", (url) =>
    inPlace(async (place) => {
      const file = join(place.dataDir, "people.csv");
      await Bun.write(file, csv);
      const { line } = await failure(place, "import", file, `--url=${url}`, "--token", "x");
      expect(line).toBe("--url must be an http or https URL");
    }),
  );
});

describe("--tenant", () => {
  const tenantId = 2;

  test("makes tokens and users in the tenant of that domain, and lists them there", () =>
    inPlace(async (place) => {
      await place.withStore((store) =>
        store.commit([{ tenantId, changes: [{ kind: "createTenant", domain: "b.org", at: 1 }] }]),
      );
      const of = ["--tenant", "B.org"];
      await place.run(testIo(), "token", "create", "--name", "theirs", "--scope", "scim:read", ...of);
      await place.run(testIo(), "user", "create", "ana", "--role", "auditor", ...of);
      await place.run(testIo(), "user", "role", "ana", "administrator", ...of);
      const [here, there] = await place.withStore(async ({ access }) => [
        { tokens: await access.tokens(defaultTenantId), accounts: await access.accounts(defaultTenantId) },
        { tokens: await access.tokens(tenantId), accounts: await access.accounts(tenantId) },
      ]);
      expect(here).toEqual({ tokens: [], accounts: [] });
      expect(there?.tokens.map(({ name }) => name)).toEqual(["theirs"]);
      expect(there?.accounts).toMatchObject([{ userName: "ana", roles: ["administrator"], hasPassword: true }]);
      for (const [command, text] of [
        ["token", "theirs"],
        ["user", "ana"],
      ] as const) {
        const [own, other] = [testIo(), testIo()];
        await place.run(own, command, "list", ...of);
        await place.run(other, command, "list");
        expect(own.lines.join("\n")).toContain(text);
        expect(other.lines).toEqual([]);
      }
    }));

  test("imports into the tenant, and exports from it", () =>
    inPlace(async (place) => {
      await place.withStore((store) =>
        store.commit([{ tenantId, changes: [{ kind: "createTenant", domain: "b.org", at: 1 }] }]),
      );
      const file = join(place.dataDir, "people.csv");
      await Bun.write(file, "userName\nana\n");
      await place.run(testIo(), "import", file, "--tenant", "b.org");
      const exported = async (...of: readonly string[]): Promise<string> => {
        const output = join(place.dataDir, "out.csv");
        await place.run(testIo(), "export", "--output", output, ...of);
        return Bun.file(output).text();
      };
      expect(await exported("--tenant", "b.org")).toContain("ana");
      expect(await exported()).not.toContain("ana");
    }));

  test("is refused for a domain that nobody has, and beside --url", () =>
    inPlace(async (place) => {
      for (const args of [["token", "list"], ["user", "list"], ["export"]]) {
        expect((await failure(place, ...args, "--tenant", "nobody.org")).line).toContain("no tenant nobody.org");
      }
      const remote = ["--url", "http://127.0.0.1:9", "--token", "x", "--tenant", "b.org"];
      expect((await failure(place, "export", ...remote)).line).toContain("with --url the token tells the tenant");
    }));
});
