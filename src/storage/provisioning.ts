/** What the store keeps of where users are taken from: connectors, what was extracted, and who came from where. */

export interface ConnectorRecord {
  readonly id: string;
  readonly tenantId: number;
  readonly name: string;
  /** JSON of its settings, without secrets. */
  readonly doc: string;
  /** Its secret, encrypted by whoever keeps the key; null without one. */
  readonly sealed: string | null;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly modified: number;
}

export const extractionStates = ["started", "exported", "failed", "imported"] as const;
export type ExtractionState = (typeof extractionStates)[number];

/** One extraction in the history of a connector. */
export interface ExtractionRecord {
  readonly id: string;
  readonly tenantId: number;
  readonly connectorId: string;
  readonly state: ExtractionState;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number | null;
  /** New or changed records, which wait to be imported or were. */
  readonly records: number;
  /** Records that are as they were when they were last imported. */
  readonly unchanged: number;
  /** Why it failed. */
  readonly error: string | null;
  /** The import that the records wait in; null where there are none. */
  readonly importId: string | null;
  /** It would change too many at once, and waits for somebody to say that this is meant. */
  readonly isParked: boolean;
}

/** Who at the source is who here, and in which version they were imported. */
export interface LinkRecord {
  readonly sourceId: string;
  readonly resourceId: string;
  readonly version: string;
}

export type ProvisioningChange =
  /** `sealed` undefined leaves the secret as it is; refused with `uniqueness` for a name that is taken. */
  | {
      readonly kind: "putConnector";
      readonly id: string;
      readonly name: string;
      readonly doc: string;
      readonly sealed?: string | null;
      readonly isNew: boolean;
      readonly at: number;
    }
  /** With its history and its links; who came from it stays. */
  | { readonly kind: "deleteConnector"; readonly id: string }
  | { readonly kind: "startExtraction"; readonly id: string; readonly connectorId: string; readonly at: number }
  | {
      readonly kind: "endExtraction";
      readonly id: string;
      readonly state: Exclude<ExtractionState, "started">;
      readonly at: number;
      readonly records: number;
      readonly unchanged: number;
      readonly error?: string;
      readonly importId?: string;
      readonly isParked?: boolean;
    }
  | { readonly kind: "noteImported"; readonly id: string }
  | ({ readonly kind: "linkResource"; readonly connectorId: string } & LinkRecord);

export interface ProvisioningReads {
  connectors(tenantId: number): Promise<readonly ConnectorRecord[]>;
  connector(tenantId: number, id: string): Promise<ConnectorRecord | undefined>;
  /** Newest first; of one connector where that is said. */
  extractions(query: {
    readonly tenantId: number;
    readonly connectorId?: string;
    readonly offset: number;
    readonly limit: number;
  }): Promise<readonly ExtractionRecord[]>;
  extraction(tenantId: number, id: string): Promise<ExtractionRecord | undefined>;
  /** Those in a state, oldest first, of all tenants where none is said. */
  extractionsIn(state: ExtractionState, tenantId?: number): Promise<readonly ExtractionRecord[]>;
  /** The links of these ids of the source, in no order. */
  links(tenantId: number, connectorId: string, sourceIds: readonly string[]): Promise<readonly LinkRecord[]>;
  /** All links of a connector behind a source id, in the order of source ids. */
  linksAfter(tenantId: number, connectorId: string, after: string, limit: number): Promise<readonly LinkRecord[]>;
}
