import { expect } from "bun:test";
import { type Answer, readAnswer, type TestServer, text } from "../support/server.ts";
import { readCurl } from "./curl.ts";

/** One step of a document: a request as it is printed, and what is printed of its answer. */
export interface Step {
  /** What the document says that it is for. */
  readonly title: string;
  /** The line as printed. Ids in it are those of the document. */
  readonly curl: string;
  readonly status: number;
  /** The body that is printed, or what the text says of it; ids, times and hosts are compared by their place. */
  readonly answer?: unknown;
  /** The ids in the line and in the answer that stand for what this step makes. */
  readonly makes?: readonly string[];
  /** What is done beside the document's requests before it: by an administrator in a console, say. */
  readonly before?: (replay: Replay) => Promise<void>;
}

export interface Replay {
  readonly server: TestServer;
  /** Ids by those that stand for them in the document. */
  readonly ids: Map<string, string>;
}

/** Where every document has its server. */
const printedHosts = /https?:\/\/(?:localhost:9443|localhost:5003|acme\.co)/g;

/** Sends the request of a step to this server, and compares the answer with the one that is printed. */
export async function replay(run: Replay, step: Step, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  await step.before?.(run);
  const request = readCurl(withIds(step.curl, run.ids));
  const url = request.url.replace(printedHosts, run.server.url).replaceAll(" ", "%20");
  const sent = await fetch(url, {
    method: request.method,
    headers: { ...request.headers, ...headers },
    ...(request.body !== undefined && { body: request.body }),
  });
  const answer = await readAnswer(sent);
  expect(answer.status, `${step.title}: ${answer.text}`).toBe(step.status);
  if (step.makes !== undefined) for (const id of step.makes) run.ids.set(id, text(answer.json.id));
  if (step.answer !== undefined) {
    const printed = withIds(JSON.stringify(step.answer), run.ids).replace(printedHosts, run.server.url);
    expect(placed(answer.json), step.title).toEqual(placed(JSON.parse(printed)));
  }
  if (step.status === 200 && request.method === "DELETE") expect(answer.text).toBe("");
  return answer;
}

function withIds(line: string, ids: ReadonlyMap<string, string>): string {
  let made = line;
  for (const [printed, real] of ids) made = made.replaceAll(printed, real);
  return made;
}

/** JSON with every time as a word that says so. */
function placed(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, "<a time without a zone>");
  if (Array.isArray(value)) return value.map(placed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, placed(each)]));
}
