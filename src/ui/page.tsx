/** @jsxImportSource hono/jsx */
import type { Context } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** The looks of the pages that people see who are no administrators. */
const styles = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#57606a;--line:#d0d7de;--paper:#fff;--ground:#f6f8fa;
--deed:#0b57d0;--wrong:#b42318}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4ae;--line:#3d444d;--paper:#161b22;
--ground:#0d1117;--deed:#4c8dff;--wrong:#ff7b72}}
body{margin:0;padding:24px;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:420px;margin:8vh auto 0;padding:32px;background:var(--paper);border:1px solid var(--line);
border-radius:12px}
h1{margin:0 0 4px;font-size:1.4rem}
p{margin:0 0 16px}
.soft,li{color:var(--soft)}
.wrong{color:var(--wrong);font-weight:600}
label{display:block;margin:0 0 4px;font-weight:600}
input{box-sizing:border-box;width:100%;margin:0 0 16px;padding:10px 12px;border:1px solid var(--line);
border-radius:8px;background:transparent;color:inherit;font:inherit}
ul{margin:0 0 20px;padding-left:20px}
button,a.deed{display:inline-block;padding:10px 18px;border:0;border-radius:8px;background:var(--deed);
color:#fff;font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
:focus-visible{outline:3px solid var(--deed);outline-offset:2px}
`;

const stylesHash = new Bun.CryptoHasher("sha256").update(styles).digest("base64");

/**
 * What a page may do: nothing but show its own styles. Where forms go is left open, because browsers hold the address
 * that a form is answered with against it, too.
 */
const policy = `default-src 'none'; style-src 'sha256-${stylesHash}'; base-uri 'none'; frame-ancestors 'none'`;

export interface Page {
  readonly language: string;
  readonly title: string;
  readonly body: Child;
  readonly status?: ContentfulStatusCode;
  /** Where the browser goes by itself after some seconds. */
  readonly next?: { readonly url: string; readonly seconds: number } | undefined;
}

/** Answers with a page: never kept by a browser, and no other site is told its address, which may hold a secret. */
export function answerPage(
  c: Context,
  { language, title, body, status = 200, next }: Page,
): Response | Promise<Response> {
  c.header("Content-Security-Policy", policy);
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  c.header("X-Content-Type-Options", "nosniff");
  if (next !== undefined) c.header("Refresh", `${next.seconds}; url=${next.url}`);
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        <main>{body}</main>
      </body>
    </html>
  );
  return c.html(html`<!doctype html>${page}`, status);
}
