import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SettingError } from "../config.ts";
import type { TemplateText, TemplateTexts } from "./render.ts";
import { languages, templateNames } from "./words.ts";

/*
 * Templates that an operator puts into a directory in the place of ours: `activation.de.html`, and `activation.de.txt`,
 * whose first line may be `Subject: …` with a blank line after it.
 */

const fileNames = new RegExp(`^(?:${templateNames.join("|")})\\.(?:${languages.join("|")})\\.(?:txt|html)$`);

/**
 * Reads the templates of a directory.
 *
 * @throws SettingError
 */
export function readTemplates(directory: string): TemplateTexts {
  const found = new Map<string, TemplateText>();
  for (const file of filesIn(directory)) {
    if (!fileNames.test(file)) {
      const example = `${templateNames[0]}.${languages[1]}.html`;
      throw new SettingError(`${join(directory, file)} is no template: name it like ${example}`);
    }
    const [name, language, kind] = file.split(".");
    const key = `${name}.${language}`;
    const content = readFileSync(join(directory, file), "utf8");
    found.set(key, { ...found.get(key), ...(kind === "html" ? { html: content } : textWithSubject(content)) });
  }
  return (name, language) => found.get(`${name}.${language}`);
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((file) => !file.startsWith("."));
  } catch (cause) {
    throw new SettingError(`the templates in ${directory} can not be read`, { cause });
  }
}

function textWithSubject(content: string): TemplateText {
  const match = /^Subject:[ \t]*(.+)\r?\n\r?\n/.exec(content);
  if (match === null) return { text: content };
  const [head, subject = ""] = match;
  return { subject: subject.trim(), text: content.slice(head.length) };
}
