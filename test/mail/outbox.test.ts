import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkIn, type MailServer, startMailServer } from "../support/mail-server.ts";
import { createUser } from "../support/scim.ts";
import { type Body, objects, startServer, type TestServer, text, unique } from "../support/server.ts";

const from = { mailFrom: "Muster <muster@example.org>" };
const json = { "Content-Type": "application/json" };

/** Asks a new user in; tells their address. */
async function invite(server: TestServer, more: Body = {}): Promise<{ readonly id: string; readonly mail: string }> {
  const mail = `${unique()}@example.org`;
  const { id } = await createUser(server, { emails: [{ value: mail, primary: true }], ...more });
  expect((await server.request("POST", `/api/users/${id}/activation`, "{}", json)).status).toBe(201);
  return { id, mail };
}

async function mailTo(server: TestServer, address: string): Promise<Body> {
  const listed = objects((await server.request("GET", "/api/mail?limit=1000")).json.mails);
  const found = listed.find(({ to }) => to === address);
  if (found === undefined) throw new Error(`no mail to ${address}`);
  return found;
}

async function until(server: TestServer, address: string, isSo: (mail: Body) => boolean): Promise<Body> {
  for (let tries = 0; tries < 500; tries++) {
    const mail = await mailTo(server, address);
    if (isSo(mail)) return mail;
    await Bun.sleep(20);
  }
  throw new Error(`it stays as it is: ${JSON.stringify(await mailTo(server, address))}`);
}

describe("without a mail server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  test("a mail stays in the outbox, where it can be read, with a link to this server", async () => {
    const { mail } = await invite(server, { displayName: "Kim <b>Bold</b>", locale: "es-MX" });
    const listed = await mailTo(server, mail);
    expect(listed).toMatchObject({ state: "queued", attempts: 0, subject: "Elija su contraseña", error: null });
    const whole = (await server.request("GET", `/api/mail/${text(listed.id)}`)).json;
    expect(text(whole.text)).toContain("Hola, Kim <b>Bold</b>:");
    expect(text(whole.html)).toContain("Hola, Kim &#60;b&#62;Bold&#60;/b&#62;:");
    expect((await fetch(linkIn({ text: text(whole.text) }))).status).toBe(200);
    expect(linkIn({ text: text(whole.text) })).toStartWith(server.url);
  });

  test("and only administrators read it", async () => {
    const token = await server.makeToken({ scopes: ["scim:read", "scim:write", "import:write", "audit:read"] });
    const headers = { Authorization: `Bearer ${token}` };
    expect((await server.request("GET", "/api/mail", undefined, headers)).status).toBe(403);
  });

  test("a link that is revoked is gone from it, and its mail is withdrawn", async () => {
    const { id, mail } = await invite(server);
    const [link = {}] = objects((await server.request("GET", `/api/users/${id}/access`)).json.activations);
    await server.request("DELETE", `/api/activations/${text(link.id)}`);
    const listed = await mailTo(server, mail);
    expect(listed.state).toBe("withdrawn");
    expect((await server.request("GET", `/api/mail/${text(listed.id)}`)).text).not.toContain("/activate/");
  });

  test("pages go on where the one before ended, by state too", async () => {
    for (let count = 0; count < 3; count++) await invite(server);
    const first = (await server.request("GET", "/api/mail?state=queued&limit=2")).json;
    const second = (await server.request("GET", `/api/mail?state=queued&limit=2&before=${String(first.next)}`)).json;
    const ids = [first, second].flatMap(({ mails }) => objects(mails).map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(2);
  });
});

describe("a mail server", () => {
  let mails: MailServer;
  let server: TestServer;
  const verdicts = new Map<string, number>();
  beforeAll(async () => {
    mails = await startMailServer({
      onRcptTo({ address }, _session, callback) {
        const code = verdicts.get(address);
        if (code === undefined) callback();
        else callback(Object.assign(new Error("not this one"), { responseCode: code }));
      },
    });
    server = await startServer({ smtpUrl: `smtp://127.0.0.1:${mails.port}`, ...from });
  });
  afterAll(async () => {
    await server.stop();
    await mails.stop();
  });

  test("that takes a mail gets it once, with a Message-ID of its own", async () => {
    const { mail } = await invite(server);
    const received = await mails.mailTo(mail);
    const listed = await until(server, mail, ({ state }) => state === "sent");
    expect(listed).toMatchObject({ attempts: 1, error: null });
    expect(received.messageId).toBe(`<${text(listed.id)}@example.org>`);
    expect(received.from).toMatchObject({ name: "Muster", address: "muster@example.org" });
    await Bun.sleep(2500);
    expect(mails.received.filter(({ recipients }) => recipients.includes(mail))).toHaveLength(1);
  });

  test("that refuses a recipient for good makes its mail dead; an administrator may have it tried again", async () => {
    const mail = `${unique()}@example.org`;
    verdicts.set(mail, 550);
    await invite(server, { emails: [{ value: mail, primary: true }] });
    const dead = await until(server, mail, ({ state }) => state === "dead");
    expect(text(dead.error)).toContain("not this one");
    verdicts.delete(mail);
    const path = `/api/mail/${text(dead.id)}/retry`;
    expect((await server.request("POST", path)).status).toBe(200);
    await mails.mailTo(mail);
    await until(server, mail, ({ state }) => state === "sent");
    expect((await server.request("POST", path)).status).toBe(409);
  });

  test("that refuses a recipient for now has the mail wait for its next try", async () => {
    const mail = `${unique()}@example.org`;
    verdicts.set(mail, 450);
    await invite(server, { emails: [{ value: mail, primary: true }] });
    const waiting = await until(server, mail, ({ attempts }) => attempts === 1);
    expect(waiting.state).toBe("queued");
    expect(Date.parse(text(waiting.dueAt)) - Date.now()).toBeGreaterThan(30_000);
  });
});

describe("a mail server that is not well", () => {
  /** Listens as a mail server would, and does with each connection what it is told. */
  async function odd(answer: (socket: Socket) => void): Promise<{ readonly port: number; readonly close: () => void }> {
    const sockets = new Set<Socket>();
    const net: NetServer = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      answer(socket);
    });
    await new Promise<void>((resolve) => void net.listen(0, "127.0.0.1", resolve));
    const address = net.address();
    if (typeof address !== "object" || address === null) throw new Error("no address");
    return {
      port: address.port,
      close: () => {
        for (const socket of sockets) socket.destroy();
        net.close();
      },
    };
  }

  const oddities: readonly (readonly [what: string, answer: (socket: Socket) => void])[] = [
    ["drops every connection", (socket) => void socket.destroy()],
    ["greets nobody", (socket) => void socket.end("554 no\r\n")],
    ["speaks another protocol", (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    [
      "drops in the middle of the mail",
      (socket) => {
        socket.write("220 hello\r\n");
        socket.on("data", (data) => {
          if (data.toString().startsWith("DATA")) socket.write("354 go on\r\n", () => void socket.destroy());
          else socket.write("250 yes\r\n");
        });
      },
    ],
  ];
  test.each(oddities)("%s: the mail waits, the service goes on", async (_, answer) => {
    const { port, close } = await odd(answer);
    const server = await startServer({ smtpUrl: `smtp://127.0.0.1:${port}`, ...from });
    try {
      const { mail } = await invite(server);
      const waiting = await until(server, mail, ({ attempts }) => Number(attempts) > 0);
      expect(waiting.state).toBeOneOf(["queued", "dead"]);
      expect(text(waiting.error).length).toBeGreaterThan(3);
      expect((await server.request("GET", "/scim/v2/Users?count=1")).status).toBe(200);
    } finally {
      await server.stop();
      close();
    }
  });

  test("never answers: nobody waits for it, and the server stops all the same", async () => {
    const { port, close } = await odd(() => undefined);
    const server = await startServer({ smtpUrl: `smtp://127.0.0.1:${port}`, ...from });
    const { mail } = await invite(server);
    expect((await mailTo(server, mail)).state).toBe("queued");
    expect((await server.request("GET", "/scim/v2/Users?count=1")).status).toBe(200);
    close();
    await server.stop();
  });

  test("is not there: mails wait, and are sent when it is", async () => {
    const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    probe.stop(true);
    const server = await startServer({ smtpUrl: `smtp://127.0.0.1:${probe.port}`, ...from });
    try {
      const { mail } = await invite(server);
      const waiting = await until(server, mail, ({ attempts }) => attempts === 1);
      expect(waiting.state).toBe("queued");
      expect(server.log.some((line) => line.includes("the mail server can not be used"))).toBeTrue();
      const mails = await startMailServer({}, probe.port);
      const db = new Database(`${server.dataDir}/muster.db`);
      // Not in a minute, which is when it would be tried again.
      db.run("UPDATE mail SET due_at = 1");
      db.close();
      await mails.mailTo(mail);
      await until(server, mail, ({ state }) => state === "sent");
      await server.stop();
      await mails.stop();
    } finally {
      await server.stop();
    }
  });
});

describe("TLS and a password", () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-mail-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const made = Bun.spawnSync([
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    key,
    "-out",
    cert,
    ...subject,
  ]);
  let mails: MailServer;
  beforeAll(async () => {
    if (made.exitCode !== 0) throw new Error(`openssl: ${made.stderr.toString()}`);
    mails = await startMailServer({
      key: await Bun.file(key).text(),
      cert: await Bun.file(cert).text(),
      authOptional: false,
      onAuth({ username, password }, _session, callback) {
        if (username === "muster" && password === "p@ss/word") callback(null, { user: username });
        else callback(new Error("wrong"));
      },
    });
  });
  afterAll(async () => {
    await mails.stop();
    rmSync(folder, { recursive: true });
  });

  test("are used where the address has them", async () => {
    const smtpUrl = `smtp://muster:${encodeURIComponent("p@ss/word")}@127.0.0.1:${mails.port}`;
    const server = await startServer({ smtpUrl, smtpCa: cert, ...from });
    server.keepSecret("p@ss/word");
    try {
      const { mail } = await invite(server);
      await mails.mailTo(mail);
    } finally {
      await server.stop();
    }
  });

  test("a certificate that nobody knows, or a wrong password, sends nothing", async () => {
    const right = `smtp://muster:${encodeURIComponent("p@ss/word")}@127.0.0.1:${mails.port}`;
    for (const settings of [{ smtpUrl: right }, { smtpUrl: right.replace("word", "wrong"), smtpCa: cert }]) {
      const server = await startServer({ ...settings, ...from });
      try {
        const { mail } = await invite(server);
        const waiting = await until(server, mail, ({ attempts }) => attempts === 1);
        expect(waiting.state).toBe("queued");
        expect(text(waiting.error)).not.toContain("p@ss");
        expect(mails.received.some(({ recipients }) => recipients.includes(mail))).toBeFalse();
      } finally {
        await server.stop();
      }
    }
  });
});

describe("templates of the operator", () => {
  test("take the place of ours, where there are some", async () => {
    const folder = mkdtempSync(join(tmpdir(), "muster-templates-"));
    writeFileSync(
      join(folder, "password.en.txt"),
      "Subject: Welcome, {{name}}\n\nGo to {{link}}. {{password}} {{unknown}}\n",
    );
    writeFileSync(join(folder, "password.en.html"), "<p>{{name}} {{ link }}</p>");
    const server = await startServer({ mailTemplates: folder });
    try {
      const { mail } = await invite(server, { displayName: "Kim & Co\r\nBcc: x@example.org" });
      const listed = await mailTo(server, mail);
      expect(listed.subject).toBe("Welcome, Kim & Co Bcc: x@example.org");
      const whole = (await server.request("GET", `/api/mail/${text(listed.id)}`)).json;
      expect(text(whole.text)).toMatch(/^Go to http:\S+\/activate\/\S+\. \{\{password\}\} \{\{unknown\}\}\n$/);
      expect(text(whole.html)).toStartWith("<p>Kim &#38; Co");
      const german = await invite(server, { locale: "de" });
      expect((await mailTo(server, german.mail)).subject).toBe("Legen Sie Ihr Passwort fest");
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test("that are none are told at the start", async () => {
    const folder = mkdtempSync(join(tmpdir(), "muster-templates-"));
    writeFileSync(join(folder, "welcome.txt"), "hello");
    expect(startServer({ mailTemplates: folder })).rejects.toThrow("welcome.txt is no template");
    expect(startServer({ mailTemplates: join(folder, "nowhere") })).rejects.toThrow("can not be read");
  });
});
