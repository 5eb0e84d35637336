import { runStoreContract } from "./contract.ts";
import { openInTemporaryFolder } from "./sqlite/folder.ts";

runStoreContract({ name: "SQLite", open: () => openInTemporaryFolder("requests") });
runStoreContract({ name: "SQLite, as an import writes", open: () => openInTemporaryFolder("import") });
