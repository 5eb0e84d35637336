import { Command } from "@commander-js/extra-typings";
import { exitStatusHelp, onClient, watchAndReport, withImports } from "./import.ts";
import type { ImportAction, ImportDownload } from "./import-client.ts";
import type { Io } from "./io.ts";
import { countsText } from "./job-report.ts";

/** What is done with a job that is there, and what it then comes to. */
const actions: readonly (readonly [ImportAction, description: string])[] = [
  ["apply", "carry out a dry run"],
  ["cancel", "end an import; rows that are in stay"],
  ["retry", "import the refused rows of another import again"],
  ["undo", "take back what an import did; who was changed since stays as they are"],
];

const downloads: readonly (readonly [name: string, ImportDownload, description: string])[] = [
  ["report", "report.csv", "write the report as CSV"],
  ["report-json", "report.json", "write the report as JSON"],
  ["failed", "failed", "write the refused rows as the file had them, to be mended and imported again"],
];

/** `muster imports …`: what there is to see of imports, and to do with them. */
export function importsCommand(io: Io): Command {
  const group = new Command("imports").description("look at imports, and apply, cancel, retry or undo them");
  onClient(group.command("list").description("the imports, newest first")).action((options) =>
    withImports(io, options, async (client) => {
      for (const job of await client.jobs()) {
        io.out(`${job.id}  ${job.created}  ${job.state}  ${countsText(job)}  ${job.fileName}`);
      }
    }),
  );
  onClient(group.command("show").argument("<id>").description("one import")).action((id, options) =>
    withImports(io, options, async (client) => io.write(`${JSON.stringify(await client.job(id), null, 2)}\n`)),
  );
  for (const [action, description] of actions) {
    const command = group
      .command(action)
      .argument("<id>")
      .description(description)
      .addHelpText("after", exitStatusHelp);
    onClient(command).action((id, options) =>
      withImports(io, options, async (client) => watchAndReport(io, client, await client.act(id, action))),
    );
  }
  for (const [name, what, description] of downloads) {
    onClient(group.command(name).argument("<id>").description(description)).action((id, options) =>
      withImports(io, options, async (client) => {
        for await (const text of client.download(id, what)) io.write(text);
      }),
    );
  }
  return group;
}
