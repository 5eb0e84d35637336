import { choiceSections } from "./statements/choice.ts";
import { clientSections } from "./statements/client.ts";
import { discoverySections } from "./statements/discovery.ts";
import { earlierSections } from "./statements/earlier.ts";
import { modelSections } from "./statements/model.ts";
import { patchSections } from "./statements/patch.ts";
import { protocolSections } from "./statements/protocol.ts";
import { querySections } from "./statements/query.ts";
import type { Section, Statement } from "./statements/statement.ts";
import { writeSections } from "./statements/write.ts";

/** Those of whose statements each has a test, or a reason why not. */
export const heldSections: readonly Section[] = [
  ...protocolSections,
  ...modelSections,
  ...discoverySections,
  ...querySections,
  ...writeSections,
  ...patchSections,
  ...choiceSections,
  ...earlierSections,
];

/** Every section, in the order of the page. */
export const sections: readonly Section[] = [...heldSections, ...clientSections];

const statementsOf = (among: readonly Section[]): readonly Statement[] => among.flatMap(({ statements }) => statements);

export const heldStatements = statementsOf(heldSections);
export const statements = statementsOf(sections);
