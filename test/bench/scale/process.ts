import { join } from "node:path";
import type { z } from "zod";
import type { Target } from "../../../src/bench/connection.ts";

export const root = join(import.meta.dir, "../../..");
export const token = "mst_bench-token-that-nobody-else-has-0123456789";

/** A server in a process of its own. */
export interface Running extends Target {
  readonly pid: number;
  /** From its start until it said where it listens. */
  readonly startMs: number;
  stop(): Promise<void>;
}

const started = new Set<Running>();

/** Starts a server and waits until it says where it listens. */
export async function startProcess(command: readonly string[], env: Record<string, string> = {}): Promise<Running> {
  const begun = performance.now();
  const child = Bun.spawn([...command], {
    env: { ...process.env, MUSTER_ADMIN_TOKEN: token, ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  void passOn(child.stderr);
  let text = "";
  for await (const chunk of child.stdout) {
    text += new TextDecoder().decode(chunk);
    const url = /listening on (\S+)\s/.exec(text)?.[1];
    if (url === undefined) continue;
    const running: Running = {
      ...{ origin: new URL(url), token, pid: child.pid, startMs: performance.now() - begun },
      async stop() {
        child.kill("SIGTERM");
        await child.exited;
        started.delete(running);
      },
    };
    started.add(running);
    return running;
  }
  throw new Error(`${command.join(" ")} ended with ${await child.exited} and did not listen`);
}

/** What a server says, but for the word that it stops. */
async function passOn(stream: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const text = decoder.decode(chunk, { stream: true });
    if (!text.startsWith("SIGTERM: ")) process.stderr.write(text);
  }
}

/** Ends what still runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...started].map((running) => running.stop()));
}

export function startMuster(binary: string, data: string): Promise<Running> {
  return startProcess([binary, "serve", "--port", "0", "--data", data]);
}

/** User and system time of a process with all of its threads, in microseconds, as the kernel counts it. */
export async function cpuMicros(pid: number): Promise<number> {
  const fields = (await Bun.file(`/proc/${pid}/stat`).text()).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Memory of a process in bytes: its own, and pages of files that it maps, which the kernel may take back. */
export async function memoryOf(pid: number) {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { own: of("RssAnon") + of("RssShmem"), mapped: of("RssFile") };
}

/** How long a server may work on after it started, or after a change. */
const settleMsMax = 900_000;

/** Waits until a server has nothing to do: indexes may be built behind its start. */
export async function settled(running: Pick<Running, "pid">): Promise<void> {
  const end = performance.now() + settleMsMax;
  for (let calm = 0; calm < 3; ) {
    if (performance.now() > end) throw new Error("the server does not come to rest");
    const before = await cpuMicros(running.pid);
    await Bun.sleep(200);
    calm = (await cpuMicros(running.pid)) - before <= 20_000 ? calm + 1 : 0;
  }
}

/** Asks a server outside of what is measured. */
export async function call<T>(running: Running, path: string, shape: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
  const headers = { ...init.headers, Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" };
  const response = await fetch(new URL(path, running.origin), { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? "GET"} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return shape.parse(text === "" ? {} : JSON.parse(text));
}
