import { SaxesParser } from "saxes";
import { ScimError } from "../../scim/error.ts";

/** An element with its name as the namespaces have it, its children, and the text directly in it. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: readonly { readonly namespace: string; readonly name: string; readonly value: string }[];
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** Elements in each other, and elements in one request: many times what any operation has. */
export const xmlDepthMax = 32;
export const xmlElementsMax = 10_000;
/** Characters of a request that are read between two looks at other requests. */
const pieceChars = 262_144;

interface OpenElement {
  readonly element: Omit<XmlElement, "children" | "text">;
  readonly children: XmlElement[];
  readonly texts: string[];
}

/**
 * Reads XML without document types, entities and processing instructions, which SOAP does not allow either (SOAP 1.2
 * part 1 §5): nothing outside of the text is ever looked at. Other work is done in between.
 *
 * @throws ScimError invalidSyntax for what is no such XML, tooLarge for more elements than any operation has
 */
export async function readXml(text: string): Promise<XmlElement> {
  const parser = new SaxesParser<{ xmlns: true; position: false }>({ xmlns: true, position: false });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on("error", () => refuse("The body is not well-formed XML."));
  parser.on("doctype", () => refuse("A message has no document type, and no entities."));
  parser.on("processinginstruction", () => refuse("A message has no processing instructions."));
  parser.on("opentag", ({ uri, local, attributes }) => {
    if (open.length >= xmlDepthMax) refuse(`Elements are nested deeper than ${xmlDepthMax}.`);
    if (++elements > xmlElementsMax) throw new ScimError("tooLarge", `There are more than ${xmlElementsMax} elements.`);
    const named = Object.values(attributes).map((each) => ({
      namespace: each.uri,
      name: each.local,
      value: each.value,
    }));
    open.push({ element: { namespace: uri, name: local, attributes: named }, children: [], texts: [] });
  });
  const take = (piece: string): void => void open.at(-1)?.texts.push(piece);
  parser.on("text", take);
  parser.on("cdata", take);
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const made = { ...closed.element, children: closed.children, text: closed.texts.join("") };
    const parent = open.at(-1);
    if (parent === undefined) root = made;
    else parent.children.push(made);
  });
  for (let at = 0; at < text.length; at += pieceChars) {
    parser.write(text.slice(at, at + pieceChars));
    await new Promise((resolve) => setImmediate(resolve));
  }
  parser.close();
  return root ?? refuse("The body is empty.");
}

function refuse(detail: string): never {
  throw new ScimError("invalidSyntax", detail);
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** What XML 1.0 can not hold at all (§2.2). */
const unspeakable = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Text as it may stand in an element or an attribute. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(unspeakable, "\u{fffd}")
    .replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)
    .replaceAll("\r", "&#13;");
}
