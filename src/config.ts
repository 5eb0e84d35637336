import { join, resolve } from "node:path";
import { z } from "zod";

const port = z
  .string()
  .regex(/^\d{1,5}$/, "must be a number from 0 to 65535")
  .transform(Number)
  .refine((value) => value <= 65_535, "must be a number from 0 to 65535");
const whole = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, "must be a whole number above 0")
  .transform(Number);
const flag = z.enum(["true", "false"], "must be true or false").transform((value) => value === "true");
const targets = z.enum(["public", "any"], "must be public or any");
const durability = z.enum(["full", "normal"], "must be full or normal");
const text = z.string().min(1, "must not be empty");
const path = text.transform((value) => resolve(value));
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
const smtpUrl = z.url({ protocol: /^smtps?$/, hostname: /./, error: "must be an smtp or smtps URL" });

/** The ways in of other systems, by which `MUSTER_COMPAT` names them. */
export const compatNames = ["wso2", "wso2-scim1", "wso2-soap", "janssen", "simpleidserver"] as const;
export type CompatName = (typeof compatNames)[number];

const compatHint = `must be all, none, or some of ${compatNames.join(", ")}`;

/** `all`, `none`, or names parted by commas. */
const compat = z.string().transform((value, context): readonly CompatName[] => {
  if (value === "all") return compatNames;
  if (value === "none") return [];
  const wanted = value.split(",").map((name) => name.trim());
  if (wanted.every((name) => compatNames.some((known) => known === name))) {
    return compatNames.filter((name) => wanted.includes(name));
  }
  context.addIssue({ code: "custom", message: compatHint });
  return z.NEVER;
});

interface Setting {
  readonly env: string;
  /** The flag of `muster serve`, without its dashes; none for secrets, which other users could read off a command line. */
  readonly flag?: string;
  readonly schema: z.ZodType<unknown, string>;
  /** The value when nobody says; undefined is unset. */
  readonly fallback?: string;
  readonly says: string;
}

/** Every setting once: what reads it, what it may be, what it is when nobody says, and what it does. */
export const settings = {
  host: { env: "MUSTER_HOST", flag: "host", schema: text, fallback: "127.0.0.1", says: "address to listen on" },
  port: {
    env: "MUSTER_PORT",
    flag: "port",
    schema: port,
    fallback: "8080",
    says: "port to listen on; 0 takes any free one",
  },
  dataDir: {
    env: "MUSTER_DATA_DIR",
    flag: "data",
    schema: path,
    fallback: "./data",
    says: "directory of the database muster.db; made if it is not there",
  },
  databaseUrl: {
    env: "MUSTER_DATABASE_URL",
    flag: "database-url",
    schema: text,
    says: "unset keeps everything in SQLite in the data directory, the only store of this version",
  },
  durability: {
    env: "MUSTER_DURABILITY",
    flag: "durability",
    schema: durability,
    fallback: "full",
    says: "full: acknowledged writes survive power loss; normal: kill -9 alone, and power loss may take the last moments",
  },
  baseUrl: {
    env: "MUSTER_BASE_URL",
    flag: "base-url",
    schema: httpUrl,
    says: "address under which people reach this server, for links in mails",
  },
  tlsCert: { env: "MUSTER_TLS_CERT", flag: "tls-cert", schema: path, says: "certificate file (PEM); serves https" },
  tlsKey: { env: "MUSTER_TLS_KEY", flag: "tls-key", schema: path, says: "private key file (PEM) of the certificate" },
  keyFile: {
    env: "MUSTER_KEY_FILE",
    flag: "key-file",
    schema: path,
    says: "file of the key that encrypts connector secrets; unset is muster.key in the data directory",
  },
  adminUsername: {
    env: "MUSTER_ADMIN_USERNAME",
    flag: "admin-username",
    schema: text,
    fallback: "admin",
    says: "userName of the administrator made on first start",
  },
  adminPassword: {
    env: "MUSTER_ADMIN_PASSWORD",
    schema: text,
    says: "password of that administrator; unset makes one at random and prints it once",
  },
  adminToken: {
    env: "MUSTER_ADMIN_TOKEN",
    schema: text,
    says: "if set on first start, a bearer token with every scope",
  },
  smtpUrl: {
    env: "MUSTER_SMTP_URL",
    flag: "smtp-url",
    schema: smtpUrl,
    says: "mail server; unset keeps mail in the outbox",
  },
  smtpCa: {
    env: "MUSTER_SMTP_CA",
    flag: "smtp-ca",
    schema: path,
    says: "file of certificates (PEM) by which the mail server's is checked instead of those that are known",
  },
  mailFrom: {
    env: "MUSTER_MAIL_FROM",
    flag: "mail-from",
    schema: text,
    says: "sender of mails, such as Muster <muster@example.org>",
  },
  mailTemplates: {
    env: "MUSTER_MAIL_TEMPLATES",
    flag: "mail-templates",
    schema: path,
    says: "directory of mails in other words: activation.de.txt, activation.de.html, password.fr.txt …",
  },
  breachedPasswords: {
    env: "MUSTER_BREACHED_PASSWORDS",
    flag: "breached-passwords",
    schema: path,
    says: "file of passwords that nobody may choose: one a line, or their SHA-1 in order",
  },
  compat: {
    env: "MUSTER_COMPAT",
    flag: "compat",
    schema: compat,
    fallback: "all",
    says: `addresses of other systems that are served: all, none, or some of ${compatNames.join(",")}`,
  },
  provisioningTargets: {
    env: "MUSTER_PROVISIONING_TARGETS",
    flag: "provisioning-targets",
    schema: targets,
    fallback: "public",
    says: "where connectors may reach: public, the internet alone; any, also this machine and private networks",
  },
  publicDiscovery: {
    env: "MUSTER_PUBLIC_DISCOVERY",
    flag: "public-discovery",
    schema: flag,
    fallback: "false",
    says: "true tells what the server supports (ServiceProviderConfig) without credentials",
  },
  scanRowsMax: {
    env: "MUSTER_SCAN_ROWS_MAX",
    flag: "scan-rows-max",
    schema: whole,
    says: "resources that a query without an index may look at before it is refused (tooMany); unset is any number",
  },
  bulkMaxOperations: {
    env: "MUSTER_BULK_MAX_OPERATIONS",
    flag: "bulk-max-operations",
    schema: whole,
    fallback: "1000",
    says: "operations in one Bulk request",
  },
  bulkMaxPayloadSize: {
    env: "MUSTER_BULK_MAX_PAYLOAD_SIZE",
    flag: "bulk-max-payload-size",
    schema: whole,
    fallback: "1048576",
    says: "bytes of one Bulk request",
  },
  janssenBulkMaxOperations: {
    env: "MUSTER_JANSSEN_BULK_MAX_OPERATIONS",
    schema: whole,
    fallback: "30",
    says: "operations in one Bulk request on the Janssen path",
  },
  janssenBulkMaxPayloadSize: {
    env: "MUSTER_JANSSEN_BULK_MAX_PAYLOAD_SIZE",
    schema: whole,
    fallback: "3072000",
    says: "bytes of one Bulk request on the Janssen path",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

type Value<S extends Setting> = S extends { readonly fallback: string }
  ? z.output<S["schema"]>
  : z.output<S["schema"]> | undefined;

/** The settings of a server, checked. Paths are absolute. */
export type Config = { readonly [K in SettingName]: Value<(typeof settings)[K]> };

/** The config, or one line that names the first wrong setting. */
export type ConfigResult =
  | { readonly config: Config; readonly warnings: readonly string[] }
  | { readonly error: string };

const names = Object.keys(settings).filter((name): name is SettingName => name in settings);

/**
 * Reads the settings: a flag wins over the environment, the environment over the default.
 *
 * @param flags by setting name, as the command line gave them
 * @example readConfig({ port: "0" }, { MUSTER_DATA_DIR: "/var/lib/muster" })
 */
export function readConfig(
  flags: Partial<Record<SettingName, string>>,
  environment: Record<string, string | undefined> = process.env,
): ConfigResult {
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const setting: Setting = settings[name];
    const fromFlag = flags[name];
    // An empty variable is how compose files and units say "unset".
    const given = fromFlag ?? (environment[setting.env] || undefined) ?? setting.fallback;
    if (given === undefined) continue;
    const parsed = setting.schema.safeParse(given);
    if (!parsed.success) {
      const source = fromFlag !== undefined && setting.flag !== undefined ? `--${setting.flag}` : setting.env;
      const shown =
        setting.flag === undefined ? "" : ` (it is ${JSON.stringify(withoutPassword(given).slice(0, 100))})`;
      return { error: `${source} ${parsed.error.issues[0]?.message ?? "is not valid"}${shown}` };
    }
    values[name] = parsed.data;
  }
  // The loop put a value of the right schema under each name.
  const config = values as Config;
  const error = contradiction(config);
  if (error !== undefined) return { error };
  return { config, warnings: unknownVariables(environment) };
}

/** An address as an error may show it: without what stands before its host. */
function withoutPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, "$1…@");
}

function contradiction(config: Config): string | undefined {
  if (config.databaseUrl !== undefined) {
    return "MUSTER_DATABASE_URL is set, but this version keeps its data in SQLite only; unset it, or use a version with PostgreSQL";
  }
  if (config.tlsCert !== undefined && config.tlsKey === undefined)
    return "MUSTER_TLS_CERT needs MUSTER_TLS_KEY as well";
  if (config.tlsKey !== undefined && config.tlsCert === undefined)
    return "MUSTER_TLS_KEY needs MUSTER_TLS_CERT as well";
  if (config.smtpUrl !== undefined && config.mailFrom === undefined) {
    return "MUSTER_SMTP_URL needs MUSTER_MAIL_FROM as well";
  }
  return undefined;
}

/** A misspelt variable would otherwise be ignored in silence. */
function unknownVariables(environment: Record<string, string | undefined>): string[] {
  const known = new Set<string>([...names.map((name) => settings[name].env), tokenVariable]);
  return Object.keys(environment)
    .filter((name) => name.startsWith("MUSTER_") && !known.has(name))
    .map((name) => `${name} is not a setting of muster and is ignored`);
}

/** The variable from which `muster import --url` and `muster bench` take their token when no flag gives one. */
const tokenVariable = "MUSTER_TOKEN";

export function tokenFromEnvironment(
  environment: Record<string, string | undefined> = process.env,
): string | undefined {
  return environment[tokenVariable] || undefined;
}

/** A setting names a file that can not be used; the message says which, and why. */
export class SettingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SettingError";
  }
}

/** The SQLite file of a data directory. */
export function databaseFile(dataDir: string): string {
  return join(dataDir, "muster.db");
}

/** The key that encrypts the secrets of connectors; it is made when the first one is kept. */
export function keyFileOf({ keyFile, dataDir }: Pick<Config, "keyFile" | "dataDir">): string {
  return keyFile ?? join(dataDir, "muster.key");
}
