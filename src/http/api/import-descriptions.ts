import { dialects } from "../../import/dialect/detect.ts";
import { type App, reference } from "../openapi/components.ts";
import { describe } from "../route.ts";

const tags = ["Imports"];
const text = { type: "string" } as const;

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
  const form = {
    type: "object" as const,
    required: ["file"],
    properties: {
      file: { type: "string" as const, contentMediaType: "application/octet-stream", description: "CSV" },
      dialect: { ...text, enum: ["auto", ...dialects.map((dialect) => dialect.id)], default: "auto" },
      mode: { ...text, enum: ["create"], default: "create" },
      match: { ...text, enum: ["userName"], default: "userName" },
      dryRun: { type: "boolean" as const, default: false, description: "plan only; apply it later" },
    },
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
    parameters: [prefer],
    requestBody: { required: true, content: { "multipart/form-data": { schema: form } } },
    responses: answers,
    errors: ["invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType", "conflict"],
  });
  describe(app, {
    method: "get",
    path: "/api/imports/{id}/report.csv",
    operationId: "getImportReport",
    summary: "One line for each problem of each row, as CSV",
    tags,
    parameters: [id],
    responses: { 200: { description: "The report", content: { "text/csv": { schema: text } } } },
    errors: ["notFound"],
  });
  describe(app, {
    method: "post",
    path: "/api/imports/{id}/apply",
    operationId: "applyImport",
    summary: "Carry out a dry run",
    tags,
    parameters: [id, prefer],
    responses: answers,
    errors: ["notFound", "conflict"],
  });
}
