import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createUser } from "../support/scim.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { type Conversation, differences, placeholdersIn, readConversation, replay, type Step } from "./replay.ts";

const filesIn = (pattern: string): readonly string[] => [...new Bun.Glob(pattern).scanSync(import.meta.dir)].sort();
const files = filesIn("conversations/*.json");
const conversations = files.map(
  (file) => [file, readConversation(readFileSync(join(import.meta.dir, file), "utf8"))] as const,
);

async function replayed(conversation: Conversation): Promise<void> {
  const server = await startServer();
  try {
    await replay(conversation, server);
  } finally {
    await server.stop();
  }
}

for (const [, conversation] of conversations) {
  test(`IdP ${conversation.client}: ${conversation.about[0]}`, () => replayed(conversation));
}

describe("every conversation", () => {
  test("is in the folder, and every JSON file is one", () => {
    expect(filesIn("**/*.json")).toEqual([...files]);
    expect(files.length).toBeGreaterThan(10);
    expect(new Set(conversations.map(([, { client }]) => client)).size).toBe(files.length);
  });

  test.each(conversations)("%s looks at what it changed", (_, { steps }) => {
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
    expect(steps.filter(isEmptyRead).map(({ name }) => name)).toEqual([]);
    expect(steps.flatMap((step, index) => unseen(step, steps.slice(index + 1)))).toEqual([]);
  });
});

/** A GET that succeeds with whatever body. */
function isEmptyRead({ method, expect: { status, body, absent } }: Step): boolean {
  return method === "GET" && status === 200 && body === undefined && absent === undefined;
}

/** What a step changes and no later GET looks at: the resource in its path, or the one whose id it saves. */
function unseen(
  { name, method, path, expect: { status }, save = {} }: Step,
  later: readonly Step[],
): readonly string[] {
  const succeeds = [status].flat().every((code) => code < 300);
  if (method === "GET" || !succeeds) return [];
  const changed = method === "POST" ? Object.keys(save) : placeholdersIn(path.replace(/\?.*/, ""));
  const seen = new Set(later.filter((step) => step.method === "GET").flatMap(placeholdersIn));
  return changed.length > 0 && changed.every((id) => seen.has(id)) ? [] : [name];
}

describe("the runner", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    await createUser(server);
  });
  afterAll(() => server.stop());

  const read: Step = { name: "reads", method: "GET", path: "/Users", expect: { status: 200 } };
  const of = (step: Partial<Step>, profile = "compatible"): Conversation => ({
    client: "none",
    profile,
    about: ["one step"],
    steps: [{ ...read, ...step }],
  });

  const wrong: readonly (readonly [string, Conversation])[] = [
    ["there is no profile nobody", of({}, "nobody")],
    ["the status is not 201 or 204", of({ expect: { status: [201, 204] } })],
    ["body.totalResults is 1, not 2", of({ expect: { status: 200, body: { totalResults: 2 } } })],
    ["the answer has USERNAME", of({ expect: { status: 200, absent: ["USERNAME"] } })],
    ["etag is", of({ path: "/Schemas", expect: { status: 200, headers: { etag: "1" } } })],
    ["nothing was saved as id", of({ path: "/Users/{{id}}" })],
    ["the answer has no Resources.7", of({ save: { id: "Resources.7" } })],
  ];
  test.each(wrong)("fails when %s", async (message, conversation) => {
    await expect(replay(conversation, server)).rejects.toThrow(message);
  });

  test("takes no step without an expectation, and no word that it does not know", () => {
    const { expect: _, ...without } = read;
    for (const step of [without, { ...read, expected: {} }, { ...read, expect: {} }]) {
      expect(() => readConversation(JSON.stringify({ ...of({}), steps: [step] }))).toThrow();
    }
  });

  const rows: readonly (readonly [unknown, unknown, readonly string[]])[] = [
    [{ a: 1 }, { a: 1, b: 2 }, []],
    [{ a: { b: null } }, { a: { b: null } }, []],
    [{ a: true }, { a: "true" }, ['body.a is "true", not true']],
    [{ a: 1 }, {}, ["body.a is undefined, not 1"]],
    [{ a: { b: 1 } }, { a: 1 }, ["body.a is no object: 1"]],
    [[{ a: 1 }, { b: 2 }], [{ b: 2, c: 3 }, { a: 1 }], []],
    [[{ a: 1 }], [{ a: 1 }, { a: 1 }], ["body has 2 elements, not 1"]],
    [[{ a: 1 }, {}], [{ b: 1 }, { a: 1 }], []],
    [[{ a: 1 }, { a: 1 }], [{ a: 1 }, { b: 1 }], ['body has fewer such elements: [{"a":1},{"a":1}]']],
    [[{ a: 1 }], [{ a: 2 }], ['body has no element such as {"a":1}']],
    [{ contains: [{ a: 1 }] }, [{ b: 1 }, { a: 1 }], []],
    [{ contains: [{ a: 1 }] }, [{ b: 1 }], ['body has no element such as {"a":1}']],
    [{ contains: [] }, undefined, ["body is no list: undefined"]],
    [{ is: "text" }, "x", []],
    [{ is: "text" }, "", ['body is "", not any text']],
    [{ is: "integer" }, "1", ['body is "1", not any integer']],
    [{ is: "list" }, {}, ["body is {}, not any list"]],
  ];
  test.each(rows)("between %j and %j stands %j", (expected, actual, found) => {
    expect(differences(expected, actual)).toEqual(found);
  });
});
