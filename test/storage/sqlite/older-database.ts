import { Database } from "bun:sqlite";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import journal from "../../../drizzle/sqlite/meta/_journal.json" with { type: "json" };

const folder = join(import.meta.dir, "../../../drizzle/sqlite");

/** Migrations that have been released, oldest first. */
export const migrations = journal.entries;

/** What a database of an older version holds, so that a test can look for it. */
export const older = {
  at: 1_790_000_000_000,
  tokenHash: "5f".repeat(32),
  passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA",
  ids: {
    admin: "01900000-0000-7000-8000-000000000001",
    ann: "01900000-0000-7000-8000-000000000002",
    bob: "01900000-0000-7000-8000-000000000003",
    cay: "01900000-0000-7000-8000-000000000004",
    staff: "01900000-0000-7000-8000-000000000005",
    board: "01900000-0000-7000-8000-000000000006",
    empty: "01900000-0000-7000-8000-000000000007",
    import: "01900000-0000-7000-8000-000000000008",
    token: "01900000-0000-7000-8000-000000000009",
  },
} as const;

const { at, ids, tokenHash, passwordHash } = older;
const userUrn = "urn:ietf:params:scim:schemas:core:2.0:User";
const groupUrn = "urn:ietf:params:scim:schemas:core:2.0:Group";

const userDoc = (userName: string): string =>
  JSON.stringify({ schemas: [userUrn], userName, displayName: userName, title: `title of ${userName}`, active: true });
const groupDoc = (displayName: string): string => JSON.stringify({ schemas: [groupUrn], displayName });

/** Rows as the versions before this one wrote them; each statement names its columns, of which all had these. */
const rows: readonly (readonly [string, readonly (readonly (string | number | null | Uint8Array)[])[]])[] = [
  [
    `INSERT INTO resource (rid, tenant_id, resource_type, id, unique_key, display_key, external_id, active, created,
       modified, version, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      [1, 1, "BuiltInUser", ids.admin, "admin", null, null, 1, at, at, 1, userDoc("admin")],
      [2, 1, "User", ids.ann, "ann", "ann", "E1", 1, at, at + 5, 3, userDoc("Ann")],
      [3, 1, "User", ids.bob, "bob", "bob", null, 1, at, at, 1, userDoc("bob")],
      [4, 1, "User", ids.cay, "cay", "cay", null, 1, at, at, 1, userDoc("cay")],
      [5, 1, "Group", ids.staff, null, "staff", null, null, at, at, 4, groupDoc("staff")],
      [6, 1, "Group", ids.board, null, "board", null, null, at, at, 2, groupDoc("board")],
      [7, 1, "Group", ids.empty, null, "empty", null, null, at, at, 1, groupDoc("empty")],
      // Another tenant has the same ids of everything.
      [8, 2, "User", ids.ann, "ann", "ann", null, 1, at, at, 1, userDoc("other ann")],
      [9, 2, "Group", ids.staff, null, "staff", null, null, at, at, 1, groupDoc("staff")],
    ],
  ],
  [
    "INSERT INTO resource_count (tenant_id, resource_type, count) VALUES (?, ?, ?)",
    [
      [1, "BuiltInUser", 1],
      [1, "User", 3],
      [1, "Group", 3],
      [2, "User", 1],
      [2, "Group", 1],
    ],
  ],
  [
    "INSERT INTO member (tenant_id, group_rid, member_rid) VALUES (?, ?, ?)",
    [
      [1, 5, 2],
      [1, 5, 3],
      [1, 5, 4],
      [1, 6, 5],
      [1, 6, 2],
      [2, 9, 8],
    ],
  ],
  [
    "INSERT INTO credential (tenant_id, resource_rid, password_hash, changed) VALUES (?, ?, ?, ?)",
    [[1, 1, passwordHash, at]],
  ],
  ["INSERT INTO role_assignment (tenant_id, resource_rid, role) VALUES (?, ?, ?)", [[1, 1, "administrator"]]],
  [
    `INSERT INTO token (tenant_id, id, name, hash, scopes, profile, created, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [[1, ids.token, "okta", tokenHash, '["scim:read","scim:write"]', "okta", at, null]],
  ],
  [
    `INSERT INTO import_job (rid, tenant_id, id, state, dialect, mode, match, dry_run, file_name, file_bytes, created_by,
       created, started, finished, total, planned, counts, message, warnings)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      [
        ...[
          1,
          1,
          ids.import,
          "running",
          "scim-path",
          "create",
          "userName",
          0,
          "people.csv",
          33,
          "admin",
          at,
          at,
          null,
          3,
        ],
        ...['{"created":3}', '{"created":1}', null, '["read as scim-path"]'],
      ],
    ],
  ],
  [
    "INSERT INTO import_input (tenant_id, import_rid, sequence, bytes) VALUES (?, ?, ?, ?)",
    [[1, 1, 0, new TextEncoder().encode("userName\ncay\ndan\neve\n")]],
  ],
  [
    `INSERT INTO import_row (tenant_id, import_rid, row, line, planned, outcome, resource_rid, key, problems)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [[1, 1, 2, 2, null, "created", 4, null, null]],
  ],
];

/** From so many migrations on, versions count members and note groups in groups as they write them. */
const countedSince = 3;
const counted: readonly string[] = [
  `UPDATE resource SET member_count = (SELECT count(*) FROM member
     WHERE member.tenant_id = resource.tenant_id AND member.group_rid = resource.rid)`,
  "INSERT INTO nesting (tenant_id, member_rid, group_rid) VALUES (1, 5, 6)",
];

/** Makes a database as the version with the first `count` migrations left it, by the SQL of that version alone. */
export function makeOlderDatabase(file: string, count: number): void {
  closeSync(openSync(file, "wx", 0o600));
  const db = new Database(file, { readwrite: true, strict: true });
  db.run("PRAGMA page_size = 8192");
  db.run("PRAGMA journal_mode = WAL");
  db.run("CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)");
  for (const { tag, when } of migrations.slice(0, count)) {
    const sql = readFileSync(join(folder, `${tag}.sql`), "utf8");
    for (const statement of sql.split("--> statement-breakpoint")) db.run(statement);
    const hash = new Bun.CryptoHasher("sha256").update(sql).digest("hex");
    db.run("INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)", [hash, when]);
  }
  for (const [sql, values] of rows) {
    const statement = db.prepare(sql);
    for (const row of values) statement.run(...row);
  }
  if (count >= countedSince) for (const statement of counted) db.run(statement);
  db.close(true);
}
