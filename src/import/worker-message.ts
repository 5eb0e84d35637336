/** What the server tells the import worker. */
export type ToWorker =
  | {
      readonly kind: "start";
      readonly file: string;
      readonly durability: "full" | "normal";
      /** The memory of the write signal, and that of the import lane's tally. */
      readonly signal: SharedArrayBuffer;
      readonly tally: SharedArrayBuffer;
    }
  /** A job waits. */
  | { readonly kind: "wake" }
  /** End after the chunk in hand. */
  | { readonly kind: "stop" };

/** What the worker tells the server. */
export type FromWorker =
  | { readonly kind: "failure"; readonly importId: string | undefined; readonly error: string }
  | { readonly kind: "stopped" };
