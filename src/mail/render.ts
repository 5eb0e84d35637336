import { type Language, languageOf, type Placeholder, placeholders, type TemplateName, wordings } from "./words.ts";

/** A mail as it is sent. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A template that an operator wrote in the place of ours; what is left out stays ours. */
export interface TemplateText {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
}

/** The templates that an operator wrote. */
export type TemplateTexts = (name: TemplateName, language: Language) => TemplateText | undefined;

export type Values = Readonly<Record<Placeholder, string>>;

/**
 * Puts a mail into words, in the language of its locale.
 *
 * @param own asked first for each template
 * @example renderMail("password", "de-AT", { name: "Kim", application: "", link: "https://…", expires: "" }).subject
 */
export function renderMail(name: TemplateName, locale: string, values: Values, own?: TemplateTexts): RenderedMail {
  const language = languageOf(locale);
  const written = own?.(name, language) ?? {};
  const text = written.text ?? textOf(name, language, values);
  const html = written.html ?? htmlOf(name, language, values);
  return {
    subject: oneLine(fill(written.subject ?? wordings[name][language].subject, values, plain)),
    text: fill(text, values, plain),
    html: fill(html, values, escapeHtml),
  };
}

/** The time until which a link works, as people of that locale write it. */
export function expiryText(locale: string, at: number | null): string {
  if (at === null) return "";
  const format = { dateStyle: "long", timeStyle: "short", timeZone: "UTC" } as const;
  return `${new Intl.DateTimeFormat(languageOf(locale), format).format(at)} UTC`;
}

const plain = (value: string): string => value;

/** A header has one line: what comes from a name must not begin another. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** A text that means itself in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Puts values in the place of their names; whatever else stands in braces stays. */
function fill(template: string, values: Values, form: (value: string) => string): string {
  return template.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => {
    const known = placeholders.find((placeholder) => placeholder === name);
    return known === undefined ? whole : form(values[known]);
  });
}

function paragraphs(name: TemplateName, language: Language, { expires }: Values): readonly string[] {
  const { expiry, unasked } = wordings[name][language];
  return [...(expires === "" ? [] : [expiry]), unasked];
}

function textOf(name: TemplateName, language: Language, values: Values): string {
  const { greeting, lead, button } = wordings[name][language];
  return [greeting, lead, `${button}: {{link}}`, ...paragraphs(name, language, values), ""].join("\n\n");
}

const buttonStyle =
  "display:inline-block;padding:12px 20px;background:#0b57d0;color:#fff;text-decoration:none;border-radius:6px";

/** A page that mail programs show alike: one column, styles at each element, no picture from elsewhere. */
function htmlOf(name: TemplateName, language: Language, values: Values): string {
  const { subject, greeting, lead, button } = wordings[name][language];
  const small = paragraphs(name, language, values)
    .map((text) => `<p style="margin:0 0 12px;font-size:13px;color:#57606a">${text}</p>`)
    .join("\n");
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="margin:0;padding:24px;background:#f6f8fa;font-family:system-ui,sans-serif;color:#1f2328">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border-radius:8px">
<p style="margin:0 0 16px">${greeting}</p>
<p style="margin:0 0 24px">${lead}</p>
<p style="margin:0 0 24px"><a href="{{link}}" style="${buttonStyle}">${button}</a></p>
<p style="margin:0 0 24px;font-size:13px;word-break:break-all"><a href="{{link}}">{{link}}</a></p>
${small}
</div>
</body>
</html>
`;
}
