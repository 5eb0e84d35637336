import { bindFilter } from "../scim/filter/bind.ts";
import { indexableAttribute } from "../scim/filter/indexed.ts";
import { parseFilter } from "../scim/filter/parse.ts";
import type { Profile } from "../scim/profile.ts";
import type { Types } from "../scim/resource/type.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import { readSort } from "../scim/sort.ts";
import type { Explanation, Store } from "../storage/port.ts";
import { requireType } from "./catalog.ts";

/** What is to be explained, as a client asks for it. */
export interface ExplainRequest {
  /** The name of a resource type, in any case; User when not said. */
  readonly type?: string | undefined;
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
}

/** How a query is answered, and what would make it cheaper. */
export interface ExplainedQuery extends Omit<Explanation, "candidates" | "documentsMax"> {
  readonly resourceType: string;
  readonly candidates?: number;
  /** Whether it is refused with `tooMany` as the server is set. */
  readonly refused: boolean;
  /** Sentences, the first of them about how the matches are found. */
  readonly advice: readonly string[];
}

/**
 * Says which index answers a query, or that none does.
 *
 * @throws ScimError notFound, invalidFilter, invalidValue or sensitive
 * @example await explainQuery(store, 1, types, profile, { filter: 'title eq "Boss"' }) // strategy: "documents"
 */
export async function explainQuery(
  store: Store,
  tenantId: number,
  types: Types,
  profile: Profile,
  asked: ExplainRequest,
): Promise<ExplainedQuery> {
  const type = requireType(types, asked.type ?? "User");
  const filter = asked.filter === undefined ? undefined : bindFilter(parseFilter(asked.filter, profile), type, profile);
  const sort = readSort(type, asked.sortBy, asked.sortOrder);
  const { candidates, documentsMax, ...found } = await store.resources.explain(tenantId, { type, filter, sort });
  const refused = candidates === undefined && documentsMax !== undefined && found.documents > documentsMax;
  return {
    resourceType: type.name,
    ...found,
    ...(candidates !== undefined && { candidates }),
    refused,
    advice: adviceOn(type, found, candidates, refused),
  };
}

const sentences: Readonly<Record<Explanation["strategy"], string>> = {
  order: "All resources, walked in their order: each page costs the same.",
  index: "An index has the candidates, which are looked at one by one.",
  indexes: "Whole indexes are walked, a part at a time, and no document is read.",
  documents: "Documents are read and evaluated, a part at a time.",
};

function adviceOn(
  type: ResourceType,
  { strategy, unindexed, order, documents }: Omit<Explanation, "candidates" | "documentsMax">,
  candidates: number | undefined,
  refused: boolean,
): readonly string[] {
  const missing = candidates === undefined && documents > 0 ? unindexed : [];
  return [
    sentences[strategy],
    ...missing.map((path) => indexAdvice(type, path)),
    ...(order === "documents" ? ["The order is told by documents alone: sort by userName, displayName or id."] : []),
    ...(refused ? [`It is refused: ${documents} documents would have to be looked at.`] : []),
  ];
}

function indexAdvice(type: ResourceType, path: string): string {
  const indexable = indexableAttribute(type, path);
  return indexable === undefined
    ? `${path} can not be indexed: ask for an indexed attribute beside it.`
    : `${indexable.path} has no index that answers this: PUT /api/indexes/${type.name}/${indexable.path} {"indexed": true} ` +
        "makes one, where the filter asks for a value.";
}
