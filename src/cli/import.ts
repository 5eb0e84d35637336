import { existsSync } from "node:fs";
import { Command, Option } from "@commander-js/extra-typings";
import { autoDialect, customDialect, dialects } from "../import/dialect/detect.ts";
import { readImportRequest, type UploadFields } from "../import/request.ts";
import { ScimError } from "../scim/error.ts";
import { tenantIn, withLockedStore } from "./data.ts";
import type { ImportClient } from "./import-client.ts";
import { localImports } from "./import-local.ts";
import { remoteImports } from "./import-remote.ts";
import { CliError, type Io } from "./io.ts";
import { reportJob, troubledRows } from "./job-report.ts";
import { remoteFrom } from "./remote.ts";
import { configFrom, onTenant, refuseTenant, settingOptions } from "./settings.ts";

export const exitStatusHelp = `
Exit status: 0 all rows are in, 2 some rows were refused, 1 nothing was done,
             3 the server went away and the import may go on.
`;

/** What is asked beside the dialect, as flags that take a word. */
const wordOptions: readonly (readonly [flag: string, description: string])[] = [
  ["--mode <mode>", "what to do with the rows: create, update or upsert (the dialect says which when you do not)"],
  ["--match <attribute>", "by which attribute a row finds a user: userName, mail, externalId or an indexed path"],
  ["--on-error <word>", "continue or stop at the first refused row"],
  ["--empty <word>", "what an empty cell does to what is stored: keep or clear"],
  ["--unknown-columns <word>", "ignore or fail"],
  ["--application <id>", "the application that the users are assigned to"],
  ["--user-store <name>", "the user store that the users are put into"],
  ["--mapping <name>", "a saved mapping of columns to attributes"],
  [
    "--must-change-hours <hours>",
    "for how many hours passwords let their users in, who change them by then; 0 for ever",
  ],
  ["--charset <name>", "utf-8, utf-16le, utf-16be or windows-1252, when the file does not tell"],
  ["--delimiter <word>", "comma, semicolon, tab, pipe or one character, when the file does not tell"],
  ["--sheet <name>", "the sheet of a workbook; the first when you do not say"],
];

/** What is asked as flags alone. */
const flagOptions: readonly (readonly [flag: string, description: string])[] = [
  ["--dry-run", "plan only: tell what would happen, change nothing"],
  ["--create-groups", "make the groups that rows name and nobody has made"],
  ["--update-passwords", "set the passwords of users that exist, too"],
  ["--refuse-weak-hashes", "take no password hashes that are quick to guess"],
  ["--keep-passwords", "keep the passwords of refused rows, to try them again"],
];

/** `muster import FILE`: into a running server, or straight into the data directory. */
export function importCommand(io: Io): Command<[string]> {
  const known = [autoDialect, ...dialects.map(({ id }) => id), customDialect].join(", ");
  const command = new Command("import")
    .description("import users from a file, into a running server (--url) or straight into the data directory")
    .argument("<file>", "CSV, Excel (.xlsx), JSON or NDJSON")
    .option("--dialect <id>", `how the file is written: ${known}`, autoDialect)
    .addHelpText("after", exitStatusHelp);
  for (const [flag, description] of [...wordOptions, ...flagOptions]) command.addOption(new Option(flag, description));
  return onClient(command).action(async (file, options) => {
    if (!existsSync(file)) throw new CliError(`there is no file ${file}`);
    const fields = fieldsOf(options);
    checkFields(fields);
    await withImports(io, options, async (client) => watchAndReport(io, client, await client.upload(file, fields)));
  });
}

/** The fields of an upload that the flags say. */
function fieldsOf(options: Readonly<Record<string, unknown>>): UploadFields {
  const { refuseWeakHashes, dryRun, createGroups, updatePasswords, keepPasswords, application } = options;
  const words = [
    "dialect",
    "mode",
    "match",
    "onError",
    "empty",
    "unknownColumns",
    "userStore",
    "mapping",
    "charset",
    "mustChangeHours",
  ] as const;
  const said = [...words, "delimiter", "sheet"].flatMap((name) => {
    const value = options[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  const flags = { dryRun, createGroups, updatePasswords, keepPasswords };
  const set = Object.entries(flags).flatMap(([name, value]) => (value === true ? [[name, "true"] as const] : []));
  const weak = refuseWeakHashes === true ? [["acceptWeakHashes", "false"] as const] : [];
  const assigned = typeof application === "string" ? [["applicationId", application] as const] : [];
  return Object.fromEntries([...said, ...assigned, ...set, ...weak]);
}

/** Adds the flags that say where the imports are. */
export function onClient<Args extends unknown[], Options extends Record<string, unknown>>(
  command: Command<Args, Options>,
) {
  command
    .addOption(new Option("--url <url>", "the running server"))
    .addOption(new Option("--token <token>", "bearer token for --url, with the scope import:write (MUSTER_TOKEN)"));
  for (const option of settingOptions(["durability"])) command.addOption(option);
  return onTenant(command);
}

/** Does something with the imports of a server, or with those of the data directory. */
export async function withImports(
  io: Io,
  options: Readonly<Record<string, unknown>>,
  work: (client: ImportClient) => Promise<void>,
): Promise<void> {
  const { url, token } = options;
  const remote = remoteFrom({
    ...(typeof url === "string" && { url }),
    ...(typeof token === "string" && { token }),
  });
  if (remote !== undefined) {
    refuseTenant(options);
    return work(remoteImports(io, remote));
  }
  await withLockedStore(configFrom(options, io), "import", async (store) =>
    work(localImports(io, store, await tenantIn(store, options))),
  );
}

/** Waits for a job, and tells how it ended. */
export async function watchAndReport(io: Io, client: ImportClient, id: string): Promise<void> {
  const job = await client.watch(id);
  const rows = await troubledRows((outcome, limit) => client.rows(id, outcome, limit));
  reportJob(io, job, rows, client.reportPlace(id));
}

/** Says what is wrong with the arguments before a file is read. */
function checkFields(fields: UploadFields): void {
  try {
    readImportRequest(fields);
  } catch (error) {
    throw error instanceof ScimError ? new CliError(error.detail) : error;
  }
}
