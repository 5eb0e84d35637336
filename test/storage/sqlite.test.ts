import { findLimits } from "../../src/storage/sqlite/limits.ts";
import { runStoreContract } from "./contract.ts";
import { openInTemporaryFolder } from "./sqlite/folder.ts";

runStoreContract({ name: "SQLite", open: () => openInTemporaryFolder("requests") });
runStoreContract({
  name: "SQLite, as an import writes, with every index asked",
  open: () => openInTemporaryFolder("import", { ...findLimits, fewCandidates: 0 }),
});
// Every list is taken for a long one: what is done at once in the others is done a little at a time.
runStoreContract({
  name: "SQLite, little by little",
  open: () =>
    openInTemporaryFolder("requests", {
      candidates: 1,
      fewCandidates: 0,
      documents: 0,
      indexEntries: 1,
      orderEntries: 1,
      sorted: 0,
    }),
});
