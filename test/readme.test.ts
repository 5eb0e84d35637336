import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../src/config.ts";

const readme = await Bun.file(join(import.meta.dir, "..", "README.md")).text();
const code = (text: string): string => `\`${text}\``;

test("the README's table of settings is the program's", () => {
  const rows = Object.values(settings).map((setting) => {
    const flag = "flag" in setting ? code(`--${setting.flag}`) : "";
    const fallback = "fallback" in setting ? code(setting.fallback) : "";
    return `| ${code(setting.env)} | ${flag} | ${fallback} | ${setting.says} |`;
  });
  const table = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme)?.[1]?.split("\n").slice(2);
  expect(table).toEqual(rows);
});

test("the scripts that the README and CONTRIBUTING name are there", async () => {
  const { scripts } = await Bun.file(join(import.meta.dir, "..", "package.json")).json();
  const contributing = await Bun.file(join(import.meta.dir, "..", "CONTRIBUTING.md")).text();
  const named = [...(readme + contributing).matchAll(/bun(?:@[\d.]+)? run ([a-z-]+)/g)].map(([, script]) => script);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((script) => script !== undefined && !(script in scripts))).toEqual([]);
});

test("the tests that docs/security.md names are there", async () => {
  const security = await Bun.file(join(import.meta.dir, "..", "docs", "security.md")).text();
  const named = [...security.matchAll(/`([a-z0-9/-]+(?:\.test)?\.ts|[a-z]+\/(?:[a-z]+\/)*)`/g)].map(
    ([, path = ""]) => path,
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(import.meta.dir, path)))).toEqual([]);
});
