/** Attribute paths as text: `[URN ":"] name ["." sub]` (RFC 7644 §3.10). */

export interface AttributePath {
  /** The schema URN in front of the name, as written. */
  readonly urn?: string;
  readonly name: string;
  readonly sub?: string;
}

/** ALPHA *( "$" / "-" / "_" / DIGIT / ALPHA ) of RFC 7643 §2.1, with the leading `$` that `$ref` needs. */
const attributeName = /^[$A-Za-z][$A-Za-z0-9_-]*$/;

/**
 * Reads an attribute path. A URN ends at its last colon, so the dot in "2.0" separates nothing.
 *
 * @returns undefined when the text is no path: a bad name, or more than one sub-attribute.
 * @example parseAttributePath("name.givenName") // { name: "name", sub: "givenName" }
 */
export function parseAttributePath(text: string): AttributePath | undefined {
  const colon = text.lastIndexOf(":");
  const urn = colon < 0 ? undefined : text.slice(0, colon);
  const [name, sub, ...rest] = text.slice(colon + 1).split(".");
  if (name === undefined || !attributeName.test(name) || rest.length > 0) return undefined;
  if (sub !== undefined && !attributeName.test(sub)) return undefined;
  if (urn === "") return undefined;
  return { ...(urn !== undefined && { urn }), name, ...(sub !== undefined && { sub }) };
}
