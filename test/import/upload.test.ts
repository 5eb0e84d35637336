import { describe, expect, test } from "bun:test";
import { readUpload } from "../../src/http/multipart.ts";
import { readImportRequest, type UploadFields } from "../../src/import/request.ts";
import { inputPieceBytes } from "../../src/import/source/input.ts";
import { failCutUploads, importFileBytesMax, receiveImport } from "../../src/import/upload.ts";
import { ScimError } from "../../src/scim/error.ts";
import { defaultOptions, type ImportJob } from "../../src/storage/import.ts";
import { defaultTenantId, type Store } from "../../src/storage/port.ts";
import { inDirectory, type TestDirectory } from "./support/directory.ts";

const tenantId = defaultTenantId;
const upload = { tenantId, fileName: "people.csv", createdBy: "test", asAdministrator: false };

/** The error that a call is refused with, as `[kind, detail]`. */
async function refusal(call: Promise<unknown>): Promise<readonly [string, string]> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ScimError)) throw new Error(`a ScimError was expected, not ${error}`);
  return [error.kind, error.detail];
}

/** The only job there is. */
async function onlyJob({ store }: TestDirectory): Promise<ImportJob> {
  const jobs = await store.imports.jobs(tenantId, 0, 10);
  const [job] = jobs;
  if (job === undefined || jobs.length !== 1) throw new Error(`one job was expected, not ${jobs.length}`);
  return job;
}

async function expectFailed(directory: TestDirectory, message: string): Promise<void> {
  const job = await onlyJob(directory);
  expect({ state: job.state, message: job.message }).toEqual({ state: "failed", message });
  expect(job.finished).toBeNumber();
  expect(await directory.inputBytes(job)).toBe(0);
}

async function inputOf({ store }: TestDirectory, { id }: ImportJob): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of store.imports.input(tenantId, id)) pieces.push(Buffer.from(piece));
  return pieces;
}

describe("what is asked of an import", () => {
  test("has a default for what is left out", () => {
    const options = defaultOptions;
    const expected = { dialect: "auto", mode: "auto", match: "auto", dryRun: false, options } as const;
    expect(readImportRequest({})).toEqual(expected);
    expect(readImportRequest({ dialect: "", mode: "", sheet: "" })).toEqual(expected);
  });

  test.each(["true", "TRUE", "1", "yes"])("is a dry run when dryRun is %s", (dryRun) => {
    expect(readImportRequest({ dryRun }).dryRun).toBe(true);
  });

  test.each(["false", "False", "0", "no"])("is no dry run when dryRun is %s", (dryRun) => {
    expect(readImportRequest({ dryRun }).dryRun).toBe(false);
  });

  const wrong: readonly (readonly [UploadFields, string])[] = [
    [{ dialect: "klingon" }, "dialect must be auto, wso2-claims, wso2-console, sap-ias, "],
    [{ dialect: "custom" }, "dialect custom needs a mapping."],
    [{ dialect: "okta", mapping: "ours" }, "A mapping is for the dialect custom, not for okta."],
    [{ mode: "replace" }, "mode must be auto, create, update or upsert."],
    [{ match: "e mail" }, "match must be userName, mail, externalId or the path of an indexed attribute."],
    [{ onError: "panic" }, "onError must be auto, continue or stop."],
    [{ empty: "fill" }, "empty must be auto, keep or clear."],
    [{ unknownColumns: "drop" }, "unknownColumns must be auto, ignore or fail."],
    [{ createGroups: "perhaps" }, "createGroups must be true or false."],
    [{ charset: "utf-7" }, "charset must be utf-8, utf-16le, utf-16be or windows-1252."],
    [{ delimiter: "::" }, "delimiter must be comma, semicolon, tab, pipe or one character."],
    [{ delimiter: '"' }, "delimiter must be comma, semicolon, tab, pipe or one character."],
    [{ sheet: "x".repeat(201) }, "sheet is longer than 200 characters."],
    [{ dryRun: "maybe" }, "dryRun must be true or false."],
    [{ dryRun: "constructor" }, "dryRun must be true or false."],
  ];
  test.each(wrong)("is refused when it is %j, with the field named", (fields, detail) => {
    expect(() => readImportRequest(fields)).toThrow(detail);
  });
});

describe("an upload", () => {
  test("is kept in pieces that together are the file, and waits for the runner", () =>
    inDirectory(async (directory) => {
      const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)).toHex().repeat(30));
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (let start = 0; start < bytes.length; start += 50_001) yield bytes.subarray(start, start + 50_001);
      }
      const job = await directory.receive(chunks(), { dryRun: "true", dialect: "scim-path" });
      expect(job).toMatchObject({
        state: "received",
        fileBytes: bytes.length,
        fileName: "people.csv",
        createdBy: "test",
      });
      expect(job.request).toMatchObject({ dialect: "scim-path", mode: "auto", match: "auto", dryRun: true });
      const pieces = await inputOf(directory, job);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      const whole = Math.floor(bytes.length / inputPieceBytes);
      const sizes = [...Array.from({ length: whole }, () => inputPieceBytes), bytes.length % inputPieceBytes];
      expect(pieces.map(({ length }) => length)).toEqual(sizes);
      expect(sizes.length).toBeGreaterThan(1);
    }));

  test("does not need the memory of a chunk after the next one is asked for", () =>
    inDirectory(async (directory) => {
      const shared = Buffer.alloc(1_048_576);
      async function* reused(): AsyncGenerator<Uint8Array> {
        for (const letter of ["a", "b", "c"]) yield shared.fill(letter);
      }
      const pieces = await inputOf(directory, await directory.receive(reused()));
      const letters = pieces.map((piece) => String.fromCharCode(piece[0] ?? 0, piece.at(-1) ?? 0));
      expect(letters).toEqual(["aa", "bb", "cc"]);
    }));

  test("of nothing is refused, and its job has failed", () =>
    inDirectory(async (directory) => {
      expect(await refusal(directory.receive(""))).toEqual(["invalidValue", "The file is empty."]);
      await expectFailed(directory, "The file is empty.");
    }));

  test("whose fields after the file are wrong is refused, and leaves neither input nor a job that waits", () =>
    inDirectory(async (directory) => {
      const words = "mode must be auto, create, update or upsert.";
      expect(await refusal(directory.receive("userName\nana\n", { mode: "replace" }))).toEqual(["invalidValue", words]);
      await expectFailed(directory, words);
    }));

  test("that breaks off leaves neither input nor a job that waits", () =>
    inDirectory(async (directory) => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(2_000_000, "a");
        throw new Error("connection reset");
      }
      const thrown: unknown = await directory.receive(broken()).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ message: "connection reset" });
      await expectFailed(directory, "The upload ended early.");
    }));

  test("larger than the limit is refused without reading the rest of it", () =>
    inDirectory(async (directory) => {
      const chunk = new Uint8Array(16_777_216);
      let given = 0;
      async function* endless(): AsyncGenerator<Uint8Array> {
        for (;;) {
          given += chunk.byteLength;
          yield chunk;
        }
      }
      let kept = 0;
      const store = withoutInput(directory.store, (bytes) => {
        kept += bytes;
      });
      const words = `The file is larger than ${importFileBytesMax} bytes.`;
      const received = receiveImport(directory.portsWith({ store }), upload, endless(), () => ({}));
      expect(await refusal(received)).toEqual(["tooLarge", words]);
      expect(kept).toBe(importFileBytesMax);
      expect(given).toBe(importFileBytesMax + chunk.byteLength);
      await expectFailed(directory, words);
    }));

  test("of just the limit is taken", () =>
    inDirectory(async (directory) => {
      const chunk = new Uint8Array(16_777_216);
      async function* limit(): AsyncGenerator<Uint8Array> {
        for (let given = 0; given < importFileBytesMax; given += chunk.byteLength) yield chunk;
      }
      const store = withoutInput(directory.store, () => undefined);
      const { job } = await receiveImport(directory.portsWith({ store }), upload, limit(), () => ({}));
      expect(job).toMatchObject({ state: "received", fileBytes: importFileBytesMax });
    }));

  test("that was going on when the process ended has failed after the next start, and only that one", () =>
    inDirectory(async (directory) => {
      const whole = await directory.receive("userName\nana\n");
      const id = directory.ports.newId();
      const request = readImportRequest({});
      await directory.commit({ kind: "createImport", id, request, fileName: "cut.csv", createdBy: "test", at: 1 });
      await directory.commit({ kind: "appendInput", importId: id, sequence: 0, bytes: Buffer.from("userName\n") });
      await failCutUploads(directory.ports);
      const cut = await directory.job(id);
      expect([cut.state, cut.message]).toEqual(["failed", "The upload was cut off by a restart."]);
      expect(await directory.inputBytes(cut)).toBe(0);
      expect((await directory.job(whole.id)).state).toBe("received");
      expect(await directory.inputBytes(whole)).toBe(13);
    }));
});

/** The store, but for the bytes of files, which are only counted. */
function withoutInput(store: Store, kept: (bytes: number) => void): Store {
  return {
    ...store,
    commit(sets) {
      const [change] = sets[0]?.changes ?? [];
      if (change?.kind !== "appendInput") return store.commit(sets);
      kept(change.bytes.byteLength);
      return Promise.resolve([{ applied: true, effects: [] }]);
    },
  };
}

describe("an upload as multipart/form-data", () => {
  const boundary = "muster-test";
  const part = (head: string, text: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
  const file = (text: string): string => part('name="file"; filename="åäö.csv"', text);
  const end = `--${boundary}--\r\n`;
  const rows = `userName\n${"somebody\n".repeat(300_000)}`;

  function request(body: AsyncIterable<Uint8Array> | string): Request {
    const headers = { "Content-Type": `multipart/form-data; boundary=${boundary}` };
    return new Request("http://test/", {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : stream(body),
    });
  }

  function stream(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
    const iterator = chunks[Symbol.asyncIterator]();
    return new ReadableStream({
      async pull(controller) {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
    });
  }

  const receive = async ({ ports }: TestDirectory, sent: Request): Promise<ImportJob> =>
    readUpload(
      sent,
      async ({ fileName, bytes }, fields) => (await receiveImport(ports, { ...upload, fileName }, bytes, fields)).job,
    );

  test("may have its fields before and after the file", () =>
    inDirectory(async (directory) => {
      const body = part('name="dialect"', "scim-path") + file(rows) + part('name="dryRun"', "true") + end;
      const job = await receive(directory, request(body));
      expect(job).toMatchObject({ state: "received", fileName: "åäö.csv", fileBytes: rows.length });
      expect(job.request).toMatchObject({ dialect: "scim-path", dryRun: true });
      expect(Buffer.concat(await inputOf(directory, job)).toString()).toBe(rows);
    }));

  test("with a wrong field after the file is refused, and leaves no input", () =>
    inDirectory(async (directory) => {
      const body = file(rows) + part('name="dialect"', "klingon") + end;
      expect((await refusal(receive(directory, request(body))))[0]).toBe("invalidValue");
      await expectFailed(directory, expect.stringContaining("dialect must be auto, wso2-claims,"));
    }));

  const cuts: readonly (readonly [where: string, body: string])[] = [
    ["in the middle of the file", file(rows).slice(0, 1_500_000)],
    ["after the file, before the end of the body", file(rows)],
    ["in the last boundary", file(rows) + end.slice(0, 5)],
  ];
  for (const [where, body] of cuts) {
    test(`that is cut off ${where} is refused, and leaves neither input nor a job that waits`, () =>
      inDirectory(async (directory) => {
        expect((await refusal(receive(directory, request(body))))[0]).toBe("invalidSyntax");
        await expectFailed(directory, "The upload ended early.");
      }));
  }

  test("whose connection breaks is refused, and leaves neither input nor a job that waits", () =>
    inDirectory(async (directory) => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(file(rows).slice(0, 1_500_000));
        throw new Error("connection reset");
      }
      expect((await refusal(receive(directory, request(broken()))))[0]).toBe("invalidSyntax");
      await expectFailed(directory, "The upload ended early.");
    }));

  test("without a part called file is refused, and makes no job", () =>
    inDirectory(async (directory) => {
      const sent = request(part('name="dialect"', "auto") + end);
      expect(await refusal(receive(directory, sent))).toEqual([
        "invalidSyntax",
        "The multipart body has no part called file.",
      ]);
      expect(await directory.store.imports.jobs(tenantId, 0, 10)).toEqual([]);
    }));
});
