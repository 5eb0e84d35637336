/** Bytes of a request's head: a filter of the most characters, each percent-encoded, and more, so that a longer one is told. */
export const headBytesMax = 131_072;

/** The flag of Bun that sets it; the binary is built with it. */
export const headBytesFlag = `--max-http-header-size=${headBytesMax}`;

/** Sets it where Bun was started without the flag: from source. */
export async function allowLongHeads(): Promise<void> {
  if (process.execArgv.includes(headBytesFlag)) return;
  const { default: http } = await import("node:http");
  // Bun lets it be set, its types do not say so.
  Object.assign(http, { maxHeaderSize: headBytesMax });
}
