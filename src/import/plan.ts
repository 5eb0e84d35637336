import { createDefaults, uniqueKey } from "../directory/content.ts";
import { strictProfile } from "../scim/profile.ts";
import type { Issue } from "../scim/resource/read.ts";
import type { ReadResource } from "../scim/resource/resource.ts";
import type { CompiledType } from "../scim/resource/type.ts";
import type { RowProblem } from "../storage/import.ts";
import type { RowMapper } from "./dialect/dialect.ts";
import type { MappedRow } from "./row.ts";
import type { TableRow } from "./source/table.ts";

/** What a group name in a file stands for. */
export type GroupReference = { readonly id: string } | { readonly wrong: "unknown" | "ambiguous" };

/** What to do with a row: a resource to write, or everything that is wrong with it. */
export type Verdict =
  | {
      readonly accepted: true;
      readonly resource: ReadResource;
      /** The form of its userName in which no two may be equal. */
      readonly key: string | null;
      readonly groupIds: readonly string[];
    }
  | { readonly accepted: false; readonly problems: readonly RowProblem[] };

export interface RowToJudge {
  readonly table: TableRow;
  readonly mapped: MappedRow;
  readonly mapper: RowMapper;
  readonly groupOf: (name: string) => GroupReference;
}

/**
 * Judges a row by the same code that reads the body of a POST, and tells everything that is wrong with it, not only
 * the first. The plan shows these verdicts, the apply carries them out.
 */
export function judgeRow(compiled: CompiledType, { table, mapped, mapper, groupOf }: RowToJudge): Verdict {
  // Cells were turned into the types of the schema already, so there is nothing to forgive.
  const { resource, issues } = compiled.read(mapped.body, strictProfile, createDefaults(compiled));
  if (issues.length + mapped.problems.length + mapped.groups.length === 0) {
    return { accepted: true, resource, key: uniqueKey(compiled, resource.attributes), groupIds: none };
  }
  const groups = mapped.groups.map((name) => [name, groupOf(name)] as const);
  const problems = [
    ...mapped.problems,
    ...issues.map((issue) => issueProblem(issue, mapper, table)),
    ...groups.flatMap(([name, group]) => ("wrong" in group ? [groupProblem(name, group.wrong)] : [])),
  ];
  if (problems.length > 0) return { accepted: false, problems };
  const groupIds = groups.flatMap(([, group]) => ("id" in group ? [group.id] : []));
  return { accepted: true, resource, key: uniqueKey(compiled, resource.attributes), groupIds };
}

const none: readonly string[] = Object.freeze([]);

function issueProblem({ code, path, message }: Issue, mapper: RowMapper, table: TableRow): RowProblem {
  return { code, ...mapper.source(table, path), message };
}

const groupMessages = {
  unknown: "no group has this name",
  ambiguous: "more than one group has this name",
} as const;

function groupProblem(name: string, wrong: keyof typeof groupMessages): RowProblem {
  const code = wrong === "unknown" ? "unknown_group" : "ambiguous_match";
  return { code, column: "groups", value: name.slice(0, 64), message: groupMessages[wrong] };
}
