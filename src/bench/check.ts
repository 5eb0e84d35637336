import type { Answer } from "./answer.ts";
import type { Check } from "./load.ts";

/** What a body is when it is an object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object in the body; undefined when there is none. */
export function objectIn({ body }: Answer): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** `answered 400: There is no such attribute.`; of an answer that is no SCIM error, its first characters. */
export function told(answer: Answer): string {
  const detail = objectIn(answer)?.detail;
  const text = typeof detail === "string" ? detail : answer.body.toString().slice(0, 200).replaceAll(/\s+/g, " ");
  return `answered ${answer.status}${text === "" ? "" : `: ${text}`}`;
}

/** The answer has one of these statuses. */
export function hasStatus(...statuses: readonly number[]): Check {
  return (answer) => (statuses.includes(answer.status) ? undefined : told(answer));
}

/** The answer has that status, and an object that `judge` finds nothing wrong with. */
export function holds(status: number, judge: (body: JsonObject) => string | undefined): Check {
  return (answer) => {
    if (answer.status !== status) return told(answer);
    const body = objectIn(answer);
    return body === undefined ? `answered ${status} without an object of JSON` : judge(body);
  };
}

/**
 * The answer has that status, and these texts stand in its body: for a server whose way of writing JSON is known,
 * at a tenth of what parsing costs.
 */
export function contains(status: number, ...texts: readonly string[]): Check {
  return (answer) => {
    if (answer.status !== status) return told(answer);
    const missing = texts.find((text) => !answer.body.includes(text));
    return missing === undefined ? undefined : `${missing} is not in ${answer.body.toString().slice(0, 200)}`;
  };
}

/** How often a text stands in a body. */
export function countIn(body: Buffer, text: string): number {
  let count = 0;
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length)) count++;
  return count;
}
