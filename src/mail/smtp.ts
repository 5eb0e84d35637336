import { createTransport } from "nodemailer";

/** What there is to send. */
export interface OutgoingMail {
  /** Becomes the Message-ID, so that a mail that is sent twice is known as one. */
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What came of sending a mail. */
export type Delivery =
  | { readonly kind: "sent" }
  /** The server will not take this mail, now or ever. */
  | { readonly kind: "refused"; readonly error: string }
  /** The server may take it later. */
  | { readonly kind: "later"; readonly error: string }
  /** There is no server, or it lets nobody in: the others need not be tried either. */
  | { readonly kind: "down"; readonly error: string };

/** Hands mails to whoever delivers them. */
export interface Transport {
  send(mail: OutgoingMail): Promise<Delivery>;
  close(): void;
}

/** How long a mail server may take, to be there and to answer. */
const connectMsMax = 10_000;
const silenceMsMax = 30_000;
/** Connections at once. */
export const smtpConnectionsMax = 2;

/**
 * Sends by SMTP (RFC 5321): `smtp://user:password@host:587` with STARTTLS where the server offers it, `smtps://` with TLS
 * from the start. A certificate that does not fit the host is refused. `?tls=optional` lets a password go out without TLS.
 *
 * @param ca the certificates to check by, in PEM; those that are known when left out
 */
export function smtpTransport(url: string, from: string, ca?: string): Transport {
  const { hostname, port, protocol, username, password, searchParams } = new URL(url);
  const secure = protocol === "smtps:";
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 465 : 587) : Number(port),
    secure,
    // A name and a password go over no line that others can read.
    requireTLS: searchParams.get("tls") === "required" || (username !== "" && searchParams.get("tls") !== "optional"),
    ...(username !== "" && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...(ca !== undefined && { tls: { ca } }),
    pool: true,
    maxConnections: smtpConnectionsMax,
    connectionTimeout: connectMsMax,
    greetingTimeout: connectMsMax,
    socketTimeout: silenceMsMax,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? "localhost";
  return {
    async send({ id, recipient, ...content }) {
      try {
        // As an object: a text would be read as a list of addresses.
        const to = { name: "", address: recipient };
        await transport.sendMail({ from, to, messageId: `<${id}@${domain}>`, ...content });
        return { kind: "sent" };
      } catch (error) {
        return deliveryOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Codes of nodemailer for a server that is not there, or where nobody gets in. */
const downCodes: ReadonlySet<string> = new Set([
  "ECONNECTION",
  "EDNS",
  "EAUTH",
  "ETLS",
  "ESOCKET",
  "EPROXY",
  "EOAUTH2",
]);

function deliveryOf(error: unknown): Delivery {
  if (!(error instanceof Error)) return { kind: "later", error: "The mail server failed." };
  const { code, responseCode, command } = error as Error & {
    readonly code?: string;
    readonly responseCode?: number;
    readonly command?: string;
  };
  const said = error.message.replaceAll(/\s+/g, " ").slice(0, 300);
  if (code === "EAUTH" || command === "CONN") return { kind: "down", error: said };
  if (responseCode !== undefined) return { kind: responseCode >= 500 ? "refused" : "later", error: said };
  if (code === "EENVELOPE" || code === "EMESSAGE") return { kind: "refused", error: said };
  return { kind: code !== undefined && downCodes.has(code) ? "down" : "later", error: said };
}
