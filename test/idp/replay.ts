/**
 * Replays what an identity provider sends, and judges the directory by what it then holds.
 *
 * A conversation is a JSON file: a client, the profile of its token, and steps, each a request and what the answer must
 * be. Every conversation has a server to itself, whose directory is empty.
 *
 * - `{{name}}` stands for a saved value, `{{unique}}` for a word of this run. A string that is nothing but a placeholder
 *   becomes the saved value itself, whatever its type.
 * - In a body, the key `...` spreads a saved object: `{"...": "{{user}}", "title": "x"}` is that user with another title.
 * - `save` maps names to places in the answer: `id`, `Resources.0.id`, or `.` for all of it.
 * - `expect.body` is a subset. An object must have the members that are named, and may have more. An array is a set: each
 *   element must match another one, in any order, and none may be left; `{"contains": […]}` lets some be left.
 *   `{"is": "text"}` stands for any text but the empty one, `integer`, `boolean` and `list` for theirs, `empty` for nothing.
 * - `expect.absent` names what no object in the answer may have as a member, at whatever depth.
 * - `as` sends Basic credentials in place of the token.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { readProfile } from "../../src/scim/profile.ts";
import { type Answer, type Body, basic, type TestServer } from "../support/server.ts";

const expectation = z.strictObject({
  status: z.union([z.int(), z.array(z.int()).min(1)]),
  body: z.record(z.string(), z.unknown()).optional(),
  absent: z.array(z.string().min(1)).min(1).optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
});

const stepSchema = z.strictObject({
  name: z.string().min(1),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().startsWith("/"),
  headers: z.record(z.string(), z.string().nullable()).optional(),
  as: z.strictObject({ userName: z.string(), password: z.string() }).optional(),
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  expect: expectation,
  save: z.record(z.string(), z.string().min(1)).optional(),
});

const conversationSchema = z.strictObject({
  client: z.string().min(1),
  profile: z.string(),
  /** What the conversation promises; then what is left out or answered otherwise, and why. */
  about: z.array(z.string().min(1)).min(1),
  /** Sent with every step that does not say otherwise. */
  headers: z.record(z.string(), z.string()).optional(),
  steps: z.array(stepSchema).min(1),
});

export type Step = z.infer<typeof stepSchema>;
export type Conversation = z.infer<typeof conversationSchema>;
type Expectation = z.infer<typeof expectation>;
type Saved = ReadonlyMap<string, unknown>;

/** A conversation from its JSON; fails the test when it is none. */
export function readConversation(json: string): Conversation {
  return conversationSchema.parse(JSON.parse(json));
}

/** Sends the steps in order, as a client with this profile; fails the test at the first that is not answered as expected. */
export async function replay({ profile, headers, steps }: Conversation, server: TestServer): Promise<void> {
  if (readProfile(profile) === undefined) throw new Error(`there is no profile ${profile}`);
  const token = await server.makeToken({ scopes: ["scim:read", "scim:write"], profile });
  const saved = new Map<string, unknown>([["unique", `u${crypto.randomUUID().slice(0, 8)}`]]);
  for (const step of steps) {
    const path = `/scim/v2${fillText(step.path, saved)}`;
    const body = step.body === undefined ? undefined : fillBody(step.body, saved);
    const Authorization = step.as ? basic(fillText(step.as.userName, saved), step.as.password) : `Bearer ${token}`;
    const answer = await server.request(step.method, path, body, { Authorization, ...headers, ...step.headers });
    const wrong = faults(fillExpectation(step.expect, saved), answer);
    if (wrong.length > 0) {
      const sent = `${step.method} ${path} ${JSON.stringify(body) ?? ""}`;
      throw new Error([`${step.name}: ${sent}`, `${answer.status} ${answer.text}`, ...wrong].join("\n"));
    }
    for (const [name, place] of Object.entries(step.save ?? {})) saved.set(name, valueAt(answer.json, place));
  }
}

/** What the answer should be and is not, a line each. */
function faults({ status, body, absent = [], headers = {} }: Expectation, answer: Answer): readonly string[] {
  const wrong: string[] = [];
  if (![status].flat().includes(answer.status)) wrong.push(`the status is not ${[status].flat().join(" or ")}`);
  if (body === undefined && absent.length === 0 && Object.keys(headers).length === 0) return wrong;
  for (const [name, value] of Object.entries(headers)) wrong.push(...differences(value, answer.header(name), name));
  const json: unknown = answer.text === "" ? undefined : JSON.parse(answer.text);
  if (body !== undefined) wrong.push(...differences(body, json));
  const present = new Set(memberNames(json));
  for (const name of absent) if (present.has(name.toLowerCase())) wrong.push(`the answer has ${name}`);
  return wrong;
}

const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string" && value !== "",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  list: Array.isArray,
  empty: (value) => value === undefined || value === null || (Array.isArray(value) && value.length === 0),
};

/** Where `actual` is not what is expected, a line each; none when it is. */
export function differences(expected: unknown, actual: unknown, at = "body"): readonly string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${at} is no list: ${JSON.stringify(actual)}`];
    if (actual.length !== expected.length) return [`${at} has ${actual.length} elements, not ${expected.length}`];
    return unmatched(expected, actual, at);
  }
  if (!isObject(expected)) {
    const wanted = `${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
    return isDeepStrictEqual(expected, actual) ? [] : [`${at} is ${wanted}`];
  }
  const [[key, value] = ["", undefined], ...more] = Object.entries(expected);
  if (more.length === 0 && key === "is") {
    const isKind = kinds[String(value)];
    if (isKind === undefined) throw new Error(`there is no kind ${value}`);
    return isKind(actual) ? [] : [`${at} is ${JSON.stringify(actual)}, not any ${value}`];
  }
  if (more.length === 0 && key === "contains" && Array.isArray(value)) {
    return Array.isArray(actual) ? unmatched(value, actual, at) : [`${at} is no list: ${JSON.stringify(actual)}`];
  }
  if (!isObject(actual)) return [`${at} is no object: ${JSON.stringify(actual)}`];
  return Object.entries(expected).flatMap(([name, wanted]) => differences(wanted, actual[name], `${at}.${name}`));
}

/** Nothing when each expected element has one of its own among the actual ones. */
function unmatched(expected: readonly unknown[], actual: readonly unknown[], at: string): readonly string[] {
  const lonely = expected.filter((wanted) => !actual.some((value) => differences(wanted, value).length === 0));
  if (lonely.length > 0) return lonely.map((wanted) => `${at} has no element such as ${JSON.stringify(wanted)}`);
  return canPair(expected, actual) ? [] : [`${at} has fewer such elements: ${JSON.stringify(expected)}`];
}

function canPair([wanted, ...others]: readonly unknown[], actual: readonly unknown[]): boolean {
  if (wanted === undefined) return true;
  return actual.some(
    (value, index) => differences(wanted, value).length === 0 && canPair(others, actual.toSpliced(index, 1)),
  );
}

function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The names of all members of all objects in it, in lower case. */
function memberNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(memberNames);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name.toLowerCase(), ...memberNames(inner)]);
}

function valueAt(answer: Body, place: string): unknown {
  if (place === ".") return answer;
  let value: unknown = answer;
  for (const name of place.split("."))
    value = isObject(value) || Array.isArray(value) ? Reflect.get(value, name) : undefined;
  if (value === undefined) throw new Error(`the answer has no ${place}: ${JSON.stringify(answer)}`);
  return value;
}

const placeholder = /\{\{(\w+)\}\}/g;

/** The names that stand in double braces in it. */
export function placeholdersIn(value: unknown): readonly string[] {
  return [...(JSON.stringify(value) ?? "").matchAll(placeholder)].map(([, name = ""]) => name);
}

function known(name: string, saved: Saved): unknown {
  if (!saved.has(name)) throw new Error(`nothing was saved as ${name}`);
  return saved.get(name);
}

function fillText(text: string, saved: Saved): string {
  return text.replace(placeholder, (_, name: string) => String(known(name, saved)));
}

function fill(value: unknown, saved: Saved): unknown {
  if (typeof value === "string") {
    const [, name] = /^\{\{(\w+)\}\}$/.exec(value) ?? [];
    return name === undefined ? fillText(value, saved) : known(name, saved);
  }
  if (Array.isArray(value)) return value.map((element) => fill(element, saved));
  return isObject(value) ? fillObject(value, saved) : value;
}

function fillObject(value: Body, saved: Saved): Body {
  const filled = Object.entries(value).flatMap(([name, inner]): readonly (readonly [string, unknown])[] => {
    const content = fill(inner, saved);
    if (name !== "...") return [[name, content]];
    if (!isObject(content)) throw new Error(`${inner} is no object`);
    return Object.entries(content);
  });
  return Object.fromEntries(filled);
}

function fillBody(body: string | Body, saved: Saved): string | Body {
  return typeof body === "string" ? fillText(body, saved) : fillObject(body, saved);
}

function fillExpectation({ body, ...rest }: Expectation, saved: Saved): Expectation {
  return { ...rest, ...(body !== undefined && { body: fillObject(body, saved) }) };
}
