import { z } from "zod";
import { tokenFromEnvironment } from "../config.ts";
import { CliError } from "./io.ts";

const errorShape = z.object({ detail: z.string() });

/** A running server, as whoever has the token reaches it. */
export interface Remote {
  readonly url: string;
  readonly token: string;
}

/** The server gave no answer. */
export class UnreachableError extends CliError {}

/**
 * The server that the flags name; undefined when they name none.
 *
 * @throws CliError for an address that is none, or without a token
 */
export function remoteFrom(options: { readonly url?: string; readonly token?: string }): Remote | undefined {
  const { url } = options;
  if (url === undefined) return undefined;
  const protocol = URL.parse(url)?.protocol;
  if (protocol !== "http:" && protocol !== "https:") throw new CliError("--url must be an http or https URL");
  const token = options.token ?? tokenFromEnvironment();
  if (token === undefined) throw new CliError("--url needs --token, or the variable MUSTER_TOKEN");
  return { url, token };
}

/**
 * Asks the server, and checks the shape of what it answers.
 *
 * @throws CliError with the server's own words, or that it can not be reached
 */
export async function call<T>(
  { url, token }: Remote,
  path: string,
  shape: z.ZodType<T>,
  init: RequestInit = {},
): Promise<T> {
  const headers = { ...init.headers, Authorization: `Bearer ${token}` };
  const { response, text } = await answer(new URL(path, url), { ...init, headers }).catch((error: unknown) => {
    throw new UnreachableError(`${url} can not be reached: ${error instanceof Error ? error.message : String(error)}`);
  });
  const body = parsedJson(text);
  if (!response.ok) {
    const refusal = errorShape.safeParse(body);
    throw new CliError(
      `${url} answered ${response.status}: ${refusal.success ? refusal.data.detail : response.statusText}`,
    );
  }
  const parsed = shape.safeParse(body);
  if (!parsed.success) throw new CliError(`${url}${path} answered something else than a muster server does`);
  return parsed.data;
}

/**
 * Text from the server, as it comes in.
 *
 * @throws CliError with the server's own words, or that it can not be reached
 */
export async function* download({ url, token }: Remote, path: string): AsyncGenerator<string> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(new URL(path, url), { headers }).catch((error: unknown) => {
    throw new UnreachableError(`${url} can not be reached: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!response.ok) {
    const refusal = errorShape.safeParse(parsedJson(await response.text()));
    const reason = refusal.success ? refusal.data.detail : response.statusText;
    throw new CliError(`${url} answered ${response.status}: ${reason}`);
  }
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** An answer, read to its end: a server may go away in the middle of one. */
async function answer(url: URL, init: RequestInit): Promise<{ response: Response; text: string }> {
  const response = await fetch(url, init);
  return { response, text: await response.text() };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
