import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../package.json" with { type: "json" };
import { binary, inPlace, makeToken, type Place, type Ran, run, until } from "./support/binary.ts";
import { client } from "./support/client.ts";

setDefaultTimeout(60_000);

/** The command failed, and said why in one line on standard error that contains these words. */
function expectOneLine({ exitCode, stdout, stderr }: Ran, ...words: readonly string[]): void {
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^muster: [^\n]+\n$/);
  for (const word of words) expect(stderr).toContain(word);
}

/** The status of a request with Basic credentials. */
async function login(url: string, userName: string, password: string): Promise<number> {
  const headers = { Authorization: `Basic ${btoa(`${userName}:${password}`)}` };
  return (await fetch(new URL("/scim/v2/Users", url), { headers })).status;
}

describe("the binary", () => {
  test("tells its commands with --help", async () => {
    const { exitCode, stdout, stderr } = await run(["--help"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const commands = [
      "serve",
      "import",
      "token",
      "user",
      "backup",
      "restore",
      "doctor",
      "explain",
      "migrate",
      "openapi",
    ];
    for (const command of [...commands, "bench"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    }
  });

  test("tells the options of each command, and the variables without a flag", async () => {
    const { exitCode, stdout } = await run(["serve", "--help"]);
    expect(exitCode).toBe(0);
    for (const name of ["--port", "--data", "MUSTER_PORT", "MUSTER_ADMIN_PASSWORD", "MUSTER_ADMIN_TOKEN"]) {
      expect(stdout).toContain(name);
    }
    expect(stdout).not.toContain("--admin-password");
    const { stdout: help } = await run(["import", "--help"]);
    expect(help).toContain("Exit status: 0 all rows are in, 2 some rows were refused, 1 nothing was done,\n");
    expect(help).toContain(" 3 the server went away and the import may go on.\n");
  });

  test("tells its version", async () => {
    expect(await run(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("exits 1 on a command or an option that it does not have", async () => {
    for (const args of [["dance"], ["serve", "--dance"], ["import"], ["token", "create"]]) {
      const { exitCode, stdout, stderr } = await run(args);
      expect([args, exitCode, stdout]).toEqual([args, 1, ""]);
      expect(stderr).toStartWith("error: ");
    }
  });

  test("prints the OpenAPI document that lies in the repository", async () => {
    const { exitCode, stdout } = await run(["openapi"]);
    expect(exitCode).toBe(0);
    expect(stdout === readFileSync(join(import.meta.dir, "../../openapi.json"), "utf8")).toBe(true);
  });

  test("exits 1 when what it prints can not be written", () => {
    const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", `"$0" openapi > /dev/full`, binary()]);
    expect([exitCode, stderr.toString()]).toEqual([1, "muster: ENOSPC: no space left on device, write\n"]);
  });

  test("prints all of it to a reader that takes its time", () =>
    inPlace(async ({ path }) => {
      const file = join(path, "openapi.json");
      // The reader begins when the pipe is full.
      const shell = `"$0" openapi | { sleep 0.5; cat > "$1"; }`;
      const { exitCode } = Bun.spawnSync(["sh", "-c", shell, binary(), file]);
      expect(exitCode).toBe(0);
      expect(readFileSync(file, "utf8") === (await run(["openapi"])).stdout).toBe(true);
      expect(JSON.parse(readFileSync(file, "utf8"))).toHaveProperty("openapi");
    }));
});

describe("a wrong setting is named in one line, with exit 1:", () => {
  const flags: readonly (readonly [flag: string, value: string, words: string])[] = [
    ["--port", "eighty", "must be a number from 0 to 65535"],
    ["--port", "65536", "must be a number from 0 to 65535"],
    ["--port", "-1", "must be a number from 0 to 65535"],
    ["--host", "", "must not be empty"],
    ["--data", "", "must not be empty"],
    ["--database-url", "postgres://db/muster", "SQLite"],
    ["--base-url", "ftp://example.org", "must be an http or https URL"],
    ["--smtp-url", "http://example.org", "must be an smtp or smtps URL"],
    ["--tls-cert", "cert.pem", "MUSTER_TLS_KEY"],
    ["--tls-key", "key.pem", "MUSTER_TLS_CERT"],
    ["--bulk-max-operations", "0", "must be a whole number above 0"],
    ["--bulk-max-payload-size", "1.5", "must be a whole number above 0"],
  ];
  test.each(flags)("%s %s", (flag, value, words) =>
    inPlace(async ({ dataDir }) => {
      // A flag whose value begins with a dash is given with an equals sign.
      const ran = await run(["serve", "--port=0", `--data=${dataDir}`, `${flag}=${value}`]);
      const name = ["--database-url", "--tls-cert", "--tls-key"].includes(flag)
        ? `MUSTER_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`
        : flag;
      expectOneLine(ran, name, words);
      expect(existsSync(dataDir)).toBe(false);
    }),
  );

  const variables: readonly (readonly [name: string, value: string, words: string])[] = [
    ["MUSTER_PORT", "eighty", '(it is "eighty")'],
    ["MUSTER_DATABASE_URL", "postgres://db/muster", "SQLite"],
    ["MUSTER_BASE_URL", "example.org", "must be an http or https URL"],
    ["MUSTER_SMTP_URL", "mail.example.org", "must be an smtp or smtps URL"],
    ["MUSTER_TLS_CERT", "cert.pem", "MUSTER_TLS_KEY"],
    ["MUSTER_TLS_KEY", "key.pem", "MUSTER_TLS_CERT"],
    ["MUSTER_BULK_MAX_OPERATIONS", "many", "must be a whole number above 0"],
    ["MUSTER_BULK_MAX_PAYLOAD_SIZE", "0", "must be a whole number above 0"],
    ["MUSTER_JANSSEN_BULK_MAX_OPERATIONS", "-3", "must be a whole number above 0"],
    ["MUSTER_JANSSEN_BULK_MAX_PAYLOAD_SIZE", "1e6", "must be a whole number above 0"],
  ];
  test.each(variables)("%s=%s", (name, value, words) =>
    inPlace(async ({ dataDir }) => {
      expectOneLine(await run(["serve", "--data", dataDir], { env: { [name]: value } }), name, words);
    }),
  );

  test("TLS files that are not there", () =>
    inPlace(async ({ path, dataDir }) => {
      const args = [
        "serve",
        "--port",
        "0",
        "--data",
        dataDir,
        "--tls-cert",
        `${path}/c.pem`,
        "--tls-key",
        `${path}/k.pem`,
      ];
      expectOneLine(await run(args), `${path}/c.pem`);
    }));

  test("TLS files that are none", () =>
    inPlace(async (place) => {
      const file = await place.write("c.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
      const args = ["serve", "--port", "0", "--data", place.dataDir, "--tls-cert", file, "--tls-key", file];
      expectOneLine(await run(args));
    }));

  test("a host that is no address of this machine", () =>
    inPlace(async ({ dataDir }) => {
      const args = ["serve", "--port", "0", "--data", dataDir, "--host", "192.0.2.1"];
      expectOneLine(await run(args), "192.0.2.1:0 can not be listened on: ", "the host is no address of this machine");
    }));

  test("a database that is none", () =>
    inPlace(async (place) => {
      await place.write("data/muster.db", "this is not a database ".repeat(1000));
      for (const command of [["serve", "--port", "0"], ["migrate"], ["user", "list"]]) {
        expectOneLine(await run([...command, "--data", place.dataDir]), "not a database");
      }
    }));

  test("a port that is taken", () =>
    inPlace(async (place) => {
      const port = new URL((await place.serve()).url).port;
      expectOneLine(
        await run(["serve", "--port", port, "--data", join(place.path, "other")]),
        `127.0.0.1:${port} can not be listened on: the port is in use`,
      );
    }));

  test("a data directory that can not be made", () =>
    inPlace(async (place) => {
      const file = await place.write("file", "");
      expectOneLine(await run(["serve", "--port", "0", "--data", join(file, "data")]), file);
    }));
});

test("a variable that is misspelt is warned of, and an empty one is as if it were not there", () =>
  inPlace(async (place) => {
    const server = await place.serve({ env: { MUSTER_PROT: "80", MUSTER_HOST: "", MUSTER_TLS_CERT: "" } });
    expect(server.stderr()).toBe("warning: MUSTER_PROT is not a setting of muster and is ignored\n");
  }));

describe("a directory that a server has", () => {
  test("is not served by a second one, which names the address of the first", () =>
    inPlace(async (place) => {
      const { url } = await place.serve();
      const second = await run(["serve", "--port", "0", "--data", place.dataDir]);
      expectOneLine(second, place.dataDir, `in use by the server at ${url}`);
      expect((await fetch(new URL("/readyz", url))).status).toBe(200);
    }));

  test("is not imported into past that server: muster import names its address", () =>
    inPlace(async (place) => {
      const { url } = await place.serve();
      const file = await place.write("people.csv", "userName\nana\n");
      expectOneLine(await run(["import", file, "--data", place.dataDir]), `--url ${url}`);
      expectOneLine(await run(["migrate", "--data", place.dataDir]), url);
    }));

  test("is free again once that server is gone, also when it was killed", () =>
    inPlace(async (place) => {
      await (await place.serve()).kill();
      const second = await place.serve();
      expect(await second.stop()).toBe(0);
      expect((await run(["migrate", "--data", place.dataDir])).exitCode).toBe(0);
    }));
});

describe("muster import into a directory that nobody serves", () => {
  const importInto = async (place: Place, csv: string, ...flags: readonly string[]): Promise<Ran> =>
    run(["import", await place.write("people.csv", csv), "--data", place.dataDir, ...flags]);

  test("exits 0 when all rows are in", () =>
    inPlace(async (place) => {
      const { exitCode, stdout } = await importInto(place, "userName\nana\nbo\n");
      expect(exitCode).toBe(0);
      expect(stdout).toContain("2 rows: 2 created\n");
    }));

  test("exits 2 when some were refused, and shows them", () =>
    inPlace(async (place) => {
      const { exitCode, stdout } = await importInto(place, "userName,active\nana,\nbo,perhaps\nANA,\n");
      expect(exitCode).toBe(2);
      expect(stdout).toContain("3 rows: 1 created, 1 duplicate, 1 failed\n");
      expect(stdout).toContain('row 3, line 3 (bo): failed; active "perhaps": active must be true or false');
      expect(stdout).toContain('row 4, line 4 (ANA): duplicate; userName "ANA": row 2 has the same userName');
    }));

  test("exits 1 when nothing was done, and says why in one line", () =>
    inPlace(async (place) => {
      const unclosed = await importInto(place, 'userName\nana\n"bo\n');
      expect([unclosed.exitCode, unclosed.stdout]).toEqual([1, ""]);
      expectOneLine(unclosed, "line 3: the quote opened here is never closed; nothing was imported");
      expectOneLine(await importInto(place, ""), "The file is empty.");
      expectOneLine(
        await importInto(place, "userName\n", "--mode", "swap"),
        "mode must be auto, create, update or upsert.",
      );
      expectOneLine(await importInto(place, "userName\n", "--dialect", "klingon"), "dialect must be auto,");
      expectOneLine(await importInto(place, "userName\n", "--url", "http://127.0.0.1:1"), "--token", "MUSTER_TOKEN");
      expectOneLine(await run(["import", join(place.path, "nothing.csv"), "--data", place.dataDir]), "nothing.csv");
    }));

  test("with --dry-run tells what would be and does nothing", () =>
    inPlace(async (place) => {
      const dry = await importInto(place, "userName\nana\nANA\n", "--dry-run");
      expect(dry.exitCode).toBe(2);
      expect(dry.stdout).toContain("2 rows: 1 would be created, 1 would be duplicate\n");
      expect((await importInto(place, "userName\nana\n")).stdout).toContain("1 row: 1 created\n");
    }));

  test("is seen by the server that starts afterwards", () =>
    inPlace(async (place) => {
      await importInto(place, "userName,title\nana,Boss\n");
      const { url } = await place.serve();
      const api = client(url, await makeToken(place.dataDir, "scim:read", "import:write"));
      expect(await api.userNamed("ana")).toMatchObject({ title: "Boss" });
      expect((await api.jobs()).map(({ state }) => state)).toEqual(["completed"]);
    }));
});

describe("muster import --url", () => {
  test("exits 0, 2 and 1 as it does without, with the words of the server", () =>
    inPlace(async (place) => {
      const { url } = await place.serve();
      const token = await makeToken(place.dataDir, "import:write");
      const importAs = async (secret: string, csv: string, ...flags: readonly string[]): Promise<Ran> => {
        const file = await place.write("people.csv", csv);
        return run(["import", file, "--url", url, ...flags], { env: { MUSTER_TOKEN: secret } });
      };
      expect((await importAs(token, "userName\nana\n")).exitCode).toBe(0);
      const some = await importAs(token, "userName\nana\nbo\n");
      expect(some.exitCode).toBe(2);
      expect(some.stdout).toContain("2 rows: 1 created, 1 duplicate\n");
      expect(some.stdout).toMatch(new RegExp(`the whole report: ${url}/api/imports/[0-9a-f-]{36}/report\\.csv\\n`));
      expect((await importAs(token, "userName\ncy\n", "--dry-run")).stdout).toContain("1 row: 1 would be created\n");
      expectOneLine(
        await importAs(token, "shoeSize,userName\n42,ana\n"),
        'line 1: no attribute of User is called "shoeSize"',
      );
      expectOneLine(await importAs("mst_wrong", "userName\n"), `${url} answered 401`);
      const reader = await makeToken(place.dataDir, "scim:read");
      expectOneLine(await importAs(reader, "userName\n"), `${url} answered 403`);
    }));

  test("exits 1 when there is no server", () =>
    inPlace(async (place) => {
      const file = await place.write("people.csv", "userName\nana\n");
      const ran = await run(["import", file, "--url", "http://127.0.0.1:1", "--token", "x"]);
      expectOneLine(ran, "http://127.0.0.1:1 can not be reached");
    }));
});

describe("what lies in the working directory", () => {
  test("is not read: neither .env nor bunfig.toml nor what that names", () =>
    inPlace(async (place) => {
      await place.write("evil.ts", `await Bun.write(${JSON.stringify(join(place.path, "preloaded"))}, "");`);
      await place.write("bunfig.toml", 'preload = ["./evil.ts"]\n');
      await place.write("package.json", '{"name": "evil", "type": "commonjs"}');
      await place.write("tsconfig.json", '{"compilerOptions": {"paths": {"hono": ["./evil.ts"]}}}');
      for (const name of [".env", ".env.local", ".env.production"]) {
        await place.write(name, "MUSTER_PORT=eighty\nMUSTER_ADMIN_USERNAME=mallory\nMUSTER_ADMIN_PASSWORD=known\n");
      }
      const server = await place.serve({ cwd: place.path, env: { NODE_ENV: "production" } });
      expect(server.stdout()).toContain('administrator "admin" made with the password ');
      expect(await login(server.url, "mallory", "known")).toBe(401);
      // --port wins over a variable, so a command without it shows that the variable is not there either.
      const listed = await run(["token", "list", "--data", place.dataDir], { cwd: place.path });
      expect([listed.exitCode, listed.stderr]).toEqual([0, ""]);
      expect(existsSync(join(place.path, "preloaded"))).toBe(false);
    }));
});

describe("a database of a newer version", () => {
  test("is refused by every command in a sentence, and stays as it is", () =>
    inPlace(async (place) => {
      expect((await run(["migrate", "--data", place.dataDir])).exitCode).toBe(0);
      const file = join(place.dataDir, "muster.db");
      const db = new Database(file);
      db.run("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of the future', 9999999999999)");
      db.close();
      const csv = await place.write("people.csv", "userName\nana\n");
      const commands = [["serve", "--port", "0"], ["migrate"], ["token", "list"], ["user", "list"], ["import", csv]];
      for (const command of commands) {
        const ran = await run([...command, "--data", place.dataDir]);
        expectOneLine(ran, `the database ${file} was written by a newer muster`, "restore a backup");
      }
      const after = new Database(file, { readonly: true });
      expect(after.query("SELECT count(*) AS count FROM import_job").get()).toEqual({ count: 0 });
      after.close();
    }));
});

describe("the first administrator", () => {
  test("has a random password, printed once and different everywhere", () =>
    inPlace(async (first) =>
      inPlace(async (second) => {
        const passwords: string[] = [];
        for (const place of [first, second]) {
          const server = await place.serve();
          const [, password = ""] = /made with the password (\S+)$/m.exec(server.stdout()) ?? [];
          expect(password).toMatch(/^[a-z2-9-]{20}$/);
          expect(await login(server.url, "admin", password)).toBe(200);
          passwords.push(password);
          expect(await server.stop()).toBe(0);
        }
        expect(passwords[0]).not.toBe(passwords[1]);
        const again = await first.serve();
        expect(again.stdout()).toBe(`listening on ${again.url}\n`);
        expect(await login(again.url, "admin", passwords[0] ?? "")).toBe(200);
      }),
    ));

  test("has the name, password and token of the settings, which are printed nowhere", () =>
    inPlace(async (place) => {
      const password = "chosen-by-the-operator";
      const token = "a-token-of-more-than-thirty-two-characters";
      const env = {
        MUSTER_ADMIN_USERNAME: "Chefin",
        MUSTER_ADMIN_PASSWORD: password,
        MUSTER_ADMIN_TOKEN: token,
      };
      const server = await place.serve({ env });
      expect(await login(server.url, "chefin", password)).toBe(200);
      expect((await client(server.url, token).request("/api/imports")).status).toBe(200);
      expect(await login(server.url, "admin", password)).toBe(401);
      expect(await server.stop()).toBe(0);
      expect(server.stdout()).toBe(`listening on ${server.url}\n`);
      for (const secret of [password, token]) expect(server.stdout() + server.stderr()).not.toContain(secret);
      const stored = readFileSync(join(place.dataDir, "muster.db"));
      for (const secret of [password, token]) expect(stored.includes(secret)).toBe(false);
    }));

  test("stays as it was made, whatever the settings say later", () =>
    inPlace(async (place) => {
      const first = await place.serve({ env: { MUSTER_ADMIN_PASSWORD: "the first password" } });
      expect(await first.stop()).toBe(0);
      const later = await place.serve({ env: { MUSTER_ADMIN_PASSWORD: "the later password" } });
      expect(await login(later.url, "admin", "the later password")).toBe(401);
      expect(await login(later.url, "admin", "the first password")).toBe(200);
    }));

  test("is warned of a token that may be guessed, without it being shown", () =>
    inPlace(async (place) => {
      const server = await place.serve({ env: { MUSTER_ADMIN_TOKEN: "guess-me" } });
      expect(server.stderr()).toBe("warning: MUSTER_ADMIN_TOKEN has less than 32 characters and may be guessed\n");
    }));
});

describe("beside a running server", () => {
  test("muster user password changes the login at once", () =>
    inPlace(async (place) => {
      const { url } = await place.serve({ env: { MUSTER_ADMIN_PASSWORD: "the old password" } });
      expect(await login(url, "admin", "the old password")).toBe(200);
      const args = ["user", "password", "admin", "--data", place.dataDir];
      const chosen = await run([...args, "--password-stdin"], { input: "the new password\n" });
      expect(chosen).toEqual({ exitCode: 0, stdout: "", stderr: "the password of admin is set\n" });
      expect(await login(url, "admin", "the old password")).toBe(401);
      expect(await login(url, "admin", "the new password")).toBe(200);

      const made = await run(args);
      expect(made.stdout).toMatch(/^[a-z2-9-]{20}\n$/);
      expect(await login(url, "admin", "the new password")).toBe(401);
      expect(await login(url, "admin", made.stdout.trim())).toBe(200);
    }));

  test("muster user create makes somebody who may do what the role says", () =>
    inPlace(async (place) => {
      const { url } = await place.serve();
      const args = ["user", "create", "ana", "--role", "auditor", "--password-stdin", "--data", place.dataDir];
      expect((await run(args, { input: "pw of ana\n" })).exitCode).toBe(0);
      expect(await login(url, "ana", "pw of ana")).toBe(200);
      expect((await run(["user", "role", "ana", "--data", place.dataDir])).stdout).toBe("ana: no role\n");
      expect(await login(url, "ana", "pw of ana")).toBe(403);
      expectOneLine(await run(["user", "password", "nobody", "--data", place.dataDir]), "there is no user nobody");
    }));

  test("muster token makes, lists and ends tokens; the secret is shown once", () =>
    inPlace(async (place) => {
      const { url } = await place.serve();
      const token = await makeToken(place.dataDir, "scim:read");
      expect(token).toMatch(/^mst_[\w-]{43}$/);
      const status = async () => (await client(url, token).request("/scim/v2/Users")).status;
      expect(await status()).toBe(200);
      const { stdout } = await run(["token", "list", "--data", place.dataDir]);
      expect(stdout).not.toContain(token);
      const [id = ""] = stdout.split("  ");
      expect((await run(["token", "revoke", id, "--data", place.dataDir])).exitCode).toBe(0);
      // A server remembers a token for a second.
      const ended = performance.now();
      await until("the token to be refused", async () => ((await status()) === 401 ? true : undefined));
      expect(performance.now() - ended).toBeLessThan(2000);
      expectOneLine(await run(["token", "revoke", id, "--data", place.dataDir]), `there is no token ${id}`);
      const wrong = ["token", "create", "--name", "x", "--scope", "everything", "--data", place.dataDir];
      expectOneLine(await run(wrong), "there is no scope everything");
    }));
});

describe("SIGHUP", () => {
  test("of a server without TLS says that there is nothing to read", () =>
    inPlace(async (place) => {
      const server = await place.serve();
      server.signal("SIGHUP");
      const said = await until("the answer to the signal", () => server.stderr() || undefined);
      expect(said).toBe("SIGHUP: no TLS files are set, so there is nothing to read again\n");
      expect((await fetch(new URL("/readyz", server.url))).status).toBe(200);
    }));
});

describe("SIGTERM", () => {
  test("waits for what is under way; a second one ends the process at once with exit 1", () =>
    inPlace(async (place) => {
      const server = await place.serve();
      const api = client(server.url, await makeToken(place.dataDir, "import:write"));
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n');
        yield Buffer.from("userName\n".repeat(120_000));
        await ended;
      }
      const headers = { "Content-Type": "multipart/form-data; boundary=b" };
      const sending = api.request("/api/imports", { method: "POST", headers, body: body() }).catch(() => undefined);
      await until("the job of the upload", async () => (await api.jobs())[0]);
      server.signal("SIGTERM");
      await until("the answer to the signal", () => server.stderr() || undefined);
      expect(server.stderr()).toBe("SIGTERM: answering what is under way, then stopping (again: at once)\n");
      // One that comes right behind the first is the same one, passed on by a parent; the next one is meant.
      await until("the end", () => {
        server.signal("SIGTERM");
        return server.stderr().includes("ended at once") || undefined;
      });
      expect(await server.stop()).toBe(1);
      expect(server.stderr()).toEndWith("\nmuster: SIGTERM: ended at once\n");
      end();
      expect(await sending).toBeUndefined();
    }));

  test("ends a server with exit 0 as soon as it has said where it listens", () =>
    inPlace(async (place) => {
      for (let times = 0; times < 10; times++) expect(await (await place.serve()).stop()).toBe(0);
    }));

  test("ends an idle server at once with exit 0, though a client keeps its connection open", () =>
    inPlace(async (place) => {
      const server = await place.serve();
      const { hostname, port } = new URL(server.url);
      let answered = false;
      const socket = await Bun.connect({
        hostname,
        port: Number(port),
        socket: {
          data() {
            answered = true;
          },
        },
      });
      socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
      await until("the answer", () => answered || undefined);
      const begun = performance.now();
      expect(await server.stop()).toBe(0);
      expect(performance.now() - begun).toBeLessThan(5000);
      socket.end();
    }));
});
