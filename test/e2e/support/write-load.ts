import { z } from "zod";
import { bulkRequestUrn, groupUrn, patchOpUrn, userUrn } from "../../../src/scim/urn.ts";
import type { Client } from "./client.ts";
import type { Facts, Ledger, Part } from "./ledger.ts";

/** Users that one client keeps, and members that one request adds or removes: few, so that a round is looked at fast. */
const usersMax = 12;
const membersAtOnce = 3;
const bulkUsers = 4;
const bulkGroupsMax = 3;

/** The group that all clients change at the same time, each its own users in it. */
export const sharedGroup = "everybody";

/** What a client works with; its users and groups begin with its name. */
export interface LoadClient {
  readonly name: string;
  readonly api: Client;
  readonly ledger: Ledger;
  /** The ids of users and groups by their facts. */
  readonly ids: Map<string, string>;
  readonly random: () => number;
  /** A number that no one had. */
  readonly next: () => number;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** The fact whose id the answer tells. */
  readonly makes?: string;
  readonly parts: readonly Part[];
}

const user = (name: string): string => `user ${name}`;
const group = (name: string): string => `group ${name}`;
const member = (groupName: string, userName: string): string => `member ${groupName}/${userName}`;
const nameOf = (fact: string): string => fact.slice(fact.indexOf(" ") + 1);
/** What is known of a user. */
const known = (title: string, displayName: string): string => JSON.stringify([title, displayName]);

function pick<T>(client: LoadClient, from: readonly T[]): T | undefined {
  return from[Math.floor(client.random() * from.length)];
}

const ownUsers = ({ ledger, name }: LoadClient): string[] => ledger.named(user(`${name}-`)).map(nameOf);
const ownGroups = ({ ledger, name }: LoadClient): string[] => ledger.named(group(`${name}-`)).map(nameOf);
const pathOf = ({ ids }: LoadClient, fact: string): string =>
  `/scim/v2/${fact.startsWith("user ") ? "Users" : "Groups"}/${ids.get(fact)}`;

function post(client: LoadClient): Request {
  const userName = `${client.name}-${client.next()}`;
  const [title, displayName] = [`t${client.next()}`, `d${client.next()}`];
  const body = { schemas: [userUrn], userName, title, displayName };
  const fact = user(userName);
  return {
    method: "POST",
    path: "/scim/v2/Users",
    body,
    makes: fact,
    parts: [new Map([[fact, known(title, displayName)]])],
  };
}

function patch(client: LoadClient): Request | undefined {
  const userName = pick(client, ownUsers(client));
  if (userName === undefined) return undefined;
  const [title, displayName] = [`t${client.next()}`, `d${client.next()}`];
  const Operations = [
    { op: "replace", path: "title", value: title },
    { op: "replace", path: "displayName", value: displayName },
  ];
  const fact = user(userName);
  const parts = [new Map([[fact, known(title, displayName)]])];
  return { method: "PATCH", path: pathOf(client, fact), body: { schemas: [patchOpUrn], Operations }, parts };
}

function put(client: LoadClient): Request | undefined {
  const userName = pick(client, ownUsers(client));
  if (userName === undefined) return undefined;
  const [title, displayName] = [`t${client.next()}`, `d${client.next()}`];
  const fact = user(userName);
  const body = { schemas: [userUrn], userName, title, displayName };
  return { method: "PUT", path: pathOf(client, fact), body, parts: [new Map([[fact, known(title, displayName)]])] };
}

/** Also ends the memberships of who goes. */
function remove(client: LoadClient): Request | undefined {
  const users = ownUsers(client);
  const userName = pick(client, users);
  if (userName === undefined || users.length < membersAtOnce) return undefined;
  const ended = client.ledger.named("member ").filter((fact) => fact.endsWith(`/${userName}`));
  const part = new Map([user(userName), ...ended].map((fact) => [fact, undefined]));
  return { method: "DELETE", path: pathOf(client, user(userName)), parts: [part] };
}

/** Adds or removes several members of the group that everybody changes: all of them or none. */
function changeMembers(client: LoadClient): Request | undefined {
  const isIn = (name: string): boolean => client.ledger.get(member(sharedGroup, name)) !== undefined;
  const adds = client.random() < 0.5;
  const chosen = ownUsers(client)
    .filter((name) => isIn(name) !== adds)
    .slice(0, membersAtOnce);
  if (chosen.length < 2) return undefined;
  const value = chosen.map((name) => ({ value: client.ids.get(user(name)) }));
  const Operations = adds
    ? [{ op: "add", path: "members", value }]
    : value.map((one) => ({ op: "remove", path: `members[value eq "${one.value}"]` }));
  const part = new Map(chosen.map((name) => [member(sharedGroup, name), adds ? "in" : undefined]));
  const path = pathOf(client, group(sharedGroup));
  return { method: "PATCH", path, body: { schemas: [patchOpUrn], Operations }, parts: [part] };
}

/** Gives a group of its own other members in one go. */
function putGroup(client: LoadClient): Request | undefined {
  const displayName = pick(client, ownGroups(client));
  if (displayName === undefined) return undefined;
  const chosen = ownUsers(client).filter(() => client.random() < 0.5);
  const part = new Map<string, string | undefined>();
  for (const fact of client.ledger.named(member(displayName, ""))) part.set(fact, undefined);
  for (const name of chosen) part.set(member(displayName, name), "in");
  const members = chosen.map((name) => ({ value: client.ids.get(user(name)) }));
  const body = { schemas: [groupUrn], displayName, members };
  return { method: "PUT", path: pathOf(client, group(displayName)), body, parts: [part] };
}

/** Makes some users and a group of them, and ends a group of before; each operation is a part of its own. */
function bulk(client: LoadClient): Request {
  const displayName = `${client.name}-g${client.next()}`;
  const names = Array.from({ length: bulkUsers }, () => `${client.name}-${client.next()}`);
  const creations = names.map((userName) => {
    const data = { schemas: [userUrn], userName, title: "bulk", displayName: userName };
    return { method: "POST", path: "/Users", bulkId: userName, data };
  });
  const members = names.map((name) => ({ value: `bulkId:${name}` }));
  const data = { schemas: [groupUrn], displayName, members };
  const old = ownGroups(client).length < bulkGroupsMax ? undefined : ownGroups(client)[0];
  const removal = old === undefined ? [] : [{ method: "DELETE", path: `/Groups/${client.ids.get(group(old))}` }];
  const ofOld = old === undefined ? [] : [group(old), ...client.ledger.named(member(old, ""))];
  const parts: Part[] = [
    ...names.map((name) => new Map([[user(name), known("bulk", name)]])),
    new Map([[group(displayName), "there"], ...names.map((name) => [member(displayName, name), "in"] as const)]),
    ...(old === undefined ? [] : [new Map(ofOld.map((fact) => [fact, undefined]))]),
  ];
  const Operations = [...creations, { method: "POST", path: "/Groups", bulkId: displayName, data }, ...removal];
  return { method: "POST", path: "/scim/v2/Bulk", body: { schemas: [bulkRequestUrn], Operations }, parts };
}

const kinds = { post, patch, put, remove, changeMembers, putGroup, bulk };
export type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds).filter((name): name is Kind => name in kinds);

function chosen(client: LoadClient): { readonly kind: Kind; readonly request: Request } | undefined {
  const isFull = ownUsers(client).length > usersMax;
  const kind = isFull ? "remove" : pick(client, kindNames);
  const request = kind && kinds[kind](client);
  return kind === undefined || request === undefined ? undefined : { kind, request };
}

const madeShape = z.object({ id: z.string() });
const bulkShape = z.object({
  Operations: z.array(z.object({ status: z.string(), bulkId: z.string().optional(), location: z.string().optional() })),
});

/** Sends one request after the other until `isOver`, or the server goes away. */
export async function writeUntil(client: LoadClient, isOver: () => boolean, told: (kind: Kind) => void): Promise<void> {
  while (!isOver()) {
    const { kind, request } = chosen(client) ?? { kind: "post" as const, request: post(client) };
    if (!(await sent(client, request, isOver))) return;
    told(kind);
  }
}

/** @returns false when the server went away before it answered */
async function sent(client: LoadClient, request: Request, isOver: () => boolean): Promise<boolean> {
  const { method, path, body, makes, parts } = request;
  client.ledger.ask(parts);
  const init = { method, headers: { "Content-Type": "application/scim+json" } };
  try {
    const response = await client.api.request(
      path,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    );
    // Whoever has the head of an answer was told; only Bulk tells in the body.
    if (response.ok && !path.endsWith("/Bulk")) client.ledger.acknowledge(parts);
    const text = await response.text();
    if (!response.ok) throw new RefusedError(`${method} ${path}: ${response.status} ${text}`);
    if (makes !== undefined) client.ids.set(makes, madeShape.parse(JSON.parse(text)).id);
    if (path.endsWith("/Bulk")) noteBulk(client, request, text);
    return true;
  } catch (error) {
    if (error instanceof RefusedError || !isOver()) throw error;
    return false;
  }
}

class RefusedError extends Error {}

function noteBulk({ ledger, ids }: LoadClient, { parts }: Request, text: string): void {
  const { Operations } = bulkShape.parse(JSON.parse(text));
  const refused = Operations.find(({ status }) => !status.startsWith("2"));
  if (refused !== undefined) throw new RefusedError(`Bulk: ${text}`);
  ledger.acknowledge(parts);
  for (const { bulkId, location = "" } of Operations) {
    if (bulkId === undefined) continue;
    ids.set(
      location.includes("/Groups/") ? group(bulkId) : user(bulkId),
      location.slice(location.lastIndexOf("/") + 1),
    );
  }
}

const usersShape = z.object({
  totalResults: z.number(),
  Resources: z
    .array(z.object({ id: z.string(), userName: z.string(), title: z.string(), displayName: z.string() }))
    .default([]),
});
const groupsShape = z.object({
  totalResults: z.number(),
  Resources: z
    .array(
      z.object({
        id: z.string(),
        displayName: z.string(),
        members: z.array(z.object({ value: z.string() })).default([]),
      }),
    )
    .default([]),
});
const pageMax = 1000;

/** Everything that is in a directory, as facts, with the ids of what they name. */
export async function readFacts(api: Client): Promise<{ readonly facts: Facts; readonly ids: Map<string, string> }> {
  const users = usersShape.parse(await (await api.request(`/scim/v2/Users?count=${pageMax}`)).json());
  const groups = groupsShape.parse(await (await api.request(`/scim/v2/Groups?count=${pageMax}`)).json());
  for (const { totalResults, Resources } of [users, groups]) {
    if (totalResults !== Resources.length) throw new Error(`counted ${totalResults}, there are ${Resources.length}`);
  }
  const facts = new Map<string, string>();
  const ids = new Map<string, string>();
  const names = new Map(users.Resources.map(({ id, userName }) => [id, userName]));
  for (const { id, userName, title, displayName } of users.Resources) {
    facts.set(user(userName), known(title, displayName));
    ids.set(user(userName), id);
  }
  for (const { id, displayName, members } of groups.Resources) {
    facts.set(group(displayName), "there");
    ids.set(group(displayName), id);
    for (const { value } of members) facts.set(member(displayName, names.get(value) ?? value), "in");
  }
  return { facts, ids };
}

/** Makes the group that everybody changes. */
export async function makeSharedGroup(client: LoadClient): Promise<void> {
  const fact = group(sharedGroup);
  const body = { schemas: [groupUrn], displayName: sharedGroup };
  const parts = [new Map([[fact, "there"]])];
  await sent(client, { method: "POST", path: "/scim/v2/Groups", body, makes: fact, parts }, () => false);
}
