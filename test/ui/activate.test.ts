import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { activationWords } from "../../src/ui/activation-words.ts";
import { linkIn } from "../support/mail-server.ts";
import { createUser } from "../support/scim.ts";
import { basic, objects, startServer, type TestServer, text, unique } from "../support/server.ts";

const executablePath = "/usr/bin/chromium";
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`no ${executablePath}: the tests of the activation page in a browser are left out`);

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const json = { "Content-Type": "application/json" };

/** Asks somebody in; tells the link. */
async function invite(locale: string, applicationId: string | null = null) {
  const userName = unique();
  const emails = [{ value: `${userName}@example.org`, primary: true }];
  const { id } = await createUser(server, { userName, locale, emails });
  await server.request("POST", `/api/users/${id}/activation`, JSON.stringify({ applicationId }), json);
  const [link = {}] = objects((await server.request("GET", `/api/users/${id}/access`)).json.activations);
  const mail = await server.request("GET", `/api/mail/${text(link.mailId)}`);
  return { userName, link: linkIn({ text: text(mail.json.text) }) };
}

test("a browser is there to test with where CI is set", () => {
  expect(hasBrowser || !process.env.CI).toBeTrue();
});

test("the page speaks every language of the mails, and escapes what it shows", async () => {
  for (const [locale, words] of Object.entries(activationWords)) {
    const { link } = await invite(`${locale}-XX`);
    const page = await (await fetch(link)).text();
    expect(page).toContain(`<html lang="${locale}">`);
    expect(page).toContain(words.title);
    expect(page).toContain(words.rules[0]?.replace("{{length}}", "12") ?? "nothing");
  }
  const userName = `<script>alert(1)</script>${unique()}`;
  const { id } = await createUser(server, { userName, emails: [{ value: "x@example.org", primary: true }] });
  await server.request("POST", `/api/users/${id}/activation`, "{}", json);
  const [link = {}] = objects((await server.request("GET", `/api/users/${id}/access`)).json.activations);
  const mail = await server.request("GET", `/api/mail/${text(link.mailId)}`);
  const page = await fetch(linkIn({ text: text(mail.json.text) }));
  expect(await page.text()).not.toContain("<script>");
  expect(page.headers.get("Content-Security-Policy")).toStartWith("default-src 'none'; style-src 'sha256-");
});

test("a form that is larger than any password, or of another kind, is refused", async () => {
  const { link } = await invite("en");
  const large = new URLSearchParams({ password: "x".repeat(20_000) });
  expect((await fetch(link, { method: "POST", body: large })).status).toBe(413);
  expect((await fetch(link, { method: "POST", body: "{}", headers: json })).status).toBe(415);
  expect((await fetch(link, { method: "DELETE" })).status).toBe(405);
});

describe.skipIf(!hasBrowser)("a browser without JavaScript", () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    const args = ["--no-sandbox", "--disable-quic", "--disable-background-networking"];
    browser = await chromium.launch({ executablePath, args });
    page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    page.on("console", (message) => void complaints.push(message.text()));
  });
  afterAll(() => browser.close());

  test("sets a password by the link, is told what is wrong with others, and is led on to the home", async () => {
    const home = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("welcome home") });
    const homeUrl = `${home.url}start`;
    const application = { name: "Shop", homeUrl };
    const made = await server.request("POST", "/api/applications", JSON.stringify(application), json);
    const { userName, link } = await invite("de", text(made.json.id));
    await page.goto(link);
    const words = activationWords.de;
    expect(await page.title()).toBe(words.title);
    const send = async (password: string, again = password): Promise<void> => {
      await page.getByLabel(words.password, { exact: true }).fill(password);
      await page.getByLabel(words.repeat).fill(again);
      await page.getByRole("button", { name: words.submit }).click();
    };
    await send("short");
    expect(await page.getByRole("alert").textContent()).toBe(words.problems.short.replace("{{length}}", "12"));
    await send("a long enough password", "another long password");
    expect(await page.getByRole("alert").textContent()).toBe(words.different);
    await send(`${userName} is my name`);
    expect(await page.getByRole("alert").textContent()).toBe(words.problems.userName);
    await send("correct horse battery");
    expect(await page.getByRole("heading").textContent()).toBe(words.done);
    // The styles are let in by their hash: without them the box is as wide as the window.
    expect((await page.locator("main").boundingBox())?.width).toBeLessThan(500);
    await page.getByRole("link").click();
    expect(await page.locator("body").textContent()).toBe("welcome home");
    const me = await server.request("GET", "/scim/v2/Me", undefined, {
      Authorization: basic(userName, "correct horse battery"),
    });
    expect(me.status).toBe(200);
    await page.goto(link);
    expect(await page.getByRole("heading").textContent()).toBe(words.over);
    expect(complaints.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
    await home.stop(true);
  });

  test("asks for another link in the place of one that is too old", async () => {
    const { link } = await invite("fr");
    const db = new Database(`${server.dataDir}/muster.db`);
    db.run("UPDATE activation SET expires_at = 1, sent = 1 WHERE state = 'pending'");
    db.close();
    await page.goto(link);
    const words = activationWords.fr;
    expect(await page.getByRole("heading").textContent()).toBe(words.expired);
    await page.getByRole("button", { name: words.renew }).click();
    expect(await page.getByRole("heading").textContent()).toBe(words.renewed);
  });
});
