import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { partOf } from "../../src/http/mounts.ts";
import { expectRefusal } from "../support/scim.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { routes } from "./routes.ts";

const executablePath = "/usr/bin/chromium";
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`no ${executablePath}: the tests of the documentation in a browser are left out`);

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test("a browser is there to test with where CI is set", () => {
  expect(hasBrowser || !process.env.CI).toBeTrue();
});

describe("the files of the documentation", () => {
  const files: readonly (readonly [string, string])[] = [
    ["/docs", "text/html; charset=utf-8"],
    ["/docs/", "text/html; charset=utf-8"],
    ["/docs/init.js", "text/javascript; charset=utf-8"],
    ["/docs/favicon.svg", "image/svg+xml"],
    ["/docs/swagger-ui.css", "text/css; charset=utf-8"],
    ["/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ];

  test.each(files)("%s is served to anybody, with a policy that keeps the page here", async (path, type) => {
    const answer = await server.request("GET", path, undefined, { Authorization: null });
    expect([answer.status, answer.header("Content-Type")]).toEqual([200, type]);
    expect(answer.header("Content-Security-Policy")).toStartWith("default-src 'none'; script-src 'self';");
    expect(answer.text.length).toBeGreaterThan(100);
  });

  test("another file is 404", async () => {
    expectRefusal(await server.request("GET", "/docs/nothing.js"), { status: 404 });
  });

  test("no file names another server to load from", async () => {
    for (const path of ["/docs", "/docs/init.js"]) {
      expect((await server.request("GET", path)).text).not.toMatch(/(src|href|url)\s*[=:]\s*["'](https?:)?\/\//);
    }
  });
});

describe.skipIf(!hasBrowser)("Swagger UI in a browser", () => {
  let browser: Browser;
  let page: Page;
  const requested: string[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    const args = ["--no-sandbox", "--disable-quic", "--disable-background-networking"];
    browser = await chromium.launch({ executablePath, args });
    page = await browser.newPage();
    page.on("request", (request) => requested.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
    page.on("response", (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()} is ${response.status()}`);
    });
    await page.goto(`${server.url}/`);
    await page.waitForSelector(".opblock");
  }, 30_000);

  /** The operations that the page shows, once a link of its head was followed. */
  async function shownPart(part: string): Promise<string[]> {
    if (part !== "own") await page.locator(`nav a[href="/docs?part=${part}"]`).click();
    await page.waitForSelector(".opblock");
    return page.locator(".opblock").evaluateAll((blocks) =>
      blocks.map((block) => {
        const text = (selector: string) => block.querySelector(selector)?.textContent ?? "";
        return `${text(".opblock-summary-method")} ${text(".opblock-summary-path").replaceAll("\u200b", "")}`;
      }),
    );
  }

  afterAll(() => browser?.close());

  test("shows every operation of openapi.json", async () => {
    // The page begins with its own.
    const others = [...new Set(routes.map(({ path }) => partOf(path)))].filter((part) => part !== "own");
    const parts = ["own", ...others];
    const shown: string[] = [];
    for (const part of parts) shown.push(...(await shownPart(part)));
    expect(shown.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    await page.locator('nav a[href="/docs"]').click();
    await page.waitForSelector(".opblock");
  }, 60_000);

  test("opens an operation with its parameters, its body and its refusals", async () => {
    const block = page.locator("#operations-SCIM_User-createUser");
    await block.locator(".opblock-summary-control").click();
    await block.locator(".responses-table").waitFor();
    expect(await block.textContent()).toContain("uniqueness");
    expect(await block.textContent()).toContain("userName");
  });

  test("sends a request with a token and shows the answer", async () => {
    await page.locator(".auth-wrapper .authorize").first().click();
    const dialog = page.locator(".dialog-ux");
    await dialog.locator('input[type="text"]').first().waitFor();
    const bearer = dialog.locator(".auth-container", { hasText: "bearer" });
    await bearer.locator("input").fill(server.token);
    await bearer.locator("button.authorize").click();
    await dialog.locator(".close-modal").click();
    const block = page.locator("#operations-Discovery-getServiceProviderConfig");
    await block.locator(".opblock-summary-control").click();
    await block.locator("button.execute").click();
    await block.locator(".live-responses-table .response-col_status").first().waitFor();
    expect(await block.locator(".live-responses-table").textContent()).toContain("oauthbearertoken");
  });

  test("no request leaves the server's origin, and nothing is complained of", () => {
    expect(requested.length).toBeGreaterThan(4);
    const elsewhere = requested.filter((url) => !url.startsWith(`${server.url}/`) && !/^(data|blob):/.test(url));
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
