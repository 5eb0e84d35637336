import { z } from "zod";
import { importStates, rowOutcomes } from "../../../src/storage/import.ts";
import { until } from "./binary.ts";

const counts = z.record(z.string(), z.number());
const jobShape = z.object({
  id: z.string(),
  state: z.enum(importStates),
  dryRun: z.boolean(),
  message: z.string().nullable(),
  counts,
  plan: counts.nullable(),
  progress: z.object({ done: z.number(), total: z.number() }),
});
export type Job = z.infer<typeof jobShape>;

const rowShape = z.object({
  row: z.number(),
  outcome: z.enum(rowOutcomes),
  key: z.string().nullable(),
  resourceId: z.string().nullable(),
});
export type Row = z.infer<typeof rowShape>;

const userShape = z.looseObject({ id: z.string(), userName: z.string() });
export type User = z.infer<typeof userShape>;

const listShape = z.object({ totalResults: z.number(), Resources: z.array(userShape).default([]) });

/** The API of a running server, as one who has a token. */
export interface Client {
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Uploads a CSV; answers the job. */
  upload(csv: string, fields?: Readonly<Record<string, string>>): Promise<Job>;
  job(id: string): Promise<Job>;
  jobs(): Promise<readonly Job[]>;
  /** Polls until the job has ended by itself. */
  ended(id: string): Promise<Job>;
  /** Every row of a job, in order. */
  rows(id: string): Promise<readonly Row[]>;
  report(id: string): Promise<string>;
  /** Every user, page by page. */
  users(): Promise<{ readonly total: number; readonly users: readonly User[] }>;
  userNamed(userName: string): Promise<User | undefined>;
}

const unfinished = ["received", "parsing", "planned", "queued", "running"];

export function client(url: string, token: string): Client {
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, url), { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
  const get = async <T>(path: string, shape: z.ZodType<T>, init?: RequestInit): Promise<T> => {
    const response = await request(path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return shape.parse(await response.json());
  };
  const job = (id: string): Promise<Job> => get(`/api/imports/${id}`, jobShape);
  return {
    request,
    job,
    upload(csv, fields = {}) {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      body.set("file", new File([csv], "people.csv"));
      return get("/api/imports", jobShape, { method: "POST", body });
    },
    jobs: async () => (await get("/api/imports", z.object({ imports: z.array(jobShape) }))).imports,
    ended: (id) =>
      until(`import ${id} to end`, async () => {
        const current = await job(id);
        return unfinished.includes(current.state) ? undefined : current;
      }),
    rows: (id) => allRows(get, id),
    report: async (id) => (await request(`/api/imports/${id}/report.csv`)).text(),
    users: () => allUsers(get),
    async userNamed(userName) {
      const filter = encodeURIComponent(`userName eq ${JSON.stringify(userName)}`);
      return (await get(`/scim/v2/Users?filter=${filter}`, listShape)).Resources[0];
    },
  };
}

type Get = <T>(path: string, shape: z.ZodType<T>) => Promise<T>;

async function allRows(get: Get, id: string): Promise<readonly Row[]> {
  const page = z.object({ rows: z.array(rowShape), next: z.number().optional() });
  const all: Row[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { rows, next }: z.infer<typeof page> = await get(`/api/imports/${id}/rows?limit=1000&after=${after}`, page);
    all.push(...rows);
    after = next;
  }
  return all;
}

async function allUsers(get: Get) {
  const all: User[] = [];
  for (;;) {
    const page = await get(`/scim/v2/Users?count=1000&startIndex=${all.length + 1}`, listShape);
    all.push(...page.Resources);
    if (page.Resources.length === 0 || all.length >= page.totalResults) return { total: page.totalResults, users: all };
  }
}
