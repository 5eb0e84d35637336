import type { AppliedRow, ChangeSet, RefusalKind, RowResult, Told } from "../../../src/storage/change.ts";
import {
  defaultOptions,
  type ImportRow,
  type ImportState,
  importStates,
  type RowOutcome,
  type RowProblem,
  type SettledOutcome,
} from "../../../src/storage/import.ts";
import type { RowQuery } from "../../../src/storage/port.ts";
import type { World } from "./world.ts";

export const importRequest = {
  dialect: "auto",
  mode: "create",
  match: "userName",
  dryRun: false,
  options: defaultOptions,
} as const;

export const createImport = (id: string, at: number) =>
  ({ kind: "createImport", id, request: importRequest, fileName: "people.csv", createdBy: "ci", at }) as const;

export const appendInput = (importId: string, sequence: number, bytes: Uint8Array) =>
  ({ kind: "appendInput", importId, sequence, bytes }) as const;

export const advance = (importId: string, to: ImportState, from: readonly ImportState[] = importStates) =>
  ({ kind: "advanceImport", importId, from, to }) as const;

export const planRow = (
  importId: string,
  row: number,
  outcome: SettledOutcome,
  problems: readonly RowProblem[] = [],
  key: string | null = null,
) => ({ kind: "planRow", importId, row, line: row, outcome, key, problems }) as const;

export async function addImport(world: World): Promise<string> {
  const id = world.newId();
  await world.apply(createImport(id, world.now()));
  return id;
}

export const problem = (code: string): RowProblem => ({ code, message: `about ${code}` });

/** What a row says when its set is refused: a failure whose code is the refusal's kind. */
const told = (kind: RefusalKind): Told => ({ outcome: "failed", problems: [problem(kind)] });

const refused: AppliedRow["refused"] = {
  notFound: told("notFound"),
  version: { outcome: "conflict", problems: [problem("version")] },
  uniqueness: { outcome: "duplicate", problems: [problem("uniqueness")] },
  unknownMember: told("unknownMember"),
  inUse: told("inUse"),
  state: told("state"),
  exists: told("exists"),
};

export function rowResult(importId: string, row: number, more: Partial<AppliedRow> = {}): AppliedRow {
  return { kind: "applied", importId, row, line: row, key: null, applied: "created", problems: [], refused, ...more };
}

/** A set that carries out an import row. */
export function withResult(set: ChangeSet, result: RowResult): ChangeSet {
  return { ...set, result };
}

/** Settles a row without changing anything else. */
export function settled(world: World, importId: string, row: number, outcome: SettledOutcome): ChangeSet {
  const told = ["duplicate", "failed", "conflict"].includes(outcome);
  const problems = told ? [problem(outcome)] : [];
  return withResult(world.set(), rowResult(importId, row, { applied: outcome, problems }));
}

export function rowsOf(
  world: World,
  importId: string,
  more: Partial<RowQuery> & { readonly outcome?: RowOutcome } = {},
): Promise<readonly ImportRow[]> {
  const { tenantId } = world;
  return world.store.imports.rows({ tenantId, importId, problemsOnly: false, after: 0, limit: 1000, ...more });
}

export async function inputText(world: World, importId: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of world.store.imports.input(world.tenantId, importId)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}
