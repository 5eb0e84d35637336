import { contains } from "../../../src/bench/check.ts";
import type { Ask, Script } from "../../../src/bench/load.ts";
import { preparedRead } from "./limits.ts";
import { type Contestant, compare, contestant, type Figure } from "./measure.ts";
import { type Person, personAt } from "./person.ts";
import { type Side, type World, wanderer } from "./world.ts";

const users = "/scim/v2/Users";

/** GET of a user by id. */
function getById({ dataset }: Side): Script {
  const place = wanderer(dataset.users, 1);
  return () => {
    const at = place();
    const id = dataset.idAt(at);
    const { userName } = personAt(dataset.numberAt(at));
    return { method: "GET", path: `${users}/${id}`, check: contains(200, `"id":"${id}"`, `"userName":"${userName}"`) };
  };
}

/** A filter that one user matches. */
function findOne({ dataset }: Side, path: string, wanted: (person: Person) => string): Script {
  const place = wanderer(dataset.users, 2);
  return () => {
    const at = place();
    const filter = encodeURIComponent(`${path} eq ${JSON.stringify(wanted(personAt(dataset.numberAt(at))))}`);
    return {
      method: "GET",
      path: `${users}?filter=${filter}`,
      check: contains(200, '"totalResults":1,', `"id":"${dataset.idAt(at)}"`),
    };
  };
}

/** GET of the groups without their members, in turn. */
function groupsAlone({ dataset }: Side): Script {
  let next = 0;
  const asks = dataset.groups.map(
    ({ id }): Ask => ({
      method: "GET",
      path: `/scim/v2/Groups/${id}?excludedAttributes=members`,
      check: contains(200, `"id":"${id}"`),
    }),
  );
  return () => asks[next++ % asks.length];
}

/** Reads of one resource, beside the handler that answers always the same. */
export async function measureReads(world: World): Promise<readonly Figure[]> {
  const { large, small, bare, options } = world;
  const fixed: Script = () => ({ method: "GET", path: "/fixed", check: contains(200, "xxxx") });
  const contestants: readonly Contestant[] = [
    contestant({ name: "bare handler", target: bare, script: fixed }),
    contestant({ name: "GET by id", target: large.server, script: getById(large) }),
    contestant({ name: "userName eq", target: large.server, script: findOne(large, "userName", (p) => p.userName) }),
    contestant({
      name: "emails.value eq",
      target: large.server,
      script: findOne(large, "emails.value", (person) => person.workEmail),
    }),
    contestant({
      name: "externalId eq",
      target: large.server,
      script: findOne(large, "externalId", (p) => p.externalId),
    }),
    contestant({ name: "GET of a group without members", target: large.server, script: groupsAlone(large) }),
    contestant({ name: "GET by id, few users", target: small.server, script: getById(small) }),
    contestant({
      name: "userName eq, few users",
      target: small.server,
      script: findOne(small, "userName", (p) => p.userName),
    }),
    contestant({ name: "bare handler, alone", target: bare, script: fixed, connections: 1 }),
    contestant({ name: "GET by id, alone", target: large.server, script: getById(large), connections: 1 }),
    preparedRead(world.rawDb, large.dataset, wanderer(large.dataset.users, 3)),
  ];
  return compare(contestants, options);
}
