import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../../..");
const file = join(root, "dist", "muster");
let built = false;

/** The compiled binary, built anew when what it is made of is younger. */
export function binary(): string {
  if (built) return file;
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made < newest("src", "drizzle", "scripts", "package.json")) {
    const { success, stderr } = Bun.spawnSync([process.execPath, "scripts/build.ts"], { cwd: root, stderr: "pipe" });
    if (!success) throw new Error(`the build failed: ${stderr}`);
  }
  built = true;
  return file;
}

function newest(...names: readonly string[]): number {
  const paths = names.flatMap((name) => {
    const path = join(root, name);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: "utf8" }).map((inside) => join(path, inside));
  });
  return Math.max(...paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a process of ours sees of the environment: nothing that would be a setting. */
function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: tmpdir(), TMPDIR: tmpdir(), ...more };
}

/** Starts the binary; the caller ends it. */
export function spawn(args: readonly string[], { env, cwd = tmpdir(), input }: RunOptions = {}) {
  return Bun.spawn([binary(), ...args], {
    cwd,
    env: environment(env),
    stdin: Buffer.from(input ?? ""),
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Runs the binary to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawn(args, options);
  const timer = setTimeout(() => child.kill("SIGKILL"), runDeadlineMs);
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  clearTimeout(timer);
  return { exitCode, stdout, stderr };
}

/** A server in a process of its own. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, and gives its exit code. */
  stop(): Promise<number>;
}

/** How long anything here may take, and how long a command that is run to its end. */
const deadlineMs = 45_000;
const runDeadlineMs = 20_000;

/** Polls until `look` finds something. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited for ${what} in vain`);
    await Bun.sleep(2);
  }
}

/** Starts a server on a free port, and waits until it says where it listens. */
export async function serve(dataDir: string, options: RunOptions & { args?: readonly string[] } = {}): Promise<Served> {
  const child = spawn(["serve", "--port", "0", "--data", dataDir, ...(options.args ?? [])], options);
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
  };
  try {
    const url = await until("the server to listen", () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${stderr()}`);
      return /^listening on (http:\/\/\S+)$/m.exec(stdout())?.[1];
    });
    return {
      url,
      pid: child.pid,
      stdout,
      stderr,
      signal: (name) => child.kill(name),
      kill,
      async stop() {
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
        const code = await child.exited;
        clearTimeout(timer);
        return code;
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** The text of a stream so far. */
function gather(stream: ReadableStream<Uint8Array>): () => string {
  let text = "";
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  };
  void read();
  return () => text;
}

/** A place for a test: a folder, and servers that end with it. */
export interface Place {
  readonly path: string;
  readonly dataDir: string;
  serve(options?: RunOptions & { args?: readonly string[] }): Promise<Served>;
  /** Writes a file, and gives its path. */
  write(name: string, text: string): Promise<string>;
}

/** Runs a test in a folder of its own; whatever it started is gone afterwards. */
export async function inPlace<T>(run: (place: Place) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), "muster-e2e-"));
  const dataDir = join(path, "data");
  const servers: Served[] = [];
  try {
    return await run({
      path,
      dataDir,
      async serve(options) {
        const served = await serve(dataDir, options);
        servers.push(served);
        return served;
      },
      async write(name, text) {
        await Bun.write(join(path, name), text);
        return join(path, name);
      },
    });
  } finally {
    await Promise.all(servers.map((served) => served.kill()));
    rmSync(path, { recursive: true, force: true });
  }
}

/** A token made by the command line, with these scopes. */
export async function makeToken(dataDir: string, ...scopes: readonly string[]): Promise<string> {
  const flags = scopes.flatMap((scope) => ["--scope", scope]);
  const { exitCode, stdout, stderr } = await run(["token", "create", "--name", "e2e", "--data", dataDir, ...flags]);
  if (exitCode !== 0) throw new Error(`no token: ${stderr}`);
  return stdout.trim();
}
