import { type Bench, load, measure, probe, StuckError, verified, withWrong } from "./bench.ts";
import type { Ask, LoadResult, Script } from "./load.ts";
import { personBody, personOf } from "./person.ts";
import { phaseReport } from "./report.ts";
import type { Made } from "./requests.ts";

const pageCount = 100;
/** Users whose last change is read again after a phase of changes. */
const verifiedMax = 50;
/** Users in a Bulk request, where the server takes as many. */
const bulkUsers = 100;
/** How many times the users of the run Bulk makes at most: all of them are deleted again. */
const bulkTimesMax = 4;

/** Everything that is measured, in order. */
export const phases: readonly ((bench: Bench) => Promise<void>)[] = [
  createPhase,
  (bench) => readPhase(bench, "get", (made) => bench.requests.get(made)),
  (bench) => readPhase(bench, "userName eq", (made) => bench.requests.find("userName", made.userName, made)),
  (bench) => readPhase(bench, "emails.value eq", (made) => bench.requests.find("emails.value", made.email, made)),
  listPhases,
  (bench) => changePhase(bench, "patch", bench.requests.patch),
  (bench) => changePhase(bench, "put", bench.requests.put),
  memberPhases,
  bulkPhase,
  deletePhase,
];

/** Asks about the users of the run, in turn; no user is asked about by two connections. */
function eachUser({ made, options }: Bench, ask: (made: Made) => Ask): Script {
  const users = [...made.users.values()];
  const places = Array.from({ length: options.connections }, (_, connection) => connection);
  return (connection) => {
    const place = places[connection] ?? connection;
    const next = place + options.connections;
    places[connection] = next < users.length ? next : connection;
    const user = users[place];
    return user && ask(user);
  };
}

async function createPhase(bench: Bench): Promise<void> {
  const { made, options, requests } = bench;
  let number = 0;
  const next = (): Ask => requests.create(made.asked(personOf(options.prefix, number++)), made.take);
  const { refused, wrong } = await probe(bench, next());
  if (refused !== undefined) throw new StuckError(`a user can not be made: ${refused}`);
  const result = await load(bench, () => (number < options.users ? next() : undefined));
  bench.add(phaseReport("create", [withWrong(result, wrong)]));
  if (made.users.size === 0) throw new StuckError("no user was made");
}

function readPhase(bench: Bench, name: string, ask: (made: Made) => Ask): Promise<void> {
  return measure(bench, name, { script: eachUser(bench, ask), seconds: bench.options.seconds });
}

async function listPhases(bench: Bench): Promise<void> {
  const { requests, options } = bench;
  let total = 1;
  const first = requests.list(1, pageCount, (told) => {
    total = told;
  });
  await measure(bench, "list 100", { script: () => first, seconds: options.seconds });
  const last = requests.list(Math.max(1, total - pageCount + 1), pageCount);
  await measure(bench, "list 100, the last page", { script: () => last, seconds: options.seconds });
}

/** Changes users, and reads some of them again: what was acknowledged must be there. */
async function changePhase(bench: Bench, name: string, change: (made: Made, title: string) => Ask): Promise<void> {
  const titles = new Map<Made, string>();
  let count = 0;
  const script = eachUser(bench, (made) => {
    const title = `${name} ${++count}`;
    titles.set(made, title);
    return change(made, title);
  });
  const verify = () => [...titles].slice(-verifiedMax).map(([made, title]) => bench.requests.get(made, title));
  await measure(bench, name, { script, seconds: bench.options.seconds, verify });
}

/** Half of the users are in a group; the others are added one at a time, and removed again. */
async function memberPhases(bench: Bench): Promise<void> {
  const { made, options, requests } = bench;
  const names = ["add member", "remove member"] as const;
  const users = [...made.users.values()];
  const [inside, outside] = [users.slice(0, users.length >> 1), users.slice(users.length >> 1)];
  const create = requests.createGroup(`${options.prefix}group`, inside, (id) => {
    made.groupId = id;
  });
  const { refused, wrong } = await probe(bench, create);
  const { groupId } = made;
  if (groupId === undefined) {
    const reason = refused ?? wrong ?? "no group was made";
    if (refused === undefined) throw new StuckError(`a group can not be made: ${reason}`);
    for (const name of names) bench.add({ name, kind: "refused", reason });
    return;
  }
  const oneByOne = (ask: (id: string, made: Made) => Ask): Script => {
    const waiting = [...outside];
    return () => {
      const user = waiting.pop();
      return user && ask(groupId, user);
    };
  };
  const added: LoadResult[] = [];
  const removed: LoadResult[] = [];
  for (let seconds = 0; seconds < 2 * options.seconds && !options.signal.aborted; ) {
    // The members are looked at in the first round alone: to read a group may take long.
    const looks = added.length === 0 ? [requests.hasMembers(groupId, users), requests.hasMembers(groupId, inside)] : [];
    const add = await verified(bench, await load(bench, oneByOne(requests.addMember)), looks.slice(0, 1));
    const remove = await verified(bench, await load(bench, oneByOne(requests.removeMember)), looks.slice(1));
    added.push(add);
    removed.push(remove);
    seconds += add.seconds + remove.seconds;
    if (add.wrong + remove.wrong + add.unanswered + remove.unanswered > 0 || add.answers === 0) break;
  }
  bench.add(phaseReport(names[0], added));
  bench.add(phaseReport(names[1], removed));
}

async function bulkPhase(bench: Bench): Promise<void> {
  const { made, options, requests, service } = bench;
  if (service.bulk === undefined) {
    bench.add({ name: "bulk create", kind: "refused", reason: "the server's ServiceProviderConfig says so" });
    return;
  }
  const { maxOperations, maxPayloadSize } = service.bulk;
  const last = options.users * (1 + bulkTimesMax);
  const bytesEach = personBody(personOf(options.prefix, last), "Guide").length + 100;
  const fitting = Math.floor((maxPayloadSize - 200) / bytesEach);
  const count = Math.max(1, Math.min(bulkUsers, maxOperations, fitting));
  let number = options.users;
  const script: Script = () => {
    // The first request is no part of what is measured, so that there is a second one in any case.
    if (number + count > last && number > options.users + count) return undefined;
    const people = Array.from({ length: count }, () => made.asked(personOf(options.prefix, number++)));
    return requests.bulk(people, made.take);
  };
  await measure(bench, `bulk create, ${count} a request`, { script, seconds: options.seconds, operationsEach: count });
}

async function deletePhase(bench: Bench): Promise<void> {
  const { made, requests } = bench;
  const some = [...made.users.values()].slice(0, verifiedMax);
  const verify = () => some.map((each) => requests.gone(each));
  await measure(bench, "delete", { script: made.removal(requests), verify });
}
