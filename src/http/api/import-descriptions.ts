import { autoDialect, customDialect, dialects } from "../../import/dialect/detect.ts";
import { importModes } from "../../storage/import.ts";
import { type App, reference } from "../openapi/components.ts";
import { type Description, describe } from "../route.ts";

const tags = ["Imports"];
const text = { type: "string" } as const;

const flag = (description: string) => ({ type: "boolean" as const, default: false, description });
const choice = (words: readonly string[], description: string) => ({ ...text, enum: [...words], description });
/** What may be sent with a file. */
const form = {
  type: "object" as const,
  required: ["file"],
  properties: {
    file: {
      type: "string" as const,
      contentMediaType: "application/octet-stream",
      description: "CSV, Excel (.xlsx), JSON or NDJSON; its content tells which",
    },
    dialect: {
      ...text,
      enum: [autoDialect, ...dialects.map((each) => each.id), customDialect],
      default: autoDialect,
    },
    mode: choice(["auto", ...importModes], "what to do with the rows; the dialect says when you do not"),
    match: { ...text, description: "userName, mail, externalId or the path of an indexed attribute" },
    dryRun: flag("plan only; apply it later"),
    onError: choice(["auto", "continue", "stop"], "whether rows after the first refused one are carried out"),
    empty: choice(["auto", "keep", "clear"], "what an empty cell does to what is stored"),
    unknownColumns: choice(["auto", "ignore", "fail"], "what columns do that go nowhere"),
    createGroups: flag("make the groups that rows name and nobody has made"),
    updatePasswords: flag("set the passwords of users that exist, too"),
    acceptWeakHashes: { ...flag("take password hashes that are quick to guess"), default: true },
    keepPasswords: flag("keep the passwords of refused rows, to try them again"),
    mustChangeHours: { ...text, description: "for how many hours passwords let their users in; 0 for ever" },
    applicationId: { ...text, description: "the application that the users are assigned to" },
    userStore: { ...text, description: "the user store that the users are put into" },
    mapping: { ...text, description: "the name of a saved mapping; makes the dialect custom" },
    charset: choice(["utf-8", "utf-16le", "utf-16be", "windows-1252"], "when the file does not tell"),
    delimiter: { ...text, description: "comma, semicolon, tab, pipe or one character, when the file does not tell" },
    sheet: { ...text, description: "the sheet of a workbook; the first when you do not say" },
  },
};

/** Describes the routes of imports whose bodies are read or written by hand. */
export function describeImports(app: App): void {
  const job = { content: { "application/json": { schema: reference("ImportJob") } } };
  const id = { name: "id", in: "path" as const, required: true, schema: text };
  const prefer = {
    name: "Prefer",
    in: "header" as const,
    schema: text,
    description: "wait=30 answers when the job has ended",
  };
  const key = {
    name: "Idempotency-Key",
    in: "header" as const,
    schema: text,
    description: "sent again with the same file, finds the job that is there; with another file it is refused",
  };
  const answers = {
    200: { description: "The job, ended", ...job },
    202: { description: "The job, under way", ...job },
  };
  describe(app, {
    method: "post",
    path: "/api/imports",
    operationId: "createImport",
    summary: "Import users from a file",
    tags,
    parameters: [prefer, key],
    requestBody: { required: true, content: { "multipart/form-data": { schema: form } } },
    responses: answers,
    errors: ["invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType", "conflict"],
  });
  describeDownloads(app, [id]);
  describeActions(app, [id, prefer], answers);
}

type Parameters = NonNullable<Description["parameters"]>;

function describeDownloads(app: App, parameters: Parameters): void {
  const file = (type: string) => ({ [type]: { schema: text } });
  const got = [
    ["report.csv", "getImportReport", "One line for each problem of each row, as CSV", file("text/csv")],
    [
      "report.json",
      "getImportReportJson",
      "The job and its rows as JSON; WSO2's counts with format=wso2",
      {
        "application/json": { schema: { type: "object" as const } },
      },
    ],
    [
      "failed.csv",
      "getFailedRows",
      "The refused rows as the file had them, to be mended and sent again",
      file("text/csv"),
    ],
    ["failed.ndjson", "getFailedRecords", "The same of a file that was JSON", file("application/x-ndjson")],
    [
      "events",
      "watchImport",
      "Progress as server-sent events: progress, and end when it is over",
      file("text/event-stream"),
    ],
  ] as const;
  for (const [path, operationId, summary, content] of got) {
    describe(app, {
      method: "get",
      path: `/api/imports/{id}/${path}`,
      operationId,
      summary,
      tags,
      parameters,
      responses: { 200: { description: summary, content } },
      errors: ["notFound", "conflict"],
    });
  }
}

function describeActions(app: App, parameters: Parameters, responses: Description["responses"]): void {
  const done = [
    ["apply", "applyImport", "Carry out a dry run"],
    ["cancel", "cancelImport", "End an import; rows that are in stay"],
    ["undo", "undoImport", "Take back what an import did; who was changed since stays as they are"],
    ["retry", "retryImport", "Import the refused rows again, as a job of its own"],
  ] as const;
  for (const [path, operationId, summary] of done) {
    describe(app, {
      method: "post",
      path: `/api/imports/{id}/${path}`,
      operationId,
      summary,
      tags,
      parameters,
      responses,
      errors: ["notFound", "conflict", "invalidValue"],
    });
  }
}
