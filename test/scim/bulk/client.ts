import { expect } from "bun:test";
import { bulkRequestUrn, bulkResponseUrn, errorUrn, patchOpUrn } from "../../../src/scim/urn.ts";
import { type Refusal, user } from "../../support/scim.ts";
import { type Body, type HeaderValues, object, objects, type TestServer, text } from "../../support/server.ts";

export const bulkPath = "/scim/v2/Bulk";

/** The body of a Bulk request. */
export const bulkBody = (operations: unknown, more: Body = {}): Body => ({
  schemas: [bulkRequestUrn],
  Operations: operations,
  ...more,
});

export const post = (bulkId: string, path: string, data: Body): Body => ({ method: "POST", path, bulkId, data });
/** A POST of a user whose userName is its bulkId. */
export const postUser = (bulkId: string, more: Body = {}): Body => post(bulkId, "/Users", user(bulkId, more));
export const put = (path: string, data: Body, more: Body = {}): Body => ({ method: "PUT", path, data, ...more });
export const remove = (path: string, more: Body = {}): Body => ({ method: "DELETE", path, ...more });
export const patch = (path: string, ...operations: readonly Body[]): Body => ({
  method: "PATCH",
  path,
  data: { schemas: [patchOpUrn], Operations: operations },
});

/** Sends a Bulk request; fails the test when the answer is no BulkResponse, or a result has not what each must have. */
export async function bulk(
  server: TestServer,
  operations: readonly unknown[],
  more: Body = {},
  headers: HeaderValues = {},
): Promise<readonly Body[]> {
  const answer = await server.request("POST", bulkPath, bulkBody(operations, more), headers);
  expect(answer.status, answer.text).toBe(200);
  const { schemas, Operations, ...rest } = answer.json;
  expect(schemas).toEqual([bulkResponseUrn]);
  expect(rest).toEqual({});
  const results = objects(Operations);
  for (const { method, bulkId, location, version, status, response, ...others } of results) {
    expect([typeof method, typeof status, others]).toEqual(["string", "string", {}]);
    expect(response === undefined, text(status)).toBe(text(status).startsWith("2"));
  }
  return results;
}

/** What each operation came to. */
export const statusesOf = (results: readonly Body[]): readonly unknown[] => results.map(({ status }) => status);

/** Sends a Bulk request, and gives what each operation came to. */
export async function statuses(...sent: Parameters<typeof bulk>): Promise<readonly unknown[]> {
  return statusesOf(await bulk(...sent));
}

/** The id in the location of a result; fails the test when there is none. */
export const idOf = (result: Body | undefined): string => text(result?.location).split("/").at(-1) ?? "";

/** Checks the error of a result to the letter, and that it says nothing else of a resource than where it is. */
export function expectFailure(result: Body | undefined, { status, scimType, names = "" }: Refusal): void {
  const { response, version } = object(result);
  expect([object(result).status, version]).toEqual([String(status), undefined]);
  const { detail, ...rest } = object(response);
  expect(rest).toEqual({ schemas: [errorUrn], status: String(status), ...(scimType !== undefined && { scimType }) });
  expect(text(detail)).toContain(names);
}
