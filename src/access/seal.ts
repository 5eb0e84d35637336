import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { defaultTenantId, type Store } from "../storage/port.ts";

/** Makes texts that clients carry and can neither read nor change. */
export interface Sealer {
  /** @param context what must be the same when it is opened; not part of the result */
  seal(text: string, context: string): string;
  /** The text; undefined when it was not sealed here, was changed, or belongs to another context. */
  open(sealed: string, context: string): string | undefined;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM in base64url, which has only characters that a URI need not escape (RFC 3986 §2.3). */
export function createSealer(key: Uint8Array): Sealer {
  return {
    seal(text, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString("base64url");
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, "base64url");
      // Buffer reads past what is no base64url: the text must be the one that was made.
      if (bytes.length < nonceBytes + tagBytes || bytes.toString("base64url") !== sealed) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes));
      const body = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      try {
        return Buffer.concat([body, decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}

/** The key of that name, made at the first start: what was sealed before a restart is good after it. */
export async function sealingKey(store: Store, name: string): Promise<Uint8Array> {
  const change = { kind: "createSecret", name, bytes: randomBytes(keyBytes) } as const;
  await store.commit([{ tenantId: defaultTenantId, changes: [change] }]);
  const key = await store.access.secret(defaultTenantId, name);
  if (key === undefined) throw new Error(`no secret ${name}`);
  return key;
}
