import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail that came in. */
export interface Received extends Email {
  /** Whom the envelope names. */
  readonly recipients: readonly string[];
  readonly raw: string;
}

/** A real SMTP server on a free port. */
export interface MailServer {
  readonly port: number;
  readonly received: readonly Received[];
  /** Resolves when so many mails are there; rejects after some seconds. */
  untilReceived(count: number): Promise<readonly Received[]>;
  /** The newest mail to that address, of so many that came to it. */
  mailTo(recipient: string, count?: number): Promise<Received>;
  stop(): Promise<void>;
}

const waitMsMax = 20_000;

/** Starts a mail server that takes everything, unless the options say otherwise; on a free port unless one is named. */
export async function startMailServer(options: SMTPServerOptions = {}, wanted = 0): Promise<MailServer> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ["STARTTLS"] : [],
    disableReverseLookup: true,
    logger: false,
    ...options,
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", async () => {
        const raw = Buffer.concat(pieces).toString("utf8");
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ ...(await PostalMime.parse(raw)), recipients, raw });
        callback();
      });
    },
  });
  // Clients that break off are no failure of the tests.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => void server.listen(wanted, "127.0.0.1", resolve));
  const address = server.server.address();
  if (typeof address !== "object" || address === null) throw new Error("the mail server has no address");
  return {
    port: address.port,
    received,
    async untilReceived(count) {
      await until(
        () => received.length >= count,
        () => `${received.length} mails came, not ${count}`,
      );
      return received;
    },
    async mailTo(recipient, count = 1) {
      const own = () => received.filter(({ recipients }) => recipients.includes(recipient));
      await until(
        () => own().length >= count,
        () => `${own().length} mails came to ${recipient}, not ${count}`,
      );
      const newest = own().at(-1);
      if (newest === undefined) throw new Error("no mail was asked for");
      return newest;
    },
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

async function until(isDone: () => boolean, problem: () => string): Promise<void> {
  for (const limit = Date.now() + waitMsMax; !isDone(); await Bun.sleep(20)) {
    if (Date.now() > limit) throw new Error(problem());
  }
}

/** The link in a mail; fails the test when there is none. */
export function linkIn({ text }: { readonly text?: string | undefined }): string {
  const link = /https?:\/\/\S+\/activate\/\S+/.exec(text ?? "")?.[0];
  if (link === undefined) throw new Error(`no link in: ${text}`);
  return link;
}
