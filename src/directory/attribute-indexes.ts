import { ScimError } from "../scim/error.ts";
import { type IndexChoices, indexableAttribute, indexedAttributes, markedPaths } from "../scim/filter/indexed.ts";
import { boundPathText, type ResourceType } from "../scim/schema/registry.ts";
import type { Change } from "../storage/change.ts";
import type { AttributeIndexRecord, Store } from "../storage/port.ts";
import { type Catalog, requireType } from "./catalog.ts";
import { choicesFrom, noChoices } from "./index-choices.ts";

/** Indexed attributes of one type: each value of each costs a write when a resource is made. */
export const attributeIndexesMax = 50;

/** An attribute that is indexed, or that somebody chose not to have indexed. */
export interface AttributeIndex {
  readonly resourceType: string;
  readonly path: string;
  readonly indexed: boolean;
  /** Whether the schema marks it. */
  readonly byDefault: boolean;
  readonly state: AttributeIndexRecord["state"] | "none";
  /** From 0 to 1. */
  readonly progress: number;
}

/** Says which attributes are indexed; everything throws ScimError. */
export interface AttributeIndexAdmin {
  list(tenantId: number): Promise<readonly AttributeIndex[]>;
  /** Throws notFound for what is no type or attribute, invalidValue for what can not be indexed, tooLarge. */
  choose(tenantId: number, resourceType: string, path: string, indexed: boolean): Promise<AttributeIndex>;
}

/** @param onIndexes called when there is something to build */
export function createAttributeIndexAdmin(store: Store, catalog: Catalog, onIndexes: () => void): AttributeIndexAdmin {
  async function list(tenantId: number): Promise<readonly AttributeIndex[]> {
    const { byName } = await catalog.typesOf(tenantId);
    const choices = choicesFrom(await store.definitions.all(tenantId));
    const there = await store.indexes.all(tenantId);
    return [...byName.values()].flatMap(({ type }) => indexesOf(type, choices.get(type.name) ?? noChoices, there));
  }
  return {
    list,
    async choose(tenantId, typeName, text, indexed) {
      const type = requireType(await catalog.typesOf(tenantId), typeName);
      const path = indexableAttribute(type, text)?.path;
      if (path === undefined) {
        const shown = JSON.stringify(text.slice(0, 200));
        throw new ScimError("invalidValue", `${shown} is no attribute of ${type.name} that can be indexed.`);
      }
      const choices = new Map(choicesFrom(await store.definitions.all(tenantId)).get(type.name) ?? noChoices).set(
        path,
        indexed,
      );
      const indexes = indexedAttributes(type, choices);
      if (indexed && indexes.length > attributeIndexesMax) {
        throw new ScimError(
          "tooLarge",
          `${type.name} has ${attributeIndexesMax} indexed attributes, the most there may be.`,
        );
      }
      const doc = JSON.stringify({ resourceType: type.name, path, indexed });
      const changes: Change[] = [
        { kind: "putDefinition", definition: "index", key: `${type.name}:${path}`, doc },
        { kind: "setIndexes", resourceType: type.name, indexes },
      ];
      await store.commit([{ tenantId, changes }]);
      onIndexes();
      const chosen = (await list(tenantId)).find((index) => index.resourceType === type.name && index.path === path);
      if (chosen === undefined) throw new ScimError("internal");
      return chosen;
    },
  };
}

function indexesOf(
  type: ResourceType,
  choices: IndexChoices,
  there: readonly AttributeIndexRecord[],
): readonly AttributeIndex[] {
  const marked = new Set(markedPaths(type).map(boundPathText));
  return [...new Set([...marked, ...choices.keys()])].sort().map((path) => {
    const held = there.find((record) => record.resourceType === type.name && record.path === path);
    return {
      resourceType: type.name,
      path,
      indexed: choices.get(path) ?? true,
      byDefault: marked.has(path),
      state: held?.state ?? "none",
      progress: held?.progress ?? 0,
    };
  });
}
