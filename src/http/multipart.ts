import { Readable } from "node:stream";
import type busboy from "busboy";
import { ScimError } from "../scim/error.ts";
import { mediaTypeOf } from "./body.ts";

/** Text fields beside the file, and characters of each. */
const fieldsMax = 32;
const fieldBytesMax = 65_536;

export interface UploadedFile {
  readonly fileName: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Reads a multipart/form-data body as it comes in (RFC 7578): the file is handed to `take` while it streams, and
 * never held whole.
 *
 * @param take told the file, and a function that gives the text fields; those after the file are known at its end
 * @throws ScimError unsupportedMediaType, or invalidSyntax when the body is cut off or has no part `file`
 */
export async function readUpload<T>(
  request: Request,
  take: (file: UploadedFile, fields: () => Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const contentType = request.headers.get("Content-Type") ?? "";
  if (mediaTypeOf(contentType) !== "multipart/form-data") {
    throw new ScimError(
      "unsupportedMediaType",
      "The Content-Type must be multipart/form-data with a part called file.",
    );
  }
  const { default: open } = await import("busboy");
  const parser = openParser(open, contentType);
  const source = request.body === null ? Readable.from([]) : Readable.fromWeb(request.body);
  const fields = new Map<string, string>();
  let taken: Promise<T> | undefined;
  const ended = new Promise<void>((resolve, reject) => {
    parser.on("close", resolve);
    for (const stream of [parser, source]) stream.on("error", (cause: unknown) => reject(brokenOff(cause)));
    const refuse = (detail: string): void => reject(new ScimError("invalidValue", detail));
    parser.on("field", (name, value, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated) refuse(`The field ${JSON.stringify(name.slice(0, 64))} is too long.`);
      else if (fields.has(name)) refuse(`The field ${JSON.stringify(name.slice(0, 64))} is given twice.`);
      else fields.set(name, value);
    });
    parser.on("fieldsLimit", () => refuse(`The form has more than ${fieldsMax} fields.`));
    parser.on("file", (name, stream, { filename }) => {
      // A second file would be somebody's people, left out without a word.
      if (name !== "file" || taken !== undefined) {
        refuse(
          name === "file"
            ? "The form has two files; send one."
            : `The file must be called file, not ${JSON.stringify(name?.slice(0, 64))}.`,
        );
        stream.resume();
        return;
      }
      // Only the end of the whole body says whether the part was complete and what follows it.
      const bytes = untilEnded(stream, ended);
      taken = take({ fileName: (filename || "upload").slice(0, 255), bytes }, () => Object.fromEntries(fields));
      // A file that is refused is not read to its end.
      taken.catch(reject);
      stream.on("error", () => undefined);
    });
  });
  source.pipe(parser);
  try {
    await ended;
  } catch (error) {
    source.unpipe(parser);
    source.destroy();
    parser.destroy();
    await taken?.catch(() => undefined);
    throw error;
  }
  if (taken === undefined) throw new ScimError("invalidSyntax", "The multipart body has no part called file.");
  return taken;
}

function brokenOff(cause: unknown): ScimError {
  return new ScimError("invalidSyntax", "The multipart body ended early or is not well formed.", { cause });
}

function openParser(open: typeof busboy, contentType: string): busboy.Busboy {
  try {
    return open({
      headers: { "content-type": contentType },
      limits: { fields: fieldsMax, fieldSize: fieldBytesMax },
      defParamCharset: "utf8",
    });
  } catch (cause) {
    throw new ScimError("invalidSyntax", "The Content-Type names no boundary.", { cause });
  }
}

/** The bytes of a part; the iteration ends only when the whole body has, so that what follows the part is known. */
async function* untilEnded(stream: Readable, ended: Promise<void>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield chunk;
  await ended;
}
