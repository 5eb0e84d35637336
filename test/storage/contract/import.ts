import { expect } from "bun:test";
import { defaultOptions, type ImportState, importStates, zeroCounts } from "../../../src/storage/import.ts";
import { addImport, advance, appendInput, createImport, importRequest, inputText } from "./import-world.ts";
import { type Promises, unknownId } from "./world.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const jobPromises: Promises = {
  "a job reads back as it was created": async (world) => {
    const id = world.newId();
    const options = { ...defaultOptions, createGroups: true, sheet: "People" };
    const request = { dialect: "wso2-claims", mode: "update", match: "mail", dryRun: true, options } as const;
    const at = world.now();
    const retryOf = world.newId();
    await world.apply({ kind: "createImport", id, request, fileName: "Ö 'x'.csv", createdBy: "Ann", retryOf, at });
    expect(await world.store.imports.job(world.tenantId, id)).toEqual({
      id,
      tenantId: world.tenantId,
      state: "received",
      request,
      fileName: "Ö 'x'.csv",
      fileBytes: 0,
      createdBy: "Ann",
      created: at,
      started: null,
      finished: null,
      total: 0,
      planned: null,
      counts: zeroCounts(),
      message: null,
      warnings: [],
      sha256: null,
      idempotencyKey: null,
      retryOf,
      shape: null,
      passwords: 0,
      isCancelled: false,
      phase: null,
      undone: { undone: 0, conflict: 0 },
    });
    expect(await world.store.imports.job(world.tenantId, unknownId)).toBeUndefined();
  },

  "a job moves on to any state, and says which it has": async (world) => {
    const id = await addImport(world);
    for (const state of importStates) {
      await world.apply(advance(id, state));
      expect((await world.store.imports.job(world.tenantId, id))?.state).toBe(state);
    }
  },

  "what is set while a job moves on is kept, and what is left out stays": async (world) => {
    const id = await addImport(world);
    const planned = { ...zeroCounts(), created: 7, failed: 2 };
    const request = { ...importRequest, dialect: "cognito", mode: "upsert", match: "mail" } as const;
    const shape = { format: "csv", delimiter: ";", header: ["a", "ö"] } as const;
    const phase = { since: 7, done: 3 };
    await world.apply({ ...advance(id, "parsing"), started: 5, request, fileBytes: 3_000_000_000 });
    await world.apply({ ...advance(id, "parsing"), sha256: "ab", idempotencyKey: "k", shape, passwords: 4, phase });
    await world.apply({ ...advance(id, "parsing"), isCancelled: true });
    await world.apply({ ...advance(id, "planned"), total: 9, planned, warnings: ["one", "zwei Ö"] });
    await world.apply({ ...advance(id, "completed"), message: "Done.", finished: 6 });
    expect(await world.store.imports.job(world.tenantId, id)).toMatchObject({
      state: "completed",
      request,
      sha256: "ab",
      idempotencyKey: "k",
      shape,
      passwords: 4,
      phase,
      isCancelled: true,
      fileBytes: 3_000_000_000,
      total: 9,
      planned,
      counts: zeroCounts(),
      message: "Done.",
      warnings: ["one", "zwei Ö"],
      started: 5,
      finished: 6,
    });
  },

  "a dry run may become a real one, and a real one a dry run": async (world) => {
    const id = await addImport(world);
    for (const dryRun of [true, false]) {
      await world.apply({ ...advance(id, "queued"), request: { ...importRequest, dryRun } });
      await world.apply(advance(id, "queued"));
      expect((await world.store.imports.job(world.tenantId, id))?.request.dryRun).toBe(dryRun);
    }
  },

  "a job moves on only from the states that are named": async (world) => {
    const id = await addImport(world);
    await world.apply(advance(id, "parsing", ["queued", "received"]));
    const late = { ...advance(id, "running", ["received", "queued"]), total: 5 };
    expect(await world.refusal(late)).toEqual({ kind: "state", state: "parsing" });
    expect(await world.refusal(advance(id, "running", []))).toEqual({ kind: "state", state: "parsing" });
    expect(await world.store.imports.job(world.tenantId, id)).toMatchObject({ state: "parsing", total: 0 });
  },

  "one of two who move a job on together is refused": async (world) => {
    const id = await addImport(world);
    const results = await Promise.all([
      world.commit(advance(id, "parsing", ["received"])),
      world.commit(advance(id, "cancelled", ["received"])),
    ]);
    expect(results.filter(({ applied }) => applied)).toHaveLength(1);
  },

  "changes to a job that does not exist are refused": async (world) => {
    const notFound = { kind: "notFound", id: unknownId } as const;
    const changes = [
      advance(unknownId, "parsing"),
      appendInput(unknownId, 0, bytes("x")),
      { kind: "clearPlan", importId: unknownId },
      { kind: "planRow", importId: unknownId, row: 2, line: 2, key: null, outcome: "created", problems: [] },
      { kind: "dropInput", importId: unknownId },
    ] as const;
    for (const change of changes) expect(await world.refusal(change)).toEqual(notFound);
  },

  "the jobs of a tenant come newest first, a page at a time": async (world) => {
    const ids = [];
    for (let made = 0; made < 5; made++) ids.unshift(await addImport(world));
    const { imports } = world.store;
    const page = async (offset: number, limit: number) =>
      (await imports.jobs(world.tenantId, offset, limit)).map(({ id }) => id);
    expect(await page(0, 10)).toEqual(ids);
    expect(await page(1, 2)).toEqual(ids.slice(1, 3));
    expect(await page(4, 10)).toEqual(ids.slice(4));
    expect(await page(5, 10)).toEqual([]);
    expect(await page(0, 0)).toEqual([]);
  },

  "jobs in some states come oldest first, of all tenants": async (world) => {
    const other = world.inTenant(world.tenantId + 1);
    const first = await addImport(world);
    const second = await addImport(other);
    const third = await addImport(world);
    await addImport(world);
    for (const id of [third, first]) await world.apply(advance(id, "running"));
    await other.apply(advance(second, "queued"));
    const inStates = async (...states: ImportState[]) =>
      (await world.store.imports.jobsInStates(states)).map(({ id, tenantId }) => [id, tenantId]);
    const own = world.tenantId;
    expect(await inStates("running", "queued")).toEqual([
      [first, own],
      [second, own + 1],
      [third, own],
    ]);
    expect(await inStates("queued")).toEqual([[second, own + 1]]);
    expect(await inStates("undone")).toEqual([]);
    expect(await inStates()).toEqual([]);
  },
};

const inputPromises: Promises = {
  "the input reads back byte for byte, in order, a piece at a time": async (world) => {
    const id = await addImport(world);
    const all = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);
    // Views into one buffer, as a reader of an upload hands them over.
    const pieces = [all.subarray(0, 1), all.subarray(1, 100_000), all.subarray(100_000)];
    for (const [sequence, piece] of pieces.entries()) await world.apply(appendInput(id, sequence, piece));
    const read: Uint8Array[] = [];
    for await (const piece of world.store.imports.input(world.tenantId, id)) read.push(piece);
    expect(read.map(({ length }) => length)).toEqual([1, 99_999, 200_000]);
    expect(Buffer.concat(read).equals(all)).toBe(true);
  },

  "one piece is read by its place, and there is none beyond the last or of another tenant": async (world) => {
    const id = await addImport(world);
    for (const sequence of [0, 1]) await world.apply(appendInput(id, sequence, bytes(`piece ${sequence}`)));
    const { imports } = world.store;
    const read = async (tenantId: number, sequence: number): Promise<string | undefined> => {
      const piece = await imports.inputPiece(tenantId, id, sequence);
      return piece && Buffer.from(piece).toString("utf8");
    };
    expect(await read(world.tenantId, 1)).toBe("piece 1");
    expect(await read(world.tenantId, 0)).toBe("piece 0");
    expect(await read(world.tenantId, 2)).toBeUndefined();
    expect(await read(world.tenantId + 1, 0)).toBeUndefined();
  },

  "pieces come in the order of their sequence, whatever the order of the calls": async (world) => {
    const id = await addImport(world);
    for (const sequence of [2, 0, 1]) await world.apply(appendInput(id, sequence, bytes(`${sequence};`)));
    expect(await inputText(world, id)).toBe("0;1;2;");
  },

  "a piece may be empty": async (world) => {
    const id = await addImport(world);
    for (const [sequence, text] of ["a", "", "b"].entries()) await world.apply(appendInput(id, sequence, bytes(text)));
    expect(await inputText(world, id)).toBe("ab");
  },

  "a job has no input before its first piece, and an unknown job has none": async (world) => {
    expect(await inputText(world, await addImport(world))).toBe("");
    expect(await inputText(world, unknownId)).toBe("");
  },

  "jobs do not share input": async (world) => {
    const [first, second] = [await addImport(world), await addImport(world)];
    await world.apply(appendInput(first, 0, bytes("first")), appendInput(second, 0, bytes("second")));
    expect([await inputText(world, first), await inputText(world, second)]).toEqual(["first", "second"]);
  },

  "a piece that comes after the job has moved on is refused": async (world) => {
    const id = await addImport(world);
    await world.apply(appendInput(id, 0, bytes("a")));
    for (const state of importStates.filter((name) => name !== "received")) {
      await world.apply(advance(id, state));
      expect(await world.refusal(appendInput(id, 1, bytes("b")))).toEqual({ kind: "state", state });
    }
    expect(await inputText(world, id)).toBe("a");
  },

  "a dropped input is gone, and the job stays": async (world) => {
    const [id, kept] = [world.newId(), await addImport(world)];
    await world.apply(createImport(id, world.now()), appendInput(id, 0, bytes("secret")));
    await world.apply(appendInput(kept, 0, bytes("kept")));
    await world.apply(advance(id, "completed"), { kind: "dropInput", importId: id });
    await world.apply({ kind: "dropInput", importId: id });
    expect(await inputText(world, id)).toBe("");
    expect(await inputText(world, kept)).toBe("kept");
    expect((await world.store.imports.job(world.tenantId, id))?.state).toBe("completed");
  },
};

export const importPromises: Promises = { ...jobPromises, ...inputPromises };
