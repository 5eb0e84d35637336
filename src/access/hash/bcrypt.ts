import { type HashScheme, malformed, tooCostly } from "./scheme.ts";

/** The cost doubles the time: 14 is about a second on one core. */
const costMax = 14;
/** Bytes that bcrypt reads of a password; what comes behind them never mattered. */
const bytesMax = 72;

const form = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** bcrypt as every system writes it, with the prefixes that differ by the mistakes of old libraries. */
export const bcryptScheme: HashScheme = {
  name: "bcrypt",
  isWeak: false,
  prefix: /^\$2[abxy]\$/,
  refuse(hash) {
    const cost = Number(form.exec(hash)?.[1] ?? "0");
    if (cost < 4) return malformed("bcrypt");
    return cost > costMax ? tooCostly("bcrypt", "cost", costMax) : undefined;
  },
  verify(password, hash) {
    // Bun hashes longer passwords once more, which no other system does; and it ends at a NUL where bcrypt does.
    const bytes = Buffer.from(password).subarray(0, bytesMax);
    return Bun.password.verify(bytes, `$2b$${hash.slice(4)}`, "bcrypt").catch(() => false);
  },
};
