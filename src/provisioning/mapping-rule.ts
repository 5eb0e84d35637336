import { compile, type JSONPathQuery, type JSONValue } from "json-p3";
import { readColumn } from "../import/column.ts";
import { ScimError } from "../scim/error.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { SourceEntry } from "./source.ts";

/** What a rule says: who the user is, what the user is called, a group that the user is in, or an attribute. */
export const ruleTypes = ["IDENTIFIER", "SUBJECT", "GROUPNAME", "ATTRIBUTE"] as const;
export type RuleType = (typeof ruleTypes)[number];

/** How one thing of a source's entry becomes one of a user. */
export interface MappingRule {
  /** A JSONPath on the entry (RFC 9535), or the name of an attribute of it. */
  readonly from: string;
  readonly type: RuleType;
  /** The path of the attribute that it goes to: of ATTRIBUTE alone. */
  readonly target?: string | undefined;
  /** Whether it may find more than one value. */
  readonly multiple?: boolean | undefined;
}

/** What SimpleIdServer maps when nobody says otherwise. */
export const simpleIdServerRules: readonly MappingRule[] = [
  { from: "$.userName", type: "SUBJECT" },
  { from: "$.name.familyName", type: "ATTRIBUTE", target: "name.familyName" },
  { from: "$.name.givenName", type: "ATTRIBUTE", target: "name.givenName" },
];

/** What is mapped of an LDAP directory when nobody says otherwise. */
export const ldapRules: readonly MappingRule[] = [
  { from: "uid", type: "SUBJECT" },
  { from: "sn", type: "ATTRIBUTE", target: "name.familyName" },
  { from: "givenName", type: "ATTRIBUTE", target: "name.givenName" },
  { from: "cn", type: "ATTRIBUTE", target: "displayName" },
  { from: "mail", type: "ATTRIBUTE", target: "emails[work].value" },
];

/** Rules of one connector, and characters of one path. */
export const rulesMax = 100;
const pathCharsMax = 512;

/** An entry as it is to be imported: texts by the paths of attributes. */
export interface MappedEntry {
  readonly sourceId: string;
  readonly version: string;
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  /** Names of groups; undefined where no rule speaks of them. */
  readonly groups: readonly string[] | undefined;
  /** What rules could not make of the entry, in words. */
  readonly problems: readonly string[];
}

export type MapEntry = (entry: SourceEntry) => MappedEntry;

interface CompiledRule {
  readonly rule: MappingRule;
  readonly query: JSONPathQuery;
  readonly target: string;
}

/**
 * Compiles the rules of a connector.
 *
 * @throws ScimError invalidValue for a path that is none, an attribute that users do not have, a SUBJECT that is missing or there twice
 */
export function compileRules(rules: readonly MappingRule[], type: ResourceType): MapEntry {
  if (rules.length > rulesMax) throw invalid(`There are ${rules.length} rules; at most ${rulesMax} are taken.`);
  const compiled = rules.map((rule, index) => compileRule(rule, `rules[${index}]`, type));
  for (const once of ["SUBJECT", "IDENTIFIER"] as const) {
    const count = rules.filter((rule) => rule.type === once).length;
    if (count > 1) throw invalid(`rules have ${once} ${count} times; it may be there once.`);
  }
  if (!rules.some((rule) => rule.type === "SUBJECT")) throw invalid("rules need one of type SUBJECT: the userName.");
  return (entry) => mapEntry(compiled, entry);
}

function compileRule(rule: MappingRule, place: string, type: ResourceType): CompiledRule {
  const { from, target } = rule;
  if (from.length > pathCharsMax) throw invalid(`${place}.from has more than ${pathCharsMax} characters.`);
  if (rule.type === "ATTRIBUTE" && (target === undefined || readColumn(target, type) === undefined)) {
    throw invalid(`${place}.target ${JSON.stringify(target ?? null)} is no attribute of ${type.name} that can be set.`);
  }
  try {
    return { rule, query: compile(pathOf(from)), target: rule.type === "SUBJECT" ? "userName" : (target ?? "") };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 200) : "it can not be read";
    throw new ScimError("invalidValue", `${place}.from ${JSON.stringify(from)} is no JSONPath: ${why}.`, { cause });
  }
}

/** A bare name is that of an attribute of LDAP, in any case, and stands for all its values. */
function pathOf(from: string): string {
  return from.startsWith("$") ? from : `$[${JSON.stringify(from.toLowerCase())}][*]`;
}

function mapEntry(rules: readonly CompiledRule[], { id, version, value }: SourceEntry): MappedEntry {
  const values: Record<string, string | readonly string[]> = {};
  const problems: string[] = [];
  let groups: string[] | undefined;
  let sourceId = id;
  for (const { rule, query, target } of rules) {
    const found = textsOf(rule, query, value, problems);
    if (rule.type === "GROUPNAME") groups = [...(groups ?? []), ...found];
    else if (rule.type === "IDENTIFIER") sourceId = found[0] ?? id;
    else values[target] = rule.multiple === true ? found : (found[0] ?? "");
  }
  return { sourceId, version, values, groups, problems };
}

/** What a rule finds, as texts; what it may not find is a problem, in SimpleIdServer's words. */
function textsOf(rule: MappingRule, query: JSONPathQuery, value: unknown, problems: string[]): readonly string[] {
  // Whatever a source sent was read from JSON, or is made of texts.
  const found = query.query(value as JSONValue).values();
  const simple = found.filter((each) => each !== null);
  if (simple.some((each) => typeof each === "object")) {
    problems.push(`mapping rule '${rule.from}' tried to fetch a complex element`);
    return [];
  }
  if (simple.length > 1 && rule.multiple !== true && rule.type !== "GROUPNAME") {
    problems.push(`mapping rule '${rule.from}' is not configured to fetch more than one attribute`);
    return [];
  }
  return simple.map(String);
}

function invalid(detail: string): ScimError {
  return new ScimError("invalidValue", detail);
}
