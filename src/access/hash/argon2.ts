import { type HashScheme, malformed, tooCostly } from "./scheme.ts";

const memoryKiBMax = 262_144;
const timeMax = 12;
const lanesMax = 16;

const form =
  /^\$argon2(?:id|i|d)\$v=(\d+)\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,172}$/;

/** Argon2 in the PHC string format (RFC 9106). */
export const argon2Scheme: HashScheme = {
  name: "argon2",
  isWeak: false,
  prefix: /^\$argon2/,
  refuse(hash) {
    const [, version, memory, time, lanes] = form.exec(hash)?.map(Number) ?? [];
    if (memory === undefined || time === undefined || lanes === undefined || version !== 19) {
      return malformed("argon2");
    }
    if (memory > memoryKiBMax) return tooCostly("argon2", "memory in KiB", memoryKiBMax);
    if (time > timeMax) return tooCostly("argon2", "number of passes", timeMax);
    return lanes > lanesMax ? tooCostly("argon2", "parallelism", lanesMax) : undefined;
  },
  verify: (password, hash) => Bun.password.verify(password, hash).catch(() => false),
};
