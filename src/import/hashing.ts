import type { RunPorts } from "./ports.ts";

/** Below this nobody needs to be told how long hashing takes; so few passwords take less on any machine. */
const toldSecondsMin = 5;
const toldPasswordsMin = 200;
/** What is hashed to learn how long it takes. */
export const samplePassword = "a password of usual length";

/** Runs work, so many at a time, in the order in which it is handed over. */
export interface Hashing {
  hash(password: string): Promise<string>;
}

/** Hashes passwords off the event loop, as many at once as there are cores; the rest waits its turn. */
export function createHashing({
  hashPassword,
  hashesAtOnce,
}: Pick<RunPorts, "hashPassword" | "hashesAtOnce">): Hashing {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return {
    async hash(password) {
      if (underWay >= hashesAtOnce) await new Promise<void>((resolve) => void waiting.push(resolve));
      else underWay++;
      try {
        return await hashPassword(password);
      } finally {
        const next = waiting.shift();
        if (next === undefined) underWay--;
        else next();
      }
    },
  };
}

/**
 * How long the passwords of a file take to be hashed on this machine, in a sentence, measured by hashing one or two;
 * undefined when it is not worth telling.
 */
export async function estimateText(
  ports: Pick<RunPorts, "hashPassword" | "hashesAtOnce">,
  passwords: number,
): Promise<string | undefined> {
  if (passwords < toldPasswordsMin) return undefined;
  const { hashPassword, hashesAtOnce } = ports;
  await hashPassword(samplePassword);
  const begun = performance.now();
  await Promise.all(Array.from({ length: hashesAtOnce }, () => hashPassword(samplePassword)));
  const seconds = ((performance.now() - begun) / 1000 / hashesAtOnce) * passwords;
  if (seconds < toldSecondsMin) return undefined;
  const cores = hashesAtOnce === 1 ? "1 core" : `${hashesAtOnce} cores`;
  return (
    `${passwords} passwords are to be hashed, which takes about ${durationText(seconds)} on ${cores}; ` +
    "password hashes take no time"
  );
}

/** `40 s`, `12 min`, `2.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
