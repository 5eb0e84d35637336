import { askJson, type Outbound, refusalText } from "./outbound.ts";
import { SourceError } from "./source.ts";

/** How a SCIM server is told who asks. */
export type ScimLogin =
  | { readonly type: "APIKEY"; readonly apiKey: string }
  | { readonly type: "BASIC"; readonly userName: string; readonly password: string }
  | {
      readonly type: "CLIENT_SECRET_POST";
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | undefined;
    };

/** The Authorization of requests; `renew` says that the one before was not taken. */
export type Authorize = (renew: boolean, signal: AbortSignal) => Promise<string>;

/** How long before its end a token is not used any more. */
const tokenMarginMs = 10_000;
/** How long a token is used that does not say how long it is good. */
const tokenMsDefault = 60_000;

/** How requests prove who asks: a token is fetched when it is needed, and again before it ends. */
export function authorizer(outbound: Outbound, login: ScimLogin, now: () => number, ca?: string): Authorize {
  if (login.type === "APIKEY") return async () => `Bearer ${login.apiKey}`;
  if (login.type === "BASIC") {
    const credentials = Buffer.from(`${login.userName}:${login.password}`, "utf8").toString("base64");
    return async () => `Basic ${credentials}`;
  }
  let token: { readonly value: string; readonly until: number } | undefined;
  return async (renew, signal) => {
    if (renew || token === undefined || now() >= token.until)
      token = await fetchToken(outbound, login, now, signal, ca);
    return `Bearer ${token.value}`;
  };
}

async function fetchToken(
  outbound: Outbound,
  login: Extract<ScimLogin, { type: "CLIENT_SECRET_POST" }>,
  now: () => number,
  signal: AbortSignal,
  ca: string | undefined,
) {
  const { tokenUrl, clientId, clientSecret, scope } = login;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
  if (scope !== undefined) form.set("scope", scope);
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };
  const request = { method: "POST", url: new URL(tokenUrl), headers, body: form.toString(), ca } as const;
  const answer = await askJson(outbound, request, signal);
  if (answer.status !== 200) throw new SourceError(`the token endpoint answered ${refusalText(answer)}`);
  const { json } = answer;
  const said = typeof json === "object" && json !== null ? json : {};
  const value: unknown = Reflect.get(said, "access_token");
  const seconds: unknown = Reflect.get(said, "expires_in");
  if (typeof value !== "string" || value === "")
    throw new SourceError("the token endpoint answered without access_token");
  const lifeMs = typeof seconds === "number" && seconds > 0 ? seconds * 1000 : tokenMsDefault;
  return { value, until: now() + Math.max(1000, lifeMs - tokenMarginMs) };
}
