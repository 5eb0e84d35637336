import { type ExtractedRecord, extractionDialectId } from "../import/dialect/extraction.ts";
import { receiveImport, type UploadPorts } from "../import/upload.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import { defaultOptions, type ImportRequest } from "../storage/import.ts";
import type { Store } from "../storage/port.ts";
import type { StoredConnector } from "./connector.ts";
import { compileRules, type MapEntry, type MappedEntry } from "./mapping-rule.ts";
import type { Source } from "./source.ts";

/** What came of an extraction. */
export interface Extracted {
  readonly records: number;
  readonly unchanged: number;
  /** The import that the records wait in; undefined where there are none. */
  readonly importId: string | undefined;
  /** So many went missing that somebody has to say that this is meant. */
  readonly isParked: boolean;
}

/** The version of a link to somebody whom the source no longer has, and who was told so. */
const missingVersion = "missing";
/** Links looked at in one piece. */
const linksAtOnce = 1000;
/** So few may always go missing, whatever part of all they are. */
const missingAlways = 5;

/**
 * Takes from a source what is new there or has changed since it was imported, and leaves it as an import that waits to
 * be carried out. Nothing is left when the source fails on the way.
 *
 * @throws SourceError, or ScimError when the store can not take it
 */
export async function extract(
  ports: UploadPorts,
  connector: StoredConnector,
  source: Source,
  type: ResourceType,
  by: { readonly name: string; readonly asAdministrator: boolean },
  signal: AbortSignal,
): Promise<Extracted> {
  const tally = { records: 0, unchanged: 0, missing: 0, linked: 0 };
  const lines = recordsOf(ports.store, connector, source, compileRules(connector.rules, type), tally, signal);
  const first = await lines.next();
  if (first.done === true) return { ...counted(tally), importId: undefined, isParked: false };
  const upload = {
    tenantId: connector.tenantId,
    fileName: `${connector.name.slice(0, 200)}.ndjson`,
    createdBy: by.name,
    asAdministrator: by.asAdministrator,
    request: requestOf(connector, by.asAdministrator),
  };
  const { job } = await receiveImport(ports, upload, encoded(first.value, lines), () => ({}));
  const part = tally.linked === 0 ? 0 : (100 * tally.missing) / tally.linked;
  const isParked = tally.missing > missingAlways && part > connector.missingPercentMax;
  return { ...counted(tally), importId: job.id, isParked };
}

function counted({ records, unchanged }: { readonly records: number; readonly unchanged: number }) {
  return { records, unchanged };
}

function requestOf({ id, adopt, createGroups, userStore }: StoredConnector, asAdministrator: boolean): ImportRequest {
  return {
    dialect: extractionDialectId,
    mode: "upsert",
    match: "userName",
    // It waits until somebody has looked at it.
    dryRun: true,
    options: { ...defaultOptions, asAdministrator, connectorId: id, adopts: adopt, createGroups, userStore },
  };
}

interface Tally {
  records: number;
  unchanged: number;
  missing: number;
  linked: number;
}

/** The records that are new or changed, page by page, and then those who are gone. */
async function* recordsOf(
  store: Store,
  connector: StoredConnector,
  source: Source,
  map: MapEntry,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { id, tenantId, missing } = connector;
  // What rules make of an entry changes with the rules.
  const rules = new Bun.CryptoHasher("sha256").update(JSON.stringify(connector.rules)).digest("base64url").slice(0, 8);
  const seen = missing === "deactivate" ? new Set<string>() : undefined;
  for await (const page of source.pages(signal)) {
    const mapped = page.map((entry) => {
      const { version, ...rest } = map(entry);
      return { ...rest, version: `${rules}:${version}` };
    });
    for (const { sourceId } of mapped) seen?.add(sourceId);
    const links = await store.provisioning.links(
      tenantId,
      id,
      mapped.map(({ sourceId }) => sourceId),
    );
    const known = new Map(links.map(({ sourceId, version }) => [sourceId, version]));
    const text: string[] = [];
    for (const entry of mapped) {
      const before = known.get(entry.sourceId);
      if (before === entry.version) tally.unchanged++;
      else text.push(lineOf(before === missingVersion ? returned(entry) : entry));
    }
    tally.records += text.length;
    if (text.length > 0) yield text.join("");
  }
  if (seen !== undefined) yield* missingOf(store, connector, seen, tally);
}

/** Who comes back is active again, unless a rule says what they are. */
function returned(entry: MappedEntry): MappedEntry {
  return { ...entry, values: { active: "true", ...entry.values } };
}

async function* missingOf(
  store: Store,
  { id, tenantId }: StoredConnector,
  seen: ReadonlySet<string>,
  tally: Tally,
): AsyncGenerator<string> {
  for (let after = ""; ; ) {
    const links = await store.provisioning.linksAfter(tenantId, id, after, linksAtOnce);
    const gone = links.filter(({ sourceId, version }) => version !== missingVersion && !seen.has(sourceId));
    tally.linked += links.filter(({ version }) => version !== missingVersion).length;
    tally.missing += gone.length;
    tally.records += gone.length;
    const text = gone.map(({ sourceId }) => lineOf({ sourceId, version: missingVersion, values: {}, isMissing: true }));
    if (text.length > 0) yield text.join("");
    const last = links.at(-1);
    if (last === undefined) return;
    after = last.sourceId;
  }
}

function lineOf(record: ExtractedRecord): string {
  return `${JSON.stringify(record)}\n`;
}

async function* encoded(first: string, rest: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(first);
  for await (const text of rest) yield encoder.encode(text);
}
