import { Database } from "bun:sqlite";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunPorts } from "../../../src/import/ports.ts";
import { reportCsv } from "../../../src/import/report.ts";
import type { UploadFields } from "../../../src/import/request.ts";
import { runImport } from "../../../src/import/runner.ts";
import { receiveImport, type Upload } from "../../../src/import/upload.ts";
import { foldCase } from "../../../src/scim/resource/fold.ts";
import { groupUrn } from "../../../src/scim/urn.ts";
import type { Change } from "../../../src/storage/change.ts";
import type { ImportJob, ImportRow } from "../../../src/storage/import.ts";
import { defaultTenantId, type MembershipRecord, type Store } from "../../../src/storage/port.ts";
import { openSqliteStore } from "../../../src/storage/sqlite/store.ts";
import { membersOf } from "../../support/membership.ts";
import { compiledUser, userType } from "./table.ts";

export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>;

/** What a user of the directory is, without what the server adds. */
export type UserDoc = Readonly<Record<string, unknown>> & { readonly userName: string };

/** A directory on a SQLite file of its own, with what an import needs. */
export interface TestDirectory {
  readonly file: string;
  readonly store: Store;
  readonly ports: RunPorts;
  /** The hashes made so far. */
  readonly hashed: readonly string[];
  /** The same directory, with some of the ports replaced. */
  portsWith(more: Partial<RunPorts>): RunPorts;
  receive(content: FileContent, fields?: UploadFields, more?: Partial<Upload>): Promise<ImportJob>;
  /** Takes a file in and runs its job as far as it goes. */
  import(content: FileContent, fields?: UploadFields): Promise<ImportJob>;
  job(id: string): Promise<ImportJob>;
  rows(job: ImportJob): Promise<readonly ImportRow[]>;
  report(job: ImportJob): Promise<string>;
  /** The pieces of a job's file that are still there. */
  inputBytes(job: ImportJob): Promise<number>;
  commit(...changes: readonly Change[]): Promise<void>;
  addGroup(displayName: string): Promise<string>;
  /** Every user, in the order of creation. */
  users(): Promise<readonly UserDoc[]>;
  userNames(): Promise<readonly string[]>;
  members(groupId: string): Promise<readonly MembershipRecord[]>;
  /** Everything that is on the disk, after what waits in the log has been written to the database. */
  bytesOnDisk(): Buffer;
  close(): Promise<void>;
}

/** A hash that takes no time, and of which the password can not be read. */
export function fakeHash(password: string): string {
  return `fake:${new Bun.CryptoHasher("sha256").update(password).digest("hex")}`;
}

/** Runs a test in a directory of its own. */
export async function inDirectory(run: (directory: TestDirectory) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), "muster-import-"));
  try {
    const directory = openDirectory(join(path, "muster.db"));
    try {
      await run(directory);
    } finally {
      await directory.close();
    }
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function openDirectory(file: string): TestDirectory {
  const store = openSqliteStore({ file, lane: "import" });
  const hashed: string[] = [];
  const ports = testPorts(store, hashed);
  const receive = async (content: FileContent, fields: UploadFields = {}, more: Partial<Upload> = {}) => {
    const upload = { tenantId, fileName: "people.csv", createdBy: "test", asAdministrator: false, ...more };
    return (await receiveImport(ports, upload, bytesOf(content), () => fields)).job;
  };
  return {
    file,
    store,
    ports,
    hashed,
    portsWith: (more) => ({ ...ports, ...more }),
    receive,
    import: async (content, fields) => runImport(ports, tenantId, (await receive(content, fields)).id),
    ...jobReads(store),
    ...directoryReads(store),
    async commit(...changes) {
      const [result] = await store.commit([{ tenantId, changes }]);
      if (result?.applied !== true) throw new Error(`refused: ${JSON.stringify(result)}`);
    },
    async addGroup(displayName) {
      const id = ports.newId();
      const doc = JSON.stringify({ schemas: [groupUrn], displayName });
      const keys = { unique: null, display: foldCase(displayName), externalId: null, active: null };
      await this.commit({ kind: "createResource", resourceType: "Group", id, at: ports.now(), doc, keys });
      return id;
    },
    bytesOnDisk: () => bytesOnDisk(file),
    close: () => store.close(),
  };
}

const tenantId = defaultTenantId;

/** Ports with a clock and ids that are the same in every run. */
function testPorts(store: Store, hashed: string[]): RunPorts {
  let ids = 0;
  let ticks = 0;
  return {
    store,
    compiled: compiledUser,
    now: () => Date.UTC(2026, 0, 1) + ++ticks,
    newId: () => `00000000-0000-7000-8000-${(++ids).toString(16).padStart(12, "0")}`,
    async hashPassword(password) {
      const hash = fakeHash(password);
      hashed.push(hash);
      return hash;
    },
    hashesAtOnce: 2,
    stopRequested: () => false,
  };
}

async function* bytesOf(content: FileContent): AsyncGenerator<Uint8Array> {
  if (typeof content === "string") yield Buffer.from(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}

function jobReads(store: Store): Pick<TestDirectory, "job" | "rows" | "report" | "inputBytes"> {
  return {
    async job(id) {
      const job = await store.imports.job(tenantId, id);
      if (job === undefined) throw new Error(`no import ${id}`);
      return job;
    },
    rows: ({ id }) => store.imports.rows({ tenantId, importId: id, problemsOnly: false, after: 0, limit: 1_000_000 }),
    async report({ id }) {
      let text = "";
      for await (const piece of reportCsv(store, tenantId, id)) text += piece;
      return text;
    },
    async inputBytes({ id }) {
      let bytes = 0;
      for await (const piece of store.imports.input(tenantId, id)) bytes += piece.byteLength;
      return bytes;
    },
  };
}

function directoryReads(store: Store): Pick<TestDirectory, "users" | "userNames" | "members"> {
  const users = async (): Promise<readonly UserDoc[]> => {
    const { resources } = await store.resources.list({
      tenantId,
      types: [{ type: userType }],
      start: { offset: 0 },
      limit: 1_000_000,
    });
    return resources.map(({ doc }): UserDoc => JSON.parse(doc));
  };
  return {
    users,
    userNames: async () => (await users()).map(({ userName }) => userName),
    members: async (groupId) => (await membersOf(store, tenantId, [groupId])).get(groupId) ?? [],
  };
}

function bytesOnDisk(file: string): Buffer {
  const db = new Database(file);
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
  const files = [file, `${file}-wal`].filter((path) => existsSync(path));
  return Buffer.concat(files.map((path) => readFileSync(path)));
}
