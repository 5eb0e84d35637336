import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { startServer, type TestServer } from "../support/server.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-tls-"));
const tlsCert = join(folder, "cert.pem");
const tlsKey = join(folder, "key.pem");

/** The common name of the certificate that the server should serve. */
let served = "first";

/** Makes a key and a certificate of its own for 127.0.0.1, over the files that are there. */
function makeCertificate(name: string): void {
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", tlsKey];
  const made = Bun.spawnSync(["openssl", "req", "-x509", ...key, "-out", tlsCert, "-days", "2", ...subject]);
  if (!made.success) throw new Error(made.stderr.toString());
}

/** The common name of the certificate that a new connection gets. */
function certificateName({ url }: TestServer): Promise<unknown> {
  const { port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const socket = connect({ host: "127.0.0.1", port: Number(port), rejectUnauthorized: false }, () => {
    resolve(socket.getPeerCertificate().subject?.CN);
    socket.end();
  });
  socket.on("error", reject);
  return promise;
}

function ready({ url }: TestServer, ca = readFileSync(tlsCert, "utf8")): Promise<Response> {
  return fetch(`${url}/readyz`, { tls: { ca }, keepalive: false });
}

let server: TestServer;
beforeAll(async () => {
  makeCertificate(served);
  server = await startServer({ tlsCert, tlsKey });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a server with a certificate and its key", () => {
  test("SEC-1 serves https with that certificate", async () => {
    expect(server.url).toStartWith("https://127.0.0.1:");
    expect(await certificateName(server)).toBe(served);
    expect((await ready(server)).status).toBe(200);
  });

  test("SEC-1 does not answer plain http", async () => {
    const plain = fetch(`${server.url.replace("https", "http")}/readyz`).then(({ status }) => status);
    expect(await plain.catch(() => "refused")).not.toBe(200);
  });

  test("BU-6 locations are https", async () => {
    const headers = { Authorization: `Bearer ${server.token}` };
    const ca = readFileSync(tlsCert, "utf8");
    const answer = await fetch(`${server.url}/scim/v2/ServiceProviderConfig`, { headers, tls: { ca } });
    expect(await answer.json()).toMatchObject({ meta: { location: `${server.url}/scim/v2/ServiceProviderConfig` } });
  });

  test("reload() with files that are none throws, and the old certificate stays", async () => {
    const before = [readFileSync(tlsCert), readFileSync(tlsKey)] as const;
    writeFileSync(tlsCert, "no certificate");
    await expect(server.server.reload()).rejects.toThrow();
    rmSync(tlsCert);
    await expect(server.server.reload()).rejects.toThrow();
    expect(await certificateName(server)).toBe(served);
    writeFileSync(tlsCert, before[0]);
    writeFileSync(tlsKey, before[1]);
    expect((await ready(server)).status).toBe(200);
  });

  test("reload() after the files were replaced serves the new certificate", async () => {
    makeCertificate("second");
    expect(await certificateName(server)).toBe(served);
    await server.server.reload();
    served = "second";
    expect(await certificateName(server)).toBe(served);
    expect((await ready(server)).status).toBe(200);
  });
});

describe("a server that can not have its certificate", () => {
  test("does not start, and leaves the data directory free", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "muster-tls-data-"));
    const nowhere = join(folder, "nowhere.pem");
    const message = await startServer({ tlsCert: nowhere, tlsKey: nowhere }, dataDir).then(
      () => "started",
      (error: unknown) => String(error),
    );
    expect(message).toContain(nowhere);
    const next = await startServer({}, dataDir);
    // The administrator, whose password is told once, is made by the start that succeeds.
    expect(next.server.firstStart).toBeDefined();
    await next.stop();
  });
});
