import { z } from "zod";
import { ScimError } from "../scim/error.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import type { DefinitionRecord } from "../storage/port.ts";
import { pathRule } from "./dialect/scim-path.ts";

/** Columns of one mapping, and characters of a header or path. */
export const mappingColumnsMax = 512;
const textCharsMax = 200;

/** What a column may be for that is no attribute. */
export const mappingUses = [
  "id",
  "operation",
  "groups",
  "manager",
  "passwordHash",
  "passwordHashAlgorithm",
  "invite",
  "ignored",
] as const;

/** How a cell may be read before it becomes a value. */
export const mappingReadings = ["inverted", "instant", "lowercase", "uppercase"] as const;

const text = z.string().trim().min(1).max(textCharsMax);

export const mappingColumnSchema = z.union([
  z.strictObject({
    column: text,
    path: text.meta({ description: "an attribute, as a header of scim-path names it: emails[work].value" }),
    read: z.enum(mappingReadings).exactOptional(),
  }),
  z.strictObject({ column: text, use: z.enum(mappingUses) }),
]);

/** A mapping as clients send it. */
export const mappingSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "must be 1 to 64 letters, digits, dots, hyphens or underscores"),
  columns: z.array(mappingColumnSchema).min(1).max(mappingColumnsMax),
  separator: z.string().length(1).exactOptional().meta({ description: "parts lists in a cell; ; when not said" }),
  defaults: z
    .strictObject({
      mode: z.enum(["create", "update", "upsert"]).exactOptional(),
      match: text.exactOptional(),
      onError: z.enum(["continue", "stop"]).exactOptional(),
      empty: z.enum(["keep", "clear"]).exactOptional(),
      unknownColumns: z.enum(["ignore", "fail"]).exactOptional(),
    })
    .exactOptional(),
});

/** Which column of a file goes where, as an administrator saved it. */
export type ImportMapping = z.infer<typeof mappingSchema>;

/**
 * Reads a mapping that a client sent.
 *
 * @throws ScimError invalidValue that names the entry
 */
export function readImportMapping(body: unknown, type: ResourceType): ImportMapping {
  const read = mappingSchema.safeParse(body);
  if (!read.success) throw new ScimError("invalidValue", `The mapping is not valid: ${z.prettifyError(read.error)}`);
  const headers = new Set<string>();
  for (const entry of read.data.columns) {
    const header = entry.column.toLowerCase();
    if (headers.has(header)) {
      throw new ScimError("invalidValue", `The column ${JSON.stringify(entry.column)} is mapped twice.`);
    }
    headers.add(header);
    if ("path" in entry && pathRule(entry.path, type) === undefined) {
      const where = `${JSON.stringify(entry.path)} of the column ${JSON.stringify(entry.column)}`;
      throw new ScimError("invalidValue", `${where} is no attribute of ${type.name} that may be set.`);
    }
  }
  return read.data;
}

/** The mappings that a tenant has stored. */
export function mappingsFrom(records: readonly DefinitionRecord[]): readonly ImportMapping[] {
  return records
    .filter(({ definition }) => definition === "importMapping")
    .map(({ doc }) => mappingSchema.parse(JSON.parse(doc)));
}
