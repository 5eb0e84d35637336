import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Change } from "../../../src/storage/change.ts";
import { defaultTenantId, type Store } from "../../../src/storage/port.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { changeMembers, create, groupContent, remove, replace, userContent } from "../contract/world.ts";
import { type Folder, temporaryFolder } from "./folder.ts";

let folder: Folder;
let store: Store;
beforeAll(() => {
  folder = temporaryFolder();
  store = openSqliteStore({ file: folder.file });
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

const at = Date.UTC(2026, 0, 1);
const user = userContent({ userName: "ann" }, "u", at);
const group = (id: string, members: readonly string[] = []) => ({ ...groupContent(id, id, at), members });

/** What the rows say that are kept beside the memberships, and what the memberships themselves say. */
function rows() {
  const db = new Database(folder.file, { readonly: true });
  try {
    const all = (sql: string) => db.query(sql).all();
    return {
      nesting: all("SELECT tenant_id, member_rid, group_rid FROM nesting ORDER BY 2, 3"),
      nested: all(
        `SELECT m.tenant_id, m.member_rid, m.group_rid FROM member m JOIN resource o ON o.rid = m.member_rid
           WHERE o.resource_type = 'Group' ORDER BY 2, 3`,
      ),
      counts: all("SELECT rid, member_count FROM resource ORDER BY rid"),
      counted: all(
        `SELECT r.rid, (SELECT count(*) FROM member m WHERE m.tenant_id = r.tenant_id AND m.group_rid = r.rid)
           AS member_count FROM resource r ORDER BY r.rid`,
      ),
      dead: all("SELECT * FROM member WHERE member_rid NOT IN (SELECT rid FROM resource)"),
    };
  } finally {
    db.close();
  }
}

const steps: Readonly<Record<string, readonly Change[]>> = {
  "groups are made in groups": [
    create(user),
    create(group("a", ["u"])),
    create(group("b", ["a", "u"])),
    create(group("c", ["b", "a"])),
  ],
  "a circle is closed": [changeMembers("a", { add: ["c", "a", "c"] }, at)],
  "one leaves": [changeMembers("c", { remove: ["a", "u"] }, at)],
  "all are put in the place of others": [replace(group("c", ["a", "u"]))],
  "all go": [{ kind: "changeMembers", groupId: "b", reset: true, add: [], remove: [], at }],
  "a group that is in others is deleted": [changeMembers("b", { add: ["a", "c"] }, at), remove(group("a"), at)],
  "a user is deleted": [remove(user, at)],
  "the others are deleted": [remove(group("b"), at), remove(group("c"), at)],
};

test("however memberships come and go, what is kept beside them says what they say", async () => {
  for (const [step, changes] of Object.entries(steps)) {
    const [result] = await store.commit([{ tenantId: defaultTenantId, changes }]);
    expect({ step, result }).toMatchObject({ step, result: { applied: true } });
    const { nesting, nested, counts, counted, dead } = rows();
    expect({ step, nesting, counts, dead }).toEqual({ step, nesting: nested, counts: counted, dead: [] });
  }
  expect(rows().nesting).toEqual([]);
});
