import { AsyncLocalStorage } from "node:async_hooks";
import { userInfo } from "node:os";
import type { Actor } from "../storage/audit.ts";
import type { Store } from "../storage/port.ts";

/*
 * Who acts travels beside the calls, from where a request comes in to where its changes are written: what no use case
 * hands on, none can forget.
 */

const acting = new AsyncLocalStorage<Actor>();

/** Does something as somebody: the changes that it makes are theirs. */
export function actingAs<T>(actor: Actor, work: () => T): T {
  return acting.run(actor, work);
}

/** A store whose changes are those of who acts. */
export function attributed(store: Store): Store {
  return {
    ...store,
    commit(sets) {
      const by = acting.getStore();
      return store.commit(by === undefined ? sets : sets.map((set) => ({ by, ...set })));
    },
  };
}

/** Whoever works on the data directory by a command. */
export function operator(): Actor {
  return { kind: "operator", id: "", name: userInfo().username, address: "" };
}
