import { describe, expect, test } from "bun:test";
import { isAbsolute, join, resolve } from "node:path";
import {
  type Config,
  compatNames,
  databaseFile,
  readConfig,
  type SettingName,
  settings,
  tokenFromEnvironment,
} from "../src/config.ts";

type Environment = Readonly<Record<string, string>>;

function config(flags: Partial<Record<SettingName, string>>, environment: Environment = {}): Config {
  const result = readConfig(flags, environment);
  if ("error" in result) throw new Error(result.error);
  return result.config;
}

function errorOf(flags: Partial<Record<SettingName, string>>, environment: Environment = {}): string {
  const result = readConfig(flags, environment);
  return "error" in result ? result.error : "no error";
}

interface Sample {
  /** What is read when nobody says. */
  readonly unset: unknown;
  /** Two right values, and what they are read as. */
  readonly right: readonly [readonly [string, unknown], readonly [string, unknown]];
  readonly wrong: readonly string[];
  /** What else must be set. */
  readonly beside?: Environment;
}

const text = {
  right: [
    ["one", "one"],
    ["two", "two"],
  ],
  wrong: [],
} as const;
const path = {
  right: [
    ["/srv/one", "/srv/one"],
    ["two", resolve("two")],
  ],
  wrong: [],
} as const;
const whole = {
  right: [
    ["1", 1],
    ["70000", 70_000],
  ],
  wrong: ["0", "-1", "1.5", "1e3", "ten", " 1", "01", "9".repeat(11)],
} as const;

const samples: Readonly<Record<SettingName, Sample>> = {
  host: { ...text, unset: "127.0.0.1" },
  port: {
    unset: 8080,
    right: [
      ["0", 0],
      ["65535", 65_535],
    ],
    wrong: ["65536", "-1", "80a", " 80", "8e3", "http", "123456"],
  },
  dataDir: {
    unset: resolve("data"),
    right: [
      ["/srv/one", "/srv/one"],
      ["two", resolve("two")],
    ],
    wrong: [],
  },
  databaseUrl: {
    unset: undefined,
    right: [
      ["", undefined],
      ["", undefined],
    ],
    wrong: ["postgres://db.example/muster"],
  },
  durability: {
    unset: "full",
    right: [
      ["normal", "normal"],
      ["full", "full"],
    ],
    wrong: ["FULL", "off", "true", "2"],
  },
  baseUrl: {
    unset: undefined,
    right: [
      ["https://muster.example.com", "https://muster.example.com"],
      ["http://localhost:1/x", "http://localhost:1/x"],
    ],
    wrong: ["muster.example.com", "ftp://muster.example.com", "javascript:alert(1)", "https://", "/relative"],
  },
  tlsCert: {
    unset: undefined,
    right: [
      ["/c/one.pem", "/c/one.pem"],
      ["/c/two.pem", "/c/two.pem"],
    ],
    wrong: [],
    beside: { MUSTER_TLS_KEY: "/k" },
  },
  tlsKey: {
    unset: undefined,
    right: [
      ["/k/one.pem", "/k/one.pem"],
      ["/k/two.pem", "/k/two.pem"],
    ],
    wrong: [],
    beside: { MUSTER_TLS_CERT: "/c" },
  },
  keyFile: {
    unset: undefined,
    right: [
      ["/k/one", "/k/one"],
      ["/k/two", "/k/two"],
    ],
    wrong: [],
  },
  adminUsername: { ...text, unset: "admin" },
  adminPassword: { ...text, unset: undefined },
  adminToken: { ...text, unset: undefined },
  smtpUrl: {
    unset: undefined,
    right: [
      ["smtp://mail.example.com", "smtp://mail.example.com"],
      ["smtps://u:p@mail.example.com:465", "smtps://u:p@mail.example.com:465"],
    ],
    wrong: ["mail.example.com", "https://mail.example.com", "smtp://"],
    beside: { MUSTER_MAIL_FROM: "muster@example.org" },
  },
  mailFrom: { ...text, unset: undefined },
  smtpCa: { ...path, unset: undefined },
  mailTemplates: { ...path, unset: undefined },
  breachedPasswords: { ...path, unset: undefined },
  compat: {
    unset: compatNames,
    right: [
      ["none", []],
      ["simpleidserver, wso2", ["wso2", "simpleidserver"]],
    ],
    wrong: ["gluu", "all,wso2", "WSO2", ","],
  },
  provisioningTargets: {
    unset: "public",
    right: [
      ["public", "public"],
      ["any", "any"],
    ],
    wrong: ["private", "ANY", "all"],
  },
  publicDiscovery: {
    unset: false,
    right: [
      ["true", true],
      ["false", false],
    ],
    wrong: ["yes", "1", "TRUE"],
  },
  scanRowsMax: { ...whole, unset: undefined },
  bulkMaxOperations: { ...whole, unset: 1000 },
  bulkMaxPayloadSize: { ...whole, unset: 1_048_576 },
  janssenBulkMaxOperations: { ...whole, unset: 30 },
  janssenBulkMaxPayloadSize: { ...whole, unset: 3_072_000 },
};

const names = Object.keys(settings).filter((name): name is SettingName => name in settings);

describe.each(names)("the setting %s", (name) => {
  const { unset, right, wrong, beside = {} } = samples[name];
  const setting = settings[name];
  const [[one, oneRead], [two, twoRead]] = right;

  test("has its default when nobody says, and when the variable is empty", () => {
    expect(config({})[name]).toEqual(unset as string);
    expect(config({}, { [setting.env]: "" })[name]).toEqual(unset as string);
  });

  test("is read from the environment", () => {
    expect(config({}, { ...beside, [setting.env]: one })[name]).toEqual(oneRead as string);
    expect(config({}, { ...beside, [setting.env]: two })[name]).toEqual(twoRead as string);
  });

  test("a flag wins over the environment", () => {
    if (!("flag" in setting) || name === "databaseUrl") return;
    expect(config({ [name]: two }, { ...beside, [setting.env]: one })[name]).toEqual(twoRead as string);
  });

  test("a wrong value is one line that names where it came from", () => {
    for (const value of wrong) {
      const fromEnvironment = errorOf({}, { [setting.env]: value });
      expect(fromEnvironment).toStartWith(setting.env);
      expect(fromEnvironment).not.toContain("\n");
      if (!("flag" in setting) || name === "databaseUrl") continue;
      const fromFlag = errorOf({ [name]: value });
      expect(fromFlag).toStartWith(`--${setting.flag} `);
      expect(fromFlag).not.toContain("\n");
    }
  });

  test("says in a line what it does", () => {
    expect(setting.says).toMatch(/^[^\n]{10,120}$/);
    expect(setting.env).toMatch(/^MUSTER_[A-Z_]+$/);
  });
});

describe("settings that belong together", () => {
  test("a certificate without its key, and a key without its certificate, is one line that names both", () => {
    for (const given of [{ MUSTER_TLS_CERT: "/c" }, { MUSTER_TLS_KEY: "/k" }]) {
      const error = errorOf({}, given);
      expect(error).toContain("MUSTER_TLS_CERT");
      expect(error).toContain("MUSTER_TLS_KEY");
      expect(error).not.toContain("\n");
    }
  });

  test("a database that this version does not have is told in a sentence, and its address is not", () => {
    const error = errorOf({}, { MUSTER_DATABASE_URL: "postgres://muster:hunter2@db.example/muster" });
    expect(error).toContain("MUSTER_DATABASE_URL");
    expect(error).toContain("SQLite");
    expect(error).not.toContain("hunter2");
  });

  test("every path is absolute", () => {
    const paths = { dataDir: "data", tlsCert: "cert.pem", tlsKey: "key.pem", keyFile: "muster.key" };
    const { dataDir, tlsCert, tlsKey, keyFile } = config(paths);
    for (const path of [dataDir, tlsCert, tlsKey, keyFile]) expect(isAbsolute(path ?? ""), path).toBe(true);
  });

  test("the database is in the data directory", () => {
    expect(databaseFile(config({ dataDir: "/srv/muster" }).dataDir)).toBe(join("/srv/muster", "muster.db"));
  });
});

describe("secrets", () => {
  test("have no flag, which other users of the machine could read", () => {
    for (const name of ["adminPassword", "adminToken"] as const) expect(settings[name]).not.toHaveProperty("flag");
  });

  test.each([
    ["a password", { MUSTER_ADMIN_PASSWORD: "hunter2", MUSTER_PORT: "x" }],
    ["a token", { MUSTER_ADMIN_TOKEN: "hunter2", MUSTER_PORT: "x" }],
    ["the password in the address of a mail server", { MUSTER_SMTP_URL: "smtpx://muster:hunter2@mail.example.com" }],
    ["the password in an address without a scheme", { MUSTER_SMTP_URL: "muster:hunter2@mail.example.com" }],
    ["the password in a base URL", { MUSTER_BASE_URL: "ftp://muster:hunter2@example.com" }],
    ["the password in the address of a database", { MUSTER_DATABASE_URL: "postgres://muster:hunter2@db.example" }],
    ["a value under a misspelt name", { MUSTER_ADMIN_PASWORD: "hunter2" }],
  ])("are not repeated: %s", (_, environment) => {
    expect(JSON.stringify(readConfig({}, environment))).not.toMatch(/(error|warnings).*hunter2/);
  });

  test("are not repeated when they come by a flag", () => {
    expect(errorOf({ smtpUrl: "smtpx://muster:hunter2@mail.example.com" })).not.toContain("hunter2");
  });
});

describe("what is wrong is shown", () => {
  test("so that a typing error is seen, and cut when it is long", () => {
    expect(errorOf({ port: "80a" })).toContain('"80a"');
    expect(errorOf({ port: "x".repeat(100_000) }).length).toBeLessThan(300);
  });

  test("the first of several wrong settings is told", () => {
    expect(errorOf({}, { MUSTER_PORT: "x", MUSTER_BASE_URL: "y" })).toStartWith("MUSTER_PORT");
  });

  test("a right setting does not hide a wrong flag", () => {
    expect(errorOf({ port: "x" }, { MUSTER_PORT: "80" })).toStartWith("--port");
  });
});

describe("variables", () => {
  test("that begin like ours and are none are warned of, by name", () => {
    const result = readConfig({}, { MUSTER_PROT: "80", MUSTER_: "x", PATH: "/bin", OTHER_MUSTER_PORT: "1" });
    expect("warnings" in result ? result.warnings.map((line) => line.split(" ", 1)[0]) : []).toEqual([
      "MUSTER_PROT",
      "MUSTER_",
    ]);
  });

  test("of the settings and of the import's token are not warned of", () => {
    const all = Object.fromEntries(names.map((name) => [settings[name].env, samples[name].right[0][0]]));
    const result = readConfig({}, { ...all, MUSTER_TOKEN: "mst_x" });
    expect("warnings" in result ? result.warnings : result.error).toEqual([]);
  });

  test("each have one setting, and each flag too", () => {
    const variables = names.map((name) => settings[name].env);
    const flags = names.flatMap((name) => ("flag" in settings[name] ? [settings[name].flag] : []));
    expect(new Set(variables).size).toBe(variables.length);
    expect(new Set(flags).size).toBe(flags.length);
  });

  test("the import's token is read from MUSTER_TOKEN; empty is none", () => {
    expect(tokenFromEnvironment({ MUSTER_TOKEN: "mst_x" })).toBe("mst_x");
    expect(tokenFromEnvironment({ MUSTER_TOKEN: "" })).toBeUndefined();
    expect(tokenFromEnvironment({})).toBeUndefined();
  });
});
