import { Command, Option } from "@commander-js/extra-typings";
import { loadTypes } from "../directory/catalog.ts";
import { exportDialects, exportUsers, requireExportDialect } from "../export/export-users.ts";
import { ScimError } from "../scim/error.ts";
import { userTypeOf } from "../scim/resource/type.ts";
import type { Store } from "../storage/port.ts";
import { tenantIn, withLockedStore } from "./data.ts";
import { CliError, type Io } from "./io.ts";
import { download, remoteFrom } from "./remote.ts";
import { configFrom, onTenant, refuseTenant } from "./settings.ts";

/** `muster export`: all users as a file, from a running server or straight from the data directory. */
export function exportCommand(io: Io): Command {
  const known = exportDialects.map(({ id }) => id).join(", ");
  const command = new Command("export")
    .description(
      "write all users as a file that can be imported again, from a running server (--url) or the data directory",
    )
    .option("--dialect <id>", `how they are written: ${known}`, "scim-path")
    .option("--ids", "with the ids of users, by which they are found whatever they are called", false)
    .option("--hashes", "with password hashes, of ndjson; needs the scope admin", false)
    .option("--output <file>", "where to write; standard output when you do not say")
    .option("--url <url>", "the running server")
    .addOption(new Option("--token <token>", "bearer token for --url, with the scope scim:read (MUSTER_TOKEN)"));
  return onTenant(command).action(async (options) => {
    const { dialect, ids, hashes, output } = options;
    checkDialect(dialect);
    const remote = remoteFrom(options);
    const query = new URLSearchParams({ dialect, ids: String(ids), hashes: String(hashes) });
    if (remote !== undefined) {
      refuseTenant(options);
      return write(io, output, download(remote, `/api/exports/users?${query}`));
    }
    await withLockedStore(configFrom(options, io), "import", async (store) =>
      write(io, output, exportLocally(store, await tenantIn(store, options), { dialect, ids, hashes })),
    );
  });
}

function checkDialect(id: string): void {
  try {
    requireExportDialect(id);
  } catch (error) {
    throw error instanceof ScimError ? new CliError(error.detail) : error;
  }
}

async function* exportLocally(
  store: Store,
  tenantId: number,
  { dialect, ids, hashes }: { readonly dialect: string; readonly ids: boolean; readonly hashes: boolean },
): AsyncGenerator<string> {
  const { type } = userTypeOf(await loadTypes(store, tenantId));
  yield* exportUsers(store, { tenantId, type, dialect: requireExportDialect(dialect), ids, hashes });
}

/** Writes to a file, or to standard output. */
async function write(io: Io, output: string | undefined, text: AsyncIterable<string>): Promise<void> {
  if (output === undefined) {
    for await (const piece of text) io.write(piece);
    return;
  }
  // A writer leaves what a longer file had behind the end of what is written.
  await Bun.write(output, "");
  const sink = Bun.file(output).writer();
  try {
    for await (const piece of text) {
      sink.write(piece);
      await sink.flush();
    }
  } finally {
    await sink.end();
  }
}
