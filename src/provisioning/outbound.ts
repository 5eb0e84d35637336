import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { SourceError } from "./source.ts";

/** How the server reaches out to sources. */
export interface Outbound {
  /** Whether sources may be on this machine, or in a private network. */
  readonly allowsPrivate: boolean;
  /** How long one request may take. */
  readonly requestMsMax: number;
}

/** Bytes of one answer: a page of a thousand users with all they have, many times over. */
export const answerBytesMax = 67_108_864;
/** Characters of a refusal that an error repeats. */
const shownCharsMax = 200;

/** Addresses that are not of the internet (RFC 6890), and those of this machine. */
const privateRanges = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  privateRanges.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  privateRanges.addSubnet(network, prefix, "ipv6");
}

/** Whether an address is none of the internet; one of IPv4 in the form of IPv6 is what it is in IPv4. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return privateRanges.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
}

/**
 * Makes sure that a host may be asked: nobody who may set up a connector is to reach what only this machine can.
 *
 * @throws SourceError
 */
export async function requireReachable({ allowsPrivate }: Outbound, hostname: string): Promise<void> {
  if (allowsPrivate) return;
  const host = hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) > 0 ? [host] : await addressesOf(host);
  const hidden = addresses.find(isPrivateAddress);
  if (hidden === undefined) return;
  throw new SourceError(
    `${host} is at ${hidden}, an address that is not of the internet; MUSTER_PROVISIONING_TARGETS=any allows it`,
  );
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new SourceError(`there is no host ${host.slice(0, shownCharsMax)}`, { cause });
  }
}

/** A request to a source. */
export interface OutboundRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates (PEM) by which the source's is checked instead of those that are known. */
  readonly ca?: string | undefined;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly json: unknown;
}

/**
 * Asks a source and reads the JSON that it answers; a refusal is an answer, too.
 *
 * @throws SourceError when nothing comes, too much, or no JSON
 */
export async function askJson(
  outbound: Outbound,
  { method, url, headers, body, ca }: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  await requireReachable(outbound, url.hostname);
  const what = `${method} ${url.origin}${url.pathname}`;
  const timeout = AbortSignal.timeout(outbound.requestMsMax);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
      ...(body !== undefined && { body }),
      ...(ca !== undefined && { tls: { ca } }),
    });
    const { status } = response;
    if (status >= 300 && status < 400)
      throw new SourceError(`${what} answered ${status}, a redirection, which is not followed`);
    return { status, json: jsonOf(what, response, await textOf(what, response)) };
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    if (timeout.aborted)
      throw new SourceError(`${what} had no answer in ${outbound.requestMsMax / 1000} s`, { cause, isPassing: true });
    throw new SourceError(`${what} failed: ${reasonOf(cause)}`, { cause, isPassing: true });
  }
}

/** What went wrong with a connection, in the words of the system, which name no secret. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "the connection broke off";
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const said = cause.message.replace(/\s+/g, " ").slice(0, shownCharsMax);
  return code === "" || said.includes(code) ? said : `${said} (${code})`;
}

async function textOf(what: string, response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of response.body ?? []) {
    total += piece.byteLength;
    if (total > answerBytesMax) throw new SourceError(`${what} answered more than ${answerBytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function jsonOf(what: string, response: Response, text: string): unknown {
  const type = response.headers.get("Content-Type")?.split(";", 1)[0] ?? "nothing";
  if (/\bhtml\b/i.test(type)) throw new SourceError(`${what} answered ${response.status} with ${type}, and not JSON`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (response.status >= 400) return undefined;
    throw new SourceError(`${what} answered ${response.status} with what is no JSON (${type})`, { cause });
  }
}

/** What a refusal says, for an error. */
export function refusalText({ status, json }: OutboundAnswer): string {
  const said = typeof json === "object" && json !== null ? json : {};
  const detail = ["detail", "error_description", "error", "message"].flatMap((name) => {
    const value: unknown = Reflect.get(said, name);
    return typeof value === "string" && value !== "" ? [value] : [];
  })[0];
  return detail === undefined ? String(status) : `${status}: ${detail.slice(0, shownCharsMax)}`;
}
