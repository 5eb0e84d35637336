import { deviations } from "./deviations.ts";
import type { Level, Section, Statement } from "./statements/statement.ts";
import { heldSections, heldStatements, sections } from "./statements.ts";
import type { Title } from "./titles.ts";

const levels: Readonly<Record<Level, string>> = {
  M: "must",
  S: "should",
  O: "may",
  I: "clients depend on it",
  A: "the RFCs leave it open",
};

const reasons: ReadonlyMap<string, string> = new Map(deviations.map(({ id, reason }) => [id, reason]));

/** The page docs/conformance.md: every statement with the files of its tests, and how many titles there name it. */
export function conformancePage(titles: readonly Title[]): string {
  const tests = testsOf(titles);
  const held = new Set(heldSections);
  return [
    "# Conformance",
    "",
    "What SCIM asks of a server, statement by statement, and the tests that show it. `bun run conformance` writes this page",
    "from the names of the tests, which begin with the ids of the statements; a test fails when the two differ.",
    "",
    "43, 44 and 65 are RFC 7643, 7644 and 9865, 11a and 11c the drafts of SCIM 1.1 (scim-api-01, scim-core-schema-01). Files are below",
    "`test/`; a number counts the titles that name the statement.",
    "",
    ...summary(tests),
    ...sections.filter((section) => held.has(section)).flatMap((section) => table(section, tests, "**no test**")),
    "# What clients send",
    "",
    "Known from the documents of two identity providers. Much of it is theirs to do, so not every line has a test of that name.",
    "",
    ...sections.filter((section) => !held.has(section)).flatMap((section) => table(section, tests, "")),
  ].join("\n");
}

/** By statement: the files with titles that name it, and how many. */
function testsOf(titles: readonly Title[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const { ids, file } of titles) {
    for (const id of new Set(ids)) {
      const files = found.get(id) ?? new Map<string, number>();
      found.set(id, files.set(file, (files.get(file) ?? 0) + 1));
    }
  }
  return found;
}

type Tests = ReturnType<typeof testsOf>;

function summary(tests: Tests): readonly string[] {
  const rows = (Object.keys(levels) as Level[]).map((level) => {
    const all = heldStatements.filter((statement) => statement.level === level);
    const tested = all.filter(({ id }) => tests.has(id)).length;
    const different = all.filter(({ id }) => !tests.has(id) && reasons.has(id)).length;
    return `| ${level} | ${levels[level]} | ${all.length} | ${tested} | ${different} |`;
  });
  return [
    "| level | meaning | statements | with tests | deliberately different |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

function table({ title, statements }: Section, tests: Tests, missing: string): readonly string[] {
  const rows = statements.map((statement) => row(statement, tests, missing));
  return [`## ${title}`, "", "| id | level | source | statement | tests |", "|---|---|---|---|---|", ...rows, ""];
}

function row({ id, level, source, text }: Statement, tests: Tests, missing: string): string {
  const files = [...(tests.get(id) ?? [])].map(([file, count]) => `\`${file}\`${count > 1 ? ` ${count}` : ""}`);
  const reason = reasons.get(id);
  const shown =
    files.length > 0 ? files.join(", ") : reason === undefined ? missing : `deliberately different: ${reason}`;
  return `| ${id} | ${level} | ${source} | ${text.replaceAll(/([*_<[])/g, "\\$1")} | ${shown} |`;
}
