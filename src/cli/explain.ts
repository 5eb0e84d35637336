import { Command, Option } from "@commander-js/extra-typings";
import { z } from "zod";
import { loadTypes } from "../directory/catalog.ts";
import { explainQuery } from "../directory/explain.ts";
import { ScimError } from "../scim/error.ts";
import { compatibleProfile } from "../scim/profile.ts";
import { defaultTenantId } from "../storage/port.ts";
import { withStore } from "./data.ts";
import { CliError, type Io } from "./io.ts";
import { call, remoteFrom } from "./remote.ts";
import { configFrom, onDataDir } from "./settings.ts";

const explained = z.object({
  resourceType: z.string(),
  strategy: z.string(),
  uses: z.array(z.string()).readonly(),
  candidates: z.number().optional(),
  documents: z.number(),
  unindexed: z.array(z.string()).readonly(),
  order: z.string(),
  refused: z.boolean(),
  advice: z.array(z.string()).readonly(),
});
type Explained = z.infer<typeof explained>;

/** `muster explain FILTER`: which index answers a query, on the data directory or at a running server. */
export function explainCommand(io: Io): Command<[string]> {
  const command = new Command("explain")
    .description("say which index answers a filter, how much is looked at, and what would make it cheaper")
    .argument("<filter>", "a SCIM filter, such as 'emails.value eq \"ann@example.com\"'")
    .option("--type <name>", "the resource type", "User")
    .option("--sort-by <attribute>", "the order that is asked for")
    .option("--sort-order <order>", "ascending or descending")
    .option("--json", "print one JSON object", false)
    .option("--url <url>", "a running server, instead of the data directory")
    .addOption(new Option("--token <token>", "bearer token for --url, with the scope scim:read (MUSTER_TOKEN)"));
  return onDataDir(command).action(async (filter, options) => {
    const asked = { filter, type: options.type, sortBy: options.sortBy, sortOrder: options.sortOrder };
    const remote = remoteFrom(options);
    const found: Explained =
      remote === undefined
        ? await withStore(configFrom(options, io), async (store) => {
            const types = await loadTypes(store, defaultTenantId);
            return explainQuery(store, defaultTenantId, types, compatibleProfile, asked);
          }).catch(inWords)
        : await call(remote, `/api/explain?${parameters(asked)}`, explained);
    if (options.json) io.out(JSON.stringify(found));
    else tell(io, found);
  });
}

function inWords(error: unknown): never {
  throw error instanceof ScimError ? new CliError(error.detail) : error;
}

function parameters(asked: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) parameters.set(name, value);
  return parameters;
}

function tell(io: Io, { resourceType, strategy, uses, candidates, documents, order, advice }: Explained): void {
  const lines: readonly (readonly [string, string | number | undefined])[] = [
    ["type", resourceType],
    ["found by", strategy],
    ["uses", uses.length === 0 ? "no index" : uses.join(", ")],
    ["candidates", candidates],
    ["documents read", documents],
    ["order", order],
  ];
  for (const [name, value] of lines) if (value !== undefined) io.out(`${name.padEnd(16)}${value}`);
  for (const sentence of advice) io.out(`- ${sentence}`);
}
