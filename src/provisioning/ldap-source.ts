import { isIP } from "node:net";
import { Client, type Entry, InvalidCredentialsError, ResultCodeError } from "ldapts";
import { type Outbound, requireReachable } from "./outbound.ts";
import { type Glimpse, type Source, type SourceEntry, SourceError, versionByContent } from "./source.ts";

/** What a directory is read with. */
export interface LdapAccess {
  readonly outbound: Outbound;
  /** `ldap://host:389` or `ldaps://host:636`. */
  readonly url: string;
  /** Whether a connection that begins in clear goes on encrypted before anything is said. */
  readonly startTls: boolean;
  readonly ca: string | undefined;
  readonly bindDn: string;
  readonly password: string;
  readonly baseDn: string;
  readonly filter: string;
  /** Entries in one page (RFC 2696). */
  readonly count: number;
}

/** By which a directory knows an entry for ever, the best first: RFC 4530, Active Directory. */
const idNames = ["entryuuid", "objectguid"] as const;
/** What changes whenever an entry does. */
const versionNames = ["usnchanged", "modifytimestamp", "whenchanged"] as const;
/** All attributes of users, and those that the directory keeps of itself. */
const askedNames = ["*", "entryUUID", "objectGUID", "modifyTimestamp", "whenChanged", "uSNChanged", "memberOf"];
/** The bit of userAccountControl that says that an account is disabled. */
const disabledBit = 2;

/** Users of an LDAP directory (RFC 4511), read in pages, which no size limit of the server ends. */
export function ldapSource(access: LdapAccess): Source {
  return {
    pages: (signal) => allPages(access, signal),
    async look(limit, signal): Promise<Glimpse> {
      for await (const page of allPages({ ...access, count: limit }, signal))
        return { total: undefined, entries: page };
      return { total: undefined, entries: [] };
    },
  };
}

async function* allPages(access: LdapAccess, signal: AbortSignal): AsyncGenerator<readonly SourceEntry[]> {
  const { baseDn, filter, count, url } = access;
  const client = await told(url, () => connect(access));
  const leave = (): void => void client.unbind().catch(() => undefined);
  signal.addEventListener("abort", leave, { once: true });
  const seen = new Set<string>();
  try {
    const found = client.searchPaginated(baseDn, {
      scope: "sub",
      filter,
      attributes: askedNames,
      explicitBufferAttributes: ["objectGUID"],
      paged: { pageSize: count },
    });
    for (;;) {
      const { done, value } = await told(url, () => found.next());
      if (done === true) return;
      const entries = value.searchEntries.map(entryOf).filter(({ id }) => !seen.has(id));
      for (const { id } of entries) seen.add(id);
      if (entries.length > 0) yield entries;
    }
  } finally {
    signal.removeEventListener("abort", leave);
    await client.unbind().catch(() => undefined);
  }
}

async function connect({ outbound, url, startTls, ca, bindDn, password }: LdapAccess): Promise<Client> {
  const { hostname } = new URL(url);
  await requireReachable(outbound, hostname);
  // Against the name in the address, and the authorities that are known or were given.
  const name = isIP(hostname) > 0 ? {} : { servername: hostname };
  const tls = { host: hostname, ...name, ...(ca !== undefined && { ca: [ca] }) };
  const timeout = outbound.requestMsMax;
  const client = new Client({
    url,
    timeout,
    connectTimeout: timeout,
    ...(url.startsWith("ldaps:") && { tlsOptions: tls }),
  });
  try {
    if (startTls) await client.startTLS(tls);
    await client.bind(bindDn, password);
    return client;
  } catch (error) {
    await client.unbind().catch(() => undefined);
    throw error;
  }
}

/** What a directory says, in words that name no password. */
async function told<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    if (cause instanceof InvalidCredentialsError)
      throw new SourceError(`${url} does not take the bind DN and its password`, { cause });
    const said = cause instanceof Error ? cause.message.replace(/\s+/g, " ").slice(0, 200) : "the connection broke off";
    const code = cause instanceof ResultCodeError ? ` (result ${cause.code})` : "";
    throw new SourceError(`${url} failed: ${said}${code}`, { cause });
  }
}

/** The value that rules read: attributes by their names in lower case, each a list of texts; and what is made of them. */
function entryOf({ dn, ...attributes }: Entry): SourceEntry {
  const value: Record<string, readonly string[]> = { dn: [dn] };
  for (const [name, given] of Object.entries(attributes)) {
    const key = name.toLowerCase().replace(/;.*$/, "");
    const texts = (Array.isArray(given) ? given : [given]).map((each) => textOf(key, each));
    value[key] = [...(value[key] ?? []), ...texts];
  }
  const { memberof = [], useraccountcontrol: [control] = [] } = value;
  value.groups = memberof.map(nameOf);
  if (control !== undefined) value.active = [String((Number(control) & disabledBit) === 0)];
  const id = idNames.flatMap((name) => value[name] ?? [])[0] ?? dn.toLowerCase();
  const version = versionNames.flatMap((name) => value[name] ?? [])[0];
  return {
    id,
    version: version === undefined ? versionByContent(value) : `${version} ${versionByContent(value.groups)}`,
    value,
  };
}

function textOf(name: string, value: Buffer | string): string {
  if (typeof value === "string") return value;
  return name === "objectguid" ? guidOf(value) : value.toString("base64");
}

/** A GUID of Active Directory, whose first three parts are little-endian (MS-DTYP §2.3.4.2). */
function guidOf(bytes: Buffer): string {
  if (bytes.byteLength !== 16) return bytes.toString("hex");
  const parts = [bytes.subarray(0, 4).reverse(), bytes.subarray(4, 6).reverse(), bytes.subarray(6, 8).reverse()];
  const rest = [bytes.subarray(8, 10), bytes.subarray(10)];
  return [...parts, ...rest].map((part) => Buffer.from(part).toString("hex")).join("-");
}

/** What a group is called: the value of the first part of its name, without what stands for signs in it (RFC 4514). */
function nameOf(dn: string): string {
  const [, first = dn] = /^[^=]+=((?:\\.|[^,+\\])*)/.exec(dn) ?? [];
  return first
    .replace(/(?:\\[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll("\\", ""), "hex").toString("utf8"))
    .replace(/\\(.)/g, "$1")
    .trim();
}
