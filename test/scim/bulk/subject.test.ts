import { expect, test } from "bun:test";
import type { BulkOperation } from "../../../src/scim/bulk/request.ts";
import { followed } from "../../../src/scim/bulk/subject.ts";
import { ScimError } from "../../../src/scim/error.ts";

const remove = (id: string) => ({ method: "DELETE", endpoint: "Users", id, version: undefined }) as const;
const put = (id: string, userName: string) =>
  ({ method: "PUT", endpoint: "Users", id, version: undefined, data: { userName } }) as const;
const post = (userName: string) =>
  ({ method: "POST", endpoint: "Users", bulkId: userName, data: { userName } }) as const;

const nameOf = (operation: BulkOperation): string | undefined => {
  const name = "data" in operation ? operation.data.userName : undefined;
  return typeof name === "string" ? name : undefined;
};

test("B-21 an operation follows the last before it about the same resource", () => {
  expect(followed([remove("1"), remove("2"), remove("1"), remove("1")], nameOf)).toEqual([[], [], [0], [2]]);
});

test("B-21 an operation follows the last before it that takes the same name", () => {
  expect(followed([post("a"), post("b"), put("1", "a"), post("a")], nameOf)).toEqual([[], [], [0], [2]]);
});

test("B-21 an operation follows both, and a name is no id", () => {
  expect(followed([remove("1"), post("a"), put("1", "a"), post("1")], nameOf)).toEqual([[], [], [0, 1], []]);
});

test("what is no operation follows nothing and is followed by nothing", () => {
  const none = new ScimError("invalidSyntax");
  expect(followed([none, remove("1"), none, remove("1")], nameOf)).toEqual([[], [], [], [1]]);
});
