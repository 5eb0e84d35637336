import { z } from "zod";
import { hasStatus } from "../../../src/bench/check.ts";
import type { Script } from "../../../src/bench/load.ts";
import { patchOpUrn } from "../../../src/scim/urn.ts";
import { connectionsDefault, contestant } from "./measure.ts";
import { call } from "./process.ts";
import type { Side } from "./world.ts";

/** Users that belong to a connection, which alone adds and removes them. */
const sparesEach = 8;
export const sparesCount = sparesEach * connectionsDefault;

/** A user who is in no group at first. */
export interface Spare {
  readonly id: string;
}

/** Adds and removes of one member, by turns, so that a group keeps its size; each changes something. */
export class MemberChanges {
  readonly #group: string;
  readonly #spares: readonly Spare[];
  /** How many changes each connection has asked for. */
  readonly #changes = Array.from({ length: connectionsDefault }, () => 0);

  constructor(group: string, spares: readonly Spare[]) {
    this.#group = group;
    this.#spares = spares;
  }

  readonly script: Script = (connection) => {
    const change = this.#changes[connection] ?? 0;
    this.#changes[connection] = change + 1;
    const id = this.#spareAt(connection, change).id;
    const isAdd = change % 2 === 0;
    const operation = isAdd
      ? { op: "add", path: "members", value: [{ value: id }] }
      : { op: "remove", path: `members[value eq "${id}"]` };
    return {
      kind: isAdd ? "add" : "remove",
      method: "PATCH",
      path: `/scim/v2/Groups/${this.#group}`,
      fields: "Prefer: return=minimal\r\n",
      body: JSON.stringify({ schemas: [patchOpUrn], Operations: [operation] }),
      check: hasStatus(204),
    };
  };

  #spareAt(connection: number, change: number): Spare {
    const own = (change >> 1) % sparesEach;
    const spare = this.#spares[connection * sparesEach + own];
    if (spare === undefined) throw new Error("there are too few users to add");
    return spare;
  }

  /** What was acknowledged is so: of each user the last change, and no other. */
  async verify({ server }: Side): Promise<void> {
    const inside = new Set<Spare>();
    this.#changes.forEach((count, connection) => {
      if (count % 2 === 1) inside.add(this.#spareAt(connection, count - 1));
    });
    const user = z.object({ groups: z.array(z.object({ value: z.string() })).default([]) });
    for (const spare of this.#spares) {
      const { groups } = await call(server, `/scim/v2/Users/${spare.id}`, user);
      const isIn = groups.some(({ value }) => value === this.#group);
      if (isIn !== inside.has(spare)) throw new Error(`${spare.id} is ${isIn ? "in" : "not in"} ${this.#group}`);
    }
  }
}

/** The changes of members of that group of a side. */
export function memberContestant(name: string, { server }: Side, changes: MemberChanges) {
  return contestant({ name, target: server, script: changes.script });
}
