import { expect } from "bun:test";
import { foldCase } from "../../src/scim/resource/fold.ts";
import { userUrn } from "../../src/scim/urn.ts";
import type { Change } from "../../src/storage/change.ts";
import { type TestServer, unique } from "./server.ts";

/** Puts so many users into the database beside the running server; the ids, in the order of creation. */
export async function putPeople(server: TestServer, many: number): Promise<readonly string[]> {
  const prefix = unique("p");
  const at = Date.UTC(2026, 0, 1);
  const changes = Array.from({ length: many }, (_, index): Change => {
    const userName = `${prefix}-${index}`;
    const doc = JSON.stringify({ schemas: [userUrn], userName });
    const keys = { unique: foldCase(userName), display: null, externalId: null, active: null };
    return { kind: "createResource", resourceType: "User", id: Bun.randomUUIDv7(), at, doc, keys };
  });
  const made = await server.commit(...changes);
  expect(made?.applied).toBe(true);
  return changes.flatMap((change) => ("id" in change ? [change.id] : []));
}
