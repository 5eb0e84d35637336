import { bulkRequestUrn, groupUrn, patchOpUrn } from "../scim/urn.ts";
import { hasStatus, holds, isObject, type JsonObject } from "./check.ts";
import type { Ask } from "./load.ts";
import { type Person, personBody } from "./person.ts";

/** A user that was made. */
export interface Made extends Person {
  readonly id: string;
}

/** The requests of a measurement against any server of SCIM 2.0, below its base path; each knows a right answer. */
export function requestsUnder(base: string) {
  return { ...userRequests(base), ...groupRequests(base) };
}

export type Requests = ReturnType<typeof requestsUnder>;

function userRequests(base: string) {
  const users = `${base}/Users`;
  const user = ({ id }: Made): string => `${users}/${encodeURIComponent(id)}`;
  return {
    create: (person: Person, take: (made: Made) => void): Ask => ({
      method: "POST",
      path: users,
      body: personBody(person, "Guide"),
      check: holds(201, (body) => {
        if (typeof body.id !== "string" || body.id === "") return "the new user has no id";
        take({ ...person, id: body.id });
        return isNamed(body, person) ? undefined : `${person.userName} was made as ${JSON.stringify(body.userName)}`;
      }),
    }),
    get: (made: Made, title?: string): Ask => ({
      method: "GET",
      path: user(made),
      check: holds(200, (body) => {
        if (body.id !== made.id || !isNamed(body, made)) return `instead of ${made.id} came ${JSON.stringify(body.id)}`;
        return titled(body, title);
      }),
    }),
    gone: (made: Made): Ask => ({ method: "GET", path: user(made), check: hasStatus(404) }),
    find: (path: string, value: string, made: Made): Ask => ({
      method: "GET",
      path: `${users}?filter=${encodeURIComponent(`${path} eq ${JSON.stringify(value)}`)}`,
      check: holds(200, (body) => foundOne(body, made)),
    }),
    list: (startIndex: number, count: number, take: (total: number) => void = () => undefined): Ask => ({
      method: "GET",
      path: `${users}?startIndex=${startIndex}&count=${count}`,
      check: holds(200, (body) => pageProblem(body, count, take)),
    }),
    patch: (made: Made, title: string): Ask => ({
      method: "PATCH",
      path: user(made),
      body: patchBody([{ op: "replace", path: "title", value: title }]),
      check: changed((body) => (body.id === made.id ? titled(body, title) : `another user came: ${body.id}`)),
    }),
    put: (made: Made, title: string): Ask => ({
      method: "PUT",
      path: user(made),
      body: personBody(made, title),
      check: holds(200, (body) => (body.id === made.id ? titled(body, title) : `another user came: ${body.id}`)),
    }),
    remove: (made: Made, gone: () => void): Ask => ({
      method: "DELETE",
      path: user(made),
      check: (answer) => {
        const wrong = hasStatus(204, 200)(answer);
        if (wrong === undefined || answer.status === 404) gone();
        return wrong;
      },
    }),
    bulk: (people: readonly Person[], take: (made: Made) => void): Ask => ({
      method: "POST",
      path: `${base}/Bulk`,
      body: bulkBody(people),
      check: holds(200, (body) => bulkProblem(body, people, take)),
    }),
  };
}

function groupRequests(base: string) {
  const groups = `${base}/Groups`;
  const group = (id: string): string => `${groups}/${encodeURIComponent(id)}`;
  return {
    createGroup: (displayName: string, members: readonly Made[], take: (id: string) => void): Ask => ({
      method: "POST",
      path: groups,
      body: JSON.stringify({ schemas: [groupUrn], displayName, members: members.map(({ id }) => ({ value: id })) }),
      check: holds(201, (body) => {
        if (typeof body.id !== "string" || body.id === "") return "the new group has no id";
        take(body.id);
        return undefined;
      }),
    }),
    addMember: (id: string, made: Made): Ask => ({
      method: "PATCH",
      path: group(id),
      fields: "Prefer: return=minimal\r\n",
      body: patchBody([{ op: "add", path: "members", value: [{ value: made.id }] }]),
      check: changed((body) => (body.id === id ? undefined : `another group came: ${body.id}`)),
    }),
    removeMember: (id: string, made: Made): Ask => ({
      method: "PATCH",
      path: group(id),
      fields: "Prefer: return=minimal\r\n",
      body: patchBody([{ op: "remove", path: `members[value eq ${JSON.stringify(made.id)}]` }]),
      check: changed((body) => (body.id === id ? undefined : `another group came: ${body.id}`)),
    }),
    hasMembers: (id: string, members: readonly Made[]): Ask => ({
      method: "GET",
      path: group(id),
      check: holds(200, (body) => memberProblem(body, members)),
    }),
    removeGroup: (id: string): Ask => ({ method: "DELETE", path: group(id), check: hasStatus(204, 200) }),
  };
}

/** The body of a Bulk request that makes these people (RFC 7644 §3.7). */
function bulkBody(people: readonly Person[]): string {
  const operations = people.map(
    (person, index) => `{"method":"POST","path":"/Users","bulkId":"b${index}","data":${personBody(person, "Guide")}}`,
  );
  return `{"schemas":["${bulkRequestUrn}"],"Operations":[${operations.join(",")}]}`;
}

function patchBody(operations: readonly object[]): string {
  return JSON.stringify({ schemas: [patchOpUrn], Operations: operations });
}

/** A change is answered with what came of it, or with nothing (RFC 7644 §3.5.2). */
function changed(judge: (body: JsonObject) => string | undefined) {
  const whole = holds(200, judge);
  return (answer: Parameters<typeof whole>[0]) => (answer.status === 204 ? undefined : whole(answer));
}

/** userName is compared in any case (RFC 7643 §4.1.1). */
function isNamed({ userName }: JsonObject, person: Person): boolean {
  return typeof userName === "string" && userName.toLowerCase() === person.userName.toLowerCase();
}

function titled(body: JsonObject, title: string | undefined): string | undefined {
  if (title === undefined || body.title === title) return undefined;
  return `the title is ${JSON.stringify(body.title)} instead of ${JSON.stringify(title)}`;
}

/** What a page holds; a server may leave out a list that is empty. */
function resourcesIn({ Resources }: JsonObject): readonly unknown[] {
  return Array.isArray(Resources) ? Resources : [];
}

function foundOne(body: JsonObject, made: Made): string | undefined {
  const [first] = resourcesIn(body);
  if (body.totalResults !== 1) return `totalResults is ${JSON.stringify(body.totalResults)} where one has the value`;
  return isObject(first) && first.id === made.id ? undefined : `the one found is not ${made.id}`;
}

function pageProblem(body: JsonObject, count: number, take: (total: number) => void): string | undefined {
  const { totalResults: total } = body;
  const resources = resourcesIn(body);
  if (typeof total !== "number" || total < resources.length) return `totalResults is ${JSON.stringify(total)}`;
  take(total);
  if (resources.length === 0 || resources.length > count) return `a page of ${count} holds ${resources.length}`;
  return resources.every((each) => isObject(each) && typeof each.id === "string") ? undefined : "a user has no id";
}

function memberProblem(body: JsonObject, expected: readonly Made[]): string | undefined {
  const members = Array.isArray(body.members) ? body.members : [];
  const found = new Set(members.map((member) => (isObject(member) ? member.value : undefined)));
  const lost = expected.filter(({ id }) => !found.has(id)).length;
  if (lost > 0) return `${lost} of ${expected.length} members are lost`;
  return members.length === expected.length ? undefined : `${members.length} members instead of ${expected.length}`;
}

function bulkProblem(body: JsonObject, people: readonly Person[], take: (made: Made) => void): string | undefined {
  const operations = Array.isArray(body.Operations) ? body.Operations : [];
  let madeCount = 0;
  let firstWrong: string | undefined;
  for (const operation of operations) {
    if (!isObject(operation)) continue;
    const { bulkId, status, location } = operation;
    const person = typeof bulkId === "string" ? people[Number(bulkId.slice(1))] : undefined;
    const id = typeof location === "string" ? location.split("/").at(-1) : undefined;
    if (person === undefined || String(status) !== "201" || id === undefined) {
      firstWrong ??= `an operation was answered with ${JSON.stringify(operation).slice(0, 200)}`;
      continue;
    }
    madeCount++;
    take({ ...person, id: decodeURIComponent(id) });
  }
  return firstWrong ?? (madeCount === people.length ? undefined : `${madeCount} of ${people.length} were made`);
}
