import { type Buckets, bucketOf, type HistogramFigures } from "../storage/commit-tally.ts";
import { compatMounts, ownMount, rootEndpoints, scim1Mount } from "./mounts.ts";

/** Seconds from a request's head to the head of its answer. */
export const requestSecondBuckets: Buckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30];

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "other"] as const;

/** Kinds of addresses. What an address names, and what types a tenant made, is told nobody. */
const routes = [
  "scim_one",
  "scim_many",
  "scim_search",
  "scim_bulk",
  "scim_me",
  "scim_discovery",
  "imports",
  "definitions",
  "api",
  "soap",
  "docs",
  "probe",
  "other",
] as const;
type Route = (typeof routes)[number];

const scimSegments: ReadonlyMap<string, Route> = new Map([
  ["", "scim_many"],
  [".search", "scim_search"],
  ["Bulk", "scim_bulk"],
  ["Me", "scim_me"],
  ["ServiceProviderConfig", "scim_discovery"],
  ["ServiceProviderConfigs", "scim_discovery"],
  ["ResourceTypes", "scim_discovery"],
  ["Schemas", "scim_discovery"],
]);
const otherPrefixes: readonly (readonly [string, Route])[] = [
  ["/api/imports", "imports"],
  ["/api/schemas", "definitions"],
  ["/api/resource-types", "definitions"],
  ["/api/", "api"],
  ["/services/", "soap"],
  ["/docs", "docs"],
  ["/openapi.json", "docs"],
  ["/healthz", "probe"],
  ["/readyz", "probe"],
  ["/metrics", "probe"],
];

/** Where SCIM is spoken; the root of the server is looked at last. */
const scimPaths: readonly string[] = [
  ownMount.path,
  ...compatMounts.flatMap(({ path }) => path || []),
  scim1Mount.path,
];

/** The kind of an address: `http://host/scim/v2/Users/1` → `scim_one`. */
export function routeOf(url: string): Route {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "other";
  const mark = url.indexOf("?", start);
  const end = mark < 0 ? url.length : mark;
  const base = scimPaths.find((path) => isUnder(url, path, start, end));
  if (base !== undefined) return scimRouteOf(url, Math.min(end, start + base.length + 1), end);
  const path = url.slice(start, end);
  const other = otherPrefixes.find(([prefix]) => path.startsWith(prefix))?.[1];
  if (other !== undefined) return other;
  const first = path.slice(1).split("/", 1)[0] ?? "";
  return rootEndpoints.has(first.toLowerCase()) ? scimRouteOf(url, start + 1, end) : "other";
}

/** The kind of an address by what follows the path of a way in, from `from` to `end`. */
function scimRouteOf(url: string, from: number, end: number): Route {
  const slash = url.indexOf("/", from);
  const isDeep = slash >= 0 && slash + 1 < end;
  const segment = url.slice(from, slash >= 0 && slash < end ? slash : end);
  const fixed = scimSegments.get(segment);
  if (fixed !== undefined) return fixed;
  if (!isDeep) return "scim_many";
  return url.slice(slash + 1, end) === ".search" ? "scim_search" : "scim_one";
}

function isUnder(url: string, path: string, start: number, end: number): boolean {
  if (!url.startsWith(path, start)) return false;
  const next = start + path.length;
  return next >= end || url.charCodeAt(next) === 47;
}

/** What was counted of the requests of one method and kind of address. */
export interface RequestFigures {
  readonly method: string;
  readonly route: Route;
  readonly statuses: ReadonlyMap<number, number>;
  readonly seconds: HistogramFigures;
}

interface Counted {
  readonly method: string;
  readonly route: Route;
  readonly statuses: Map<number, number>;
  readonly counts: number[];
  sum: number;
}

export interface RequestCounts {
  count(method: string, url: string, status: number, seconds: number): void;
  figures(): readonly RequestFigures[];
}

/** Counts requests in plain numbers: a request is over in 40 µs, and counting it must not be seen in that. */
export function requestCounts(): RequestCounts {
  const known = new Map<Route, Map<string, Counted>>(routes.map((route) => [route, new Map()]));
  function countedOf(given: string, route: Route): Counted {
    const ofRoute = known.get(route);
    const found = ofRoute?.get(given);
    if (found !== undefined) return found;
    const method = methods.find((name) => name === given) ?? "other";
    const counts = new Array<number>(requestSecondBuckets.length + 1).fill(0);
    const made = ofRoute?.get(method) ?? { method, route, statuses: new Map(), counts, sum: 0 };
    ofRoute?.set(method, made);
    return made;
  }
  return {
    count(method, url, status, seconds) {
      const counted = countedOf(method, routeOf(url));
      counted.statuses.set(status, (counted.statuses.get(status) ?? 0) + 1);
      const bucket = bucketOf(requestSecondBuckets, seconds);
      counted.counts[bucket] = (counted.counts[bucket] ?? 0) + 1;
      counted.sum += seconds;
    },
    figures: () =>
      [...known.values()].flatMap((ofRoute) =>
        [...ofRoute.values()].map(({ counts, sum, ...rest }) => ({ ...rest, seconds: { counts, sum } })),
      ),
  };
}

type Fetch<Env> = (request: Request, env: Env) => Response | Promise<Response>;

/** The same, with each answer counted. */
export function counting<Env>(fetch: Fetch<Env>, { count }: Pick<RequestCounts, "count">): Fetch<Env> {
  return (request, env) => {
    const begun = performance.now();
    const note = (response: Response): Response => {
      count(request.method, request.url, response.status, (performance.now() - begun) / 1000);
      return response;
    };
    const answer = fetch(request, env);
    return answer instanceof Promise ? answer.then(note) : note(answer);
  };
}
