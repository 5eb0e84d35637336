import { z } from "zod";
import type { Answer } from "../../../src/bench/answer.ts";
import { contains, countIn, hasStatus, told } from "../../../src/bench/check.ts";
import type { Check, Script } from "../../../src/bench/load.ts";
import { bulkRequestUrn, patchOpUrn } from "../../../src/scim/urn.ts";
import { fdatasyncs, preparedInserts } from "./limits.ts";
import { compare, contestant, type Figure } from "./measure.ts";
import { MemberChanges, memberContestant, type Spare, sparesCount } from "./members.ts";
import { personAt, personJson } from "./person.ts";
import { call } from "./process.ts";
import { type Side, type World, wanderer } from "./world.ts";

export const bulkUsers = 500;
/** Users made before anything is measured, so that there is somebody to delete from the first round on. */
const stockUsers = 20_000;

/** The names of the figures of groups, smallest first. */
export const memberNames = ["members of the small group", "members of the middle group", "members of the large group"];

function bulkBody(world: World): string {
  const operations = Array.from({ length: bulkUsers }, (_, index) => {
    const data = personJson(personAt(world.newNumber(), "made"));
    return `{"method":"POST","path":"/Users","bulkId":"b${index}","data":${data}}`;
  });
  return `{"schemas":["${bulkRequestUrn}"],"Operations":[${operations.join(",")}]}`;
}

const bulkAnswer = z.object({ Operations: z.array(z.object({ status: z.string(), location: z.string() })) });

/** Makes users outside of what is measured, and gives their ids. */
async function makeUsers(world: World, { server }: Side, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const { Operations } = await call(server, "/scim/v2/Bulk", bulkAnswer, { method: "POST", body: bulkBody(world) });
    for (const { status, location } of Operations) {
      if (status !== "201") throw new Error(`Bulk answered an operation with ${status}`);
      ids.push(location.split("/").at(-1) ?? "");
    }
  }
  return ids;
}

const idIn = (answer: Answer): string | undefined => /"id":"([^"]+)"/.exec(answer.body.toString("latin1"))?.[1];

/** Makes users one at a time, and keeps their ids. */
function post(world: World, stock: string[], path: string): Script {
  return () => {
    const person = personAt(world.newNumber(), "made");
    const right = contains(201, `"userName":"${person.userName}"`);
    return {
      method: "POST",
      path,
      body: personJson(person),
      check(answer) {
        const id = idIn(answer);
        if (id !== undefined) stock.push(id);
        return right(answer) ?? (id === undefined ? "there is no id" : undefined);
      },
    };
  };
}

/** Users of the kept ones, each with a title that it did not have. */
function change({ dataset }: Side, method: "PATCH" | "PUT"): Script {
  const place = wanderer(dataset.users, method === "PUT" ? 7 : 8);
  let count = 0;
  return () => {
    const at = place();
    const title = `${method} ${++count}`;
    const body =
      method === "PUT"
        ? personJson(personAt(dataset.numberAt(at)), title)
        : `{"schemas":["${patchOpUrn}"],"Operations":[{"op":"replace","path":"title","value":"${title}"}]}`;
    const id = dataset.idAt(at);
    const check = contains(200, `"id":"${id}"`, `"title":"${title}"`);
    return { method, path: `/scim/v2/Users/${id}`, body, check };
  };
}

const madeAll: Check = (answer) => {
  if (answer.status !== 200) return told(answer);
  const made = countIn(answer.body, '"status":"201"');
  return made === bulkUsers ? undefined : `${made} of ${bulkUsers} users were made`;
};

/** Writes over HTTP, beside the same writes without the store around them. */
export async function measureWrites(world: World): Promise<readonly Figure[]> {
  const { large, small, options } = world;
  const stock = await makeUsers(world, large, stockUsers);
  const target = large.server;
  const spares = (ids: readonly string[]): Spare[] => ids.slice(0, sparesCount).map((id) => ({ id }));
  const largeSpares = spares(await makeUsers(world, large, sparesCount));
  const smallSpares = spares(await makeUsers(world, small, sparesCount));
  const members = large.dataset.groups.map(({ id }) => new MemberChanges(id, largeSpares));
  const fewMembers = new MemberChanges(small.dataset.groups.at(-1)?.id ?? "", smallSpares);
  const remove: Script = () => {
    const id = stock.pop();
    return id === undefined ? undefined : { method: "DELETE", path: `/scim/v2/Users/${id}`, check: hasStatus(204) };
  };
  const bulk: Script = () => ({ method: "POST", path: "/scim/v2/Bulk", body: bulkBody(world), check: madeAll });
  const figures = await compare(
    [
      contestant({ name: "a transaction each", target: world.barePost, script: post(world, [], "/each") }),
      contestant({ name: "POST", target, script: post(world, stock, "/scim/v2/Users") }),
      contestant({ name: "a transaction together", target: world.barePost, script: post(world, [], "/together") }),
      contestant({ name: "PATCH of one attribute", target, script: change(large, "PATCH") }),
      contestant({ name: "PUT", target, script: change(large, "PUT") }),
      ...members.map((changes, index) => memberContestant(memberNames[index] ?? "", large, changes)),
      memberContestant("members of the large group, few users", small, fewMembers),
      contestant({ name: `Bulk of ${bulkUsers} creates`, target, script: bulk, operationsEach: bulkUsers }),
      contestant({ name: "DELETE", target, script: remove }),
      contestant({ name: "POST, alone", target, script: post(world, stock, "/scim/v2/Users"), connections: 1 }),
      preparedInserts(world.rawDb, world.newNumber),
      fdatasyncs(world.directory),
    ],
    options,
  );
  for (const changes of members) await changes.verify(large);
  await fewMembers.verify(small);
  return figures;
}
