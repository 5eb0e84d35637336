import type { MailRecord } from "../storage/application.ts";
import { defaultTenantId, type Store } from "../storage/port.ts";
import { expiryText, type RenderedMail, renderMail, type TemplateTexts } from "./render.ts";
import { type Delivery, smtpConnectionsMax, type Transport } from "./smtp.ts";
import { templateNames } from "./words.ts";

/** What mails are made and sent with. */
export interface OutboxPorts {
  readonly store: Store;
  readonly now: () => number;
  /** The address under which people reach this server. */
  readonly baseUrl: () => string;
  readonly templates?: TemplateTexts | undefined;
  /** Undefined where mail stays in the outbox. */
  readonly transport: Transport | undefined;
  readonly log: (level: "info" | "warn" | "error", message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** How long to wait before a mail is tried again, by how often it was; after the last of them it is given up. */
const retryMs = [60_000, 300_000, 900_000, 3_600_000, 14_400_000, 43_200_000, 86_400_000] as const;
/** How long a server that is down is left alone at first, and at most. */
const restMs = { min: 5_000, max: 300_000 } as const;
/** Mails in one round. */
const roundMails = 50;
/** How often it is looked for what another thread or process has put into the outbox. */
const lookMs = 2_000;
/** How often codes that have expired are forgotten. */
const sweepMs = 60_000;

export interface Outbox {
  /** Something was put into it; before the first time it sends nothing. */
  wake(): void;
  /** A mail as it is sent: without its link once that opens nothing any more. */
  render(mail: MailRecord): RenderedMail;
  stop(): Promise<void>;
}

/** A mail in words. */
export function renderRecord(mail: MailRecord, baseUrl: string, templates?: TemplateTexts): RenderedMail {
  const { template, locale, words, code, codeExpiresAt } = mail;
  const name = templateNames.find((known) => known === template) ?? "password";
  const values = {
    name: words.name ?? "",
    application: words.application ?? "",
    link: code === null ? "" : `${baseUrl}/activate/${code}`,
    expires: expiryText(locale, codeExpiresAt),
  };
  return renderMail(name, locale, values, templates);
}

/** Sends what is in the outbox, at least once each: one that the server took is noted before the next is tried. */
export function openOutbox(ports: OutboxPorts): Outbox {
  const { store, now, baseUrl, templates, transport } = ports;
  let stopping = false;
  let running: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sweptAt = 0;
  const rest = serverRest(ports);

  function plan(ms: number): void {
    clearTimeout(timer);
    if (!stopping) timer = setTimeout(run, ms);
  }

  function run(): void {
    if (stopping || running !== undefined) return;
    running = round()
      .catch((cause: unknown) => {
        ports.log("error", "the outbox can not be read", { cause: Bun.inspect(cause) });
        return false;
      })
      .then((isMore) => {
        running = undefined;
        plan(isMore ? 0 : lookMs);
      });
  }

  /** @returns whether there may be more to do at once */
  async function round(): Promise<boolean> {
    if (now() - sweptAt >= sweepMs) {
      sweptAt = now();
      await dropExpiredCodes(store, sweptAt, () => stopping);
    }
    if (transport === undefined || rest.isResting()) return false;
    const due = await store.mails.due(now(), roundMails);
    const queue = [...due];
    const lanes = Array.from({ length: smtpConnectionsMax }, async () => {
      for (let mail = queue.shift(); mail !== undefined && !stopping; mail = queue.shift()) {
        if (rest.isResting()) return;
        await deliver(mail, transport);
      }
    });
    await Promise.all(lanes);
    return due.length === roundMails && !rest.isResting();
  }

  async function deliver(mail: MailRecord, to: Transport): Promise<void> {
    // Since it was read its link may have been used or revoked.
    const current = await store.mails.get(mail.tenantId, mail.id);
    if (current?.state !== "queued") return;
    const { recipient, id, tenantId } = current;
    const delivery = await to.send({ id, recipient, ...renderRecord(current, baseUrl(), templates) });
    rest.note(delivery);
    await store.commit([{ tenantId, changes: [noteOf(current, delivery, now())] }]);
  }

  return {
    wake: () => plan(0),
    render: (mail) => renderRecord(mail, baseUrl(), templates),
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await running;
      transport?.close();
    },
  };
}

/** What to note of a mail that was tried. */
function noteOf({ id, attempts }: MailRecord, delivery: Delivery, at: number) {
  if (delivery.kind === "sent") return { kind: "noteMailSent", id, at } as const;
  const wait = retryMs[attempts];
  const isOver = delivery.kind === "refused" || wait === undefined;
  return { kind: "noteMailFailed", id, error: delivery.error, dueAt: isOver ? null : at + wait } as const;
}

/** Leaves a server alone that is down, longer the longer it is. */
function serverRest({ now, log }: OutboxPorts) {
  let downSince: number | undefined;
  let until = 0;
  return {
    isResting: () => now() < until,
    note(delivery: Delivery): void {
      if (delivery.kind === "sent" && downSince !== undefined) {
        log("info", "the mail server is back");
        downSince = undefined;
      }
      if (delivery.kind !== "down") return;
      if (downSince === undefined) {
        downSince = now();
        log("warn", "the mail server can not be used; mails wait in the outbox", { cause: delivery.error });
      }
      until = now() + Math.min(restMs.max, Math.max(restMs.min, now() - downSince));
    },
  };
}

/** Forgets the codes that have expired, a few at a time. */
async function dropExpiredCodes(store: Store, before: number, isStopping: () => boolean): Promise<void> {
  const change = { kind: "dropExpiredCodes", before } as const;
  for (let isMore = true; isMore && !isStopping(); ) {
    const [result] = await store.commit([{ tenantId: defaultTenantId, changes: [change] }]);
    isMore = result?.applied === true && result.effects.some(({ changed }) => changed);
  }
}
