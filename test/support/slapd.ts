import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "ldapts";

/** A real LDAP server with entries of its own, on this machine, in a directory that is gone afterwards. */
export interface Slapd {
  /** `ldap://127.0.0.1:port`, and the same with TLS. */
  readonly ldap: string;
  readonly ldaps: string;
  /** The authority that its certificate is of (PEM). */
  readonly ca: string;
  readonly bindDn: string;
  readonly password: string;
  readonly baseDn: string;
  /** Changes entries as who may do everything. */
  asRoot(work: (client: Client) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const binary = "/usr/sbin/slapd";
export const hasSlapd = existsSync(binary);

const baseDn = "dc=example,dc=org";
const bindDn = `cn=reader,${baseDn}`;
const password = "the-password-of-the-reader";

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function run(command: readonly string[], input?: string): void {
  const done = Bun.spawnSync([...command], { stdin: input === undefined ? "ignore" : Buffer.from(input) });
  if (!done.success) throw new Error(`${command.join(" ")}: ${done.stderr.toString()}`);
}

/** Makes a key and a certificate of its own for 127.0.0.1. */
function makeCertificate(folder: string): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", join(folder, "key.pem")];
  const name = ["-subj", "/CN=slapd", "-addext", "subjectAltName=IP:127.0.0.1"];
  run(["openssl", "req", "-x509", ...key, "-out", join(folder, "cert.pem"), "-days", "2", ...name]);
}

function configuration(folder: string): string {
  const schemas = ["core", "cosine", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema`);
  return [
    ...schemas,
    "modulepath /usr/lib/ldap",
    "moduleload back_mdb",
    "moduleload memberof",
    `pidfile ${folder}/slapd.pid`,
    `TLSCertificateFile ${folder}/cert.pem`,
    `TLSCertificateKeyFile ${folder}/key.pem`,
    // Whoever does not read in pages gets no more than this.
    "sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited",
    "database mdb",
    `directory ${folder}/db`,
    "maxsize 268435456",
    `suffix "${baseDn}"`,
    `rootdn "cn=root,${baseDn}"`,
    "rootpw root",
    "overlay memberof",
    "access to attrs=userPassword by anonymous auth by * none",
    `access to * by dn.exact="${bindDn}" read by * none`,
    "",
  ].join("\n");
}

/**
 * Starts a directory.
 *
 * @param ldif of what is in it below `ou=people` and `ou=groups`, which are there
 */
export async function startSlapd(ldif: string): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), "muster-slapd-"));
  mkdirSync(join(folder, "db"));
  makeCertificate(folder);
  const config = join(folder, "slapd.conf");
  writeFileSync(config, configuration(folder));
  const base = [
    `dn: ${baseDn}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n`,
    `dn: ou=people,${baseDn}\nobjectClass: organizationalUnit\nou: people\n`,
    `dn: ou=groups,${baseDn}\nobjectClass: organizationalUnit\nou: groups\n`,
    `dn: ${bindDn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: ${password}\n`,
  ];
  run(["/usr/sbin/slapadd", "-q", "-f", config], [...base, ldif].join("\n"));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const [ldap, ldaps] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${tlsPort}`];
  const server = Bun.spawn([binary, "-f", config, "-h", `${ldap}/ ${ldaps}/`, "-d", "0"], {
    stdout: "ignore",
    stderr: "ignore",
  });
  await listening(port);
  return {
    ldap,
    ldaps,
    ca: readFileSync(join(folder, "cert.pem"), "utf8"),
    bindDn,
    password,
    baseDn,
    async asRoot(work) {
      const client = new Client({ url: ldap });
      await client.bind(`cn=root,${baseDn}`, "root");
      await work(client);
      await client.unbind();
    },
    async stop() {
      server.kill();
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => undefined } }).catch(
      () => undefined,
    );
    open?.end();
    if (open !== undefined) return;
    await Bun.sleep(25);
  }
  throw new Error("slapd did not start");
}

/** A person below `ou=people`. */
export function personLdif(uid: string, more: Readonly<Record<string, string>> = {}): string {
  const attributes = {
    cn: `Cn ${uid}`,
    sn: `Sn ${uid}`,
    givenName: `Given ${uid}`,
    mail: `${uid}@example.org`,
    ...more,
  };
  const lines = Object.entries(attributes).map(([name, value]) => `${name}:: ${Buffer.from(value).toString("base64")}`);
  return [`dn: uid=${uid},ou=people,${baseDn}`, "objectClass: inetOrgPerson", `uid: ${uid}`, ...lines, ""].join("\n");
}
