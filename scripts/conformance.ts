import { join } from "node:path";
import { conformancePage } from "../test/conformance/page.ts";
import { readTitles } from "../test/conformance/titles.ts";

/** Writes docs/conformance.md from the statements and from the names of the tests. */
await Bun.write(join(import.meta.dir, "..", "docs", "conformance.md"), conformancePage(await readTitles()));
