import { type Import, type Rule, type Source, type Violation, violationAt, walk } from "./source.ts";

/** The house from the top down: a room imports only from itself and from the rooms before it. */
export const rooms = [
  "assets",
  "config",
  "scim",
  "scim1",
  "storage",
  "access",
  "directory",
  "mail",
  "applications",
  "import",
  "export",
  "provisioning",
  "http",
  "ui",
  "bench",
  "server",
  "cli",
  "main",
];

/** The rooms that are files at the root of src/; every other room is a folder. */
const rootFiles: Readonly<Record<string, string>> = {
  "assets.ts": "assets",
  "config.ts": "config",
  "server.ts": "server",
  "worker.ts": "server",
  "main.ts": "main",
};
const fileRooms = new Set(Object.values(rootFiles));

const isCode = (path: string): boolean => /\.tsx?$/.test(path);
const inSource = (path: string): boolean => path.startsWith("src/");

function roomOf(path: string): string | undefined {
  const [, head = "", ...rest] = path.split("/");
  if (rest.length === 0) return rootFiles[head];
  return rooms.includes(head) && !fileRooms.has(head) ? head : undefined;
}

/** Calls `judge` for every import in src/ and keeps what it objects to. */
function overImports(rule: string, judge: (from: string, edge: Import) => string | undefined): Rule {
  return (sources) =>
    sources.flatMap((source) =>
      (inSource(source.path) ? (source.code?.imports ?? []) : []).flatMap((edge) => {
        const message = judge(source.path, edge);
        return message === undefined ? [] : [violationAt(source, edge.offset, rule, message)];
      }),
    );
}

/** Every file stands in a room. Ambient declarations, which nothing imports, may lie at the root. */
export const housed: Rule = (sources) =>
  sources
    .filter(({ path }) => inSource(path) && roomOf(path) === undefined && !/^src\/[^/]+\.d\.ts$/.test(path))
    .map((source) => violationAt(source, 0, "housed", `put it into a room: ${rooms.join(", ")}`));

/** Imports go up the house only, and by an address that can be read. */
export const edges: Rule = overImports("edges", (from, { specifier, path }) => {
  const room = roomOf(from);
  if (room === undefined) return undefined;
  if (specifier === undefined) return "import by a literal: a computed address hides the edge";
  if (room === "scim" && !path?.startsWith("src/scim/")) return `scim/ imports nothing outside itself: ${specifier}`;
  if (path === undefined) return undefined;
  if (/^test(\/|$)/.test(path)) return `src/ does not import tests: ${path}`;
  if (!inSource(path)) return isCode(path) ? `src/ does not import code outside itself: ${path}` : undefined;
  if (room === "assets" && !isCode(path)) return undefined;
  const target = roomOf(path);
  if (target === undefined) return `${path} stands in no room of the house`;
  return rooms.indexOf(target) > rooms.indexOf(room) ? `${room} may not import ${target}: ${path}` : undefined;
});

/** A store is opened where everything is wired; all others know the port. */
export const stores: Rule = overImports("stores", (from, { path = "" }) => {
  const [, folder] = /^src\/storage\/([^/]+)\//.exec(path) ?? [];
  if (folder === undefined || from.startsWith(`src/storage/${folder}/`)) return undefined;
  if (/^src\/(server\.ts$|worker\.ts$|cli\/)/.test(from)) return undefined;
  return `only server.ts, worker.ts and cli/ may import storage/${folder}/; use storage/port.ts`;
});

/** hono is for http/ and ui/; mail/ renders its templates with hono/jsx. */
export const honoRooms: Rule = overImports("hono", (from, { specifier = "" }) => {
  if (!/^@?hono(\/|$)/.test(specifier) || /^src\/(http|ui)\//.test(from)) return undefined;
  if (from.startsWith("src/mail/") && /^hono\/jsx(\/|$)/.test(specifier)) return undefined;
  return `${specifier} belongs to http/ and ui/ (hono/jsx also to mail/)`;
});

/** Databases are opened and queried in storage/ only. */
export const databases: Rule = overImports("databases", (from, { specifier = "" }) =>
  /^(drizzle-orm(\/|$)|bun:sqlite$|node:sqlite$)/.test(specifier) && !from.startsWith("src/storage/")
    ? `${specifier} belongs to storage/`
    : undefined,
);

/** No barrels: a name is imported from the file that defines it. The engine's public face is the one exception. */
export const barrels: Rule = (sources) =>
  sources.filter(({ path }) => inSource(path) && path !== "src/scim/index.ts").flatMap(barrelsIn);

function barrelsIn(source: Source): Violation[] {
  const found: Violation[] = [];
  if (/\/index\.tsx?$/.test(source.path)) {
    found.push(violationAt(source, 0, "barrels", "name the file after what it holds, not index"));
  }
  walk(source, {
    ExportAllDeclaration: ({ start }) =>
      found.push(violationAt(source, start, "barrels", "import from the file that defines it: no export *")),
  });
  return found;
}

/** Every file of src/ is reached by imports from where a process or a worker starts. */
export const reachable: Rule = (sources) => {
  const inside = new Map(sources.filter(({ path }) => inSource(path)).map((source) => [source.path, source]));
  const reached = new Set<string>();
  const open = ["src/main.ts", "src/worker.ts"];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const source = inside.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const edge of source.code?.imports ?? []) {
      if (edge.path !== undefined) open.push(edge.path, `${edge.path}.ts`, `${edge.path}.tsx`);
    }
  }
  return [...inside.values()]
    .filter(({ path }) => !reached.has(path) && !path.endsWith(".d.ts"))
    .map((source) => violationAt(source, 0, "reachable", "nothing imports this file from main.ts or worker.ts"));
};
