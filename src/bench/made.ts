import { askOnce } from "./bench.ts";
import { isObject, objectIn } from "./check.ts";
import type { Target } from "./connection.ts";
import { runLoad, type Script } from "./load.ts";
import type { Person } from "./person.ts";
import type { Made, Requests } from "./requests.ts";

/** What a run has made and must delete again, whatever happens. */
export class MadeThings {
  readonly users = new Map<string, Made>();
  readonly #asked = new Map<string, Person>();
  groupId: string | undefined;

  /** Somebody is about to be made: if the answer is lost, they may be there all the same. */
  readonly asked = (person: Person): Person => {
    this.#asked.set(person.userName, person);
    return person;
  };

  readonly take = (made: Made): void => {
    this.#asked.delete(made.userName);
    this.users.set(made.id, made);
  };

  /** Those who were asked for without an answer that gave an id. */
  get unsure(): readonly Person[] {
    return [...this.#asked.values()];
  }

  /** Asks for the removal of one user after the other. */
  removal(requests: Requests): Script {
    const waiting = [...this.users.values()];
    return () => {
      const made = waiting.pop();
      return made && requests.remove(made, () => this.users.delete(made.id));
    };
  }
}

/** How long the removal of everything may take. */
const cleanUpSecondsMax = 600;

/** Deletes whatever is still there, and gives how much could not be. */
export async function cleanUp(target: Target, requests: Requests, made: MadeThings, connections: number) {
  try {
    if (made.groupId !== undefined) {
      const { answer } = await askOnce(target, requests.removeGroup(made.groupId));
      if (answer.status < 300 || answer.status === 404) made.groupId = undefined;
    }
    for (const person of made.unsure) await lookFor(target, requests, made, person);
    // Again if need be: the first time may have met a connection that broke.
    for (let attempt = 0; attempt < 2 && made.users.size > 0; attempt++) {
      await runLoad(target, { connections, seconds: cleanUpSecondsMax }, made.removal(requests));
    }
  } catch {
    // What is left is told, and why is known already: the server went away.
  }
  return made.users.size + (made.groupId === undefined ? 0 : 1);
}

async function lookFor(target: Target, requests: Requests, made: MadeThings, person: Person): Promise<void> {
  const { answer } = await askOnce(target, requests.find("userName", person.userName, { ...person, id: "" }));
  const found = objectIn(answer)?.Resources;
  for (const each of Array.isArray(found) ? found : []) {
    // A server that takes the filter for none answers with everybody: only who has the very name goes.
    if (isObject(each) && each.userName === person.userName && typeof each.id === "string") {
      made.take({ ...person, id: each.id });
    }
  }
}
