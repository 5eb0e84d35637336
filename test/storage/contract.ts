import { afterEach, beforeEach, describe, test } from "bun:test";
import { accessPromises } from "./contract/access.ts";
import { acrossPromises } from "./contract/across.ts";
import { applicationPromises } from "./contract/application.ts";
import { attributeIndexPromises } from "./contract/attribute-index.ts";
import { auditPromises } from "./contract/audit.ts";
import { commitPromises } from "./contract/commit.ts";
import { concurrencyPromises } from "./contract/concurrency.ts";
import { definitionPromises } from "./contract/definition.ts";
import { durabilityPromises } from "./contract/durability.ts";
import { filterPromises } from "./contract/filter.ts";
import { importPromises } from "./contract/import.ts";
import { importLaterPromises } from "./contract/import-later.ts";
import { importRowPromises } from "./contract/import-row.ts";
import { listPromises } from "./contract/list.ts";
import { membersPromises } from "./contract/members.ts";
import { membershipPromises } from "./contract/membership.ts";
import { placePromises } from "./contract/place.ts";
import { provisioningPromises } from "./contract/provisioning.ts";
import { resourcePromises } from "./contract/resource.ts";
import { resourceReplacePromises } from "./contract/resource-replace.ts";
import { sortPromises } from "./contract/sort.ts";
import { statsPromises } from "./contract/stats.ts";
import { tenantPromises } from "./contract/tenant.ts";
import { createWorld, type OpenedStore, type Promises } from "./contract/world.ts";

const nouns: Readonly<Record<string, Promises>> = {
  commit: commitPromises,
  "creating and deleting": resourcePromises,
  replacing: resourceReplacePromises,
  membership: membershipPromises,
  "members of a group": membersPromises,
  lists: listPromises,
  sorts: sortPromises,
  places: placePromises,
  "several types": acrossPromises,
  filters: filterPromises,
  "attribute indexes": attributeIndexPromises,
  access: accessPromises,
  applications: applicationPromises,
  provisioning: provisioningPromises,
  "the audit trail": auditPromises,
  definitions: definitionPromises,
  "import jobs": importPromises,
  "import rows": importRowPromises,
  "what comes after the rows of an import": importLaterPromises,
  tenants: tenantPromises,
  durability: durabilityPromises,
  concurrency: concurrencyPromises,
  stats: statsPromises,
};

/** Promises that an adapter does not keep, and why that is right. */
export interface Skip {
  readonly reason: string;
  /** The names of the tests. */
  readonly tests: readonly string[];
}

export interface StoreContract {
  readonly name: string;
  /** Opens a new, empty store. */
  readonly open: () => Promise<OpenedStore>;
  readonly skip?: readonly Skip[];
}

/**
 * What every store promises, as the port writes it. An adapter calls this from its own test file.
 *
 * @example runStoreContract({ name: "SQLite", open: openInTemporaryFolder })
 */
export function runStoreContract({ name, open, skip = [] }: StoreContract): void {
  const reasons = new Map(skip.flatMap(({ reason, tests }) => tests.map((promise) => [promise, reason] as const)));
  const known = new Set(Object.values(nouns).flatMap((promises) => Object.keys(promises)));
  const unknown = [...reasons.keys()].filter((promise) => !known.has(promise));
  if (unknown.length > 0) throw new Error(`the contract does not have: ${unknown.join("; ")}`);

  describe(`the contract of a store: ${name}`, () => {
    let opened: OpenedStore | undefined;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened?.dispose();
      opened = undefined;
    });
    for (const [noun, promises] of Object.entries(nouns)) {
      describe(noun, () => {
        for (const [promise, keep] of Object.entries(promises)) {
          const reason = reasons.get(promise);
          const title = reason === undefined ? promise : `${promise} (not here: ${reason})`;
          test.skipIf(reason !== undefined)(title, async () => {
            if (opened === undefined) throw new Error("the store was not opened");
            await keep(createWorld(opened));
          });
        }
      });
    }
  });
}
